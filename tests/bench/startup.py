"""How long until the two panes stand, against the smallest Textual program."""

import compileall
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure
from tests.bench.probe import Probe

PAIRS = 15
GOAL = 1.4

_BARE = ("tests.bench.bare",)
_XCOLL = ("xcoll_tui", "--demo")


def measure() -> Iterator[Figure]:
    """Start both in turn; a frame counts when its texts have been written."""
    for package in ("xcoll_tui", "textual", "rich"):
        origin = find_spec(package).origin
        compileall.compile_dir(Path(origin).parent, quiet=2)
    bare, panes = [], []
    # The first pair is not counted: it compiles what else is imported, and warms the disk.
    for counted in [False] + [True] * PAIRS:
        hello = _first_frame(_BARE, "hello")
        both = _first_frame(_XCOLL, "1 Collections", "2 Documents")
        if counted:
            bare.append(hello)
            panes.append(both)
    yield Figure(
        "start-up", median(panes), median(bare), "ms", "a bare Textual program's hello", GOAL
    )


def _first_frame(module: tuple[str, ...], *texts: str) -> float:
    with Probe(sys.executable, "-m", *module) as program:
        return (program.wait_text(*texts, seconds=20) - program.started) * 1000
