"""A folder beside a collection: what is new here, changed, missing here, or the same. Pure.

A size of 0 says nothing: a service may not have filled it in, and an empty file is not compared.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xcoll_tui.session.upload.local_files import same_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.upload.local_files import LocalFile, Skipped, SkipReason

State = Literal["new", "changed", "missing", "unchanged", "unknown"]
STATES: tuple[State, ...] = ("new", "changed", "missing", "unchanged", "unknown")
Digests = dict[str, str]
"""The hashes of a file, by the name of the way in which they were made."""


@dataclass(frozen=True)
class Difference:
    """One name; `missing` is there and not here. `by` tells what was compared, "" for nothing.

    `unchanged` by size is of the same size, and no more is known; `unknown` is not even that.
    """

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

    @property
    def reasons(self) -> Counter[SkipReason]:
        """How many were skipped for each reason."""
        return Counter(skipped.reason for skipped in self.skipped)

    def of(self, *states: State) -> tuple[Difference, ...]:
        """Return those of some states."""
        return tuple(one for one in self.differences if one.state in states)


def worth_hashing(files: Iterable[LocalFile], documents: Iterable[Document]) -> list[LocalFile]:
    """Return the files that only their hashes could tell from the documents of their names."""
    hashed: dict[str, list[Document]] = {}
    for document in documents:
        if document.file_metadata.hash:
            hashed.setdefault(same_name(document.name), []).append(document)
    return [
        file
        for file in files
        if any(_may_be_alike(file, one) for one in hashed.get(same_name(file.name), ()))
    ]


def _may_be_alike(file: LocalFile, document: Document) -> bool:
    return (document.file_metadata.size_bytes or file.size) == file.size


def _hash_of(document: Document) -> str:
    """Return a document's hash without the kind that some write before it."""
    return document.file_metadata.hash.lower().rpartition(":")[2]


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
    alike = [one for one in there if _may_be_alike(file, one)]
    if not alike:
        return Difference(file.name, "changed", file, there, "size")
    if hashed_by in own:
        if any(_hash_of(one) == own[hashed_by] for one in alike):
            return Difference(file.name, "unchanged", file, there, "hash")
        if all(map(_hash_of, alike)):
            return Difference(file.name, "changed", file, there, "hash")
    if any(one.file_metadata.size_bytes for one in alike):
        return Difference(file.name, "unchanged", file, there, "size")
    return Difference(file.name, "unknown", file, there)


def _kind_seen(
    files: Sequence[LocalFile],
    by_name: Mapping[str, Sequence[Document]],
    digests: Mapping[str, Digests],
) -> str:
    for file in files:
        hashes = {_hash_of(one) for one in by_name.get(same_name(file.name), ())}
        for kind, digest in digests.get(str(file.path), {}).items():
            if digest in hashes:
                return kind
    return ""
