"""What is under way and what failed among rows, told by a look at few of them."""

import random
from itertools import product

import pytest

from tests.unit.session.fakes import FakeService, make_document
from xcoll_tui.api.models import Document, DocumentStatus
from xcoll_tui.session.lists.row_states import RowStates
from xcoll_tui.session.lists.sources import DocumentSource

SOURCE = DocumentSource(FakeService(), "c", None)
STATUSES = [*DocumentStatus, "DOCUMENT_STATUS_OF_TOMORROW", ""]


@pytest.mark.parametrize(
    ("status", "chunks", "unreadable"),
    [*product(STATUSES, [(None, None), (5, 3), (5, 5), (0, 0)], [None, "It is torn."])],
)
def test_no_row_is_left_out_that_is_not_settled(status, chunks, unreadable):
    of, done = chunks
    row = make_document(
        1, status, chunk_count=of, chunks_processed_count=done, unreadable=unreadable
    )
    is_open = SOURCE.is_under_way(row) or SOURCE.failure_of(row) is not None
    assert SOURCE.unsettled([row]) == [row] or not is_open


def test_what_is_told_of_pages_is_what_each_row_tells():
    draw = random.Random(3)
    states = RowStates(SOURCE)
    rows: dict[str, Document] = {}
    under_way, arrivals = set(), 0
    for _ in range(60):
        # Mostly settled, as documents are.
        weights = [20 if status == DocumentStatus.PROCESSED else 1 for status in STATUSES]
        page = [
            make_document(number, draw.choices(STATUSES, weights)[0])
            for number in draw.sample(range(300), 30)
        ]
        keys = {row.file_id for row in page}
        states.note(page, all_new=keys.isdisjoint(rows))
        rows.update((row.file_id, row) for row in page)
        was = under_way
        under_way = {key for key, row in rows.items() if SOURCE.is_under_way(row)}
        arrivals += len(under_way - was)
        failed = {key for key, row in rows.items() if SOURCE.failure_of(row) is not None}
        assert states.under_way == under_way
        assert len(states.failures) == len(failed)
        assert not failed or not states.failures.isdisjoint(failed)
        assert states.arrivals == arrivals
