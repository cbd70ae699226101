"""Measure what was promised: `python -m tests.bench [--only NAME] [--json FILE]`.

Every figure is a ratio against a floor that was measured in the same run, in turn with it, so that
a slow or busy machine shifts both. A missed goal is told and is no error. Needs Linux.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    backup,
    bulk,
    busy,
    commands,
    decoding,
    filling,
    keys,
    last_row,
    lasting,
    opening,
    startup,
    written,
)
from tests.bench.figure import Figure, write_json

_MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "startup": startup.measure,
    "rows": startup.measure_rows,
    "kept": startup.measure_kept,
    "bytes": written.measure,
    "decode": decoding.measure,
    "open": opening.measure,
    "end": last_row.measure,
    "fill": filling.measure,
    "lasting": lasting.measure,
    "keys": keys.measure,
    "preview": keys.measure_preview,
    "bulk": bulk.measure,
    "lag": bulk.measure_lag,
    "busy": busy.measure,
    "backup": backup.measure,
    "commands": commands.measure,
}


def main() -> None:
    """Print one line a figure as it is known; write them all at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = ", ".join(_MEASURES)
    parser.add_argument(
        "--only",
        choices=[*_MEASURES],
        action="append",
        metavar="NAME",
        help=f"measure only this, may be repeated: {names}",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    options = parser.parse_args()
    figures = []
    for name in options.only or _MEASURES:
        for figure in _MEASURES[name]():
            figures.append(figure)
            sys.stdout.write(figure.line() + "\n")
            sys.stdout.flush()
    if options.json is not None:
        write_json(options.json, figures)


if __name__ == "__main__":
    main()
