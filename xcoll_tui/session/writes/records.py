"""Records of work under way: one JSON file each, with one owner, whose lock dies with its process.

Several sessions may share the state folder. A record belongs to the session that made it as long as
that lives; then anybody may take it up, one at a time. Whether it lives is told by a lock on a file
of its own (`owners/<id>.lock`), never by a process ID, which another process may have by now.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import secrets
import threading
import time
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from xcoll_tui.paths import make_private_folder
from xcoll_tui.private_files import replace_private
from xcoll_tui.session.json_file import decode_object, encode, read_file, reason_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from filelock import BaseFileLock

OWNERS = "owners"
_ID = re.compile(r"[0-9a-f]{1,64}\Z")
# A look at a lock takes it for a moment: others' looks, and their taking, wait that moment out.
_PATIENCE, _OWN_PATIENCE = 0.2, 5.0
_POLL = 0.01
_STALE_SECONDS = 24 * 60 * 60


class StateUnusable(OSError):  # noqa: N818 - a fact about a folder; its text is a whole sentence
    """What must be on disk before a request cannot be written.

    `str()` names the folder, the reason and what to do; `strerror` is the reason alone.
    """

    def __init__(self, sentence: str, error: OSError | ValueError | None = None) -> None:
        code = error.errno if isinstance(error, OSError) else None
        reason = sentence if error is None else reason_of(error)
        super().__init__(errno.EIO if code is None else code, reason)
        self._sentence = sentence

    def __str__(self) -> str:
        return self._sentence


def unusable(folder: Path, error: OSError | ValueError) -> StateUnusable:
    """Return what to raise where a folder within the state folder cannot be written."""
    if isinstance(error, StateUnusable):
        return StateUnusable(str(error), error)
    return StateUnusable(
        f"The folder {folder} cannot be written: {reason_of(error)}. Free some space or make "
        "it writable, or name another folder for xcoll's state in XDG_STATE_HOME.",
        error,
    )


def new_id() -> str:
    """Return an ID that no other session makes."""
    return secrets.token_hex(8)


def is_id(text: str) -> bool:
    """Tell whether an ID is one that xcoll makes, and so leads nowhere as the name of a file."""
    return _ID.match(text) is not None


def lock_file(path: Path, patience: float) -> BaseFileLock | None:
    """Lock a file, made if it is missing, and return the lock; None if another holds it so long.

    It conflicts between processes and within one, and no child inherits it. Raises OSError where
    the file system cannot lock: a mere marker file would outlive its process.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - not needed for the first frame

    lock = FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(timeout=patience, poll_interval=_POLL)
    except Timeout:
        return None
    return lock


@contextmanager
def locked(path: Path, patience: float) -> Iterator[None]:
    """Lock a file for the moment of a write; raises OSError when another keeps it that long.

    A twentieth of the time that `lock_file` takes, which looks after children and threads as well.
    """
    from filelock import lock_descriptor, unlock_descriptor  # noqa: PLC0415 - as above

    deadline = time.monotonic() + patience
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if lock_descriptor(descriptor, blocking=False):
                # Whoever locks a file that was deleted meanwhile locks out nobody.
                if _is_at(descriptor, path):
                    yield
                    return
            elif time.monotonic() > deadline:
                raise BlockingIOError(errno.EAGAIN, "another xcoll keeps it locked")
            else:
                time.sleep(_POLL)
        finally:
            # A child that was forked just now has it open too, and would keep the lock.
            with suppress(OSError):
                unlock_descriptor(descriptor)
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


class Owner:
    """One session's hold on its records: a lock that dies with its process.

    `state` is the state folder; without one there is nothing to hold. The methods block, and may be
    called from any thread; they raise OSError where a lock can be neither taken nor looked at.
    """

    def __init__(self, state: Path | None) -> None:
        self.id = new_id()
        self._folder = None if state is None else state / OWNERS
        self._guard = threading.RLock()
        self._lock: BaseFileLock | None = None
        self._identity: os.stat_result | None = None
        self._adopted: dict[str, tuple[BaseFileLock, int]] = {}

    def acquire(self) -> None:
        """Take the lock, unless it is held; call it before any record is written.

        A lock whose file somebody deleted is no longer seen by others, so it is taken again.
        """
        with self._guard:
            if self._folder is None or self._is_held():
                return
            path = self._path(self.id)
            try:
                make_private_folder(self._folder)
                self._drop()
                self._lock = lock_file(path, _OWN_PATIENCE)
                if self._lock is None:
                    raise BlockingIOError(errno.EAGAIN, "another program holds our lock")
                self._identity = path.stat()
            except OSError as error:
                self._drop()
                raise unusable(self._folder, error) from error
            _sweep(self._folder)

    def release(self) -> None:
        """Give the lock up and delete its file: whatever record is left, others may take up."""
        with self._guard:
            if self._is_held():
                with suppress(OSError):
                    self._path(self.id).unlink(missing_ok=True)
            self._drop()

    @contextmanager
    def adopt(self, owner_id: str) -> Iterator[bool]:
        """Hold the right to act on the records of an owner that is dead, or is this one.

        False when it lives, or when another session acts on its records. The same session may
        adopt the same owner several times at once.
        """
        adopted = owner_id == self.id or self._adopt(owner_id)
        try:
            yield adopted
        finally:
            if adopted and owner_id != self.id:
                self._leave(owner_id)

    def acts_for(self, owner_id: str) -> bool:
        """Tell without a look at any lock whether an owner's records are this one's."""
        return owner_id == self.id

    def is_live(self, owner_id: str) -> bool:
        """Tell whether another session is at work on an owner's records: it, or who adopted it."""
        with self._guard:
            if self._folder is None or owner_id == self.id or owner_id in self._adopted:
                return False
            path = self._path(owner_id)
            if not path.exists():
                return False
            lock = lock_file(path, _PATIENCE)
            if lock is None:
                return True
            lock.release()
            return False

    def find_live(self, owner_ids: Iterable[str], live: dict[str, bool]) -> list[OSError]:
        """Add to `live` which of these owners are, and return why that of some is not known."""
        failures = []
        for owner_id in owner_ids:
            if owner_id not in live:
                try:
                    live[owner_id] = self.is_live(owner_id)
                except OSError as error:
                    live[owner_id] = True  # what may be another's is left alone
                    failures.append(error)
        return failures

    def _adopt(self, owner_id: str) -> bool:
        with self._guard:
            if self._folder is None:
                return False
            lock, count = self._adopted.get(owner_id, (None, 0))
            if lock is None:
                make_private_folder(self._folder)
                lock = lock_file(self._path(owner_id), _PATIENCE)
            if lock is not None:
                self._adopted[owner_id] = lock, count + 1
            return lock is not None

    def _leave(self, owner_id: str) -> None:
        with self._guard:
            lock, count = self._adopted.pop(owner_id)
            if count > 1:
                self._adopted[owner_id] = lock, count - 1
            else:
                lock.release()

    def _is_held(self) -> bool:
        if self._lock is None or self._identity is None:
            return False
        try:
            return os.path.samestat(self._path(self.id).stat(), self._identity)
        except OSError:
            return False

    def _drop(self) -> None:
        lock, self._lock, self._identity = self._lock, None, None
        if lock is not None:
            with suppress(OSError):
                lock.release()

    def _path(self, owner_id: str) -> Path:
        if self._folder is None or not is_id(owner_id):
            raise ValueError(f"{owner_id!r} is not an owner's ID")
        return self._folder / f"{owner_id}.lock"


@asynccontextmanager
async def adopting(
    owner: Owner, owner_id: str, failed: Callable[[OSError], object] | None = None
) -> AsyncIterator[bool | None]:
    """Adopt an owner as `Owner.adopt` does, off the event loop.

    Where a lock cannot be looked at it raises OSError, or tells that `failed` and yields None. A
    caller that is cancelled meanwhile leaves no lock behind.
    """
    if owner.acts_for(owner_id):
        yield True
        return
    with ExitStack() as stack:
        adopted: bool | None
        try:
            adopted = await _enter(stack, owner.adopt(owner_id))
        except OSError as error:
            if failed is None:
                raise
            failed(error)
            adopted = None
        yield adopted


async def _enter(stack: ExitStack, adopting: AbstractContextManager[bool]) -> bool:
    entering = asyncio.ensure_future(asyncio.to_thread(stack.enter_context, adopting))
    try:
        return await asyncio.shield(entering)
    except asyncio.CancelledError:
        await asyncio.wait({entering})
        raise


def _sweep(folder: Path) -> None:
    """Delete the lock files of owners that died long ago: a missing one says the same."""
    with suppress(OSError):
        for path in folder.glob("*.lock"):
            if path.stat().st_mtime > time.time() - _STALE_SECONDS:
                continue
            lock = lock_file(path, 0)
            if lock is not None:
                path.unlink(missing_ok=True)
                lock.release()


class Record(Protocol):
    """The content of a file in a folder of records; both IDs are of hexadecimal digits."""

    @property
    def id(self) -> str:
        """Its own, and the name of its file."""

    @property
    def owner(self) -> str:
        """Of the session that made it."""


R = TypeVar("R", bound=Record)


class RecordFolder(Generic[R]):
    """A folder with a JSON file for each record; the methods block, and raise OSError.

    `read` makes a record of an object as it was read, and raises ValueError if it cannot; `write`
    is its inverse. `content` goes on after "It holds", where a file cannot be read. Without a
    `folder` nothing is kept.
    """

    def __init__(
        self,
        folder: Path | None,
        read: Callable[[dict[str, Any]], R],
        write: Callable[[R], dict[str, Any]],
        content: str,
    ) -> None:
        self._folder = folder
        self._read = read
        self._write = write
        self._content = content

    def read_all(self) -> tuple[list[R], list[str]]:
        """Return all records, and what could not be read, as sentences; raises nothing."""
        records: list[R] = []
        problems: list[str] = []
        if self._folder is None:
            return records, problems
        try:
            paths = sorted(self._folder.iterdir())
        except FileNotFoundError:
            return [], []
        except OSError as error:
            problem = f"The folder {self._folder} cannot be read: {reason_of(error)}. It may hold"
            return [], [f"{problem} {self._content}; make it readable."]
        for path in paths:
            if path.suffix == ".new":
                delete_stale(path)
            elif path.suffix == ".json":
                try:
                    records.append(self._read_file(path))
                except FileNotFoundError:
                    continue  # done with since the folder was read
                except (OSError, ValueError) as error:
                    problems.append(
                        f"{path} cannot be read: {reason_of(error)}. It holds {self._content}; look"
                        " at it before deleting it."
                    )
        return records, problems

    def read(self, record_id: str) -> R | None:
        """Return a record as it is on disk now, None when it is gone or cannot be read any more."""
        try:
            return self._read_file(self._path(record_id))
        except (FileNotFoundError, ValueError):
            return None

    def put(self, record: R) -> None:
        """Write a record, whole or not at all, and bring it to the disk."""
        if self._folder is None:
            return
        path = self._path(record.id)
        try:
            content = encode(self._write(record))
            make_private_folder(self._folder)
            replace_private(path, content)
        except RecursionError as error:
            raise unusable(self._folder, ValueError("it is nested too deeply")) from error
        except (OSError, ValueError) as error:
            raise unusable(self._folder, error) from error

    def delete(self, record_id: str) -> None:
        """Delete a record, which may be gone already."""
        if self._folder is not None:
            self._path(record_id).unlink(missing_ok=True)

    def path_of(self, record: R) -> Path:
        """Return where a record is."""
        return self._path(record.id)

    def _read_file(self, path: Path) -> R:
        members = decode_object(read_file(path))
        try:
            record = self._read(members)
        except (KeyError, TypeError) as error:
            raise ValueError(f"it is not such a record ({error})") from error
        if record.id != path.stem:
            raise ValueError("it was renamed")
        if not is_id(record.id) or not is_id(record.owner):
            raise ValueError("xcoll does not create such an id or owner")
        return record

    def _path(self, record_id: str) -> Path:
        if self._folder is None or not is_id(record_id):
            raise ValueError(f"{record_id!r} is not a record's ID")
        return self._folder / f"{record_id}.json"


def put_own(owner: Owner, records: RecordFolder[R], record: R) -> None:
    """Write a record under its owner's lock: what is begun must not look like what broke off."""
    owner.acquire()
    records.put(record)


def delete_stale(path: Path) -> None:
    """Delete what a killed process left behind, when surely nobody writes it any more."""
    with suppress(OSError):  # another process may delete it at the same time
        if path.stat().st_mtime < time.time() - _STALE_SECONDS:
            path.unlink()
