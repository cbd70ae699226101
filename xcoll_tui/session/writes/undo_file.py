"""One undo log on disk: JSON Lines, appended to by several processes.

The first line says whose it is; `undo_entry` tells of the others. Everything here blocks.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

from msgspec import Struct

from xcoll_tui.paths import make_private_folder
from xcoll_tui.private_files import replace_private, sync_folder
from xcoll_tui.session.json_file import (
    decode_object,
    encode,
    free_name,
    open_regular,
    read_file,
    reason_of,
    text_of,
)
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import locked
from xcoll_tui.session.writes.undo_entry import UndoEntry, apply_line

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager
    from pathlib import Path

_PATIENCE = 10.0
_HEAD = re.compile(rb'\{(?:"v":\d+,)?"kind":"[a-z]+","id":"([0-9a-f]{1,64})"')
_HEADER_LIMIT = 64 * 1024
_BINARY = getattr(os, "O_BINARY", 0)


class UndoContent(Struct):
    """The content of a log; `broken` are the numbers of lines that cannot be read."""

    entries: dict[str, UndoEntry] = {}
    sizes: dict[str, int] = {}
    broken: list[int] = []
    is_torn: bool = False

    @property
    def size(self) -> int:
        """The bytes of all entries."""
        return sum(self.sizes.values())


class UndoFile:
    """The undo log of one place.

    The methods raise OSError, and ValueError for what is no log; a lock on a file beside it keeps
    processes from each other's lines.
    """

    def __init__(self, path: Path, place: Place) -> None:
        self.path = path
        self.place = place
        self._is_named = False

    @staticmethod
    def place_at(path: Path) -> Place:
        """Return the place that the first line of the log at a path names."""
        with open_regular(path) as file:
            members = decode_object(file.readline(_HEADER_LIMIT))
        return Place(text_of(members, "host"), text_of(members, "team"))

    def append(self, lines: bytes, *, durable: bool) -> None:
        """Add lines, all or none; they are on the disk then if they are to be durable."""
        make_private_folder(self.path.parent)
        with self._locked():
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | _BINARY
            descriptor = os.open(self.path, flags, 0o600)
            try:
                self._append(descriptor, lines, durable=durable)
            finally:
                os.close(descriptor)
            if durable and not self._is_named:
                sync_folder(self.path.parent)
                self._is_named = True

    def read(self, only: str | None = None) -> UndoContent:
        """Return what it holds, or what it holds of one entry."""
        return _parse(self._read_all(), only)

    def drop(self, entry_ids: Collection[str]) -> None:
        """Rewrite it without some entries; lines that cannot be read go into a file beside it."""
        dropped = {*entry_ids}
        lines: list[bytes] = []
        broken: list[bytes] = []
        with self._locked():
            for line in BytesIO(read_file(self.path)):
                entry_id = _id_of(line)
                if entry_id is None and line.strip() and not _is_header(line):
                    broken.append(line)
                elif entry_id is not None and entry_id not in dropped:
                    lines.append(line.rstrip(b"\n"))
            if broken:
                aside = free_name(self.path.with_suffix(".unreadable"))
                replace_private(aside, b"".join(broken))
            if lines:
                replace_private(self.path, b"\n".join([self._header(), *lines, b""]))
            else:
                self.path.unlink(missing_ok=True)

    def _read_all(self) -> bytes:
        with suppress(OSError), self._locked():
            return read_file(self.path)
        return read_file(self.path)  # a folder that may only be read has no place for the lock

    def _append(self, descriptor: int, lines: bytes, *, durable: bool) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, f"{self.path} is not a regular file")
        if os.name == "posix" and status.st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
        try:
            _write(descriptor, self._opening(descriptor, status.st_size) + lines)
            if durable:
                os.fsync(descriptor)
        except BaseException:
            # What is half there would be taken for what is there.
            with suppress(OSError):
                os.ftruncate(descriptor, status.st_size)
            raise

    def _opening(self, descriptor: int, size: int) -> bytes:
        """Return what goes before the lines: the first one, or the end of one that was cut off."""
        if not size:
            return self._header() + b"\n"
        os.lseek(descriptor, size - 1, os.SEEK_SET)
        return b"" if os.read(descriptor, 1) == b"\n" else b"\n"

    def _header(self) -> bytes:
        members = {"v": 1, "kind": "log", "host": self.place.host, "team": self.place.team}
        return encode(members)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.path.with_suffix(".lock"), _PATIENCE)


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _id_of(line: bytes) -> str | None:
    """Return the ID of a line's entry; None for the first line and for what cannot be read."""
    head = _HEAD.match(line)
    if head is not None and line.endswith(b"}\n"):
        return head[1].decode()
    try:
        entry_id = decode_object(line).get("id")
    except ValueError:
        return None
    return entry_id if isinstance(entry_id, str) else None


def _is_header(line: bytes) -> bool:
    try:
        return decode_object(line).get("kind") == "log"
    except ValueError:
        return False


def _parse(content: bytes, only: str | None) -> UndoContent:
    result = UndoContent()
    wanted = None if only is None else f'"{only}"'.encode()
    for number, line in enumerate(BytesIO(content), 1):
        if not line.strip() or (wanted is not None and wanted not in line):
            continue
        try:
            members = decode_object(line)
            entry_id = apply_line(result.entries, members)
        except ValueError:
            if line.endswith(b"\n"):
                result.broken.append(number)
            else:
                result.is_torn = True
        else:
            result.sizes[entry_id] = result.sizes.get(entry_id, 0) + len(line)
    return result


def describe_problem(path: Path, content: UndoContent) -> str:
    """Return what is wrong with a log as a sentence, "" for nothing."""
    if content.broken:
        lines = "1 line" if len(content.broken) == 1 else f"{len(content.broken):,} lines"
        return (
            f"{lines} of {path} cannot be read, the first is line {content.broken[0]:,}; what "
            "was there cannot be undone. Everything else can."
        )
    if content.is_torn:
        return (
            f"The last line of {path} was cut off, as by a crash; what was there cannot be "
            "undone. Everything else can."
        )
    return ""


def describe_failure(path: Path, error: OSError | ValueError) -> str:
    """Return that a log cannot be read as a sentence."""
    return (
        f"{path} cannot be read: {reason_of(error)}. It holds what can be undone; make it readable,"
        " or look at it before deleting it."
    )
