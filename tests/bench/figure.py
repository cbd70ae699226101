"""A figure: what was measured, what it is held against, and how near the goal it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """A value over a floor that was measured in the same run; lower is better throughout."""

    name: str
    """What it is called, in every run: runs are compared by it."""
    value: float
    floor: float
    unit: str
    floor_name: str
    goal: float
    """What the ratio shall be at most."""
    tolerance: float = 1.25
    """How many times as large the ratio may be in another run by chance."""

    @property
    def ratio(self) -> float:
        """The value as a multiple of the floor."""
        return self.value / self.floor

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.ratio <= self.goal

    def line(self) -> str:
        """Return all of it as a line of text."""
        against = f"{self.name:<34} {self.ratio:6.2f} × {self.floor_name}"
        numbers = f"{_number(self.value)} / {_number(self.floor)} {self.unit}"
        verdict = "met" if self.met else "MISSED"
        return f"{against:<92} {numbers:>22}  goal ≤ {self.goal:g}: {verdict}"


def summary(figures: Sequence[Figure]) -> str:
    """Return how many goals are met, and which are not, as a line of text."""
    missed = [figure.name for figure in figures if not figure.met]
    if not missed:
        return f"all {len(figures)} goals are met"
    met = len(figures) - len(missed)
    return f"{met} of {len(figures)} goals are met; missed: {', '.join(missed)}"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent of the others do not exceed."""
    if percent == 50:
        return median(values)
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def middle(pairs: Iterable[Sequence[float]]) -> Sequence[float]:
    """Return the pair of a value and a floor whose ratio is the median; of two, the higher.

    A machine that becomes slower for a minute changes both of a pair, which were measured in turn,
    and so not their ratio; the median of all values and that of all floors may lie far apart.
    """
    ordered = sorted(pairs, key=lambda pair: pair[0] / pair[1])
    return ordered[len(ordered) // 2]


def worst(figures: Sequence[Figure]) -> Figure:
    """Return the figure that is farthest from its goal, or nearest where all are met."""
    return max(figures, key=lambda figure: figure.ratio / figure.goal)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
