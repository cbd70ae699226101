"""Writing a backup: under a hidden name, to its owner only, and found only once it is whole.

The file gets its name when it is complete, on the disk, and was read back; so whatever stops the
writing before leaves nothing that could be taken for a backup. Its form is told in `format`.
"""

import hashlib
import json
import os
import secrets
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from xcoll_tui.api.models import Collection, Document
from xcoll_tui.paths import make_private_folder
from xcoll_tui.private_files import create_private, sync_file, sync_folder
from xcoll_tui.session.backup.format import (
    CHECKSUM_MEMBER,
    SUFFIX,
    Backup,
    BackupBroken,
    Footer,
    Header,
    closing,
    read_backup,
)
from xcoll_tui.session.writes.records import delete_stale

_PART = ".part"
# Twice as many bytes, with the time and the suffix, stay below the 255 of most file systems.
_NAME_CHARACTERS, _NAME_BYTES = 48, 100
# What a collection was made with. Counts, sizes and the text received change with any document.
_CONFIGURATION = (
    "collection_name",
    "collection_description",
    "index_configuration",
    "chunk_configuration",
    "field_definitions",
)


class BackupWriter:
    """Writes one backup; every method but `discard` raises OSError or sqlite3.Error on failure.

    Call `open`, `add` for each page, `seal`, `check` and `publish`; and `discard` in the end,
    whatever happened. The calls block and must follow one another, but may come from any thread.
    `made_at` is in seconds since the epoch.
    """

    def __init__(
        self, folder: Path, collection: Collection, *, base_url: str, made_at: float
    ) -> None:
        self._folder = folder
        self._collection = collection
        self._made_at = datetime.fromtimestamp(made_at, UTC)
        self._header = Header(
            made_at=self._made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            base_url=base_url,
            documents=collection.documents_count,
            collection=collection,
        )
        self._part: Path | None = None
        self._file: BinaryIO | None = None
        self._seen: sqlite3.Connection | None = None
        self._checksum = hashlib.sha256()
        self._footer: Footer | None = None
        self._checked: Backup | None = None
        self.count = 0
        self.unreadable = 0

    def open(self) -> None:
        """Begin the file."""
        make_private_folder(self._folder)
        for path in self._folder.glob(f".*{SUFFIX}{_PART}"):
            delete_stale(path)
        # Which IDs are written already. An empty name is a database in a file of its own that
        # SQLite deletes, and keeps little of in memory: a set would grow with the collection.
        self._seen = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._seen.execute("PRAGMA journal_mode = OFF")
        self._seen.execute("CREATE TABLE seen (file_id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._seen.execute("BEGIN")
        self._part = self._folder / f".{secrets.token_hex(8)}{SUFFIX}{_PART}"
        self._file = create_private(self._part)
        self._append(_encode(msgspec.to_builtins(self._header)) + b"\n")

    def add(self, documents: Sequence[Document]) -> int:
        """Write those that have an ID and were not written before; return their number."""
        seen, before = self._seen, self.count
        if seen is None:
            raise ValueError("Open the backup before adding to it.")
        for document in documents:
            key = document.file_id.encode("utf-8", "surrogatepass")
            if not key:
                continue
            if seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount < 1:
                continue
            line: dict[str, Any] = {
                "file_id": document.file_id,
                "name": document.name,
                "fields": document.raw_fields,
            }
            if document.unreadable is not None:
                line["unreadable"] = document.unreadable
                self.unreadable += 1
            self._append(_encode(line) + b"\n")
            self.count += 1
        return self.count - before

    def seal(self, after: Collection, *, lost: int) -> None:
        """Write the last line and bring the file to the disk.

        `after` is the collection as it is in the end; `lost` documents came without an ID.
        """
        footer = Footer(
            count=self.count,
            unreadable=self.unreadable,
            lost=lost,
            documents=after.documents_count,
            changed=differences(self._collection, after),
            sha256="",
        )
        members = _encode(msgspec.to_builtins(footer)).partition(CHECKSUM_MEMBER)[0]
        file = self._append(members)
        checksum = self._checksum.hexdigest()
        self._footer = msgspec.structs.replace(footer, sha256=checksum)
        file.write(closing(checksum))
        file.flush()
        sync_file(file.fileno())
        if hasattr(os, "posix_fadvise"):  # so that reading back asks the disk, not the memory
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.close()
        self._file = None

    def check(self) -> None:
        """Read the sealed file back and compare; raises BackupBroken where it differs."""
        if self._part is None or self._footer is None:
            raise ValueError("Seal the backup before checking it.")
        backup = read_backup(self._part).backup
        if (backup.header, backup.footer) != (self._header, self._footer):
            raise BackupBroken(self._part, "it does not hold what was written")
        self._checked = backup

    def publish(self) -> Backup:
        """Give the checked file its name, and return it."""
        if self._part is None or self._checked is None:
            raise ValueError("Check the backup before publishing it.")
        path = _free_path(self._folder, self._collection, self._made_at)
        self._part.replace(path)
        self._part = None
        sync_folder(self._folder)
        return replace(self._checked, path=path)

    def discard(self) -> None:
        """Close everything and remove a file that was not published; raises nothing."""
        if self._seen is not None:
            self._seen.close()
            self._seen = None
        if self._file is not None:
            with suppress(OSError):  # a full disk fails the closing, too
                self._file.close()
            self._file = None
        if self._part is not None:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
            self._part = None

    def _append(self, raw: bytes) -> BinaryIO:
        if self._file is None:
            raise ValueError("The backup is not open.")
        self._checksum.update(raw)
        self._file.write(raw)
        return self._file


def _encode(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode("ascii")


def differences(first: Collection, second: Collection) -> tuple[str, ...]:
    """Return the names of the members of the configuration in which two collections differ."""
    return tuple(name for name in _CONFIGURATION if getattr(first, name) != getattr(second, name))


def file_stem(text: str) -> str:
    """Return a text as a part of a file name: letters, digits, dash, underscore, inner dots."""
    name = "".join(
        c if c.isalnum() or c in "-_." else "-"
        for c in unicodedata.normalize("NFC", text[: 4 * _NAME_CHARACTERS])
    )
    name = "-".join(part for part in name.split("-") if part).strip("-.")[:_NAME_CHARACTERS]
    return name.encode()[:_NAME_BYTES].decode(errors="ignore").rstrip("-.") or "collection"


def _free_path(folder: Path, collection: Collection, made_at: datetime) -> Path:
    name, identity = file_stem(collection.collection_name), file_stem(collection.collection_id)
    stem = f"{name}.{identity}.{made_at:%Y%m%dT%H%M%SZ}"
    path, number = folder / f"{stem}{SUFFIX}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{SUFFIX}"
    return path
