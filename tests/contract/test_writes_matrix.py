"""After every write with a fault at every request of it, the session and the service agree."""

import itertools

import pytest

from tests.contract.writes_matrix import (
    PATCHES,
    REATTACHES,
    operations_under,
    run_create,
    run_policy,
)


@pytest.mark.parametrize(("patch", "reattach"), list(itertools.product(PATCHES, REATTACHES)))
async def test_no_write_claims_or_loses_anything(patch, reattach, tmp_path, record_property):
    operations = operations_under(patch, reattach)
    verdicts = await run_policy(patch, reattach, operations, tmp_path, part=True)
    report(f"{patch}/{reattach}", verdicts, record_property)
    assert verdicts.total() >= len(operations) * 4


async def test_no_collection_is_created_twice_or_claimed(tmp_path, record_property):
    verdicts = await run_create(tmp_path, part=True)
    report("create", verdicts, record_property)
    assert verdicts.total() >= 5


def report(name, verdicts, record_property):
    record_property("cases", verdicts.total())
    print(f"{name}: {verdicts.total()} cases: {dict(verdicts)}")  # noqa: T201 - for -s
