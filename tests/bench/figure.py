"""A figure: what was measured, what it is held against, and how near the goal it is."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """A value over a floor that was measured in the same run; lower is better throughout."""

    name: str
    value: float
    floor: float
    unit: str
    floor_name: str
    goal: float | None = None
    """What the ratio shall be at most; None where nothing was promised."""

    @property
    def ratio(self) -> float:
        return self.value / self.floor

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else self.ratio <= self.goal

    def line(self) -> str:
        said = f"{self.name:<26} {self.ratio:6.2f} × {self.floor_name}"
        numbers = f"{_number(self.value)} / {_number(self.floor)} {self.unit}"
        verdict = ""
        if self.goal is not None:
            verdict = f"  goal ≤ {self.goal:g}: {'met' if self.met else 'MISSED'}"
        return f"{said:<78} {numbers:>24}{verdict}"

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": round(self.ratio, 4), "met": self.met}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent of the others do not exceed."""
    if percent == 50:
        return median(values)
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def write_json(path: Path, figures: Iterable[Figure]) -> None:
    told = {"figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
