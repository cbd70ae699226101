"""Where xcoll keeps what it keeps: a folder for configuration, and one for its state.

The folders are the platform's own (on Linux `~/.config/xcoll` and `~/.local/state/xcoll`, or below
`XDG_CONFIG_HOME` and `XDG_STATE_HOME`), made when first asked for, and open to their owner only:
backups and recovery files hold the fields of documents.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

_NAME = "xcoll"
_OWNER_ONLY, _OTHERS = 0o700, 0o077
_IN_HOME = {"config": ".config", "state": ".local/state"}


class FolderUnusable(Exception):  # noqa: N818 - a fact about a folder; its text is a whole sentence
    """A folder of ours cannot be made or used; `str()` says which, why, and what to do."""


def config_path() -> Path:
    """Return where the folder of the configuration is, whether it exists or not.

    Raises FolderUnusable where that cannot be told. What only reads has no need to make a folder.
    """
    return _place("config")


def state_path() -> Path:
    """Return where the folder of the state is, as `config_path` does for the configuration."""
    return _place("state")


def config_folder() -> Path:
    """Return the folder of the configuration, made if it was missing; raises FolderUnusable."""
    return _ours("config")


def state_folder() -> Path:
    """Return the folder of backups and unfinished work; raises FolderUnusable.

    It is made if it was missing.
    """
    return _ours("state")


def folder_in_use(kind: str) -> tuple[Path | None, str]:
    """Return the folder of the configuration or the state, and a sentence on what is wrong with it.

    None where it cannot be used; the sentence is "" where nothing is wrong. It is not made.
    """
    try:
        folder = _place(kind)
        if os.path.lexists(folder):
            _ours(kind)
        elif not _can_be_made(folder):
            raise _unusable(kind, folder, "it cannot be made", "Make the folder above it writable")
    except FolderUnusable as unusable:
        return None, str(unusable)
    return folder, exposure_of(folder)


def exposure_of(folder: Path) -> str:
    """Say that others may look into a folder of ours that could not be closed; "" otherwise."""
    if os.name != "posix":
        return ""
    with suppress(OSError):
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & _OTHERS:
            return (
                f"Others may look into the folder {folder} (mode {mode:04o}), and its file system "
                "lets nobody change that. What is kept there is used all the same."
            )
    return ""


def make_private_folder(folder: Path) -> None:
    """Make a folder, and the missing ones above it, for their owner only; raises OSError.

    A folder that is there already is left as it is: it may be shared on purpose.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_private_folder(folder.parent)
    # Between the look and the making another process may have been quicker.
    folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
    with suppress(OSError):  # some file systems keep no modes
        folder.chmod(_OWNER_ONLY)  # a umask may have left less than its owner needs


def _place(kind: str) -> Path:
    plain = _plain_place(kind)
    if plain is not None:
        return plain
    from platformdirs import PlatformDirs  # noqa: PLC0415 - keeps `xcoll --help` light

    if os.environ.get("HOME") == "":
        del os.environ["HOME"]  # as if it were unset: else it would stand for the root folder
    folders = PlatformDirs(_NAME, appauthor=False)
    try:
        place = folders.user_config_path if kind == "config" else folders.user_state_path
        is_known = place.is_absolute()
    except (RuntimeError, OSError):
        is_known = False
    if not is_known:  # a `~` that stands for nobody would be a folder of that name, here
        raise FolderUnusable(
            f"There is no {kind} folder: the home folder is not known. Set HOME or "
            f"{folder_variable(kind)}."
        )
    return place


def _plain_place(kind: str) -> Path | None:
    """Return where platformdirs would look on a plain Linux, None where that is for it to say.

    Loading it takes a twentieth of all that a command does.
    """
    environment = os.environ
    if sys.platform != "linux" or "ANDROID_DATA" in environment:
        return None
    base = environment.get(folder_variable(kind), "")
    if not base and environment.get("HOME", "").startswith("/"):
        base = f"{environment['HOME'].rstrip('/')}/{_IN_HOME[kind]}"
    return Path(base, _NAME) if base.startswith("/") else None


def folder_variable(kind: str) -> str:
    """Return the variable that names the place of a folder: of the configuration, or the state."""
    return f"XDG_{kind.upper()}_HOME"


def _ours(kind: str) -> Path:
    folder = _place(kind)
    try:
        make_private_folder(folder)
        _close(folder)
    except (FileExistsError, NotADirectoryError):
        problem, advice = "there is a file in its place", "Move the file away"
    except OSError as error:
        problem, advice = error.strerror or type(error).__name__, "Make it writable"
    else:
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
        problem, advice = "it cannot be written", "Make it writable"
    raise _unusable(kind, folder, problem, advice)


def _unusable(kind: str, folder: Path, problem: str, advice: str) -> FolderUnusable:
    return FolderUnusable(
        f"The {kind} folder {folder} cannot be used: {problem}. {advice}, or name another one in "
        f"{folder_variable(kind)}."
    )


def _can_be_made(folder: Path) -> bool:
    above = next(filter(os.path.lexists, folder.parents), folder)
    if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
        return False
    import tempfile  # noqa: PLC0415 - only where there is no folder yet

    # Root may do everything, and yet nothing can be made in /proc: only trying tells.
    try:
        Path(tempfile.mkdtemp(prefix=f".{_NAME}-", dir=above)).rmdir()
    except OSError:
        return False
    return True


def _close(folder: Path) -> None:
    """Close a folder of ours to others, where its file system lets us."""
    if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & _OTHERS:
        with suppress(OSError):  # volumes, network and read-only file systems may refuse
            folder.chmod(_OWNER_ONLY)
