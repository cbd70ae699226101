"""The layout of each collection: its columns, its sort, its earlier filters; and the preview.

It is kept in one file of the state folder. Losing it costs a few keys, so nothing waits for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.models import DocumentsSortBy
from xcoll_tui.session.json_file import (
    decode_object,
    read_file,
    reason_of,
    set_aside,
    text_of,
    write_state,
)
from xcoll_tui.session.lists.filter_history import FilterHistory
from xcoll_tui.session.lists.query import Query

if TYPE_CHECKING:
    from pathlib import Path

FILE = "columns.json"
_MARK = "xcoll_columns"
_MOST = 500
"""So many collections are remembered; those arranged last."""
_SIZE_LIMIT = 4 * 1024 * 1024
_LOST = "Columns, sorts and earlier filters are reset"


@dataclass(frozen=True)
class Layout:
    """The arrangement of one collection's documents."""

    columns: tuple[str, ...] | None = None
    """The columns behind the name in their order; None for those that come by themselves."""
    sort: str = ""
    """The service's name of a sort, or the key of a column that is sorted here; "" for neither."""
    descending: bool = False

    @property
    def query(self) -> Query:
        """What to ask the service for."""
        if self.sort in {*DocumentsSortBy}:
            return Query(self.sort, descending=self.descending)
        return Query(DocumentsSortBy.NAME)

    @property
    def local_sort(self) -> str:
        """The column that is sorted here, "" where the service sorts."""
        return "" if self.sort in {*DocumentsSortBy} else self.sort


@dataclass
class _Content:
    """What a file holds, or what changed since it was written."""

    layouts: dict[str, Layout] = field(default_factory=dict)
    filters: dict[str, list[str]] = field(default_factory=dict)
    """The newest first."""
    preview: bool | None = None

    def merge(self, later: _Content) -> None:
        """Add what was arranged later; the oldest go."""
        for collection_id, layout in later.layouts.items():
            self.layouts.pop(collection_id, None)
            self.layouts[collection_id] = layout
        for collection_id in [*self.layouts][:-_MOST]:
            del self.layouts[collection_id]
        history = FilterHistory(self.filters)
        history.add(later.filters)
        self.filters = history.as_dict()
        for collection_id in [*self.filters][:-_MOST]:
            del self.filters[collection_id]
        if later.preview is not None:
            self.preview = later.preview


class Layouts:
    """The arrangements of this session and of those before.

    `folder` is the state folder; with None, and until `load`, they are in memory only. What changes
    is written at once in the background, merged with what another session wrote; `close` waits for
    that. A file that cannot be read is set aside, and told in `problems`, as is one that cannot be
    written.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE
        self._content = _Content()
        self._changed = _Content()
        self._loaded = False
        self._saving: asyncio.Task[None] | None = None
        self.filters = FilterHistory(changed=self._note_filter)
        self.problems: list[str] = []

    @property
    def preview(self) -> bool | None:
        """Whether the preview was turned on or off; None where neither."""
        return self._content.preview

    def of(self, collection_id: str) -> Layout:
        """Return how a collection was arranged last."""
        return self._content.layouts.get(collection_id, Layout())

    def arrange(self, collection_id: str, layout: Layout) -> None:
        """Keep how a collection is arranged from now on."""
        if layout != self.of(collection_id):
            self._change(_Content({collection_id: layout}))

    def turn_preview(self, on: bool) -> None:
        """Keep whether the preview is shown from now on."""
        self._change(_Content(preview=on))

    def _note_filter(self, collection_id: str, text: str) -> None:
        self._change(_Content(filters={collection_id: [text]}))

    def _change(self, change: _Content) -> None:
        self._content.merge(change)
        if self._path is None or not self._loaded:
            return
        self._changed.merge(change)
        if self._saving is None or self._saving.done():
            self._saving = asyncio.get_running_loop().create_task(self._save(self._path))

    # On disk

    async def load(self) -> None:
        """Read what earlier sessions kept; what was arranged since goes before it."""
        if self._path is None:
            return
        read, problem = await asyncio.to_thread(_read, self._path)
        content = _Content() if read is None else read
        content.merge(self._content)
        self._content = content
        self.filters.add(content.filters)
        self._loaded = True
        self._add(problem)

    async def close(self) -> None:
        """Wait until all is written."""
        if self._saving is not None:
            await self._saving

    async def _save(self, path: Path) -> None:
        while self._changed != _Content():
            changed, self._changed = self._changed, _Content()
            self._add(await asyncio.to_thread(_merge_into, path, changed))

    def _add(self, problem: str) -> None:
        if problem and problem not in self.problems:
            self.problems.append(problem)


def _read(path: Path) -> tuple[_Content | None, str]:
    """Read the file; return what it holds, and what is wrong with it as a sentence or "".

    None where what is in the way must not be written over.
    """
    try:
        return _content_of(decode_object(read_file(path, _SIZE_LIMIT))), ""
    except FileNotFoundError:
        return _Content(), ""
    except OSError as error:
        return None, f"{path} cannot be read: {reason_of(error)}. {_LOST}."
    except ValueError as error:
        problem = f"{path} cannot be read: {reason_of(error)}. {_LOST}"
    aside = path.with_name(f"{path.name}.unreadable")
    try:
        aside = set_aside(path, aside)
    except OSError as error:
        return None, f"{problem}; it could not be renamed: {reason_of(error)}."
    return _Content(), f"{problem}; it was renamed to {aside.name}."


def _merge_into(path: Path, changed: _Content) -> str:
    """Write what changed into the file; return what went wrong as a sentence, or ""."""
    content, problem = _read(path)
    if content is None:
        return problem
    content.merge(changed)
    members = {
        _MARK: 1,
        "preview": content.preview,
        "collections": {
            collection_id: {
                "columns": None if layout.columns is None else [*layout.columns],
                "sort": layout.sort,
                "descending": layout.descending,
            }
            for collection_id, layout in content.layouts.items()
        },
        "filters": content.filters,
    }
    return write_state(path, members, "Columns, sorts and filters are") or problem


def _content_of(members: dict[str, Any]) -> _Content:
    if members.get(_MARK) != 1:
        raise ValueError("it is of a version that this xcoll does not know")
    preview, collections = members.get("preview"), members.get("collections", {})
    if not (preview is None or isinstance(preview, bool)):
        raise ValueError("its preview is neither on nor off")
    if not isinstance(collections, dict):
        raise ValueError("its collections are not a JSON object")  # noqa: TRY004 - about a file
    filters = members.get("filters", {})
    if not isinstance(filters, dict) or not all(map(_is_texts, filters.values())):
        raise ValueError("its filters are not lists of text")
    content = _Content(preview=preview, filters=filters)
    content.merge(_Content({name: _layout_of(layout) for name, layout in collections.items()}))
    return content


def _is_texts(texts: object) -> bool:
    return isinstance(texts, list) and all(isinstance(text, str) for text in texts)


def _layout_of(members: object) -> Layout:
    if not isinstance(members, dict):
        raise ValueError("one of its collections is not a JSON object")  # noqa: TRY004 - as above
    columns, descending = members.get("columns"), members.get("descending", False)
    if not isinstance(descending, bool):
        raise ValueError("its descending is neither true nor false")  # noqa: TRY004 - as above
    if columns is None:
        return Layout(None, text_of(members, "sort"), descending)
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise ValueError("its columns are not a list of names")
    return Layout(tuple(dict.fromkeys(columns)), text_of(members, "sort"), descending)
