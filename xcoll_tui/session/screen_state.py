"""What the screen was left like: the theme, the collection that was open, whether anybody was here.

One small file in the state folder, which nothing depends on: one that cannot be read is moved
aside, one that cannot be written is as old as it is. Whatever else of the screen is kept, such as
columns and what was typed into filters, has files of its own in the same `folder`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xcoll_tui.session.json_file import (
    decode_object,
    read_file,
    reason_of,
    set_aside,
    text_of,
    write_state,
)

if TYPE_CHECKING:
    from pathlib import Path

FILE = "screen.json"
SEEN_FOLDER = "seen"
"""Where beside it the collections are kept that were seen last."""
_MARK = "xcoll_screen"
_SIZE_LIMIT = 1024 * 1024
_PLACES = 50
"""So many profiles' collections are remembered, those that were left last."""


class _Content:
    def __init__(
        self,
        theme: str = "",
        configured_theme: str = "",
        visited: bool = False,
        collections: dict[str, str] | None = None,
        collections_width: int = 0,
    ) -> None:
        self.theme = theme
        self.configured_theme = configured_theme
        """The theme of config.toml at the time: a newer one there goes before what was chosen."""
        self.visited = visited
        self.collections = collections or {}
        """The collection that was open last, by profile and host."""
        self.collections_width = collections_width


class ScreenState:
    """What is remembered of the screen from one session to the next.

    `folder` is the state folder, None where nothing is kept: then all is as at the first time but
    for the greeting. Unless it `keeps`, what is there is looked at and stays as it is. What cannot
    be read is told in `problems`.
    """

    def __init__(self, folder: Path | None, *, keeps: bool = True) -> None:
        self.folder = folder
        self.keeps = keeps and folder is not None
        self.problems: list[str] = []
        self.loss = ""
        """Why the last `save` saved nothing, a sentence."""
        self._changes: dict[str, Any] = {}
        self._left: dict[str, str] = {}
        self._content = _Content(visited=True) if folder is None else self._read(folder)

    @property
    def is_first_visit(self) -> bool:
        """Whether nobody was here before."""
        return not self._content.visited

    @property
    def has_seen(self) -> bool:
        """Whether there are collections that an earlier session has seen, of any profile."""
        try:
            return self.folder is not None and (self.folder / SEEN_FOLDER).exists()
        except OSError:  # it may not be looked into
            return False

    def theme_over(self, configured: str) -> str:
        """Return the theme that was chosen in the program, "" where the configured one is newer."""
        content = self._content
        return content.theme if content.configured_theme == configured else ""

    def collection_of(self, place: str) -> str | None:
        """Return the ID of the collection that was open last; None where none is known."""
        return self._content.collections.get(place)

    @property
    def collections_width(self) -> int:
        """How wide the pane of the collections had to be for their names; 0 where unknown."""
        return self._content.collections_width if self.keeps else 0

    def note_theme(self, theme: str, configured: str) -> None:
        """Take note that a theme was chosen over the configured one."""
        self._changes.update(theme=theme, configured_theme=configured)

    def note_collection(self, place: str, collection_id: str) -> None:
        """Take note of which collection is open."""
        self._left[place] = collection_id

    def note_width(self, width: int) -> None:
        """Take note of how wide the pane of the collections has to be for their names."""
        if width != self._content.collections_width:
            self._changes["collections_width"] = width

    def note_visit(self) -> None:
        """Take note that somebody was here."""
        if self.is_first_visit:
            self._changes["visited"] = True

    def save(self) -> None:
        """Write what changed, over what others have written meanwhile; blocks."""
        if self.folder is None or not self.keeps:
            return
        changes, self._changes = self._changes, {}
        content = self._read(self.folder)
        if self.loss:
            return  # what is there cannot be read now, and is not written over
        if not changes and all(content.collections.get(k) == v for k, v in self._left.items()):
            return
        for name, value in changes.items():
            setattr(content, name, value)
        others = {k: v for k, v in content.collections.items() if k not in self._left}
        content.collections = dict([*others.items(), *self._left.items()][-_PLACES:])
        members = {_MARK: 1, **vars(content)}
        self.loss = write_state(self.folder / FILE, members, "What you chose on the screen is")

    def _read(self, folder: Path) -> _Content:
        path = folder / FILE
        try:
            return _content_of(decode_object(read_file(path, _SIZE_LIMIT)))
        except (FileNotFoundError, NotADirectoryError):
            return _Content()
        except OSError as error:
            problem = f"{path} cannot be read: {reason_of(error)}."
            self._tell(f"{problem} The screen starts fresh.")
            self.loss = f"{problem} What you chose on the screen is lost when xcoll ends."
        except ValueError as error:
            self._move_aside(path, reason_of(error))
        return _Content(visited=True)

    def _move_aside(self, path: Path, reason: str) -> None:
        aside, moved = path.with_suffix(".broken"), ""
        if self.keeps:
            with suppress(OSError):
                aside = set_aside(path, aside)
                moved = f" The file is now {aside.name}."
        self._tell(f"{path} cannot be read: {reason}. The screen starts fresh.{moved}")

    def _tell(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _content_of(members: dict[str, Any]) -> _Content:
    if members.get(_MARK) != 1:
        raise ValueError("it is of a version that this xcoll does not know")
    collections = members.get("collections", {})
    if not isinstance(collections, dict) or not all(
        isinstance(collection_id, str) for collection_id in collections.values()
    ):
        raise ValueError("its collections are not IDs")
    width = members.get("collections_width", 0)
    if not isinstance(width, int):
        raise ValueError("its collections_width is not a number")  # noqa: TRY004 - about a file
    return _Content(
        text_of(members, "theme"),
        text_of(members, "configured_theme"),
        members.get("visited") is True,
        collections,
        width,
    )
