"""config.toml: what a person wrote by hand. It is read, never written, and each mistake is named.

What is wrong in it takes effect nowhere, and what is right does: a slip of the hand must not lock
anybody out.
"""

from pathlib import Path

from xcoll_tui.paths import FolderUnusable, config_path
from xcoll_tui.session.json_file import read_file, reason_of
from xcoll_tui.ui.preferences import CONFIG_FILE, Preferences

_SIZE_LIMIT = 1024 * 1024


def own_preferences() -> Preferences:
    """Read the config.toml of the person; what is wrong with it stands in `problems`."""
    try:
        path = config_path() / CONFIG_FILE
    except FolderUnusable:
        return Preferences()  # the session says so, and there can be no file
    return read_preferences(path)


def read_preferences(path: Path) -> Preferences:
    """Read a file; one that is not there says nothing."""
    try:
        content = read_file(path, _SIZE_LIMIT)
    except (FileNotFoundError, NotADirectoryError):
        return Preferences()
    except (OSError, ValueError) as error:
        problem = f"{path} cannot be read: {reason_of(error)}. The program continues without it."
        return Preferences(problems=(problem,))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"{CONFIG_FILE} line {line}: this is not UTF-8 text. Nothing of the file is used."
        return Preferences(problems=(problem,))
    from xcoll_tui.cli.config_text import preferences_of  # noqa: PLC0415 - few have such a file

    return preferences_of(text)
