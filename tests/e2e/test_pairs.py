"""Two keys, or clicks, in one write: a sample of what `tests.endurance.pairs` tries as a whole."""

import random

import pytest

from tests.endurance.pairs import ENDS, Player, events_of, pairs_of, while_quitting

SAMPLE = 4
GROUPS = [
    ("documents", "filter", "details"),
    ("collections", "palette", "help"),
    ("remove", "edit", "attach"),
    ("new", "activity", "undo log", "run"),
]


@pytest.fixture
def player():
    player = Player()
    yield player
    player.close()


@pytest.mark.parametrize("states", GROUPS, ids="-".join)
def test_two_events_in_one_read_end_nothing_and_leave_it_answering(player, states):
    for state in states:
        pairs = [pair for pair in pairs_of(player, state) if not ENDS & set(pair)]
        for pair in random.Random(f"9 {state}").sample(pairs, SAMPLE):
            player.play(state, pair)


# What was seen to crash it, or to hang it for ever.
KNOWN = [
    ("palette", ("enter", "enter")),
    ("palette", ("a", "enter")),
    ("palette", ("escape", ":")),
    ("filter", ("shift+tab", (71, 2))),
    ("filter", ("enter", "enter")),
    ("documents", (":", "escape")),
    ("documents", ("/", (36, 1))),
    ("edit", ("escape", "escape")),
    ("remove", ("y", "y")),
]


def test_the_pairs_that_were_seen_to_end_it_do_so_no_more(player):
    for state, pair in KNOWN:
        player.play(state, pair)
    place = next(event for event in events_of(player, "palette") if isinstance(event, tuple))
    player.play("palette", (place, place))
    # Lists that have no room yet: of a palette that was just opened, and of a drop-down.
    for key in ("down", "enter", "pageup"):
        player.play("palette", ("pagedown", key))
    for place in player.places("set field"):
        player.play("set field", (place, "pagedown"))


def test_nothing_behind_a_q_acts(player):
    while_quitting(player, random.Random(9), 4)
