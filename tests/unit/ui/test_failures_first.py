"""The rows of a run: failures first, whatever comes in whatever order, and quickly."""

from itertools import chain
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.ui.widgets.failures_first import FailuresFirst


class Row(NamedTuple):
    key: str
    failed: bool


def rows_of(source):
    return [source.row(index) for index in range(len(source))]


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans())))
def test_what_failed_stands_before_the_rest(steps):
    source = FailuresFirst(lambda row: row.key, lambda row: row.failed)
    failures, others = {}, {}
    for number, failed in steps:
        row = Row(f"file_{number}", failed)
        part, other = (failures, others) if failed else (others, failures)
        if row.key in part:
            assert not source.put(row)
        elif row.key in other:
            assert source.put(row)
            del other[row.key]
        else:
            source.extend([row])
        part[row.key] = row
        wanted = [*failures.values(), *others.values()]
        assert rows_of(source) == wanted
        assert [source.index_of(row.key) for row in wanted] == list(range(len(wanted)))
        assert source.loaded == len(wanted)
    assert source.index_of("file_x") is None
    keys = [row.key for row in rows_of(source)]
    assert sorted(chain.from_iterable(source.keys_in_parts())) == sorted(keys)
    if keys:
        assert source.between(keys[-1], keys[0]) == keys
    assert source.between("file_x", "file_y") == []
