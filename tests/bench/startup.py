"""How long until the demo's two panes stand, and its first rows, against a bare Textual program."""

import compileall
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.bench.figure import Figure, middle
from tests.bench.probe import Probe
from tests.bench.run import Run
from tests.bench.service import FIRST_COLLECTION
from tests.bench.turns import Job, in_turn

N = TypeVar("N")

PANES = ("1 Collections", "2 Documents")
"""What the first frame is told by."""
_FLOOR = "a bare Textual program's first frame"
_PANES_GOAL, _ROWS_GOAL, _CONTROL_GOAL = 1.12, 1.8, 1.05


def measure(run: Run) -> Iterator[Figure]:
    """Start each in a random order; a frame counts when its texts have been written.

    The bare program is started twice: how far those two are apart, nothing that was changed did.
    """
    compile_packages()
    # The first round is not counted: it compiles what else is imported, and warms the disk.
    rounds = [_start_all() for _ in range(1 + run.of(31, 3))][1:]
    panes = middle((each.frame, each.floor) for each in rounds)
    rows = middle((each.rows, each.floor) for each in rounds)
    apart = sorted(middle((each.control, each.bare) for each in rounds), reverse=True)
    yield Figure("start-up", *panes, "ms", _FLOOR, _PANES_GOAL, tolerance=1.1)
    yield Figure("first rows of the demo", *rows, "ms", _FLOOR, _ROWS_GOAL)
    yield Figure("a bare program, control", *apart, "ms", "the same program", _CONTROL_GOAL)


@dataclass(frozen=True)
class _Round:
    """The milliseconds until the first frame of each program, and until the demo's first rows."""

    bare: float
    control: float
    frame: float
    rows: float

    @property
    def floor(self) -> float:
        """What a bare program took, which was started twice."""
        return mean((self.bare, self.control))


def started(jobs: Mapping[N, Job]) -> dict[N, list[float]]:
    """Start programs in turn, in a random order; return the milliseconds until each step."""
    names = random.sample(list(jobs), len(jobs))
    reached = in_turn(*[jobs[name] for name in names])
    return {
        name: [seconds * 1000 for seconds in steps]
        for name, steps in zip(names, reached, strict=True)
    }


def starting(stack: ExitStack, begin: Callable[[], Probe], *texts: tuple[str, ...]) -> Job:
    """Return the job of starting a program, by steps that end when texts have been written."""
    programs: list[Probe] = []

    def start_it() -> int:
        programs.append(stack.enter_context(begin()))
        return programs[0].process.pid

    def writes(wanted: tuple[str, ...]) -> Callable[[float], bool]:
        return lambda seconds: programs[0].tells(*wanted, seconds=seconds)

    return Job(start_it, tuple(map(writes, texts)))


def start(*command: str, env: Mapping[str, str] | None = None) -> Probe:
    """Run a module with its arguments."""
    return Probe(sys.executable, "-m", *command, env=None if env is None else {**env})


@cache
def compile_packages() -> None:
    """Compile what is imported, as an installation does."""
    for package in ("xcoll_tui", "textual", "rich"):
        origin = find_spec(package).origin
        compileall.compile_dir(Path(origin).parent, quiet=2)


def _start_all() -> _Round:
    with ExitStack() as stack:
        # What an earlier start has remembered is no first row of this one.
        state = {"XDG_STATE_HOME": stack.enter_context(TemporaryDirectory())}
        bare = partial(start, "tests.bench.bare")
        demo = partial(start, "xcoll_tui", "--demo", env=state)
        reached = started(
            {
                "bare": starting(stack, bare, ("hello",)),
                "control": starting(stack, bare, ("hello",)),
                "demo": starting(stack, demo, PANES, (FIRST_COLLECTION,)),
            }
        )
        return _Round(*reached["bare"], *reached["control"], *reached["demo"])
