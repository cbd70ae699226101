"""What became of the variables of the environment: `xcoll auth status` tells it of each."""

from collections.abc import Callable
from typing import NamedTuple


class Variable(NamedTuple):
    """A variable that is set, whether it was used, and a clause that says for what, or why not.

    No clause holds a secret.
    """

    name: str
    used: bool
    note: str


Report = Callable[[Variable], object]
"""Takes what became of a variable."""


def report_nothing(_: Variable) -> None:
    """Let what became of the variables go: nobody asked."""
