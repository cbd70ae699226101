"""A list read from both ends: whole, each row once, in its order, whatever comes first."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api.errors import Unreadable
from xcoll_tui.api.models import Document, DocumentsSortBy, FileMetadata
from xcoll_tui.session.lists.both_ends import read_both_ends
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import DocumentSource, Page

_REST = "0000-0000-0000-000000000000"
QUERY = Query(DocumentsSortBy.NAME)


def row(number, name):
    return Document(
        file_metadata=FileMetadata(
            file_id=f"file_{number:08x}-0000-0000-0000-000000000000", name=name
        )
    )


class Fake(DocumentSource):
    """A list in pages; ties come in one order from both ends where it does not reverse them."""

    def __init__(self, rows, size, *, reverses, seed):
        super().__init__(None, "collection_x", None)
        self.ascending = sorted(rows, key=lambda each: each.name)
        self.descending = sorted(
            reversed(rows) if reverses else rows, key=lambda each: each.name, reverse=True
        )
        if reverses:
            self.descending = self.ascending[::-1]
        self.size = size
        self.random = random.Random(seed)
        self.asked = 0

    async def page(self, query, end, token):  # noqa: ARG002 - a Source's signature
        self.asked += 1
        for _ in range(self.random.randrange(4)):
            await asyncio.sleep(0)
        rows = self.ascending if end is End.HEAD else self.descending
        begin = int(token or 0)
        after = begin + self.size
        return Page(rows[begin:after], str(after) if after < len(rows) else None)


async def read(source, total=None):
    head, tail = [], []
    async for end, rows in read_both_ends(source, QUERY, total):
        (head if end is End.HEAD else tail).extend(each.file_id for each in rows)
    return head + tail[::-1]


@given(
    names=st.lists(st.sampled_from("aAbBcdefgh"), max_size=60),
    size=st.integers(1, 9),
    reverses=st.booleans(),
    seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)),
    is_told=st.booleans(),
)
def test_nothing_is_lost_or_doubled_and_it_is_the_same_each_time(
    names, size, reverses, seeds, is_told
):
    rows = [row(number, name) for number, name in enumerate(names)]
    total = len(rows) if is_told else None
    first, second = (
        asyncio.run(read(Fake(rows, size, reverses=reverses, seed=seed), total)) for seed in seeds
    )
    assert sorted(first) == sorted(each.file_id for each in rows)
    assert first == second
    if reverses:
        assert first == [each.file_id for each in sorted(rows, key=lambda each: each.name)]


def test_little_is_read_twice():
    rows = [row(number, f"{number:04}") for number in range(1000)]
    source = Fake(rows, 100, reverses=True, seed=1)
    asyncio.run(read(source, 1000))
    assert source.asked <= 14


def test_a_service_that_repeats_itself_is_told():
    class Repeating(Fake):
        async def page(self, query, end, token):  # noqa: ARG002 - a Source's signature
            page = await super().page(query, end, None)
            return Page(page.rows, "again")

    rows = [row(number, f"{number:04}") for number in range(1000)]
    with pytest.raises(Unreadable, match="repeats its pages"):
        asyncio.run(read(Repeating(rows, 10, reverses=True, seed=1)))
