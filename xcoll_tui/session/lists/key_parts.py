"""Keys in parts, none of which gets large: a dict of all of them would be copied as it grows.

At 100,000 keys that takes 5 ms, in which nobody is served, and more the more there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

_PART = 21_845
"""As many as a dict of 32,768 places holds; it was last copied at half of that, in 0.5 ms."""


def _new_part() -> dict[str, int]:
    """Return a dict in which a key that is not there is missed without a look at those that are.

    One that has held nothing but text stores no hashes (CPython from 3.11 on), and reads those of
    other keys where these are, all over the memory: that takes twice as long. Eight bytes a key.
    """
    part: dict[Any, int] = {None: 0}
    del part[None]
    return part


class KeyParts:
    """Keys, each with a number; iteration yields them in the order in which they came."""

    __slots__ = ("_lent", "parts")

    def __init__(self) -> None:
        self.parts = [_new_part()]
        self._lent: set[int] = set()  # which of them others hold as well

    def __contains__(self, key: str) -> bool:
        for part in self.parts:  # noqa: SIM110 - a generator would take most of the time
            if key in part:
                return True
        return False

    def __getitem__(self, key: str) -> int:
        for part in self.parts:
            if key in part:
                return part[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.parts)

    def holds_none(self, keys: Sequence[str]) -> bool:
        """Tell whether none of these is here."""
        return all(part.keys().isdisjoint(keys) for part in self.parts)

    def add(self, keys: Sequence[str], numbers: Iterable[int]) -> None:
        """Add keys that are not here, each with its number; there may be more of these."""
        if len(self.parts[-1]) + len(keys) > _PART:
            self.parts.append(_new_part())
        self._own(len(self.parts) - 1).update(zip(keys, numbers, strict=False))

    def pop(self, key: str) -> int:
        """Take a key away and return its number; raises KeyError where it is not here."""
        for place, part in enumerate(self.parts):
            if key in part:
                return self._own(place).pop(key)
        raise KeyError(key)

    def lend(self) -> list[Mapping[str, int]]:
        """Return the parts, which stay as they are now: what changes here is a copy from then on.

        So it takes no time, however many keys there are; a part is small enough to be copied.
        """
        self._lent.update(range(len(self.parts)))
        return list(self.parts)

    def _own(self, place: int) -> dict[str, int]:
        if place in self._lent:
            self._lent.remove(place)
            self.parts[place] = self.parts[place].copy()
        return self.parts[place]
