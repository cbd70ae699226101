"""Bytes written to the terminal a key press, beside a Textual DataTable in the same run.

Over a slow link they are what a key costs.
"""

import os
import sys
from collections.abc import Iterator
from statistics import median

from tests.bench.cells import Screen, bytes_to_write, cells_of
from tests.bench.figure import Figure
from tests.bench.probe import Probe
from tests.bench.run import Run
from tests.bench.service import LARGE, Service
from tests.e2e.terminal import Terminal, xcoll

_ROWS, _COLUMNS = 1_000, 120
DOWN_GOAL = 0.8
_GOALS = {"space": 2.0, "tab": 4.0}
_LETTER_GOAL, _DIALOG_GOAL = 1.0, 1.0
_DIALOGS = {"the help": "?", "the details": "enter"}


def measure(run: Run) -> Iterator[Figure]:
    """Press the keys and count what comes; then open and close dialogs, and see what changes."""
    presses = run.of(9, 5)
    service = run.serve(_ROWS)
    with bare_table(_ROWS) as table, service.opened() as program:
        for shown in (table, program):
            shown.widen(_COLUMNS)
        down, floor = (_median(shown, "down", presses) for shown in (program, table))
        yield Figure("bytes of down", down, floor, "B", "down in a DataTable", DOWN_GOAL)
        for key, goal in _GOALS.items():
            yield Figure(f"bytes of {key}", _median(program, key, presses), down, "B", "down", goal)
        program.press("escape", "2", "/")
        letters = _median(program, "q", 3)
        yield Figure("bytes of a letter in a filter", letters, down, "B", "down", _LETTER_GOAL)
    for name, (count, needed) in _dialogs(service, run.of(2, 1)).items():
        yield Figure(
            f"bytes of {name}, open and shut", count, needed, "B", "the changed cells", _DIALOG_GOAL
        )


def bare_table(rows: int) -> Probe:
    """Run a DataTable of so many rows."""
    return Probe(
        sys.executable, "-m", "tests.bench.bare_table", env=os.environ | {"ROWS": str(rows)}
    )


def _median(program: Probe, key: str, presses: int) -> float:
    return median(program.count_bytes(key) for _ in range(presses))


def _dialogs(service: Service, most: int) -> dict[str, tuple[int, int]]:
    """Return the bytes that dialogs take, and those that their cells take, there and back."""
    counts = {}
    command = ("--base-url", service.url)
    variables = {"XAI_MANAGEMENT_KEY": service.key}
    with xcoll(*command, columns=_COLUMNS, rows=36, env=variables) as terminal:
        terminal.wait_for(LARGE)
        terminal.press(*["j"] * service.place, "enter")
        terminal.wait_for(service.name_at("first"))
        terminal.rest(0.3)
        for name, key in list(_DIALOGS.items())[:most]:
            opened, shut = _change(terminal, key), _change(terminal, "escape")
            counts[name] = opened[0] + shut[0], opened[1] + shut[1]
    return counts


def _change(terminal: Terminal, key: str) -> tuple[int, int]:
    before, read = _cells(terminal), len(terminal.raw)
    terminal.press(key)
    terminal.wait_for(lambda _: _cells(terminal) != before)
    terminal.rest(0.3)
    return len(terminal.raw) - read, bytes_to_write(before, _cells(terminal))


def _cells(terminal: Terminal) -> Screen:
    return cells_of(terminal.screen.buffer, terminal.columns, terminal.rows)
