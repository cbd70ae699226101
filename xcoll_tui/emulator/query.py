"""The query string, read as grpc-gateway reads it: both spellings of a name, typed values."""

from collections.abc import Sequence
from urllib.parse import parse_qs

from xcoll_tui.emulator.wire import camel_case, invalid, one_of, parse_integer

PAGE_LIMIT = 100
_ORDERS = ("ORDERING_DESCENDING", "ORDERING_ASCENDING")


class Query:
    """The parameters of a request; an empty value counts as absent."""

    def __init__(self, query_string: bytes) -> None:
        try:
            self._values = parse_qs(query_string.decode("ascii", "replace"), max_num_fields=None)
        except ValueError as error:
            raise invalid(f"The query cannot be read: {error}.") from None

    def all(self, name: str) -> list[str]:
        """Read a repeated parameter, in the order in which it was given."""
        return self._values.get(name, []) or self._values.get(camel_case(name), [])

    def text(self, name: str) -> str | None:
        """Read a parameter; of several, the last; None when there is none but white space."""
        values = self.all(name)
        return values[-1] if values and values[-1].strip() else None

    def choice(self, name: str, names: Sequence[str]) -> str:
        """Read an enum by its full name; the first of the names when it is absent."""
        value = self.text(name)
        chosen: str = names[0] if value is None else one_of(names)(value, name)
        return chosen

    def descending(self) -> bool:
        """Read the order."""
        return self.choice("order", _ORDERS) == _ORDERS[0]

    def limit(self) -> int:
        """Read the limit: above 100 counts as 100, 0 and below as absent."""
        text = self.text("limit")
        if text is None:
            return PAGE_LIMIT
        number = parse_integer(text)
        if number is None:
            raise invalid(f"limit must be an integer, not {text!r}.")
        return min(number, PAGE_LIMIT) if number > 0 else PAGE_LIMIT
