"""Key press to repaint with all rows of a large and of a small collection loaded, in a terminal."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice, repeat
from statistics import median

from tests.bench.figure import Figure, middle, percentile, worst
from tests.bench.probe import Probe
from tests.bench.run import Run

FEW = 1_000
_QUIET = 0.03
"""Silence that ends a repaint; until the next key the other program has its turn as well."""
_FRAME = 1000 / 60
"""Milliseconds of a frame."""
_DOWN_GOAL, _LATE_GOAL = 5.0, 3.0
_MANY_GOAL, _MANY_LATE_GOAL = 1.2, 1.5
_LATE_TOLERANCE = 1.5
_PREVIEW_REST = 80
"""Milliseconds that the cursor rests before the preview follows it."""
_PREVIEW_GOAL = 1.5
_BLOCK = 8
"""Presses of `down` with the preview on, and as many without it, in turn."""

Times = dict[Probe, list[float]]


@dataclass(frozen=True)
class Gesture:
    """Keys that are pressed in turn and timed, there and back; told by the first one's name."""

    strokes: tuple[str, ...]
    start: tuple[str, ...] = ()
    """What is pressed, unmeasured, before all of them."""
    before: tuple[str, ...] = ()
    """What is pressed, unmeasured, before each round of strokes."""
    end: tuple[str, ...] = ()
    """What is pressed, unmeasured, after all of them."""
    columns: int = 160
    quiet: float = _QUIET

    @property
    def name(self) -> str:
        """The key that it is about."""
        return self.strokes[0]


def there_and_back(key: str, back: str, times: int = 20, **rest: int) -> Gesture:
    """Return the gesture of pressing a key so often, from the head, and then its opposite."""
    return Gesture((key,) * times + (back,) * times, ("g",), **rest)


# Moving starts from the head, where both lists fail at the same rows: a failed row tells its reason
# on a line of its own, and all below moves. A page is 40 rows: 20 pages fit into 1,000 rows.
_DOWN = there_and_back("down", "up")
_GESTURES = (
    _DOWN,
    there_and_back("pagedown", "pageup"),
    Gesture(("G", "g"), ("g",)),
    there_and_back("wheel down", "wheel up"),
    # On another row each time: two clicks on the same spot would be a double click.
    Gesture(("click", "click below"), ("g",)),
    # Only where columns are hidden is there something to show.
    Gesture(("right", "left"), columns=90),
    Gesture(("space",), ("g",), end=("escape",)),
    Gesture(("v",), before=("down",), end=("escape",)),
    # These repaint twice.
    Gesture(("asterisk",), end=("escape",), quiet=0.08),
    Gesture(("tab",), end=("2",), quiet=0.08),
)
_QUICK = {"down", "pagedown", "space", "asterisk", "tab"}
"""Those of a quick run: what the others repaint is repainted by one of these."""


def measure(run: Run) -> Iterator[Figure]:
    """Load all rows of both sizes, then press each key in both in turn."""
    presses = run.of(40, 8)
    gestures = run.of(_GESTURES, tuple(each for each in _GESTURES if each.name in _QUICK))
    with ExitStack() as stack:
        services = [run.serve(documents) for documents in (FEW, run.many)]
        here, there = two_cores(stack)
        # Both programs on one core: else what else runs on the machine hits but one of them.
        os.sched_setaffinity(0, there)
        few, many = (stack.enter_context(service.opened()) for service in services)
        os.sched_setaffinity(0, here)
        sizes = {few: f"{FEW:,} rows", many: f"{run.many:,} rows"}
        for service, program in zip(services, sizes, strict=True):
            service.load_all(program)
            program.press("w")  # the preview, which repaints behind each key
        all_times = {each.name: press(each, [few, many], presses) for each in gestures}
        down = all_times[_DOWN.name]
        for name, times in all_times.items():
            yield _median(name, times, down, sizes)
            yield _late(name, times, sizes)
        yield from _many(all_times, few, many)
        yield from _measure_preview(few, presses)


def press(gesture: Gesture, programs: list[Probe], presses: int) -> Times:
    """Press the keys in each program in turn; return the milliseconds of each press."""
    times: Times = {program: [] for program in programs}
    for program in programs:
        program.widen(gesture.columns)
        program.press(*gesture.start)
    strokes = chain.from_iterable(repeat(gesture.strokes))
    for number, key in enumerate(islice(strokes, presses)):
        for program in programs if number % 2 else reversed(programs):
            if number % len(gesture.strokes) == 0:
                program.press(*gesture.before)
            times[program].append(program.time_key(key, gesture.quiet))
    for program in programs:
        program.press(*gesture.end)
    return times


def two_cores(stack: ExitStack) -> tuple[set[int], set[int]]:
    """Choose a core for this process and one for the programs; all are free again at the end."""
    cores = os.sched_getaffinity(0)
    stack.callback(os.sched_setaffinity, 0, cores)
    return {min(cores)}, {max(cores)}


def _median(name: str, times: Times, down: Times, sizes: dict[Probe, str]) -> Figure:
    """Hold a key against `down` of the same size, that one against a frame; the worse size."""
    figures = []
    for program, size in sizes.items():
        value = percentile(times[program], 50)
        if times is down:
            floor, floor_name, goal = _FRAME, f"a sixtieth of a second, {size}", 1.0
        else:
            floor, floor_name, goal = percentile(down[program], 50), f"down, {size}", _DOWN_GOAL
        figures.append(Figure(f"key {name} p50", value, floor, "ms", floor_name, goal))
    return worst(figures)


def _late(name: str, times: Times, sizes: dict[Probe, str]) -> Figure:
    """Hold the slowest presses of a key against its usual ones; the worse size."""
    return worst(
        [
            Figure(
                f"key {name} p95",
                percentile(times[program], 95),
                percentile(times[program], 50),
                "ms",
                f"its p50, {size}",
                _LATE_GOAL,
                _LATE_TOLERANCE,
            )
            for program, size in sizes.items()
        ]
    )


def _many(all_times: dict[str, Times], few: Probe, many: Probe) -> Iterator[Figure]:
    """Hold many rows against few: the usual press of the worst key, the slow ones of all keys."""
    medians = {name: percentile(times[few], 50) for name, times in all_times.items()}
    yield worst(
        [
            Figure(
                "a key with many rows p50",
                *middle(zip(times[many], times[few], strict=True)),
                "ms",
                f"{name} with {FEW:,} rows, the worst key",
                _MANY_GOAL,
                _LATE_TOLERANCE,
            )
            for name, times in all_times.items()
        ]
    )
    # All presses together: the slow ones of one key are too few for this.
    late_many, late_few = (
        percentile(
            [time / medians[name] for name, times in all_times.items() for time in times[program]],
            95,
        )
        for program in (many, few)
    )
    yield Figure(
        "a key with many rows p95",
        late_many,
        late_few,
        "p50",
        f"the same with {FEW:,} rows, all keys",
        _MANY_LATE_GOAL,
        _LATE_TOLERANCE,
    )


def _measure_preview(program: Probe, presses: int) -> Iterator[Figure]:
    """Go down with the preview on: the repaint of the rows, and when the preview has followed."""
    program.widen(160)
    program.press("g")
    pairs, late = [], []
    for _ in range(presses // _BLOCK):
        without, times, followed = [], [], []
        for _ in range(_BLOCK):
            without.append(program.time_key("down"))
            program.settle(first=_PREVIEW_REST / 1000)  # after a rest every key takes longer
        program.press("w")
        program.settle(first=0.3)
        for _ in range(_BLOCK):
            began = time.perf_counter()
            times.append(program.time_key("down"))
            # The preview is drawn before the next key.
            if (last := program.settle(first=0.2)) is not None:
                followed.append((last - began) * 1000)
        program.press("w")
        program.settle(first=0.3)
        down = median(without)
        pairs.append((median(times), down))
        late.append((median(followed), _PREVIEW_REST + down))
    name = "key down, preview on, p50"
    yield Figure(name, *middle(pairs), "ms", "down without it", _PREVIEW_GOAL)
    yield Figure(
        "preview behind down p50",
        *middle(late),
        "ms",
        f"its rest of {_PREVIEW_REST} ms and down",
        _PREVIEW_GOAL,
    )
