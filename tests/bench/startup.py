"""How long until the demo's two panes stand, and its first rows, against a bare Textual program."""

import compileall
import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure, middle
from tests.bench.probe import Probe
from tests.bench.run import Run
from tests.bench.service import FIRST_COLLECTION

PANES = ("1 Collections", "2 Documents")
"""What the first frame is told by."""
_FLOOR = "a bare Textual program's first frame"
_PANES_GOAL, _ROWS_GOAL, _CONTROL_GOAL = 1.12, 1.8, 1.05


def measure(run: Run) -> Iterator[Figure]:
    """Start each in a random order; a frame counts when its texts have been written.

    The bare program is started twice: how far those two are apart, nothing that was changed did.
    """
    compile_packages()
    rounds = []
    order = ["bare", "control", "demo"]
    # The first round is not counted: it compiles what else is imported, and warms the disk.
    for counted in [False] + [True] * run.of(31, 3):
        random.shuffle(order)
        started = {name: _start_demo() if name == "demo" else _start_bare() for name in order}
        if counted:
            rounds.append(_Round(**started))
    panes = middle((each.demo[0], each.floor) for each in rounds)
    rows = middle((each.demo[1], each.floor) for each in rounds)
    apart = sorted(middle((each.control, each.bare) for each in rounds), reverse=True)
    yield Figure("start-up", *panes, "ms", _FLOOR, _PANES_GOAL, tolerance=1.1)
    yield Figure("first rows of the demo", *rows, "ms", _FLOOR, _ROWS_GOAL)
    yield Figure("a bare program, control", *apart, "ms", "the same program", _CONTROL_GOAL)


@dataclass(frozen=True)
class _Round:
    """The milliseconds until the first frame of each program, and until the demo's first rows."""

    bare: float
    control: float
    demo: tuple[float, float]

    @property
    def floor(self) -> float:
        """What a bare program took, which was started twice."""
        return mean((self.bare, self.control))


def start(*command: str, env: Mapping[str, str] | None = None) -> Probe:
    """Run a module with its arguments."""
    return Probe(sys.executable, "-m", *command, env=None if env is None else {**env})


@cache
def compile_packages() -> None:
    """Compile what is imported, as an installation does."""
    for package in ("xcoll_tui", "textual", "rich"):
        origin = find_spec(package).origin
        compileall.compile_dir(Path(origin).parent, quiet=2)


def _start_bare() -> float:
    with start("tests.bench.bare") as program:
        return (program.wait_text("hello", seconds=20) - program.started) * 1000


def _start_demo() -> tuple[float, float]:
    """Return the milliseconds until the first frame and until the first rows."""
    # What an earlier start has remembered is no first row of this one.
    with (
        TemporaryDirectory() as state,
        start("xcoll_tui", "--demo", env={"XDG_STATE_HOME": state}) as program,
    ):
        frame = program.wait_text(*PANES, seconds=20)
        rows = program.wait_text(FIRST_COLLECTION, seconds=20)
        return (frame - program.started) * 1000, (rows - program.started) * 1000
