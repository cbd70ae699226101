"""A watch over what tests touch: a test fails that reaches out of its temporary folders.

There are two nets, and neither holds everything. Python tells what this process opens, makes,
renames and removes, and in which environment it starts a child: that is refused at once. What a
child does is seen afterwards, and only where it matters most: in the folders of xcoll and of
keyrings in the home of the person who runs the tests.
"""

import errno
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.isolation import HOME_VARIABLES, ROOT, homes_folder, left_behind

# By event: which of its arguments are paths to be changed, and which the folders of those.
_CHANGES = {
    "os.chmod": {0: 2},
    "os.chown": {0: 3},
    "os.link": {1: 3},
    "os.mkdir": {0: 2},
    "os.remove": {0: 1},
    "os.rename": {0: 2, 1: 3},
    "os.rmdir": {0: 1},
    "os.symlink": {1: 2},
    "os.truncate": {0: None},
    "os.utime": {0: 3},
    "socket.bind": {1: None},
    "socket.connect": {1: None},
    "sqlite3.connect": {0: None},
}
_LOOKS = ("os.listdir", "os.scandir")
# By event: which of its arguments is the environment of a child.
_STARTS = {"subprocess.Popen": 3, "os.posix_spawn": 2, "os.exec": 2}
_WATCHED = frozenset({"open", *_CHANGES, *_LOOKS, *_STARTS})
# Python's own, when it looks for a library.
_HOMELESS = ("ldconfig", "ld", "gcc", "cc")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_UPDATE = "--update-screenshots"
_RENEWED = (ROOT / "screenshots", ROOT / "tests" / "ui" / "snapshots", ROOT / "README.md")
_COVERAGE = re.compile(rf"{re.escape(str(ROOT))}/\.coverage[^/]*\Z")


class Judge:
    """What is wrong with the events that Python tells its audit hooks.

    `private` folders may not be looked into. Only what lies below `writable` ones may be changed;
    where a `fixed` one lies in one of them, or one of them in a fixed one, the inner one counts.
    """

    def __init__(
        self, private: Sequence[str], fixed: Sequence[str], writable: Sequence[str]
    ) -> None:
        self.private = tuple(private)
        self._fixed = tuple(fixed)
        self._writable = tuple(writable)

    def complaint(self, event: str, arguments: tuple[Any, ...]) -> str:
        """Return a sentence on what must not be, "" where nothing is wrong."""
        if event in _STARTS:
            if os.path.basename(os.fsdecode(arguments[0])) in _HOMELESS:  # noqa: PTH119
                return ""
            environment = arguments[_STARTS[event]]
            return _about_child(os.environ if environment is None else environment, self._about)
        paths = _paths_of(event, arguments)
        return next(filter(None, (self._about(path, writing) for path, writing in paths)), "")

    def _about(self, path: str, writing: bool = True) -> str:
        absolute = os.path.abspath(path)  # noqa: PTH100 - quick, since this sees every import
        if not _depth(absolute, self.private):
            if not writing or self._may_write(absolute):
                return ""
            real = os.path.realpath(absolute)
            if not _depth(real, self.private):
                if self._may_write(real):
                    return ""
                return f"{absolute} was to be changed, and lies in no temporary folder."
        return f"{absolute} was to be {'changed' if writing else 'read'}, and is the developer's."

    def _may_write(self, path: str) -> bool:
        depth = _depth(path, self._writable)
        if depth and depth >= _depth(path, self._fixed):
            return True
        return "/__pycache__" in path or _COVERAGE.match(path) is not None


class Guard:
    """The watch over one process, as a plugin of pytest's."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._watching = False
        self._complaints: list[str] = []
        self._before = snapshot(judge.private)

    def start(self) -> None:
        """Have Python tell what it does. There is no way back from this."""

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            # Python tells of every `id()`, too; to call a function is quicker than a method.
            if event in _WATCHED and self._watching:
                self._look_at(event, arguments)

        sys.addaudithook(hook)

    def _look_at(self, event: str, arguments: tuple[Any, ...]) -> None:
        complaint = self._judge.complaint(event, arguments)
        if complaint:
            # The error may be caught, and is one that the program knows: the test fails by this.
            self._complaints.append(complaint)
            raise PermissionError(errno.EACCES, complaint)

    @contextmanager
    def _watch(self) -> Iterator[None]:
        self._watching = True
        try:
            yield
        finally:
            self._watching = False
            complaints, self._complaints = self._complaints, []
            _fail_for(dict.fromkeys(complaints))

    def _changes(self) -> list[str]:
        before, self._before = self._before, snapshot(self._judge.private)
        return [
            f"{path} was changed: by a child of this test, or of one beside it, or by you."
            for path in sorted({path for path, _ in before.items() ^ self._before.items()})
        ]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Watch over the fixtures."""
        with self._watch():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Watch over the test."""
        with self._watch():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Watch over how it is tidied up, and look for what children did."""
        try:
            with self._watch():
                return (yield)
        finally:
            _fail_for(self._changes())


def guard_for(config: pytest.Config) -> Guard:
    """Make the guard of this process."""
    named = (
        config.getoption("basetemp"),
        os.environ.get("PYTEST_DEBUG_TEMPROOT"),
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"],
        sys.pycache_prefix,
        *(_RENEWED if config.getoption(_UPDATE) else ()),
    )
    writable = [
        *("/tmp", tempfile.gettempdir(), str(homes_folder()), "/dev", "/proc"),
        *(os.path.abspath(folder) for folder in named if folder),  # noqa: PTH100
    ]
    writable += [os.path.realpath(folder) for folder in writable]
    private, homes = left_behind()
    return Guard(Judge(private, [*homes, str(ROOT)], writable))


def snapshot(places: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return what there is at and below some places: when it changed, its mode and its size."""
    found = {}
    rest = list(places)
    while rest:
        path = rest.pop()
        try:
            status = os.lstat(path)
            found[path] = status.st_mtime_ns, status.st_mode, status.st_size
            if stat.S_ISDIR(status.st_mode):
                rest += [entry.path for entry in os.scandir(path)]
        except OSError:
            continue  # not there, or not ours to read: then no test changes it
    return found


def _paths_of(event: str, arguments: tuple[Any, ...]) -> Iterator[tuple[str, bool]]:
    """Yield the paths that an event is about, and whether each is to be changed."""
    if event == "open":
        yield from _path(arguments[0], None, writing=bool(arguments[2] & _WRITING))
    elif event in _LOOKS:
        yield from _path(arguments[0], None, writing=False)
    elif event in _CHANGES:
        for at, folder in _CHANGES[event].items():
            yield from _path(arguments[at], folder and arguments[folder], writing=True)


def _path(path: object, folder: int | None, *, writing: bool) -> Iterator[tuple[str, bool]]:
    if not isinstance(path, str | bytes | os.PathLike):
        return  # a file that is open already, the folder where we are, or an address of the net
    text = os.fsdecode(path)
    if text in {"", ":memory:"} or text.startswith("\0"):
        return
    if folder is not None and folder != -1:
        try:
            text = str(Path(f"/proc/self/fd/{folder}").readlink() / text)
        except OSError:
            return  # not on this system
    yield text, writing


def _about_child(environment: Any, about: Callable[[str], str]) -> str:
    if os.name != "posix":
        return ""
    variables = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
    if "HOME" not in variables:
        return "A child was to be started without HOME, and would have found the developer's."
    for name in HOME_VARIABLES:
        place = variables.get(name, "")
        if os.path.isabs(place) and about(place):  # noqa: PTH117
            return f"A child was to be started with {name}={place}, which is not temporary."
    return ""


def _depth(path: str, folders: Sequence[str]) -> int:
    """Return how long the path of the innermost of these folders around a path is, 0 for none."""
    around = (len(folder) for folder in folders if path == folder or path.startswith(f"{folder}/"))
    return max(around, default=0)


def _fail_for(problems: Collection[str]) -> None:
    if problems:
        rule = "Tests touch nothing outside of temporary folders; see tests/isolation.py."
        pytest.fail("\n".join([rule, *problems]), pytrace=False)
