"""Where the key comes from when it is not the keyring: the environment, or a file it names."""

import os
import stat
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.api.keys import ANY_PREFIX, accept_key
from xcoll_tui.credentials.errors import KeyFileRefused
from xcoll_tui.credentials.secret import Secret, parse_key

KEY_VARIABLES = ("XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY")
"""The SDK reads the first; the reference's examples use the second."""
KEY_FILE_VARIABLE = "XCOLL_KEY_FILE"
# Far more than the longest key: what is longer is no key file.
_LONGEST_FILE = 8_192
_HIDDEN = "[key]"
_NAME_A_FILE = "Let the variable name a file that holds the key."


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
            return Key(_parsed(Secret(text), f"It comes from {name}.", surrounded=False), name)
    path = environment.get(KEY_FILE_VARIABLE)
    if path:
        text = _read_key_file(_path_of(path))
        whence = f"It comes from the file that {KEY_FILE_VARIABLE} names."
        return Key(_parsed(Secret(text), whence, surrounded=True), KEY_FILE_VARIABLE)
    return None


def _parsed(secret: Secret, whence: str, *, surrounded: bool) -> Secret:
    """Return the key in a text; white space around it may be a mistake worth knowing."""
    try:
        if not surrounded:
            accept_key(secret)
        return parse_key(secret.reveal())
    except InvalidKey as refusal:
        said = str(refusal)
    raise InvalidKey(f"{said} {whence}")


def _path_of(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # nobody of that name is known, or no home
        return Path(text)


def _read_key_file(path: Path) -> str:
    descriptor = _opened(path)
    try:
        _require_private(path, os.fstat(descriptor))
        with suppress(OSError), os.fdopen(descriptor, "rb", closefd=False) as file:
            return _text_of(path, file.read(_LONGEST_FILE + 1))
    finally:
        os.close(descriptor)
    raise _refused(path, "cannot be read", _NAME_A_FILE)


def _opened(path: Path) -> int:
    try:
        # Not to wait for a pipe's other end; what is opened is what is looked at.
        return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "its path is none"
    # Raised out here, it has no context, which would hold the path, and that may be a key.
    raise _refused(path, f"cannot be read: {problem}", _NAME_A_FILE)


def _text_of(path: Path, content: bytes) -> str:
    if len(content) > _LONGEST_FILE:
        raise _refused(path, "is too long to hold a key", "Let it hold the key and nothing else.")
    with suppress(UnicodeDecodeError):  # its text would hold what is in the file
        return content.decode("utf-8-sig")  # editors on Windows put a mark before the text
    raise _refused(path, "holds no text", "Let it hold the key and nothing else.")


def _require_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "is no file", _NAME_A_FILE)
    if os.name != "posix":
        return  # the bits tell nothing there
    if found.st_uid not in {os.geteuid(), 0}:
        raise _refused(path, "belongs to someone else", "Use a file of your own.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise _refused(path, "can be read by others", f"Close it: chmod 600 {_shown(path)}")


def _refused(path: Path, problem: str, advice: str) -> KeyFileRefused:
    return KeyFileRefused(f"The key file {_shown(path)} ({KEY_FILE_VARIABLE}) {problem}. {advice}")


def _shown(path: Path) -> str:
    # Few files begin as keys do: one may have been put into the wrong variable.
    return _HIDDEN if str(path).startswith(ANY_PREFIX) else str(path)
