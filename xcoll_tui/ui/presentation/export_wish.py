"""What of a collection is exported, in which form, and to where; as it is typed. Pure."""

import os
import re
from enum import Enum
from typing import NamedTuple

from xcoll_tui.session.lists.export_format import FORMATS, FormatName
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean

FORM_LABELS: dict[FormatName, str] = {"csv": "CSV", "jsonl": "JSON lines", "json": "JSON"}
_LONGEST = 80
_LONGEST_IN_BYTES = 240
# What some file system does not take, or a shell or a person would trip over.
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


class Scope(Enum):
    """Which documents."""

    MARKED = "marked"
    ALL = "all"
    LOADED = "loaded"


class ExportWish(NamedTuple):
    """What a person wants exported; `path` is as it was typed."""

    scope: Scope
    form: FormatName
    path: str


class ExportCounts(NamedTuple):
    """What there is to export: `total` of all that match is None where it is not known."""

    marked: int
    loaded: int
    total: int | None
    is_filtered: bool
    is_complete: bool

    def choices(self) -> dict[Scope, str]:
        """Return what can be chosen, with its words; the first is what is likely meant."""
        choices: dict[Scope, str] = {}
        if self.marked:
            choices[Scope.MARKED] = f"{format_many(self.marked, 'document')} marked"
        if self.total is None:
            noun = "documents that match the filter" if self.is_filtered else "documents"
            choices[Scope.ALL] = f"all {noun}"
        else:
            matching = " that match the filter" if self.is_filtered else ""
            choices[Scope.ALL] = f"all {format_many(self.total, 'document')}{matching}"
        if self.loaded and not self.is_complete:
            choices[Scope.LOADED] = f"the {self.loaded:,} loaded so far"
        return choices


def file_name_of(collection_name: str, collection_id: str, form: FormatName) -> str:
    """Return a name for the file of a collection that every system takes."""
    stem = _stem_of(collection_name) or _stem_of(collection_id) or "collection"
    return f"{stem}.{form}"


def _stem_of(text: str) -> str:
    # File systems count bytes, and a path that begins with a tilde is somebody's home.
    stem = _UNFIT.sub("-", clean(text, _LONGEST)).encode()[:_LONGEST_IN_BYTES]
    return stem.decode("utf-8", "ignore").strip(" .-~")


def with_form(path: str, form: FormatName) -> str:
    """Return a path with the ending of a form, where it had that of another one."""
    stem, ending = os.path.splitext(path)  # noqa: PTH122 - what was typed is to stay as it is
    return f"{stem}.{form}" if ending.lower().removeprefix(".") in FORMATS and stem else path
