"""What a long session costs: memory that stays, and work at rest."""

import os
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.probe import Probe
from tests.bench.service import LARGE, Service, serve

_ROWS, _VISITS = 10_000, 10
_WARM = 3
"""Visits, and hundreds of keys, after which what is made once has been made."""
_PRESSES, _HOUR = 1_200, 3_600
_KEYS = ("down", "pagedown", "space", "up", "tab", "tab", "pageup", "p", "escape")
_AT_REST = 30.0
_MEGABYTE = 1e6
_VISIT_ROOM, _HOUR_ROOM = 2.0, 5.0
"""Megabytes that the allocator may keep of ten collections, and of an hour."""


def measure() -> Iterator[Figure]:
    """Open and leave a collection again and again; press many keys; then press none."""
    with serve(_ROWS) as service, service.started() as program:
        grown = _visit(service, program)
        name = f"memory of {_VISITS} visits to {_ROWS:,} rows"
        yield Figure(name, grown, _VISIT_ROOM, "MB", f"{_VISIT_ROOM:g} MB", 1.0)
    with Probe(sys.executable, "-m", "xcoll_tui", "--demo") as program:
        program.wait_text("feedback-2025")
        program.settle(0.6)
        _type(program, _WARM * 100)
        before = program.memory
        _type(program, _PRESSES)
        grown = (program.memory - before) / _MEGABYTE * _HOUR / _PRESSES
        yield Figure(
            "memory of an hour of keys", grown, _HOUR_ROOM, "MB", f"{_HOUR_ROOM:g} MB", 1.0
        )
    with (
        serve(100) as service,
        service.started() as program,
        Probe(sys.executable, "-m", "tests.bench.bare") as bare,
    ):
        own, floor = _rest(program, bare)
    name = f"work in {_AT_REST:g} s at rest"
    yield Figure(name, own + 1, floor + 1, "ticks + 1", "a bare Textual program", 1.0)


def _visit(service: Service, program: Probe) -> float:
    """Open the large collection, load all of it, and go to a small one; return the megabytes."""
    sizes = []
    place = service.place
    for _ in range(_WARM + _VISITS):
        service.open_large(program, place)
        program.wait_text(f"2 {LARGE}")
        service.load_all(program)
        program.press("1", *["k"] * place, "enter", "1")
        sizes.append(program.memory)
    return max(0.0, sizes[-1] - sizes[_WARM - 1]) / _MEGABYTE


def _type(program: Probe, count: int) -> None:
    for key in islice(cycle(_KEYS), count):
        program.send(key)
        program.settle(0.03, first=0.3)


def _rest(*programs: Probe) -> list[int]:
    """Return the ticks that each program takes while nothing is pressed."""
    for program in programs:
        program.settle(1.0)
    before = [_ticks(program) for program in programs]
    deadline = time.perf_counter() + _AT_REST
    while (left := deadline - time.perf_counter()) > 0:
        for program in programs:
            program.read(left / len(programs))
    return [_ticks(program) - ticks for program, ticks in zip(programs, before, strict=True)]


def _ticks(program: Probe) -> int:
    stat = Path(f"/proc/{program.process.pid}/stat").read_text(encoding="ascii")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 100 // os.sysconf("SC_CLK_TCK")
