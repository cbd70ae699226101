"""What a long session costs: memory that stays, and what is done at rest."""

import os
import time
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure
from tests.bench.probe import Probe
from tests.bench.run import Run
from tests.bench.service import FIRST_COLLECTION, FIRST_DOCUMENT, LARGE, Service
from tests.bench.startup import start

_ROWS, _VISITS = 10_000, 10
_WARM_VISITS, _WARM_DIALOGS, _WARM_ROUNDS = 4, 80, 25
"""Before growth counts: what is made once has been made, and what is kept of a few is kept."""
_PRESSES, _HOUR = 720, 3_600
_DIALOG = ("p", "escape")
_KEYS = ("down", "pagedown", "space", "up", "tab", "tab", "pageup", *_DIALOG)
_MEGABYTE = 1e6
_VISIT_ROOM, _HOUR_ROOM = 2.0, 5.0
"""Megabytes that the allocator may keep of ten collections, and of an hour."""
_GROWTH_TOLERANCE = 10.0
"""What a session leaves comes in steps of a megabyte."""


def measure(run: Run) -> Iterator[Figure]:
    """Press many keys in one program while others rest; then open and leave a collection often.

    The rest is shorter than a minute: then an age would change, and be painted.
    """
    service = run.serve(_ROWS)
    with (
        TemporaryDirectory() as folder,
        service.opened("--log", f"{folder}/log") as program,
        start("tests.bench.bare") as bare,
    ):
        resting = _Rest(program, bare, run.of(30, 3))
        asked = service.pages_asked(Path(folder, "log"))
        if not run.quick:
            yield _measure_keys(resting)
        work, floor, written = resting.end()
        asked_at_rest = service.pages_asked(Path(folder, "log")) - asked
    if not run.quick:
        name = "a bare Textual program"
        yield Figure("work at rest", work + 1, floor + 1, "ticks + 1", name, 1.0)
    yield Figure("bytes at rest", written + 1, 1, "B + 1", "none", 1.0)
    yield Figure("pages asked for at rest", asked_at_rest + 1, 1, "requests + 1", "none", 1.0)
    yield Figure("pages asked for by opening", asked, 2, "requests", "one shown, one ahead", 1.0)
    if not run.quick:
        yield _measure_visits(service)


class _Rest:
    """A program and a bare one in which nothing is pressed for so many seconds from now on.

    Other things may be done meanwhile, if `look` is called now and then.
    """

    def __init__(self, program: Probe, bare: Probe, seconds: float) -> None:
        self._programs = (program, bare)
        for each in self._programs:
            each.settle(0.5, first=0.5)
        self._until = time.perf_counter() + seconds
        self._before = [_ticks(each) for each in self._programs]
        self._work: list[int] = []
        self._written = 0

    def look(self, patience: float = 0) -> bool:
        """Count what has been done, unless the time is over; return whether it is."""
        if not self._work:
            self._written += len(self._programs[0].read(patience))
            if time.perf_counter() >= self._until:
                self._work = [*map(_ticks, self._programs)]
        return bool(self._work)

    def end(self) -> tuple[int, int, int]:
        """Wait for the end; return the ticks that both took, and the bytes that the first wrote."""
        while not self.look(0.5):
            pass
        own, floor = (now - ticks for now, ticks in zip(self._work, self._before, strict=True))
        return own, floor, self._written


def _measure_keys(resting: _Rest) -> Figure:
    with start("xcoll_tui", "--demo") as program:
        program.wait_text(FIRST_DOCUMENT)
        _type(program, _DIALOG * _WARM_DIALOGS, resting)
        _type(program, _KEYS * _WARM_ROUNDS, resting)
        before = program.memory
        _type(program, islice(cycle(_KEYS), _PRESSES), resting)
        grown = max(0, program.memory - before) / _MEGABYTE * _HOUR / _PRESSES
    room, name = f"{_HOUR_ROOM:g} MB", "memory of an hour of keys"
    return Figure(name, grown, _HOUR_ROOM, "MB", room, 1.0, _GROWTH_TOLERANCE)


def _measure_visits(service: Service) -> Figure:
    with service.started() as program:
        grown = _visit(service, program)
    room, name = f"{_VISIT_ROOM:g} MB", f"memory of {_VISITS} visits to {_ROWS:,} rows"
    return Figure(name, grown, _VISIT_ROOM, "MB", room, 1.0, _GROWTH_TOLERANCE)


def _visit(service: Service, program: Probe) -> float:
    """Open the large collection, load all of it, and go to a small one; return the megabytes."""
    sizes = []
    for _ in range(_WARM_VISITS + _VISITS):
        service.open_large(program)
        program.wait_text(f"2 {LARGE}")
        service.load_all(program)
        program.press("1")
        program.send(*["k"] * service.place, "enter")
        program.wait_text(f"2 {FIRST_COLLECTION}")
        program.press("1")
        sizes.append(program.memory)
    return max(0.0, sizes[-1] - sizes[_WARM_VISITS - 1]) / _MEGABYTE


def _type(program: Probe, keys: Iterable[str], resting: _Rest) -> None:
    """Press keys as quickly as each begins to be answered, and let the last one settle."""
    for key in keys:
        program.send(key)
        program.read(0.3)
        resting.look()
    program.settle(0.3, first=0.3)


def _ticks(program: Probe) -> int:
    stat = Path(f"/proc/{program.process.pid}/stat").read_text(encoding="ascii")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 100 // os.sysconf("SC_CLK_TCK")
