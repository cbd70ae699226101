"""Names of profiles and of teams: what is one, and that a key in their place is not repeated."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xcoll_tui.credentials import NameRefused, accept_name, accept_team_id

# As the issue writes it.
RULE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,31}$", re.ASCII)
KEY = "xai-token-Canary-in-the-mine-r42q"


@pytest.mark.parametrize("name", ["default", "a", "7", "a" * 32, "sec-team_2", "0-_"])
def test_a_name_is_taken(name):
    assert accept_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 33,
        "-a",
        "_a",
        "Work",
        "a b",
        " a",
        "a\n",
        "a/b",
        "../a",
        "a.b",
        "büro",
        "a\0",
        "٣",
    ],
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(NameRefused, match=r"not a valid profile name\. Use 1 to 32 of a-z"):
        accept_name(name)


@given(st.text(max_size=40) | st.from_regex(r"[a-z0-9_-]{1,34}\n?", fullmatch=True))
@example("default\n")
def test_it_is_the_rule_of_the_issue_and_nothing_is_repeated(name):
    # `$` would let a line break through, which no name may hold.
    if RULE.match(name) and not name.endswith("\n"):
        assert accept_name(name) == name
    else:
        with pytest.raises(NameRefused) as refusal:
            accept_name(name)
        assert len(name) < 5 or name not in str(refusal.value)


def test_a_key_in_the_place_of_a_name_or_a_team_is_not_repeated():
    for accept in (accept_name, accept_team_id):
        with pytest.raises(NameRefused) as refusal:
            accept(KEY)
        assert "Canary" not in str(refusal.value)
        assert refusal.value.__cause__ is refusal.value.__context__ is None


@pytest.mark.parametrize("team", ["fda489a0-bce7-56a8-8134-bfc64f1c5a3c", "t", "t" * 200])
def test_an_id_of_a_team_is_taken(team):
    assert accept_team_id(team) == team


def test_an_empty_id_takes_the_team_away():
    assert accept_team_id("") is None


@pytest.mark.parametrize("team", ["two words", "a\nb", "a\x1b[2J", "t" * 201, "xai-token-1"])
def test_what_is_no_id_of_a_team_is_refused(team):
    with pytest.raises(NameRefused, match="not a team ID"):
        accept_team_id(team)
