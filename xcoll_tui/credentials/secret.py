"""A key in memory: it reveals itself when asked by name, and in no other way."""

import os
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, NoReturn, Self, SupportsIndex, final

# The Windows Credential Locker takes 2,560 bytes of UTF-16.
LONGEST_KEY = 1_000
# Of a shorter key, four characters would be too much of it.
_LONGEST_HIDDEN = 12
# Equal keys have equal hashes in one run; from a hash nothing can be looked up.
_SALT = os.urandom(32)


@final
class Secret:
    """A key that only `reveal()` tells; shown as `…` and, if it is long enough, its last four.

    It is never pickled; copies are the same object, and it equals only another Secret.
    """

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError("A secret is made of text.")
        self.__text = text

    def reveal(self) -> str:
        """Return the key as it is sent."""
        return self.__text

    @property
    def masked(self) -> str:
        """What of it may be shown."""
        end = self.__text[-4:]
        return f"…{end}" if len(self.__text) > _LONGEST_HIDDEN and end.isprintable() else "…"

    def __repr__(self) -> str:
        return f"Secret({self.masked!r})"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self._digest(), other._digest())

    def __hash__(self) -> int:
        return int.from_bytes(self._digest()[:8], "big")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("A secret is not pickled, for the key would be readable in the pickle.")

    def __getstate__(self) -> NoReturn:
        raise TypeError("A secret does not tell its state, for that is the key.")

    def _digest(self) -> bytes:
        # A lone surrogate must not raise here: the exception would hold the key.
        return blake2b(self.__text.encode("utf-8", "surrogatepass"), key=_SALT).digest()
