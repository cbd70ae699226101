"""A part of the kills: what was out when the program died is offered with all its fields."""

import pytest

from tests.contract.killed import WRITES
from tests.contract.kills import KINDS, run_kills

PARTS = (
    ("replace", "attach many"),
    ("remove", "remove many", "undo many"),
    ("set many", "restore"),
)
"""The writes that are tried under each kind of service; by hand each is under all."""


def test_every_write_is_in_a_part():
    assert {write for part in PARTS for write in part} == WRITES.keys()


@pytest.mark.parametrize("number", range(len(PARTS)))
def test_what_was_out_when_it_was_killed_is_offered(number, tmp_path, record_property):
    writes = PARTS[number]
    counts = run_kills(tmp_path, every=40, offset=5, writes=writes, **KINDS[number])
    record_property("kills", counts.total())
    assert counts.keys() == set(writes)
