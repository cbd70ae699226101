"""Key press to repaint with 100,000 rows loaded, against 1,000 rows, in a real terminal."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.figure import Figure, percentile
from tests.bench.probe import QUIET, Probe
from tests.bench.service import serve

MANY, FEW = 100_000, 1_000
PRESSES = 60
GOALS = {50: 1.2, 95: 1.5}


@dataclass(frozen=True)
class _Key:
    """A key, and what is pressed, unmeasured, before each `run` presses of it."""

    name: str
    before: tuple[str, ...] = ()
    run: int = PRESSES
    then: tuple[str, ...] = ()
    """What is pressed, unmeasured, after the last one."""
    columns: int = 160
    quiet: float = QUIET


# Moving starts from the head, where both lists fail at the same rows: a failed row tells its reason
# on a line of its own, and all below moves. A page is 40 rows: 20 pages fit into 1,000 rows.
_KEYS = (
    _Key("down", ("g",)),
    _Key("j", ("g",)),
    _Key("up", ("g", "pagedown", "pagedown")),
    _Key("pagedown", ("g",), 20),
    _Key("pageup", ("g", *["pagedown"] * 20), 20),
    _Key("G", ("g",), 1),
    _Key("g", ("G",), 1),
    _Key("wheel down", ("g",)),
    _Key("wheel up", ("g", *["pagedown"] * 6)),
    # On another row each time; two clicks on the same spot would be a double click.
    _Key("click", ("wheel down", "click below"), 1),
    # Only where columns are hidden is there something to show.
    _Key("right", ("left",), 1, ("left",), columns=90),
    _Key("space", ("g",), then=("escape",)),
    _Key("v", ("down",), 1, ("escape",)),
    # These repaint twice.
    _Key("asterisk", then=("escape",), quiet=0.08),
    _Key("tab", then=("2",), quiet=0.08),
)


def measure() -> Iterator[Figure]:
    """Load all rows of both sizes, then press each key in both in turn."""
    with ExitStack() as stack:
        services = [stack.enter_context(serve(documents)) for documents in (FEW, MANY)]
        here, there = _two_cores(stack)
        # Both programs on one core: else what else runs on the machine hits but one of them.
        os.sched_setaffinity(0, there)
        few, many = (stack.enter_context(service.opened()) for service in services)
        os.sched_setaffinity(0, here)
        for service, program in zip(services, (few, many), strict=True):
            service.load_all(program)
            program.press("w")  # the preview, which repaints behind each key
        for key in _KEYS:
            few_times, many_times = _press(key, few, many)
            for percent, goal in GOALS.items():
                yield Figure(
                    f"key {key.name} p{percent}",
                    percentile(many_times, percent),
                    percentile(few_times, percent),
                    "ms",
                    f"the same with {FEW:,} rows",
                    goal,
                )


# In the middle of what is loaded, where each row has another preview and none has a note.
_PREVIEW_KEYS = (
    _Key("down", ("g",)),
    _Key("up", ("g", "pagedown", "pagedown")),
    _Key("pagedown", ("g",), 20),
)
_PREVIEW_GOAL = 1.5


def measure_preview() -> Iterator[Figure]:
    """Press keys with all rows loaded, in a program that shows the preview and in one without it.

    What is measured is the repaint of the rows; the preview follows 80 ms behind the key, which a
    figure of its own tells.
    """
    with ExitStack() as stack:
        service = stack.enter_context(serve(MANY))
        here, there = _two_cores(stack)
        os.sched_setaffinity(0, there)
        without, shown = (stack.enter_context(service.opened()) for _ in range(2))
        os.sched_setaffinity(0, here)
        for program in (without, shown):
            service.load_all(program)
            program.widen(_PREVIEW_KEYS[0].columns)
        without.press("w")
        for key in _PREVIEW_KEYS:
            times: dict[Probe, list[float]] = {without: [], shown: []}
            followed: list[float] = []
            for number in range(PRESSES):
                for program in (without, shown) if number % 2 else (shown, without):
                    if number % key.run == 0:
                        program.press(*key.before)
                        program.settle(first=0.3)
                    began = time.perf_counter()
                    times[program].append(program.time_key(key.name, key.quiet))
                    # The preview is drawn before the next key, and not measured there.
                    last = program.settle(first=0.2)
                    if program is shown and last is not None:
                        followed.append((last - began) * 1000)
            yield Figure(
                f"key {key.name}, preview on, p50",
                percentile(times[shown], 50),
                percentile(times[without], 50),
                "ms",
                f"without it, {MANY:,} rows",
                _PREVIEW_GOAL,
            )
            yield Figure(
                f"preview behind {key.name} p50",
                percentile(followed, 50),
                percentile(times[shown], 50),
                "ms",
                "the repaint of the rows",
            )


def _two_cores(stack: ExitStack) -> tuple[set[int], set[int]]:
    """Choose a core for this process and one for the programs; all are free again at the end."""
    cores = os.sched_getaffinity(0)
    stack.callback(os.sched_setaffinity, 0, cores)
    return {min(cores)}, {max(cores)}


def _press(key: _Key, few: Probe, many: Probe) -> tuple[list[float], list[float]]:
    times: dict[Probe, list[float]] = {few: [], many: []}
    for program in times:
        program.widen(key.columns)
    for number in range(PRESSES):
        for program in (few, many) if number % 2 else (many, few):
            if number % key.run == 0:
                program.press(*key.before)
            times[program].append(program.time_key(key.name, key.quiet))
    for program in times:
        program.press(*key.then)
    return times[few], times[many]
