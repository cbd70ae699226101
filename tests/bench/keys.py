"""Key press to repaint with 100,000 rows loaded, against 1,000 rows, in a real terminal."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.figure import Figure, percentile
from tests.bench.probe import QUIET, Probe
from tests.bench.service import Service, serve

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


# A page is 40 rows, so that 20 pages fit into 1,000 rows.
_KEYS = (
    _Key("down", ("g",)),
    _Key("j", ("g",)),
    _Key("up", ("G",)),
    _Key("pagedown", ("g",), 20),
    _Key("pageup", ("G",), 20),
    _Key("G", ("g",), 1),
    _Key("g", ("G",), 1),
    _Key("wheel down", ("g",)),
    _Key("wheel up", ("G",)),
    # On another row each time; two clicks on the same spot would be a double click.
    _Key("click", ("wheel down", "click below"), 1),
    # Only where columns are hidden is there something to show.
    _Key("right", ("left",), 1, ("left",), columns=90),
    _Key("space", ("g",), then=("escape",)),
    _Key("v", ("g", "space", "pagedown"), 1, ("escape",)),
    # These repaint twice.
    _Key("asterisk", then=("escape",), quiet=0.08),
    _Key("tab", then=("2",), quiet=0.08),
)


def measure() -> Iterator[Figure]:
    """Load all rows of both sizes, then press each key in both in turn."""
    with ExitStack() as stack:
        few = _load(stack, stack.enter_context(serve(FEW)))
        many = _load(stack, stack.enter_context(serve(MANY)))
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


def _load(stack: ExitStack, service: Service) -> Probe:
    program = stack.enter_context(service.opened())
    program.send("L")
    program.wait_text(f"─ {service.documents:,} · name")
    program.settle(0.6)
    return program


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
