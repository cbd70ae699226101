"""A part of the kills: what was out when the program died is offered with all its fields."""

import pytest

from tests.contract.killed import WRITES
from tests.contract.kills import KINDS, run_kills


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_what_was_out_when_it_was_killed_is_offered(offset, tmp_path, record_property):
    counts = run_kills(tmp_path, every=45, offset=15 * offset, **KINDS[offset])
    record_property("kills", counts.total())
    assert counts.keys() <= WRITES.keys()
    assert counts.total() >= len(WRITES) - 3
