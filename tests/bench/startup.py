"""How long until the two panes stand, against the smallest Textual program."""

import compileall
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure
from tests.bench.probe import Probe
from tests.bench.service import Service, serve
from xcoll_tui.cli.config_text import preferences_of
from xcoll_tui.session.screen_state import ScreenState

PAIRS = 15
GOAL = 1.4

KEPT_PAIRS = 40
KEPT_GOAL = 1.03
_LATENCY, _ROWS, _DOCUMENTS = 50, 60, 40
"""Milliseconds: of a round trip, and what else the rows and the documents may take."""

_KEYS = {
    "write.attach": "A",
    "write.edit": "E",
    "help": "f5",
    "filter.edit": "slash,ctrl+f",
    "refresh": "f6",
}

_BARE = ("tests.bench.bare",)
_XCOLL = ("xcoll_tui", "--demo")


def measure() -> Iterator[Figure]:
    """Start both in turn; a frame counts when its texts have been written."""
    compile_packages()
    bare, panes = [], []
    # The first pair is not counted: it compiles what else is imported, and warms the disk.
    for counted in [False] + [True] * PAIRS:
        hello = _first_frame(_BARE, "hello")
        both = _first_frame(_XCOLL, "1 Collections", "2 Documents")
        if counted:
            bare.append(hello)
            panes.append(both)
    yield Figure(
        "start-up", median(panes), median(bare), "ms", "a bare Textual program's hello", GOAL
    )


def compile_packages() -> None:
    """Compile what is imported, as an installation does."""
    for package in ("xcoll_tui", "textual", "rich"):
        origin = find_spec(package).origin
        compileall.compile_dir(Path(origin).parent, quiet=2)


def measure_kept() -> Iterator[Figure]:
    """Start with a config.toml and a state file, and without either, in turn."""
    compile_packages()
    with serve(100) as service, TemporaryDirectory() as folder:
        bare, kept = Path(folder, "bare"), Path(folder, "kept")
        _write_files(kept)
        without, with_files = [], []
        for counted in [False] + [True] * KEPT_PAIRS:
            first, second = _first_panes(service, bare), _first_panes(service, kept)
            if counted:
                without.append(first)
                with_files.append(second)
    yield Figure(
        "start-up with kept files",
        median(with_files),
        median(without),
        "ms",
        "start-up without config and state files",
        KEPT_GOAL,
    )


def measure_rows() -> Iterator[Figure]:
    """Start against a service that is some way off: the rows, and then the documents of the first.

    Each has one round trip, and little more.
    """
    compile_packages()
    behind, documents = [], []
    with serve(100, "--latency", str(_LATENCY)) as service, TemporaryDirectory() as home:
        variables = {"XAI_MANAGEMENT_KEY": service.key, "XDG_STATE_HOME": home}
        command = ("xcoll_tui", "--base-url", service.url)
        for counted in [False] + [True] * PAIRS:
            with Probe(sys.executable, "-m", *command, env=variables) as program:
                frame = program.wait_text("1 Collections", "2 Documents", seconds=20)
                rows = program.wait_text("Customer feedback", seconds=20)
                shown = program.wait_text("feedback-2025", seconds=20)
            if counted:
                behind.append((rows - frame) * 1000)
                documents.append((shown - rows) * 1000)
    room = f"a round trip of {_LATENCY} ms and"
    for name, values, more in (
        ("rows behind the first frame", behind, _ROWS),
        ("documents behind the rows", documents, _DOCUMENTS),
    ):
        yield Figure(name, median(values), _LATENCY + more, "ms", f"{room} {more}", 1.0)


def _write_files(home: Path) -> None:
    config, state = (Path(home, kind, "xcoll") for kind in ("config", "state"))
    config.mkdir(parents=True)
    keys = "\n".join(f'"{action_id}" = "{key}"' for action_id, key in _KEYS.items())
    (config / "config.toml").write_text(
        f'theme = "xcoll-light"\ncolumns = ["name", "status"]\n[keys]\n{keys}\n'
        '[confirm]\nremove = "never"\nquit = "always"\n'
    )
    kept = ScreenState(state)
    kept.note_theme("xcoll", "xcoll-light")
    kept.note_visit()
    for number in range(20):
        kept.note_collection(f"profile-{number} loopback", f"collection_{number}")
    kept.save()
    assert not preferences_of((config / "config.toml").read_text()).problems


def _first_panes(service: Service, home: Path) -> float:
    variables = {
        "XAI_MANAGEMENT_KEY": service.key,
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
    }
    command = ("xcoll_tui", "--base-url", service.url)
    return _first_frame(command, "1 Collections", "2 Documents", env=variables)


def _first_frame(module: tuple[str, ...], *texts: str, env: dict[str, str] | None = None) -> float:
    with Probe(sys.executable, "-m", *module, env=env) as program:
        return (program.wait_text(*texts, seconds=20) - program.started) * 1000
