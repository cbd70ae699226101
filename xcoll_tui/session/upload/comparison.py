"""A folder beside a collection: what is new here, changed, missing here, or the same. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xcoll_tui.session.upload.local_files import same_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.upload.local_files import LocalFile, Skipped

State = Literal["new", "changed", "missing", "unchanged"]
STATES: tuple[State, ...] = ("new", "changed", "missing", "unchanged")
Digests = dict[str, str]
"""The hashes of a file, by the name of the way in which they were made."""


@dataclass(frozen=True)
class Difference:
    """One name; `missing` is there and not here. `by` tells what was compared, "" for nothing."""

    name: str
    state: State
    file: LocalFile | None = None
    documents: tuple[Document, ...] = ()
    by: Literal["", "size", "hash"] = ""


@dataclass(frozen=True)
class FolderComparison:
    """A folder beside a collection, by name.

    `hashed_by` is the kind of hash that the service was seen to use, "" where none of those that
    can be made here matched any document: then files of the same size count as unchanged.
    """

    differences: tuple[Difference, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    hashed_by: str = ""

    @property
    def counts(self) -> Counter[State]:
        """How many there are of each state."""
        return Counter(one.state for one in self.differences)

    def of(self, *states: State) -> tuple[Difference, ...]:
        """Return those of some states."""
        return tuple(one for one in self.differences if one.state in states)


def same_sized(files: Iterable[LocalFile], documents: Iterable[Document]) -> list[LocalFile]:
    """Return the files that only their hashes could tell from the documents of their names."""
    sizes: dict[str, set[int | None]] = {}
    for document in documents:
        if document.file_metadata.hash:
            name = same_name(document.name)
            sizes.setdefault(name, set()).add(document.file_metadata.size_bytes)
    return [file for file in files if file.size in sizes.get(same_name(file.name), ())]


def compare_folder(
    files: Sequence[LocalFile],
    documents: Sequence[Document],
    digests: Mapping[str, Digests],
    skipped: Sequence[Skipped] = (),
) -> FolderComparison:
    """Compare files with documents by name; `digests` are of files, by their paths.

    What was skipped here is not missing here.
    """
    by_name: dict[str, list[Document]] = {}
    for document in documents:
        by_name.setdefault(same_name(document.name), []).append(document)
    hashed_by = _kind_seen(files, by_name, digests)
    differences, seen = [], set()
    for file in sorted(files, key=lambda file: file.name):
        name = same_name(file.name)
        seen.add(name)
        there = tuple(by_name.get(name, ()))
        differences.append(_difference(file, there, digests.get(str(file.path), {}), hashed_by))
    seen |= {same_name(one.path.name) for one in skipped}
    differences += [
        Difference(there[0].name, "missing", None, tuple(there))
        for name, there in sorted(by_name.items())
        if name not in seen
    ]
    return FolderComparison(tuple(differences), tuple(skipped), hashed_by)


def _difference(
    file: LocalFile, there: tuple[Document, ...], own: Digests, hashed_by: str
) -> Difference:
    if not there:
        return Difference(file.name, "new", file)
    alike = [one for one in there if one.file_metadata.size_bytes in (file.size, None)]
    if not alike:
        return Difference(file.name, "changed", file, there, "size")
    comparable = [one for one in alike if one.file_metadata.hash]
    if not hashed_by or hashed_by not in own or len(comparable) < len(alike):
        return Difference(file.name, "unchanged", file, there, "size")
    is_same = any(one.file_metadata.hash.lower() == own[hashed_by] for one in comparable)
    return Difference(file.name, "unchanged" if is_same else "changed", file, there, "hash")


def _kind_seen(
    files: Sequence[LocalFile],
    by_name: Mapping[str, Sequence[Document]],
    digests: Mapping[str, Digests],
) -> str:
    for file in files:
        hashes = {one.file_metadata.hash.lower() for one in by_name.get(same_name(file.name), ())}
        for kind, digest in digests.get(str(file.path), {}).items():
            if digest in hashes:
                return kind
    return ""
