"""How long the rows of a service take that is some way off, and what was kept on disk costs."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure, middle
from tests.bench.probe import Probe
from tests.bench.run import Run
from tests.bench.service import FIRST_COLLECTION, FIRST_DOCUMENT, Service
from tests.bench.startup import PANES, compile_packages, start, started, starting
from xcoll_tui.cli.config_text import preferences_of
from xcoll_tui.session.screen_state import ScreenState

LATENCY, DOCUMENTS = 50, 10_000
"""Of the service; `last_row` asks the same one."""
_ROWS, _DOCUMENTS = 60, 40
"""Milliseconds that the rows and the documents may take beyond a round trip."""
_KEPT_GOAL = 1.05
_KEYS = {
    "write.attach": "A",
    "write.edit": "E",
    "help": "f5",
    "filter.edit": "slash,ctrl+f",
    "refresh": "f6",
}


@dataclass(frozen=True)
class _Start:
    """The milliseconds from a start until each of these was written."""

    frame: float
    rows: float
    documents: float


def measure(run: Run) -> Iterator[Figure]:
    """Start where nothing is kept, and with what an earlier session left, in a random order."""
    compile_packages()
    service = run.serve(DOCUMENTS, latency=LATENCY)
    fresh: list[_Start] = []
    kept: list[_Start] = []
    with TemporaryDirectory() as folder:
        home = Path(folder, "kept")
        _keep(service, home)
        # Each in a new home: what a start remembers is there for the next one.
        homes = (Path(folder, str(number)) for number in count())
        for number in range(-1, run.of(9, 1)):
            starts = [(fresh, next(homes)), (kept, home)]
            random.shuffle(starts)
            for times, place in starts:
                measured = _start(service, place)
                if number >= 0:
                    times.append(measured)
        frames = [_first_frames(service, home, next(homes)) for _ in range(run.of(15, 1))]
    trip = f"a round trip of {LATENCY} ms and"
    yield Figure(
        "rows behind the first frame",
        median(each.rows - each.frame for each in fresh),
        LATENCY + _ROWS,
        "ms",
        f"{trip} {_ROWS}",
        1.0,
    )
    yield Figure(
        "documents behind the rows",
        median(each.documents - each.rows for each in fresh),
        LATENCY + _DOCUMENTS,
        "ms",
        f"{trip} {_DOCUMENTS}",
        1.0,
    )
    yield Figure(
        "rows seen last behind the frame",
        median(each.rows - each.frame for each in kept),
        LATENCY,
        "ms",
        f"a round trip of {LATENCY} ms",
        1.0,
    )
    yield Figure(
        "start-up with kept files",
        *middle(frames),
        "ms",
        "start-up without config and state files",
        _KEPT_GOAL,
        tolerance=1.05,
    )


def _first_frames(service: Service, home: Path, new: Path) -> list[float]:
    """Return the milliseconds until the first frame in a home with kept files, and in a new one."""
    with ExitStack() as stack:
        jobs = {
            place: starting(stack, partial(_run, service, place), PANES) for place in (home, new)
        }
        reached = started(jobs)
        return [*reached[home], *reached[new]]


def _keep(service: Service, home: Path) -> None:
    """Let the program leave its files in a home, and write those that a person makes."""
    with _run(service, home) as program:
        program.wait_text(FIRST_DOCUMENT, seconds=20)
        program.settle(0.2, first=0.2)
        program.send("ctrl+q")
        if program.wait_end():
            raise RuntimeError("the program did not end well, so it may have kept nothing")
    config, state = (Path(home, kind, "xcoll") for kind in ("config", "state"))
    config.mkdir(parents=True)
    keys = "\n".join(f'"{action_id}" = "{key}"' for action_id, key in _KEYS.items())
    text = (
        f'theme = "xcoll-light"\ncolumns = ["name", "status"]\n[keys]\n{keys}\n'
        '[confirm]\nremove = "never"\nquit = "always"\n'
    )
    assert not preferences_of(text).problems
    (config / "config.toml").write_text(text)
    screen = ScreenState(state)
    screen.note_theme("xcoll", "xcoll-light")
    screen.note_visit()
    for number in range(20):
        screen.note_collection(f"profile-{number} loopback", f"collection_{number}")
    screen.save()


def _run(service: Service, home: Path) -> Probe:
    variables = {
        "XAI_MANAGEMENT_KEY": service.key,
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
    }
    return start("xcoll_tui", "--base-url", service.url, env=variables)


def _start(service: Service, home: Path) -> _Start:
    with _run(service, home) as program:
        texts: tuple[tuple[str, ...], ...] = (PANES, (FIRST_COLLECTION,), (FIRST_DOCUMENT,))
        moments = [program.wait_text(*wanted, seconds=20) for wanted in texts]
        return _Start(*((moment - program.started) * 1000 for moment in moments))
