"""A line, a proxy, a broken server: what each does to each call is a sentence, or right data."""

import pytest

from tests.contract.authority import Authority
from tests.hostile import outcomes, pages, statuses
from tests.hostile.wire_cases import FAMILIES, REDIRECTS

CASES = [(family, name) for family, cases in FAMILIES.items() for name in cases]


@pytest.fixture
def whole(request):
    """Whether every call is played, or a few of them, other ones for each case."""
    return request.config.getoption("--long")


def names_of(number, whole):
    return None if whole else outcomes.some_calls(number)


@pytest.mark.parametrize("case", CASES, ids=": ".join)
async def test_it_ends_in_a_sentence_or_right_data(case, tmp_path, tally, whole):
    names = names_of(CASES.index(case), whole)
    came = await outcomes.wire_outcomes(*case, tmp_path, names)
    tally[f"client: {case[0]}"] += len(came)
    outcomes.check(outcomes.row_of(*case, came), whole=whole)


async def test_where_nobody_is_reached_nothing_was_sent(tmp_path, tally):
    authority = Authority(tmp_path)
    for name in outcomes.CONNECTING:
        came = await outcomes.connecting_outcomes(name, tmp_path, authority)
        tally["client: connecting"] += len(came)
        outcomes.check(outcomes.row_of("connecting", name, came), whole=True)


def test_the_table_holds_no_other_cases():
    cases = {*CASES, *(("redirect", name) for name in REDIRECTS)}
    cases |= {("connecting", name) for name in outcomes.CONNECTING}
    cases |= {("status", name) for name in statuses.BODIES}
    cases |= {("pages", name) for name in pages.PAGES}
    rows = dict(outcomes.written())
    for row in statuses.wait_rows():
        assert rows.pop((row.family, row.name)) == row
    assert rows.keys() == cases


@pytest.mark.parametrize("name", REDIRECTS)
async def test_a_redirect_is_not_followed(name, tmp_path, tally, whole):
    names = names_of(list(REDIRECTS).index(name), whole)
    came = await outcomes.redirects_of(*REDIRECTS[name], tmp_path, names)
    tally["client: redirect"] += len(came)
    outcomes.check(outcomes.row_of("redirect", name, came), whole=whole)
