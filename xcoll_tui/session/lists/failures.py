"""The rows of a list that failed, and how many failed for which reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Failures:
    """The reasons by key, and how often there is each; one changed row costs no look at others.

    `changes` counts what changed, for whoever keeps what was made of it.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.changes = 0
        self._reasons: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._reasons)

    def isdisjoint(self, keys: Iterable[str]) -> bool:
        """Tell whether none of these rows failed."""
        return self._reasons.keys().isdisjoint(keys)

    def note(self, key: str, reason: str | None) -> None:
        """Take note of why a row failed; None where it has not, or is gone."""
        before = self._reasons.get(key)
        if before == reason:
            return
        self.changes += 1
        if before is not None:
            del self._reasons[key]
            self.counts[before] -= 1
            if not self.counts[before]:
                del self.counts[before]
        if reason is not None:
            self._reasons[key] = reason
            self.counts[reason] += 1

    def keep(self, is_here: Callable[[str], bool]) -> None:
        """Forget the rows that are not here any more."""
        for key in [key for key in self._reasons if not is_here(key)]:
            self.note(key, None)

    def among(self, is_here: Callable[[str], bool]) -> Failures:
        """Return those of some rows alone."""
        chosen = Failures()
        for key, reason in self._reasons.items():
            if is_here(key):
                chosen.note(key, reason)
        return chosen
