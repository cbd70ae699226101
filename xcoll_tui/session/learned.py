"""Knowledge of a service from what it did: kept per place, with the date, and forgiven.

How long its writes take to show, whether a PATCH or a second attach changes fields, and whether a
file outlives its document. One slow or careless day of a service must not be held against it for
ever, so what was seen expires, or gives way to what is seen later.
"""

from __future__ import annotations

import asyncio
import math
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from xcoll_tui.session.json_file import (
    decode_object,
    number_of,
    read_file,
    reason_of,
    set_aside,
    write_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from xcoll_tui.session.place import Place

FOLDER = "learned"
_MARK = "xcoll_learned"
_DAY = 24 * 60 * 60
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SAMPLES, _SAMPLE_DAYS = 100, 7
_IGNORED_DAYS = 30
_UNKNOWN_SETTLING = 10.0
_SHORTEST, _LONGEST = 2.0, 30.0
_SAVING_DELAY = 1.0
_SIZE_LIMIT = 1024 * 1024
_TOLERANCE = 60  # another session may have written since the clock was read


class Fact(Struct, frozen=True):
    """An observation: what was seen last, and when, in seconds since the epoch."""

    value: str = "unknown"
    at: float = 0.0

    @property
    def day(self) -> str:
        """The day on which it was seen, as "26 Nov", in the same words everywhere."""
        day = datetime.fromtimestamp(self.at, UTC)
        return f"{day.day} {_MONTHS[day.month - 1]}"


UNKNOWN = Fact()
_VALUES = {
    "patch": ("applied", "ignored"),
    "reattach": ("applied", "ignored"),
    "files": ("kept", "deleted"),
}


class _Evidence(Struct):
    """All that was seen; `samples` are (when, how many seconds until a write showed)."""

    samples: set[tuple[float, float]] = set()
    facts: dict[str, Fact] = {}

    def merge(self, later: _Evidence) -> None:
        """Add what was seen later, or by others."""
        self.samples = {*sorted(self.samples | later.samples)[-_SAMPLES:]}
        for name, fact in later.facts.items():
            if fact.at >= self.facts.get(name, UNKNOWN).at:
                self.facts[name] = fact

    def forget_after(self, now: float) -> None:
        """Drop what a clock that was wrong dated after now: it would outlive what is seen next."""
        self.samples = {sample for sample in self.samples if sample[0] <= now}
        self.facts = {name: fact for name, fact in self.facts.items() if fact.at <= now}


class Learned:
    """The knowledge of the service at one place.

    `folder` is the state folder; None keeps it in memory only. It is written a second after it
    changed, and merged with what another session wrote; `close` writes what is not yet. Files that
    cannot be read or written are told in `problems` and cost no more than what was known.
    """

    def __init__(
        self,
        folder: Path | None,
        place: Place,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = None if folder is None else folder / FOLDER
        self._place = place
        self._clock = clock
        self._evidence = _Evidence()
        self._changed = False
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self.problems: list[str] = []

    # What is known

    def settling_time(self) -> float:
        """Return for how many seconds the old state, or nothing, proves nothing."""
        now = self._clock()
        # A sample of the future comes from a clock that was wrong; how long ago it was, is unknown.
        recent = [
            seconds
            for at, seconds in self._evidence.samples
            if abs(now - at) <= _SAMPLE_DAYS * _DAY
        ]
        if not recent:
            return _UNKNOWN_SETTLING
        return min(max(3 * max(recent) + 0.5, _SHORTEST), _LONGEST)

    @property
    def patch(self) -> Fact:
        """Whether a PATCH changes fields: unknown, applied or ignored."""
        return self._strategy("patch")

    @property
    def reattach(self) -> Fact:
        """Whether a second attach changes fields: unknown, applied or ignored."""
        return self._strategy("reattach")

    @property
    def files(self) -> Fact:
        """Whether a file outlives its document: unknown, kept or deleted."""
        return self._evidence.facts.get("files", UNKNOWN)

    # What is seen

    def note_shown(self, seconds: float) -> None:
        """Take note of how long a write took to show."""
        if not math.isfinite(seconds):
            return
        self._note(_Evidence({(self._clock(), max(0.0, seconds))}))

    def note_strategy(
        self,
        name: Literal["patch", "reattach"],
        verdict: Literal["applied", "ignored"],
        at: float | None = None,
    ) -> None:
        """Take note of whether new fields were taken; "ignored" is forgiven when seen otherwise."""
        self._note(_Evidence(facts={name: Fact(verdict, self._clock() if at is None else at)}))

    def note_files(self, verdict: Literal["kept", "deleted"], at: float | None = None) -> None:
        """Take note of whether a file was there after its document was removed."""
        self._note(_Evidence(facts={"files": Fact(verdict, self._clock() if at is None else at)}))

    # On disk

    async def load(self) -> None:
        """Read what earlier sessions learned, and keep what was learned since."""
        if self._folder is None:
            return
        path, now = self._path(self._folder), self._clock()
        evidence, problem = await asyncio.to_thread(_read, path, now)
        self._add(evidence or _Evidence(), problem)

    async def move(self, place: Place) -> None:
        """Belong to another place: the team became known. What was learned so far goes along."""
        if place == self._place:
            return
        await self.flush()
        self._place = place
        await self.load()
        self._changed = bool(self._evidence.samples or self._evidence.facts)
        self._save_soon()

    async def flush(self) -> None:
        """Write what is not yet on disk; a failure is told in `problems`."""
        async with self._turn:
            if self._folder is None or not self._changed:
                return
            self._changed = False
            path, place, now = self._path(self._folder), self._place, self._clock()
            evidence = _Evidence({*self._evidence.samples}, {**self._evidence.facts})
            self._add(*await asyncio.to_thread(_merge_into, path, place, evidence, now))

    async def close(self) -> None:
        """Write the rest, and write nothing by itself from now on."""
        if self._timer is not None:
            self._timer.cancel()
        if self._saving is not None:
            await self._saving
        await self.flush()

    # Within

    def _strategy(self, name: str) -> Fact:
        fact = self._evidence.facts.get(name, UNKNOWN)
        if fact.value == "ignored" and self._clock() - fact.at > _IGNORED_DAYS * _DAY:
            return UNKNOWN
        return fact

    def _note(self, evidence: _Evidence) -> None:
        self._evidence.forget_after(self._clock())
        self._evidence.merge(evidence)
        self._changed = True
        self._save_soon()

    def _save_soon(self) -> None:
        if self._folder is None or not self._changed or self._timer is not None:
            return
        self._timer = asyncio.get_running_loop().call_later(_SAVING_DELAY, self._save)

    def _save(self) -> None:
        self._timer = None
        self._saving = asyncio.get_running_loop().create_task(self.flush())

    def _path(self, folder: Path) -> Path:
        return folder / f"{self._place.digest}.json"

    def _add(self, evidence: _Evidence, problem: str) -> None:
        """Add what a file holds; what was seen since it was read is the later."""
        evidence.merge(self._evidence)
        self._evidence = evidence
        if problem and problem not in self.problems:
            self.problems.append(problem)


def _read(path: Path, now: float) -> tuple[_Evidence | None, str]:
    """Read a file; return what it holds, and what is wrong with it as a sentence or "".

    What cannot be understood is set aside; None where what is there must not be written over.
    """
    try:
        evidence = _evidence_of(decode_object(read_file(path, _SIZE_LIMIT)))
    except (FileNotFoundError, NotADirectoryError):
        return _Evidence(), ""
    except (OSError, ValueError) as error:
        problem = f"{path} cannot be read: {reason_of(error)}."
        again = "What was learned about the service is learned again."
        if isinstance(error, OSError):
            return None, f"{problem} {again}"
        try:
            aside = set_aside(path, path.with_name(f"{path.name}.unreadable"))
        except OSError as refusal:
            return None, f"{problem} It could not be renamed: {reason_of(refusal)}. {again}"
        return _Evidence(), f"{problem} It was renamed to {aside.name}. {again}"
    evidence.forget_after(now + _TOLERANCE)
    return evidence, ""


def _merge_into(path: Path, place: Place, own: _Evidence, now: float) -> tuple[_Evidence, str]:
    """Write what is known here and in the file; return both together, and a problem or ""."""
    evidence, problem = _read(path, now)
    if evidence is None:
        return own, problem
    evidence.merge(own)
    content = {
        _MARK: 1,
        "place": str(place),
        "settling": sorted(evidence.samples),
        **{name: {"value": fact.value, "at": fact.at} for name, fact in evidence.facts.items()},
    }
    failure = write_state(path, content, "What was learned about the service is")
    return (own, failure) if failure else (evidence, problem)


def _evidence_of(members: dict[str, Any]) -> _Evidence:
    if members.get(_MARK) != 1:
        raise ValueError("it is of a version that this xcoll does not know")
    evidence = _Evidence({*_samples_of(members.get("settling", []))})
    for name, values in _VALUES.items():
        fact = members.get(name)
        if fact is None:
            continue
        if not isinstance(fact, dict) or fact.get("value") not in values:
            raise ValueError(f"its {name} is not one of {', '.join(values)}")
        evidence.facts[name] = Fact(fact["value"], number_of(fact, "at"))
    return evidence


def _samples_of(value: object) -> Iterable[tuple[float, float]]:
    if not isinstance(value, list):
        raise ValueError("its settling is not a list")  # noqa: TRY004 - about a file
    for pair in value[-_SAMPLES:]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("its settling holds something that is not a pair")
        named = dict(zip(("time", "duration"), pair, strict=True))
        yield number_of(named, "time"), max(0.0, number_of(named, "duration"))
