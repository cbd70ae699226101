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
from tests.bench.figure import Figure, summary
from tests.bench.record import KEPT, README, Record, record_of
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
    options = _options()
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
    record = record_of(figures, quick=options.quick, seconds=time.perf_counter() - started)
    _say(f"{summary(figures)}; {record.seconds} s")
    if options.json is not None:
        options.json.write_text(record.to_json(), encoding="utf-8")
    if not options.against and KEPT.exists():
        _say(*record.compare(_read(KEPT)))
    if options.keep:
        KEPT.write_text(record.to_json(), encoding="utf-8")
        readme = README.read_text(encoding="utf-8")
        README.write_text(_read(KEPT).put_into(readme), encoding="utf-8")  # as it was rounded


def _options() -> argparse.Namespace:
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
    parser.add_argument(
        "--keep",
        action="store_true",
        help=f"write {KEPT.name}, which later runs are compared with, and the README's table",
    )
    options = parser.parse_args()
    if options.only and options.against:
        parser.error("--against goes without --only")
    if options.keep and (options.quick or options.only or options.against):
        parser.error("only a whole run is kept")
    return options


def _read(path: Path) -> Record:
    return Record.from_json(path.read_text(encoding="utf-8"))


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
