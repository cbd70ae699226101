"""Faults: answers that go wrong on purpose, and requests that are one too many."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, get_args

Phase = Literal["before", "after", "during"]
Accident = Literal["reset", "timeout", "garbage"]

PHASES: dict[str, Phase] = {phase: phase for phase in get_args(Phase)}
ACCIDENTS: dict[str, Accident] = {accident: accident for accident in get_args(Accident)}
METHODS = frozenset({"*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_ROOTS = ("/", "*", "?", "[")
GARBAGE = b"<html><body><h1>Bad Gateway</h1></body></html>"


class FaultSyntaxError(ValueError):
    """A fault SPEC that cannot be read; the message is a sentence."""


@dataclass
class Fault:
    """One way to go wrong, for the requests that match.

    effect is an HTTP status, or: `reset` drops the connection, `timeout` never answers, `garbage`
    answers 200 with what is no JSON. phase: `before` the request takes effect (it takes none),
    `after` it took effect, or `during` its answer, which is cut in the middle of the body. share
    is the part of the matching requests that go wrong, evenly spread. skip lets that many matching
    requests pass first; times is how often it goes wrong at most.
    """

    method: str
    path: str
    effect: int | Accident
    phase: Phase = "before"
    share: float = 1.0
    skip: int = 0
    times: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seen: int = 0
    done: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Count a request, and tell whether it goes wrong."""
        if self.method not in ("*", method) or not fnmatchcase(path, self.path):
            return False
        self.seen += 1
        turn = self.seen - self.skip
        if turn <= 0 or (self.times is not None and self.done >= self.times):
            return False
        # Evenly spread: the whole part of turn * share rises. The tiny addend mends 0.1 * 10 < 1.
        struck = int(turn * self.share + 1e-9) > int((turn - 1) * self.share + 1e-9)
        self.done += struck
        return struck


def parse_fault(spec: str) -> Fault:
    """Read `METHOD:PATH-GLOB:STATUS|reset|timeout|garbage[:before|after|during][:SHARE]`.

    It is read from both ends, because a path may hold colons (`documents:batchGet`). One that can
    never strike is refused, for whoever wrote it would take what follows for the program's merit.
    """
    method, _, rest = spec.partition(":")
    parts = rest.split(":")
    share = 1.0
    phase: Phase = "before"
    if len(parts) > 2 and _is_share(parts[-1]):
        share = float(parts.pop())
    if len(parts) > 2 and parts[-1] in PHASES:
        phase = PHASES[parts.pop()]
    effect = parts.pop()
    path = ":".join(parts)
    if not method or not path:
        raise _unreadable(spec)
    method = method.upper()
    if effect in ACCIDENTS:
        fault = Fault(method, path, ACCIDENTS[effect], phase, share)
    elif len(effect) == 3 and effect.isascii() and effect.isdigit() and 200 <= int(effect) <= 599:
        fault = Fault(method, path, int(effect), phase, share)
    else:
        raise _unreadable(spec)
    if reason := _never_strikes(fault):
        raise FaultSyntaxError(f"The fault {spec!r} would never strike: {reason}.")
    return fault


def _never_strikes(fault: Fault) -> str:
    """Return why a fault cannot meet any request, "" where it can."""
    if fault.method not in METHODS:
        methods = ", ".join(sorted(METHODS - {"*"}))
        return f"METHOD is * for all of them, or one of {methods}"
    if not fault.path.startswith(_ROOTS):
        return "PATH begins with / or *"
    if fault.share == 0:
        return "SHARE is above 0"
    return ""


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def _unreadable(spec: str) -> FaultSyntaxError:
    return FaultSyntaxError(
        f"The fault {spec!r} cannot be read; write METHOD:PATH-GLOB:STATUS|reset|timeout|garbage"
        "[:before|after|during][:SHARE], for example GET:*/documents:503:0.5."
    )


def find_fault(faults: Sequence[Fault], method: str, path: str) -> Fault | None:
    """Find the first fault that strikes a request; every one that matches counts it."""
    struck = [fault for fault in faults if fault.strikes(method, path)]
    return struck[0] if struck else None


class Rate:
    """At most so many requests in any second."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=limit)

    def admit(self) -> float:
        """Count a request and answer 0, or refuse it: the seconds until there is room again."""
        now = self._clock()
        if len(self._times) == self._times.maxlen and now - self._times[0] < 1:
            return 1 - (now - self._times[0])
        self._times.append(now)
        return 0.0
