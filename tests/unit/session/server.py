"""A simulated service: keyset paging over plain rows that a test may change at any time."""

from dataclasses import dataclass, field
from functools import cmp_to_key
from zlib import crc32

from xcoll_tui.session.lists.listing import End


@dataclass(frozen=True)
class Row:
    id: str
    value: int | str
    version: int = 0


@dataclass
class Server:
    """Keyset paging over rows, sorted by value; what equal values do is one of the `ties`."""

    rows: dict[str, Row]
    ties: str = "reversed"
    page_size: int = 7
    token_at_the_end: bool = False
    follow_order: bool = True
    case_matters: bool = True
    born: int = 0
    places: dict[str, tuple[End, tuple]] = field(default_factory=dict)

    def rank(self, end, row):
        value = row.value if self.case_matters else row.value.casefold()
        if self.ties == "scrambled":
            return value, crc32(f"{end} {row.id}".encode())
        return value, row.id

    def after(self, end, rank, other):
        down = end is End.TAIL and self.follow_order
        if rank[0] != other[0] or (self.ties == "reversed"):
            return rank < other if down else rank > other
        return rank[1] > other[1]

    def ordered(self, end):
        def compare(one, two):
            a, b = self.rank(end, one), self.rank(end, two)
            return (a != b) * (1 if self.after(end, a, b) else -1)

        return sorted(self.rows.values(), key=cmp_to_key(compare))

    def page(self, end, token, *, empty=False):
        rows = self.ordered(end)
        if token is not None:
            side, rank = self.places[token]
            assert side is end, "a token of the other order"
            rows = [row for row in rows if self.after(end, self.rank(end, row), rank)]
            if empty:
                return [], self.token(end, rank)
        page = rows[: self.page_size]
        more = len(rows) > len(page) or (self.token_at_the_end and len(page) == self.page_size)
        return page, self.token(end, self.rank(end, page[-1])) if more else None

    def token(self, end, rank):
        token = f"token {len(self.places)}"
        self.places[token] = (end, rank)
        return token
