"""The same keys in a plain Textual DataTable of as many rows, in one run."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from tests.bench.figure import Figure, percentile
from tests.bench.keys import press, there_and_back, two_cores
from tests.bench.run import Run
from tests.bench.written import DOWN_GOAL, bare_table

_COLUMNS = 120
_GESTURES = (
    there_and_back("down", "up", columns=_COLUMNS),
    there_and_back("pagedown", "pageup", columns=_COLUMNS),
    there_and_back("wheel down", "wheel up", columns=_COLUMNS),
)
_GOAL = 1.0


def measure(run: Run) -> Iterator[Figure]:
    """Press each key in both in turn: until the repaint, and what is written for it."""
    rows = run.of(10_000, 1_000)
    service = run.serve(rows)
    floor_name = f"a DataTable of {rows:,} rows"
    with ExitStack() as stack:
        here, there = two_cores(stack)
        os.sched_setaffinity(0, there)
        table = stack.enter_context(bare_table(rows))
        program = stack.enter_context(service.opened())
        os.sched_setaffinity(0, here)
        service.load_all(program)
        program.press("w")
        table.wait_text("Quarterly report")
        for gesture in _GESTURES:
            times = press(gesture, [table, program], run.of(40, 10))
            for percent in (50, 95):
                own, floor = (percentile(times[shown], percent) for shown in (program, table))
                name = f"key {gesture.name} p{percent}"
                yield Figure(name, own, floor, "ms", floor_name, _GOAL)
            own, floor = (
                median(shown.count_bytes(gesture.name) for _ in range(run.of(9, 3)))
                for shown in (program, table)
            )
            goal = DOWN_GOAL if gesture.name == "down" else _GOAL
            yield Figure(f"bytes of {gesture.name}", own, floor, "B", floor_name, goal)
