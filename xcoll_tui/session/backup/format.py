"""A collection on disk: what a backup looks like, and how backups are read, checked and listed.

A backup is a file of JSON lines:

    {"xcoll_backup": 1, "made_at": "2026-04-15T12:00:00Z", "base_url": "https://…",
     "documents": 12480, "collection": {…}}
    {"file_id": "file_…", "name": "tsla-20250630.txt", "fields": {"type": "10-Q"}}
    …
    {"count": 12480, "unreadable": 0, "lost": 0, "documents": 12480, "changed": [], "sha256": "…"}

The first line is the header: `collection` holds the members of `api.models.Collection`, in
`(received)` also the JSON text that the service sent; `documents` is how many documents the service
said there are when the backup began. Then comes one document a line; `unreadable` is there with a
sentence where the service's answer could not be read completely. The last line is the footer: how
many documents the file holds, how many of them are unreadable, how many more could not be written
for want of an ID, how many the service said there are in the end, which members of the collection
had changed by then, and the SHA-256 of all bytes of the file before the comma and the word
`sha256`.

The file is plain ASCII, everything else is escaped: so each text comes back as it was, be it full
of newlines or lone surrogates. A file whose name begins with a dot is not a backup yet, see
`writer`.
"""

import hashlib
import json
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec

from xcoll_tui.api.models import Collection

T = TypeVar("T")

VERSION = 1
SUFFIX = ".xcoll-backup.jsonl"
CHECKSUM_MEMBER = b',"sha256":'
# One answer of the service is shorter, so a longer line was not written by us.
_LONGEST_LINE = 128 * 1024 * 1024
_LONGEST_FOOTER = 64 * 1024


class BackupBroken(Exception):  # noqa: N818 - a fact about a file; its text is a whole sentence
    """A file is no whole backup; `str()` says which, why, and what to do.

    `path` is the file, `clause` what is wrong with it, without a full stop.
    """

    def __init__(self, path: Path, clause: str) -> None:
        super().__init__(
            f"The backup {path.name} cannot be used: {clause}. Choose another backup, or restore "
            "the file from a copy."
        )
        self.path = path
        self.clause = clause


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line; `made_at` is RFC 3339 in UTC."""

    xcoll_backup: int = VERSION
    made_at: str
    base_url: str
    documents: int | None
    collection: Collection


class Footer(msgspec.Struct, frozen=True):
    """The last line."""

    count: int
    unreadable: int
    lost: int
    documents: int | None
    changed: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class SavedDocument:
    """A document as it stands in a backup; `unreadable` is None or says what is missing of it."""

    file_id: str
    name: str
    fields: dict[str, Any]
    unreadable: str | None = None


@dataclass(frozen=True)
class Backup:
    """The facts that a backup states of itself.

    `collection` is as it was at the beginning. `count` documents stand in the file.
    """

    path: Path
    header: Header
    footer: Footer

    @property
    def collection(self) -> Collection:
        """The collection as it was when the backup began."""
        return self.header.collection

    @property
    def made_at(self) -> str:
        """When the backup began, RFC 3339 in UTC."""
        return self.header.made_at

    @property
    def count(self) -> int:
        """How many documents the file holds."""
        return self.footer.count

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why it may not hold the whole collection, as sentences; none if all agrees."""
        before, end, doubts = self.header.documents, self.footer, []
        if end.documents is None:
            doubts.append(
                f"How many documents the service has is unknown; the backup holds {end.count:,}."
            )
        elif end.count != end.documents:
            doubts.append(
                f"The service says there are {end.documents:,} documents, and the backup holds "
                f"{end.count:,}."
            )
        if before is not None and end.documents is not None and before != end.documents:
            doubts.append(
                f"The number of documents changed from {before:,} to {end.documents:,} while they "
                "were read."
            )
        if end.unreadable:
            doubts.append(f"{end.unreadable:,} of its documents could not be read completely.")
        if end.lost:
            doubts.append(f"{end.lost:,} more came without an ID and are not in it.")
        if self.collection.unreadable is not None:
            doubts.append(
                f"The collection could not be read completely. {self.collection.unreadable}"
            )
        if end.changed:
            doubts.append(f"While the documents were read, this changed: {', '.join(end.changed)}.")
        return tuple(doubts)


class BackupReader:
    """A backup that was read to its end and found whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._opened() as file:
            self._stamp = _stamp_of(file)
            header = _header_of(path, file.readline(_LONGEST_LINE))
            file.seek(0)
            count = unreadable = 0
            for item in self._walk(file):
                if isinstance(item, Footer):
                    self.backup = Backup(path, header, item)
                else:
                    count += 1
                    unreadable += item.unreadable is not None
        footer = self.backup.footer
        if (footer.count, footer.unreadable) != (count, unreadable):
            raise BackupBroken(
                path, f"its last line tells of {footer.count:,} documents, and it holds {count:,}"
            )

    def documents(self) -> Generator[SavedDocument, None, None]:
        """Yield the documents in the order they were written, holding one line at a time.

        Raises BackupBroken where the file is another than the one that was found whole.
        """
        with self._opened() as file:
            if _stamp_of(file) != self._stamp:
                raise BackupBroken(self._path, "it was changed while it was in use")
            for item in self._walk(file):
                if isinstance(item, SavedDocument):
                    yield item

    def _opened(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise BackupBroken(self._path, f"it cannot be opened ({error.strerror})") from None

    def _walk(self, file: BinaryIO) -> Iterator[SavedDocument | Footer]:
        """Yield the documents, and in the end the footer, once the checksum is found to fit."""
        checksum = hashlib.sha256(file.readline(_LONGEST_LINE))
        number = 1
        while raw := file.readline(_LONGEST_LINE):
            number += 1
            line = _parse(self._path, raw, f"line {number}")
            if "file_id" in line:
                checksum.update(raw)
                yield _convert(self._path, line, SavedDocument, f"line {number}")
                continue
            footer = _convert(self._path, line, Footer, f"line {number}")
            if file.read(1):
                raise BackupBroken(self._path, f"something follows line {number}, its last")
            members = raw.partition(CHECKSUM_MEMBER)[0]
            checksum.update(members)
            if raw != members + closing(checksum.hexdigest()):
                raise BackupBroken(self._path, "its checksum does not fit what it holds")
            yield footer
            return
        raise BackupBroken(self._path, "its last line is missing")


def read_backup(path: Path) -> BackupReader:
    """Read a backup to its end and return it, to be read again; blocks.

    Raises BackupBroken unless every line, the count and the checksum are in order.
    """
    try:
        return BackupReader(path)
    except OSError as error:
        raise BackupBroken(path, f"it cannot be read ({error.strerror})") from None


def list_backups(folder: Path) -> list[Backup | BackupBroken]:
    """Return the backups in a folder, newest first, and then those with a broken end; blocks.

    Only the first and the last line of each are read: `read_backup` tells whether one is whole.
    """
    backups: list[Backup] = []
    broken: list[BackupBroken] = []
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}")):
        try:
            backups.append(_ends_of(path))
        except BackupBroken as problem:
            broken.append(problem)
        except OSError as error:
            broken.append(BackupBroken(path, f"it cannot be read ({error.strerror})"))
    backups.sort(key=lambda backup: (backup.made_at, backup.path.name), reverse=True)
    return [*backups, *broken]


def closing(checksum: str) -> bytes:
    """Return how a backup with this checksum ends."""
    return CHECKSUM_MEMBER + f'"{checksum}"}}\n'.encode("ascii")


def _ends_of(path: Path) -> Backup:
    with path.open("rb") as file:
        header = _header_of(path, file.readline(_LONGEST_LINE))
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LONGEST_FOOTER))
        last = file.read().splitlines(keepends=True)[-1]
    return Backup(path, header, _convert(path, _parse(path, last, "its end"), Footer, "its end"))


def _header_of(path: Path, raw: bytes) -> Header:
    if not raw:
        raise BackupBroken(path, "it is empty")
    line = _parse(path, raw, "line 1")
    version = line.get("xcoll_backup")
    if type(version) is not int:
        raise BackupBroken(path, "it is not an xcoll backup")
    if version != VERSION:
        raise BackupBroken(path, f"it is of version {version}, and this xcoll reads {VERSION}")
    return _convert(path, line, Header, "line 1")


def _parse(path: Path, raw: bytes, place: str) -> dict[str, Any]:
    # Python's own reader: msgspec's takes no lone surrogates.
    try:
        if not raw.endswith(b"\n"):
            raise BackupBroken(path, f"{place} is cut off")
        line = json.loads(raw.decode("ascii"))
    except (ValueError, RecursionError):
        raise BackupBroken(path, f"{place} is not JSON") from None
    if not isinstance(line, dict):
        raise BackupBroken(path, f"{place} is not a JSON object")
    return line


def _convert(path: Path, line: dict[str, Any], kind: type[T], place: str) -> T:
    try:
        return msgspec.convert(line, kind)
    except msgspec.ValidationError as error:
        raise BackupBroken(path, f"{place} is not as it should be ({error})") from None


def _stamp_of(file: BinaryIO) -> tuple[int, ...]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
