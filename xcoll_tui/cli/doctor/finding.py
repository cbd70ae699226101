"""One thing that was found out."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "problem", "fact"]

OK: State = "ok"
PROBLEM: State = "problem"
FACT: State = "fact"


@dataclass(frozen=True)
class Finding:
    """A finding under its topic; `value` is words, and holds nothing secret."""

    topic: str
    name: str
    state: State
    value: str
