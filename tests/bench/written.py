"""Bytes written to the terminal a key press, beside a Textual DataTable in the same run.

Over a slow link they are what a key costs; and whoever watches a window for activity in tmux wants
silence at rest.
"""

import os
import sys
import time
from collections.abc import Iterator
from statistics import median

from tests.bench.figure import Figure
from tests.bench.probe import Probe
from tests.bench.service import serve

_ROWS = 1_000
_PRESSES = 12
_AT_REST = 10.0
"""Seconds without a key."""
_DOWN_GOAL = 0.8
_GOALS = {"space": 2.0, "tab": 4.0}
_QUIET = 0.15


def measure() -> Iterator[Figure]:
    """Press the keys and count what comes; then wait, and count what comes."""
    rows = os.environ | {"ROWS": str(_ROWS)}
    with (
        serve(_ROWS) as service,
        Probe(sys.executable, "-m", "tests.bench.bare_table", env=rows) as table,
        service.opened() as program,
    ):
        for shown in (table, program):
            shown.widen(120)
        program.settle(0.6)
        floor = median(_written(table, "down"))
        down = median(_written(program, "down"))
        yield Figure("bytes of down", down, floor, "B", "down in a DataTable", _DOWN_GOAL)
        for key, goal in _GOALS.items():
            written = median(_written(program, key))
            yield Figure(f"bytes of {key}", written, down, "B", "down", goal)
        program.press("escape")
        program.press("2", "/")
        letters = median(_written(program, "q", presses=3))
        yield Figure("bytes of a letter in a filter", letters, down, "B", "down", 1.0)
        program.press("escape", "escape")
        program.settle(first=0.5, quiet=0.5)
        silence = _count(program, _AT_REST)
        yield Figure("bytes at rest in ten seconds", silence + 1, 1, "B + 1", "none", 1.0)


def _written(program: Probe, key: str, presses: int = _PRESSES) -> list[int]:
    counts = []
    for _ in range(presses):
        program.send(key)
        counts.append(_count(program, _QUIET))
    return counts


def _count(program: Probe, quiet: float) -> int:
    """Count what is written until nothing was for so many seconds."""
    count, deadline = 0, time.perf_counter() + quiet
    while (left := deadline - time.perf_counter()) > 0:
        if chunk := program.read(left):
            count += len(chunk)
            deadline = time.perf_counter() + quiet
    return count
