"""The figures of a run, with the machine and the day: written, read again, and compared."""

import json
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from tests.bench.figure import Figure

KEPT = Path(__file__).with_name("figures.json")
"""The record of the whole run that was kept last: every run is compared with it."""
README = Path(__file__).with_name("README.md")
_TABLE = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of table -->)", re.DOTALL)
_LEAST = 0.1
"""A smaller ratio than this is as good as none, so that it cannot become many times as large."""


@dataclass(frozen=True)
class Machine:
    """Where a run was made, as far as ratios depend on it."""

    cpu: str
    cores: int
    python: str
    textual: str

    def __str__(self) -> str:
        return f"{self.cpu}, {self.cores} cores, Python {self.python}, Textual {self.textual}"


@dataclass(frozen=True)
class Record:
    """One run: its figures, and where and when they were measured."""

    date: str
    machine: Machine
    quick: bool
    seconds: int
    figures: tuple[Figure, ...]

    def to_json(self) -> str:
        """Return it as text for a file, with what follows from the numbers beside them."""
        figures = [
            {
                **asdict(figure),
                "value": _rounded(figure.value),
                "floor": _rounded(figure.floor),
                "ratio": _rounded(figure.ratio),
                "met": figure.met,
            }
            for figure in self.figures
        ]
        return json.dumps({**asdict(self), "figures": figures}, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Read what `to_json` wrote; raises msgspec.ValidationError for anything else."""
        return msgspec.json.decode(text, type=cls)

    def compare(self, before: "Record") -> list[str]:
        """Return what became slower since another run, beyond the tolerance, as lines of text.

        Ratios are compared, also with another machine's, which the first line says.
        """
        ratios = {figure.name: max(figure.ratio, _LEAST) for figure in before.figures}
        slower = [
            f"{figure.name} {figure.ratio / ratios[figure.name]:.1f} ×"
            for figure in self.figures
            if figure.name in ratios and figure.ratio > figure.tolerance * ratios[figure.name]
        ]
        where = "this machine"
        if before.machine != self.machine:
            where = f"another machine ({before.machine}), where ratios may differ"
        if before.quick != self.quick:
            where += f", in a {'quick' if before.quick else 'whole'} run"
        lines = [f"slower than {before.date} on {where}: {', '.join(slower) or 'nothing'}"]
        if new := [figure.name for figure in self.figures if figure.name not in ratios]:
            lines.append(f"not measured then: {', '.join(new)}")
        return lines

    def table(self) -> str:
        """Return the figures as a table for the README."""
        rows = [
            f"| {figure.name} | {figure.floor_name} | {figure.ratio:.2f} "
            f"| {figure.goal:g}{'' if figure.met else ', missed'} |"
            for figure in self.figures
        ]
        where = f"{self.machine}; {self.date}, in {self.seconds} seconds:"
        return "\n".join(
            [where, "", "| figure | against | ratio | goal |", "|---|---|---|---|", *rows, ""]
        )

    def put_into(self, readme: str) -> str:
        """Return the text of the README with this run's table in the place of the one there."""
        return _TABLE.sub(lambda _: self.table(), readme)


def record_of(figures: Sequence[Figure], *, quick: bool, seconds: float) -> Record:
    """Return the record of a run that was made here, today."""
    machine = Machine(_cpu(), os.cpu_count() or 1, platform.python_version(), version("textual"))
    today = datetime.now(UTC).date().isoformat()
    return Record(today, machine, quick, round(seconds), tuple(figures))


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
