"""Files that only their owner may read, written so that they are whole or as they were before."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_OWNER_ONLY = 0o600


def create_private(path: Path) -> BinaryIO:
    """Make a new file that only its owner may read, and open it for writing; raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb")


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
            os.fsync(file.fileno())
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
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some file systems sync no folders
            raise
    finally:
        os.close(descriptor)
