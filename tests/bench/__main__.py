"""Measure what was promised: `python -m tests.bench [--quick] [--only NAME]`.

Every figure is a ratio against a floor that was measured in the same run, in turn with it, so that
a slow or busy machine shifts both. A missed goal is told and is no error. Needs Linux.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    against,
    backup,
    bulk,
    busy,
    commands,
    connecting,
    decoding,
    filling,
    keys,
    last_row,
    lasting,
    loading,
    opening,
    startup,
    written,
)
from tests.bench.figure import Figure, summary, write_json
from tests.bench.run import Run

Measure = Callable[[Run], Iterator[Figure]]

_MEASURES: dict[str, Measure] = {
    "startup": startup.measure,
    "rows": connecting.measure,
    "bytes": written.measure,
    "decode": decoding.measure,
    "open": opening.measure,
    "end": last_row.measure,
    "fill": filling.measure,
    "load": loading.measure,
    "keys": keys.measure,
    "busy": busy.measure,
    "bulk": bulk.measure,
    "backup": backup.measure,
    "commands": commands.measure,
    "lasting": lasting.measure,
}
_AGAINST: dict[str, Measure] = {"datatable": against.measure}


def main() -> None:
    """Print one line a figure as it is known, and at the end what became of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds and rows: under a minute in all"
    )
    parser.add_argument(
        "--only",
        choices=[*_MEASURES],
        action="append",
        metavar="NAME",
        help=f"measure only this, may be repeated: {', '.join(_MEASURES)}",
    )
    parser.add_argument(
        "--against", choices=[*_AGAINST], help="measure keys beside another widget, and only those"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    options = parser.parse_args()
    if options.only and options.against:
        parser.error("--against goes without --only")
    if options.against:
        chosen = [_AGAINST[options.against]]
    else:
        chosen = [_MEASURES[name] for name in options.only or _MEASURES]
    started = time.perf_counter()
    figures = []
    with Run(quick=options.quick) as run:
        for measure in chosen:
            for figure in measure(run):
                figures.append(figure)
                _say(figure.line())
    _say(f"{summary(figures)}; {time.perf_counter() - started:.0f} s")
    if options.json is not None:
        write_json(options.json, figures)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
