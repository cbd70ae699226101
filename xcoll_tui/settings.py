"""Where xcoll keeps what it keeps: a folder for configuration, and one for its state.

The folders are the platform's own (on Linux `~/.config/xcoll` and `~/.local/state/xcoll`, or below
`XDG_CONFIG_HOME` and `XDG_STATE_HOME`), made when first asked for, and open to their owner only:
backups and recovery files hold the fields of documents.
"""

import os
from pathlib import Path

_NAME = "xcoll"
_OWNER_ONLY = 0o700


class FolderUnusable(Exception):  # noqa: N818 - a fact about a folder; its text is a whole sentence
    """A folder of ours cannot be made or used; `str()` says which, why, and what to do."""


def config_path() -> Path:
    """Return where the folder of the configuration is, whether it exists or not.

    Raises FolderUnusable where that cannot be told. What only reads has no need to make a folder.
    """
    return _place("config")


def config_folder() -> Path:
    """Return the folder of the configuration, made if it was missing; raises FolderUnusable."""
    return _ours("config")


def state_folder() -> Path:
    """Return the folder of backups and unfinished work; raises FolderUnusable.

    It is made if it was missing.
    """
    return _ours("state")


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


def _place(kind: str) -> Path:
    from platformdirs import PlatformDirs  # noqa: PLC0415 - keeps `xcoll --help` light

    folders = PlatformDirs(_NAME, appauthor=False)
    try:
        place = folders.user_config_path if kind == "config" else folders.user_state_path
        known = place.is_absolute()
    except (RuntimeError, OSError):
        known = False
    if not known:  # a `~` that stands for nobody would be a folder of that name, here
        raise FolderUnusable(
            f"There is no {kind} folder: the home folder is not known. Set HOME or "
            f"{_variable(kind)}."
        )
    return place


def _variable(kind: str) -> str:
    return f"XDG_{kind.upper()}_HOME"


def _ours(kind: str) -> Path:
    folder = _place(kind)
    try:
        make_private_folder(folder)
        # This one is nobody's but ours, so it is closed as well if it was made more open.
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(_OWNER_ONLY)
    except (FileExistsError, NotADirectoryError):
        problem, advice = "a file stands in its place", "Move the file away"
    except OSError as error:
        problem, advice = error.strerror or type(error).__name__, "Make it writable"
    else:
        return folder
    raise FolderUnusable(
        f"The {kind} folder {folder} cannot be used: {problem}. {advice}, or name another one in "
        f"{_variable(kind)}."
    )
