"""Keyrings: which is trusted, the three calls of it, and the words for what fails there.

All of this blocks, some of it for ever: `vault.py` runs it in threads of its own.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from xcoll_tui.credentials.errors import (
    Insecure,
    KeyringProblem,
    Locked,
    NoKeyring,
    NotKept,
    Unavailable,
)
from xcoll_tui.credentials.kinds import MANAGEMENT, KeyKind
from xcoll_tui.credentials.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

USER = MANAGEMENT.user
# The exact classes: one that is derived from them may keep keys anywhere.
TRUSTED = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "libsecret",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Locker",
}
_CHAINER = "keyring.backends.chainer.ChainerBackend"
_FAIL = "keyring.backends.fail.Keyring"
_FAULTS = {
    "keyring.backends.null.Keyring": "keeps nothing",
    "keyrings.alt.file.PlaintextKeyring": "keeps keys as plain text",
}
_LOCKED = {
    "keyring.errors.KeyringLocked",
    "secretstorage.exceptions.LockedException",
    "secretstorage.exceptions.PromptDismissedException",
}
_IS_LOCKED = "org.freedesktop.Secret.Error.IsLocked"
_REFUSED = {"keyring.errors.PasswordSetError", "keyring.errors.PasswordDeleteError"}
_GONE = {
    "builtins.OSError",
    "builtins.EOFError",
    "secretstorage.exceptions.SecretServiceNotAvailableException",
}
# No key is like this, so it is unequal to every one, and refused where one is wanted.
_UNREADABLE = Secret("\N{REPLACEMENT CHARACTER}")
_LONGEST_REASON = 200

T = TypeVar("T")


class _Plugins(logging.Handler):
    """Takes what the keyring library logs, instead of stderr: which plugins could not be loaded."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.failed: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Note the plugin and the kind of its error; the traceback helps nobody here."""
        named = re.search(r"name='([^']{1,100})'", record.getMessage())
        kind = record.exc_info[0] if record.exc_info else None
        if named is not None:
            self.failed[named[1]] = "an error" if kind is None else kind.__name__


_plugins = _Plugins()


def failed_plugins() -> dict[str, str]:
    """Return the plugins of the keyring library that could not be loaded, each with the error."""
    return dict(_plugins.failed)


def service_name(profile: str) -> str:
    """Return the name of the service under which a profile's key is kept."""
    return f"xcoll:{profile}"


@dataclass(frozen=True)
class Trusted:
    """A keyring that is trusted, by its name for people; its calls raise KeyringProblem.

    `kind` is of the keys that are kept in it by this one.
    """

    name: str
    backend: "KeyringBackend"
    kind: KeyKind = MANAGEMENT

    def read(self, profile: str) -> Secret | None:
        """Return what is kept for a profile, whether or not it can be a key."""

        def ask() -> Secret | None:
            try:
                text = self.backend.get_password(service_name(profile), self.kind.user)
            except UnicodeDecodeError:
                return _UNREADABLE
            return None if text is None else Secret(text)

        return self._ask(ask, profile, "read")

    def write(self, profile: str, secret: Secret) -> None:
        """Keep a key for a profile."""
        entry = service_name(profile), self.kind.user
        self._ask(lambda: self.backend.set_password(*entry, secret.reveal()), profile, "stored")

    def delete(self, profile: str) -> None:
        """Delete what is kept for a profile; of several entries, one."""
        entry = service_name(profile), self.kind.user
        self._ask(lambda: self.backend.delete_password(*entry), profile, "deleted")

    def _ask(self, call: Callable[[], T], profile: str, done: str) -> T:
        failed = f"The {self.kind.short} of profile “{profile}” could not be {done}"
        try:
            return call()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the library's
            problem = explain(error, failed, self.name, self.kind)
        # Raised out here, it has no context: the frames of the library hold the key in the clear.
        raise problem


def find_trusted(kind: KeyKind = MANAGEMENT) -> Trusted:
    """Return the keyring to use; raises Unavailable and Insecure, and can block for ever."""
    logger = logging.getLogger("keyring")
    logger.addHandler(_plugins)  # once, however often this is called
    logger.propagate = False
    try:
        import keyring  # noqa: PLC0415 - slow, and only those who need a key are to wait for it

        keyring_found: Any = keyring.get_keyring()
        # Telling which there are asks each of them.
        candidates = (
            tuple(keyring_found.backends)
            if _path_of(keyring_found) == _CHAINER
            else (keyring_found,)
        )
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the library's
        problem = explain_start(error, kind, chosen="PYTHON_KEYRING_BACKEND" in os.environ)
    else:
        return choose(candidates, kind)
    # Raised out here, it has no context, so no frames of the library hang on it.
    raise problem


def choose(candidates: tuple[object, ...], kind: KeyKind = MANAGEMENT) -> Trusted:
    """Return the first that is trusted; raises Insecure, or Unavailable where there is none."""
    for candidate in candidates:
        name = TRUSTED.get(_path_of(candidate))
        if name is not None:
            return Trusted(name, cast("KeyringBackend", candidate), kind)
    paths = [path for path in map(_path_of, candidates) if path != _FAIL]
    if not paths:
        broken = "".join(
            f" The keyring plugin {name} could not be loaded ({error})."
            for name, error in _plugins.failed.items()
        )
        raise (Unavailable if broken else NoKeyring)(
            f"There is no keyring on this computer, or none that answers.{broken} {kind.ways_out} "
            "A keyring started later is found when xcoll starts again."
        )
    faults = ", ".join(f"{path} ({_FAULTS.get(path, 'unknown to xcoll')})" for path in paths)
    raise Insecure(
        f"The keyring here is not safe for a key: {faults}. {kind.ways_out} "
        "Trusted are Secret Service, libsecret, KWallet, the macOS Keychain and the "
        "Windows Credential Locker.",
        backend=", ".join(paths),
    )


def explain_start(
    error: BaseException, kind: KeyKind = MANAGEMENT, *, chosen: bool
) -> KeyringProblem:
    """Put into words why the keyring library found no keyring at all.

    `chosen` tells that PYTHON_KEYRING_BACKEND chose one; empty, it does so too.
    """
    if chosen:
        cause = "PYTHON_KEYRING_BACKEND names a keyring that cannot be used"
        remedy = "Unset it or correct it. "
    elif "configparser.Error" in set(_kinds(error)):
        cause, remedy = "the file keyringrc.cfg cannot be read", "Correct or remove that file. "
    elif isinstance(error, RuntimeError) and "home directory" in str(error):
        cause, remedy = "the home folder is not known", "Set HOME to it. "
    else:
        cause = "the keyring library failed"
        remedy = "If there is a file keyringrc.cfg, correct or remove it. "
    reason = _reason(error)
    return Unavailable(f"No keyring can be used: {cause} ({reason}). {remedy}{kind.ways_out}")


def explain(
    error: BaseException, failed: str, backend: str, kind: KeyKind = MANAGEMENT
) -> KeyringProblem:
    """Put into words what a call of a keyring raised; `failed` tells what was asked for.

    What the exception itself says is left out: some hold the key.
    """
    kinds = set(_kinds(error))
    name, ways_out = type(error).__name__, kind.ways_out
    # KWallet says by these that nobody unlocked it, and by them nothing else.
    if (
        kinds & _LOCKED
        or _bus_error(error) == _IS_LOCKED
        or (kinds & _REFUSED and backend == "KWallet")
    ):
        why = f"{backend} is locked, and it was not unlocked"
        return Locked(f"{failed}: {why}. {ways_out}", backend=backend)
    if kinds & _REFUSED:
        return NotKept(f"{failed}: {backend} refused ({name}). {ways_out}", backend=backend)
    if kinds & _GONE:
        why = f"{backend} cannot be reached any more ({name})"
    else:
        why = f"{backend} failed ({_bus_error(error) or name})"
    return Unavailable(f"{failed}: {why}. {ways_out}", backend=backend)


def _path_of(thing: object) -> str:
    return _path(type(thing))


def _path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised for: keyring wraps what secretstorage raises."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _kinds(error: BaseException) -> Iterator[str]:
    return (_path(kind) for link in _chain(error) for kind in type(link).__mro__)


def _bus_error(error: BaseException) -> str:
    """Return the name that D-Bus gave to an error, or ""."""
    for link in _chain(error):
        name = getattr(link, "name", None)
        if type(link).__name__ == "DBusErrorResponse" and isinstance(name, str):
            return name if name.replace(".", "").replace("_", "").isalnum() else ""
    return ""


def _reason(error: BaseException) -> str:
    """Return an error of the start in one line; no key was handed over yet."""
    kind = type(error).__name__
    # Those of the parser quote the file, and this one the bytes of it.
    if "configparser.Error" in set(_kinds(error)) or isinstance(error, UnicodeError):
        return kind
    words = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())
    return f"{kind}: {words[:_LONGEST_REASON]}" if words else kind
