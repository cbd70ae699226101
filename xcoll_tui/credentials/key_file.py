"""The file that a variable names for the key: who may read it, and what it holds."""

import os
import re
import select
import shlex
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xcoll_tui.api.keys import ANY_PREFIX
from xcoll_tui.credentials.errors import KeyFileRefused
from xcoll_tui.credentials.kinds import MANAGEMENT

KEY_FILE_VARIABLE = MANAGEMENT.file_variable
# Far more than the longest key: what is longer is no key file.
_LONGEST_FILE = 8_192
# For what a shell puts behind a pipe, as in <(pass show …), which may ask a person first.
_PATIENCE = 120.0
_STANDARD_INPUT = "/dev/stdin"
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,6})")
_OTHERS, _WRITE = 0o077, 0o222
_ROOT = 0
_HIDDEN = "[key]"
_NAME_A_FILE = "Let the variable name a file that holds the key."
_MOUNT = "have it mounted with mode 0440 or 0444"


@dataclass(frozen=True)
class _Named:
    """A file for a key, and the variable that names it."""

    path: Path
    variable: str


def read_key_file(name: str, variable: str = KEY_FILE_VARIABLE) -> tuple[str, list[str]]:
    """Return the text of a file, and clauses on what is unusual about its rights.

    Raises KeyFileRefused for a file that others can change, or that can be read by others who need
    not: its owner can close it. A file of root's, or on a file system that is mounted read-only, is
    as it was given to this user, and taken with a note. `/dev/stdin` and what a shell names for
    `<(…)` are read to their end.
    """
    _refuse_url(name, variable)
    named = _Named(_path_of(name), variable)
    descriptor, given = _opened(named)
    try:
        status = os.fstat(descriptor)
        notes: list[str] = []
        if stat.S_ISREG(status.st_mode):
            note = _judge(named, status, descriptor)
            notes += [note] if note else []
        elif not given or not (stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode)):
            problem = "is a terminal" if os.isatty(descriptor) else "is not a file"
            raise _refused(named, problem, _NAME_A_FILE)
        with suppress(OSError):
            content = _read(named, descriptor, wait=not stat.S_ISREG(status.st_mode))
            return _text_of(named, content), notes
    finally:
        os.close(descriptor)
    raise _refused(named, "cannot be read", _NAME_A_FILE)


def judge_rights(status: os.stat_result, user: int, *, read_only: bool) -> tuple[str, str]:
    """Return what is wrong with the rights of a file for a key, and what is unusual about them.

    Each is a clause, or "". `read_only` tells that its file system is mounted so.
    """
    mode, owner = stat.S_IMODE(status.st_mode), status.st_uid
    if owner not in {user, _ROOT} and not read_only:
        return "belongs to someone else", ""
    if not mode & _OTHERS:
        return "", "" if owner in {user, _ROOT} else f"it belongs to the user {owner}"
    # As a container mounts them: nobody here can close it. Root could, one that root may write.
    is_given = owner == _ROOT and (user != _ROOT or not mode & _WRITE)
    if not (is_given or read_only):
        return "can be read by others", ""
    if mode & _OTHERS & _WRITE and not read_only:
        return "can be changed by others", ""
    protection = "is mounted read-only" if read_only else "belongs to root"
    return "", f"it {protection}, and others may read it too (mode {mode:04o})"


def _judge(named: _Named, status: os.stat_result, descriptor: int) -> str:
    if os.name != "posix":
        return ""  # the bits tell nothing there
    read_only = bool(os.fstatvfs(descriptor).f_flag & os.ST_RDONLY)
    problem, note = judge_rights(status, os.geteuid(), read_only=read_only)
    if not problem:
        return note
    if status.st_uid == os.geteuid():
        # A link to it, such as /dev/stdin, may be another file for who follows the advice.
        target = shlex.quote(_shown(Path(os.path.realpath(named.path))))
        advice = f"Close it: chmod 600 {target}"
    elif status.st_uid == _ROOT:
        advice = f"Let root close it for others, or {_MOUNT}."
    else:
        advice = "Use a file of your own, or have it mounted read-only."
    raise _refused(named, problem, advice)


def _refuse_url(name: str, variable: str) -> None:
    scheme, separator, rest = name.partition("://")
    if not separator or not scheme.isalnum():
        return
    # Only of a file's is it shown whole: another may hold a password.
    shown = name if scheme.lower() == "file" else f"{scheme}://…"
    advice = f"Name its path instead: {rest}" if scheme.lower() == "file" else _NAME_A_FILE
    raise KeyFileRefused(f"The key file {shown} ({variable}) is named by a URL. {advice}")


def _path_of(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # nobody of that name is known, or no home
        return Path(text)


def _opened(named: _Named) -> tuple[int, bool]:
    """Return a descriptor, and whether it is one that this process was given."""
    path = named.path
    number = _DESCRIPTOR.fullmatch(str(path))
    given = number is not None or str(path) == _STANDARD_INPUT
    try:
        if given:
            # Not opened again: what it leads to may be another user's, and a socket has no name.
            return os.dup(int(number[1]) if number else 0), True
        # Not to wait for a pipe's other end; what is opened is what is looked at.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        return os.open(path, flags), False
    except PermissionError:
        problem, advice = "Permission denied", f"Let its owner allow it to you, or {_MOUNT}."
    except (OSError, ValueError) as error:
        problem, advice = getattr(error, "strerror", None) or "its path is none", _NAME_A_FILE
    # Raised out here, it has no context, which would hold the path, and that may be a key.
    raise _refused(named, f"cannot be read: {problem}", advice)


def _read(named: _Named, descriptor: int, *, wait: bool) -> bytes:
    content, deadline = b"", time.monotonic() + _PATIENCE
    while len(content) <= _LONGEST_FILE:
        if wait:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                problem = f"did not end within {_PATIENCE:.0f} seconds"
                raise _refused(named, problem, "Check what writes to it.")
        chunk = os.read(descriptor, _LONGEST_FILE + 1 - len(content))
        if not chunk:
            break
        content += chunk
    return content


def _text_of(named: _Named, content: bytes) -> str:
    if len(content) > _LONGEST_FILE:
        raise _refused(named, "is too long to hold a key", "Let it hold the key and nothing else.")
    with suppress(UnicodeDecodeError):  # its text would hold what is in the file
        return content.decode("utf-8-sig")  # editors on Windows put a mark before the text
    raise _refused(named, "holds no text", "Let it hold the key and nothing else.")


def _refused(named: _Named, problem: str, advice: str) -> KeyFileRefused:
    shown = f"The key file {_shown(named.path)} ({named.variable})"
    return KeyFileRefused(f"{shown} {problem}. {advice}")


def _shown(path: Path) -> str:
    # Few files begin as keys do: one may have been put into the wrong variable.
    return _HIDDEN if str(path).startswith(ANY_PREFIX) else str(path)
