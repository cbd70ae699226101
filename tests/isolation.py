"""A home for the tests, and an environment that nobody has set up.

Whatever is imported of `tests` calls `leave_home` first, before anything of xcoll is there: the
process that runs tests, its workers, a benchmark, and the children that import helpers of ours.
"""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import pwd
except ImportError:  # Windows, where a home is in the environment only
    pwd = None

ROOT = Path(__file__).parent.parent
# The folder of all homes. Workers and children have it from the process that they come from.
_MARK = "TESTS_HOMES"
NO_KEYRING = "keyring.backends.fail.Keyring"
"""The keyring that is none; on some systems a real one would be found in any home."""
_LEFT = "left.json"
_OURS = ("xcoll", "python_keyring", "keyrings", "kwalletd")
_BASES = (
    ".config", ".local/state", ".local/share", ".cache",
    "Library/Application Support", "Library/Preferences", "Library/Caches",
    "AppData/Local", "AppData/Roaming",
)  # fmt: skip
HOME_VARIABLES = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_STATE_HOME": ".local/state",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": "run",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
}
"""The variables that name a home or a folder in one, and where in a home of ours they point to."""
# What a test keeps of the environment: how programs and packages are found, what counts the lines
# that ran, and what is meant for pytest. Not here: a proxy, a bus, a display, a time zone, a Git
# hook's repository, a shell, colours, and whatever else differs from desk to desk.
_KEPT = {
    "PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "COMSPEC", "TMPDIR", "TEMP", "TMP",
    "USER", "LOGNAME", "USERNAME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV",
    "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONHASHSEED",
    "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "CI", "XCOLL_REQUIRE_SECRET_SERVICE", _MARK,
}  # fmt: skip
_COVERAGE = ("COVERAGE", "COV_")
_KEPT_PREFIXES = ("PYTEST_", "HYPOTHESIS_", *_COVERAGE)
_FOR_CHILDREN = {
    *HOME_VARIABLES, "PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "COMSPEC", "TMPDIR", "TEMP", "TMP",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONUSERBASE", "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
}  # fmt: skip
_PLAIN = {
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "SHELL": "/bin/sh",  # tmux runs it
}
# Those that Textual reads while it is imported, and those that lead to a keyring or to a service.
_READ_EARLY = (
    "TEXTUAL", "ESCDELAY", "PYTHON_KEYRING", "DBUS_", "GNOME_KEYRING", "XAI_", "XCOLL_",
)  # fmt: skip

# The home of this process and, while one runs, that of the test; the last counts.
_in_use: list[str] = []


def leave_home() -> None:
    """Take this process and its children out of the home of the person who runs the tests."""
    if _MARK not in os.environ:
        homes = _new_folder()
        own = homes_of(os.environ)
        (homes / _LEFT).write_text(json.dumps([private_places(own, os.environ), own]))
        for name in [name for name in os.environ if name.startswith(_READ_EARLY)]:
            if name not in _KEPT:
                del os.environ[name]
        os.environ[_MARK] = str(homes)
        os.environ.update(home_variables(_new_home()))
        # Beside the cache of pytest; else it would be wherever the tests are started.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".hypothesis"))
        os.umask(0o022)
    _in_use.append(os.environ["HOME"])
    _move_entries()


def homes_folder() -> Path:
    """Return the folder of all the homes of tests."""
    return Path(os.environ[_MARK])


def left_behind() -> tuple[list[str], list[str]]:
    """Return the private folders, and the homes, of the person who runs the tests."""
    private, homes = json.loads((homes_folder() / _LEFT).read_text())
    return private, homes


def homes_of(environment: Mapping[str, str]) -> list[str]:
    """Return the homes of whoever has this environment: that of the list of users is one, too."""
    named = {environment.get("HOME"), environment.get("USERPROFILE")}
    if pwd is not None:
        with suppress(KeyError):
            named.add(pwd.getpwuid(os.getuid()).pw_dir)
    return _in_every_spelling(home for home in named if home)


def private_places(homes: Iterable[str], environment: Mapping[str, str]) -> list[str]:
    """Return where xcoll and keyrings keep what they keep in homes, whether it is there or not."""
    bases = {str(Path(home, base)) for home in homes for base in _BASES}
    bases |= {environment[name] for name in HOME_VARIABLES if environment.get(name)} - {*homes}
    return _in_every_spelling(str(Path(base, name)) for base in bases for name in _OURS)


def _in_every_spelling(paths: Iterable[str]) -> list[str]:
    paths = {os.path.abspath(path) for path in paths}  # noqa: PTH100
    return sorted(paths | {os.path.realpath(path) for path in paths})


@contextmanager
def own_home() -> Iterator[dict[str, str]]:
    """Make a home for one test, and yield the environment that goes with it."""
    home = _new_home()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    _in_use.append(str(home))
    try:
        yield {**kept, **_PLAIN, **home_variables(home)}
    finally:
        _in_use.remove(str(home))
        # What a test was meant to leave running may write yet; the rest goes with all homes.
        shutil.rmtree(home, ignore_errors=True)


def home_variables(home: Path) -> dict[str, str]:
    """Return the variables that make a folder the home of a process, one that has no keyring."""
    variables = {name: str(home / place) for name, place in HOME_VARIABLES.items()}
    return {**variables, "PYTHON_KEYRING_BACKEND": NO_KEYRING}


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a child: this test's home, and no key, keyring or surprise in it.

    `variables` are put over it. Where they name a bus, the keyring on that bus is used.
    """
    variables = variables or {}
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in _FOR_CHILDREN or name.startswith(_COVERAGE)
    }
    if "DBUS_SESSION_BUS_ADDRESS" not in variables:
        inherited["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
    # What a child leaves there when it is killed goes with its home.
    inherited["TMPDIR"] = str(Path(os.environ["HOME"], "tmp"))
    return {**_PLAIN, **inherited, **variables}


def short_folder() -> Path:
    """Make a folder whose path is short: that of a socket may have a hundred bytes."""
    return Path(tempfile.mkdtemp(dir=homes_folder()))


def _new_folder() -> Path:
    short = "/tmp" if os.access("/tmp", os.W_OK) else None  # TMPDIR may be any length
    folder = Path(tempfile.mkdtemp(prefix="xcoll-", dir=short))
    maker = os.getpid()

    def remove() -> None:
        if os.getpid() == maker:  # a child that was forked ends, too
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _new_home() -> Path:
    home = short_folder()
    (home / "run").mkdir(mode=0o700)
    (home / "tmp").mkdir()
    return home


def _move_entries() -> None:
    """Tell of our home also where the list of users is asked, as is done without HOME."""
    if pwd is None:
        return
    by_id, by_name = pwd.getpwuid, pwd.getpwnam

    def moved(entry: pwd.struct_passwd) -> pwd.struct_passwd:
        if entry.pw_uid != os.getuid():
            return entry
        return pwd.struct_passwd((*entry[:5], _in_use[-1], *entry[6:]))

    pwd.getpwuid = lambda uid: moved(by_id(uid))
    pwd.getpwnam = lambda name: moved(by_name(name))
