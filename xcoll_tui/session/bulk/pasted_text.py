"""Text from a clipboard: where its lines end, and what in it nobody can see. Pure.

What is invisible at the ends of an ID or a cell came with the clipboard: the byte order mark of a
spreadsheet's file, the direction marks of a chat, the zero-width space of a web page. Inside a
value it may be part of the spelling, so it stays; so does the whole of a terminal's code, for a
part of one means something else.
"""

import re
import unicodedata

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""The members of a character class."""

FILE_ID = re.compile(r"file_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An ID of the service's."""

_LINE_COMMENT = re.compile(r"(?<!\S)(?:#|//)")

LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""The line ends of str.splitlines."""

_ID_NAMES = ("fileid", "fileids", "documentid", "documentids", "docid", "docids", "id", "ids")
_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
# Not the selectors and tags, which are the last part of many an emoji.
_MARKS = "\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff"
_EMBEDDINGS = "\u202a-\u202e\u2066-\u2069"
_EMBEDDING = re.compile(f"[{_EMBEDDINGS}]")
# What a terminal takes for a colour, a title, a character set, whole or only begun.
_CODE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])(?:[^\x07\x1b\x80-\x9f\r\n]*(?:\x07|\x1b\\|\x9c))?"
    r"|\x1b[#%(-/][0-~]|\x1b[78=>]"
)


class PasteBroken(Exception):  # noqa: N818 - a fact about a text; `str()` is a sentence on it
    """A text looks like something that it is not; `place` is a line and a column, from 1."""

    def __init__(self, format_name: str, place: tuple[int, int], reason: str) -> None:
        line, column = place
        super().__init__(
            f"This looks like {format_name} and is not: line {line}, column {column}: {reason}. "
            "Nothing was read from it."
        )
        self.place = place


class _Edge:
    """Characters that are taken from both ends of a text, but for those of a code."""

    def __init__(self, characters: str) -> None:
        self._head = re.compile(f"(?:(?!{_CODE.pattern})[{characters}])*")
        self._last = re.compile(f"[{characters}]")

    def strip(self, text: str) -> str:
        head = self._head.match(text)
        start = 0 if head is None else head.end()
        end, least = len(text), start
        for code in _CODE.finditer(text, start):
            least = code.end()
        while end > least and self._last.match(text, end - 1):
            end -= 1
        return text[start:end]


_OF_LINES = _Edge(_CONTROLS + _MARKS + _EMBEDDINGS), _Edge(_CONTROLS + _MARKS)
_OF_CELLS = (
    _Edge(rf"\s{_CONTROLS}{_MARKS}{_EMBEDDINGS}"),
    _Edge(rf"\s{_CONTROLS}{_MARKS}"),
)


def trim_line(text: str) -> str:
    """Take line ends, controls and what is invisible from both ends; blanks stay."""
    return _trim(text, *_OF_LINES)


def trim_cell(text: str) -> str:
    """Take what ``trim_line`` takes, and blanks of every kind."""
    return _trim(text, *_OF_CELLS)


def plain_name(name: str) -> str:
    """Write a name so that case, blanks, hyphens and underscores make no difference.

    Nor does where in an answer of the service's it stood: `fields.ticker` is `ticker`.
    """
    name = unicodedata.normalize("NFKC", name).casefold()
    name = name.removeprefix("file_metadata.").removeprefix("fields.")
    return "".join(character for character in name if character.isalnum())


def rank_of(name: str) -> int | None:
    """Tell how surely a name is that of an ID, 0 for the surest; None where it is another's."""
    plain = plain_name(name)
    return _ID_NAMES.index(plain) if plain in _ID_NAMES else None


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of a character, both counted from 1."""
    line, begin = 1, 0
    for end in LINE_END.finditer(text, 0, offset):
        line, begin = line + 1, end.end()
    return line, offset - begin + 1


def take_comments_out(text: str) -> tuple[str, int]:
    """Leave out the comments of a script or a file of settings, and count them.

    What names an ID is none, nor is what stands within a word.
    """
    parts: list[str] = []
    count = done = 0
    while (start := text.find("/*", done)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        is_comment = FILE_ID.search(text, start, end) is None
        parts += [text[done:start], " "] if is_comment else [text[done : end + 2]]
        count += is_comment
        done = end + 2
    lines = []
    for line in "".join([*parts, text[done:]]).splitlines(keepends=True):
        behind = max((match.end() for match in FILE_ID.finditer(line)), default=0)
        comment = _LINE_COMMENT.search(line, behind)
        lines.append(line if comment is None else f"{line[: comment.start()]}\n")
        count += comment is not None
    return "".join(lines), count


def _trim(text: str, whole: _Edge, part: _Edge) -> str:
    inner = whole.strip(text)
    # A direction mark at an end may belong to one inside, which would be left without it.
    return part.strip(text) if _EMBEDDING.search(inner) else inner
