"""Files that only their owner may read, written so that they are whole or as they were before."""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_OWNER_ONLY = 0o600


# What a file system answers that brings nothing to the disk by itself, or has no such call.
_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM}


def create_private(path: Path) -> BinaryIO:
    """Make a new file that only its owner may read, and open it for writing; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    if os.name == "posix":
        with suppress(OSError):  # some file systems keep no modes
            os.fchmod(descriptor, _OWNER_ONLY)  # a umask may have left less than its owner needs
    return os.fdopen(descriptor, "wb")


def kind_of(mode: int) -> str:
    """Say what a mode of the file system belongs to, "" for a plain file."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return "" if stat.S_ISREG(mode) else kinds.get(stat.S_IFMT(mode), "no plain file")


def open_for_appending(path: Path) -> int:
    """Open a plain file to append to, and return its descriptor; raises OSError.

    One that was missing is made for its owner only; one that is there keeps its mode. Nothing but a
    plain file is opened: a pipe may wait for its reader for ever, and a terminal is a screen.
    """
    try:
        _require_plain(path.stat())
        flags = 0  # O_CREAT on what is there is refused in /tmp where it is someone else's
    except FileNotFoundError:
        flags = os.O_CREAT
    flags |= os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    descriptor = os.open(path, flags, _OWNER_ONLY)
    try:
        _require_plain(os.fstat(descriptor))  # it may be another one by now
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _require_plain(status: os.stat_result) -> None:
    kind = kind_of(status.st_mode)
    if kind:
        raise OSError(errno.EINVAL, f"It is {kind}")


def replace_private(path: Path, content: bytes) -> None:
    """Put a file in place of the one that may be there, whole or not at all; raises OSError.

    It is written under another name, brought to the disk, and renamed; whoever reads meanwhile
    sees the old content or the new. The folder must be there.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with create_private(fresh) as file:
            file.write(content)
            file.flush()
            sync_file(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring a new name in a folder to the disk, where the system can; raises OSError."""
    if os.name != "posix":
        return
    with suppress(PermissionError):  # a folder that can be written need not be readable
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            sync_file(descriptor)
        finally:
            os.close(descriptor)


def sync_file(descriptor: int) -> None:
    """Bring a file to the disk, where its file system can; raises OSError."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
