"""Files written so that they are whole or as they were before; most only their owner may read."""

import errno
import os
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


def require_plain(path: Path) -> None:
    """Raise OSError for what is there and is no plain file; a link is followed."""
    with suppress(FileNotFoundError):
        _require_plain(path.stat())


def _require_plain(status: os.stat_result) -> None:
    kind = kind_of(status.st_mode)
    if kind:
        raise OSError(errno.EINVAL, f"It is {kind}")


def _beside(path: Path, kind: str) -> Path:
    """Name a hidden file of the same folder that nobody else has."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.{kind}")


def replace_private(path: Path, content: bytes) -> None:
    """Put a file in place of the one that may be there, whole or not at all; raises OSError.

    It is written under another name, brought to the disk, and renamed; whoever reads meanwhile
    sees the old content or the new. The folder must be there.
    """
    fresh = _beside(path, "new")
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


class FreshFile:
    """A file that gets its name once it is whole; until then it stands beside it, hidden.

    `replace` says whether another may stand in its place. All methods raise OSError but `discard`,
    which belongs at the end whatever happened. A link is followed; what is no plain file is
    refused. It is no secret of the program's: a new file has the mode that the umask leaves, one
    that takes the place of another has the mode of that.
    """

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        self.path = path
        self._place = Path(os.path.realpath(path))
        self._replace = replace
        mode: int | None = None
        with suppress(FileNotFoundError):
            replaced = self._place.stat()
            _require_plain(replaced)
            self._require_free()
            mode = stat.S_IMODE(replaced.st_mode) & 0o777  # not what runs it as someone else
        self._part = _beside(self._place, "part")
        if mode is None:
            self.file: BinaryIO = self._part.open("xb")
        else:
            self.file = create_private(self._part)
            if os.name == "posix":
                with suppress(OSError):  # some file systems keep no modes
                    os.fchmod(self.file.fileno(), mode)

    @property
    def folder(self) -> Path:
        """Where it stands."""
        return self._place.parent

    def publish(self) -> None:
        """Bring it to the disk and give it its name; raises FileExistsError."""
        self.file.flush()
        sync_file(self.file.fileno())
        self.file.close()
        if self._replace:
            self._part.replace(self._place)
        else:
            self._take_name()
        sync_folder(self._place.parent)

    def discard(self) -> None:
        """Remove it, unless it was published."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _take_name(self) -> None:
        try:
            # A link is refused where a name is taken, a rename is not.
            os.link(self._part, self._place)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError, AttributeError):
            self._require_free()  # a file system without links
            self._part.rename(self._place)
        else:
            self._part.unlink()

    def _require_free(self) -> None:
        if not self._replace and os.path.lexists(self._place):
            raise FileExistsError(errno.EEXIST, "It exists already", str(self.path))
