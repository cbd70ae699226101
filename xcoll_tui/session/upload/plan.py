"""The plan of an upload: which files go, with which fields, and what is skipped and why. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from xcoll_tui.session.upload.comparison import FolderComparison
from xcoll_tui.session.upload.local_files import Skipped, SkipReason, same_name
from xcoll_tui.session.writes.outcome import UNSENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xcoll_tui.api.models import FieldDefinition
    from xcoll_tui.session.upload.comparison import Difference
    from xcoll_tui.session.upload.local_files import Gathered, LocalFile

    Fields = Mapping[str, str]

OnName = Literal["skip", "both", "replace"]
"""What becomes of a file whose name a document has already: it is left out, uploaded beside that
one, or in its place."""
ON_NAME: tuple[str, ...] = get_args(OnName)

_NAMED = 3


@dataclass(frozen=True)
class PlannedFile:
    """A file to upload.

    `beside` are the documents that have its name already; `replaces` are those of them that are
    removed when the new one is there.
    """

    file: LocalFile
    fields: Fields = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from the others of the plan, before it has an ID."""
        return f"{UNSENT}{self.file.path}"


@dataclass(frozen=True)
class UploadPlan:
    """What would be uploaded.

    `problems` are sentences on fields: with one nothing may be sent. `notes` stop nothing.
    `comparison` is of all files with what was read of the collection.
    """

    collection_id: str
    files: tuple[PlannedFile, ...]
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    comparison: FolderComparison = field(default_factory=FolderComparison)

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(planned.file.size for planned in self.files)

    @property
    def types(self) -> Counter[str]:
        """How many files there are of each content type."""
        return Counter(planned.file.content_type for planned in self.files)

    @property
    def reasons(self) -> Counter[SkipReason]:
        """How many are skipped for each reason."""
        return Counter(skipped.reason for skipped in self.skipped)

    @property
    def replaced(self) -> int:
        """How many documents are removed for those that come in their place."""
        return sum(len(planned.replaces) for planned in self.files)


def plan_uploads(
    collection_id: str,
    gathered: Gathered,
    comparison: FolderComparison,
    definitions: Sequence[FieldDefinition],
    *,
    on_name: OnName = "skip",
    fields: Fields | None = None,
    rows: Mapping[str, Fields] | None = None,
) -> UploadPlan:
    """Plan an upload of files that were compared with the documents of their names.

    `fields` are for each file, `rows` for one by its name; they go before the others. What is there
    with the same hash is never sent, nor is another file of its name sent in its place.
    """
    planned: list[PlannedFile] = []
    skipped = list(gathered.skipped)
    rows_by_name = {same_name(name): row for name, row in (rows or {}).items()}
    differences = {one.file.path: one for one in comparison.differences if one.file is not None}
    reasons = {path: _reason_beside(one) for path, one in differences.items()}
    same = {
        same_name(file.name) for file in gathered.files if reasons[file.path] is SkipReason.SAME
    }
    taken: set[str] = set()
    for file in gathered.files:
        name = same_name(file.name)
        present = tuple(one.file_id for one in differences[file.path].documents)
        reason = reasons[file.path]
        if reason is SkipReason.SAME:
            skipped.append(Skipped(file.path, reason, file.size))
            continue
        if (name in taken or name in same) and on_name != "both":
            skipped.append(Skipped(file.path, SkipReason.NAME_TWICE, file.size))
            continue
        if present and on_name == "skip":
            skipped.append(Skipped(file.path, reason, file.size))
            continue
        taken.add(name)
        replaces = present if on_name == "replace" else ()
        own = {**(fields or {}), **rows_by_name.get(name, {})}
        planned.append(PlannedFile(file, own, present, replaces))
    problems = tuple(_problems(planned, definitions))
    notes = tuple(_unused(rows_by_name, gathered))
    return UploadPlan(collection_id, tuple(planned), tuple(skipped), problems, notes, comparison)


def _reason_beside(difference: Difference) -> SkipReason:
    """Say how a file stands to the documents of its name."""
    if difference.state == "changed":
        return SkipReason.CHANGED
    reasons = {"hash": SkipReason.SAME, "size": SkipReason.SAME_SIZE, "": SkipReason.NAME_THERE}
    return reasons[difference.by]


def _problems(planned: Sequence[PlannedFile], definitions: Sequence[FieldDefinition]) -> list[str]:
    """Say which rules of the collection the fields break; the service would refuse each."""
    defined = {definition.key for definition in definitions}
    undefined = sorted({key for one in planned for key in one.fields if key not in defined})
    problems = [
        f"“{key}” is no field of the collection, and an upload with it would be refused."
        for key in undefined
    ]
    for definition in definitions:
        key = definition.key
        lacking = [one.file.name for one in planned if not one.fields.get(key)]
        if definition.required and lacking:
            verb = "has" if len(lacking) == 1 else "have"
            problems.append(f"“{key}” is required, and {_listed(lacking)} {verb} none.")
        values = Counter(one.fields[key] for one in planned if one.fields.get(key))
        if definition.unique:
            problems += [
                f"The values of “{key}” must differ, and {count} files have “{value}”."
                for value, count in values.items()
                if count > 1
            ]
    return problems


def _unused(rows: Mapping[str, Fields], gathered: Gathered) -> list[str]:
    names = {same_name(file.name) for file in gathered.files}
    names |= {same_name(skipped.path.name) for skipped in gathered.skipped}
    unused = [name for name in rows if name not in names]
    if not unused:
        return []
    verb = "is" if len(unused) == 1 else "are"
    return [f"The table has a row for {_listed(unused)}, which {verb} not uploaded."]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown
