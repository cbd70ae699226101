"""Where the key comes from when it is not the keyring: the environment, or a file it names."""

import os
import stat
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xcoll_tui.api.keys import accept_key
from xcoll_tui.credentials.errors import KeyFileRefused
from xcoll_tui.credentials.secret import Secret, parse_key

KEY_VARIABLES = ("XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY")
"""The SDK reads the first; the reference's examples use the second."""
KEY_FILE_VARIABLE = "XCOLL_KEY_FILE"
# Far more than the longest key: what is longer is no key file.
_LONGEST_FILE = 8_192


@dataclass(frozen=True)
class Key:
    """A key, and where it comes from, in words that go on after "from"."""

    secret: Secret
    source: str


def take_key(environment: MutableMapping[str, str]) -> Key | None:
    """Return the key that the environment holds or names a file for, None without either.

    Variables that hold a key are taken out, so that no child process inherits it. An empty variable
    counts as none. Raises InvalidKey for what is no key, and KeyFileRefused for a file that others
    can read or that cannot be read: what is named is meant, so nothing else is tried then.
    """
    held = [(name, environment.pop(name, "")) for name in KEY_VARIABLES]
    for name, text in held:
        if text:
            accept_key(Secret(text))  # as it is: what surrounds it may be a mistake worth knowing
            return Key(parse_key(text), name)
    path = environment.get(KEY_FILE_VARIABLE)
    if path:
        return Key(parse_key(_read_key_file(Path(path).expanduser())), KEY_FILE_VARIABLE)
    return None


def _read_key_file(path: Path) -> str:
    try:
        # Not to wait for a pipe's other end; what is opened is what is looked at.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "its path is none"
        raise _refused(path, f"cannot be read: {problem}", "Correct the variable.") from None
    with os.fdopen(descriptor, "rb") as file:
        _require_private(path, os.fstat(file.fileno()))
        content = b""
        with suppress(OSError):  # then it is found to be empty
            content = file.read(_LONGEST_FILE + 1)
    if len(content) > _LONGEST_FILE:
        raise _refused(path, "is too long to hold a key", "Let it hold the key and nothing else.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        pass  # its text would hold what is in the file
    raise _refused(path, "holds no text", "Let it hold the key and nothing else.")


def _require_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "is no file", "Let the variable name a file that holds the key.")
    if os.name != "posix":
        return  # the bits tell nothing there
    if found.st_uid not in {os.geteuid(), 0}:
        raise _refused(path, "belongs to someone else", "Use a file of your own.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise _refused(path, "can be read by others", f"Close it: chmod 600 {path}")


def _refused(path: Path, problem: str, advice: str) -> KeyFileRefused:
    return KeyFileRefused(f"The key file {path} ({KEY_FILE_VARIABLE}) {problem}. {advice}")
