"""Long texts kept out of the input that they were pasted into: pure.

An input is drawn and measured with each key, so one that held a megabyte would be slow for every
key. A short mark, which tells how long the text is and how it begins, stands in its place.
"""

import re

from xcoll_tui.ui.presentation.text import clean

FOLDED = "‹…› stands for a long text: it is kept unchanged, and deleted as a whole."

_BEGINNING = 24


class Folds:
    """The texts that marks stand for. A mark is kept or removed as a whole."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._mark = re.compile(r"(?!)")

    def fold(self, text: str) -> str:
        """Return the mark that stands for a text from now on."""
        # What may be escaped around the mark must not change the mark.
        beginning = clean(text[:_BEGINNING].lstrip()).replace("\\", "/")
        lines = len(text.splitlines())
        length = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        mark = f"‹{length}: {beginning}…›"
        number = 1
        while self._texts.get(mark, text) != text:
            number += 1
            mark = f"‹{length}, {number}: {beginning}…›"
        self._texts[mark] = text
        self._mark = re.compile("|".join(map(re.escape, self._texts)))
        return mark

    def unfold(self, shown: str) -> str:
        """Put the texts in the place of their marks."""
        return self._mark.sub(lambda mark: self._texts[mark.group()], shown)

    def are_in(self, shown: str) -> bool:
        """Tell whether there is a mark in what is shown."""
        return self._mark.search(shown) is not None

    def around(self, shown: str, start: int, end: int) -> tuple[int, int]:
        """Widen what is about to be replaced to whole marks; what is inserted goes behind one."""
        for mark in self._mark.finditer(shown):
            if start == end and mark.start() < start < mark.end():
                return mark.end(), mark.end()
            if start < mark.end() and mark.start() < end:
                start, end = min(start, mark.start()), max(end, mark.end())
        return start, end
