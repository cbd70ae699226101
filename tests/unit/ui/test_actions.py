"""The table of actions: each has its method, its keys, its words, and a reason when it cannot."""

import re
from collections import Counter
from itertools import product, zip_longest

import pytest

from tests.isolation import ROOT
from xcoll_tui.ui.actions import (
    ACTIONS,
    BY_ID,
    Group,
    Need,
    Owner,
    Situation,
    hints_of,
    key_for,
    use_keymap,
)
from xcoll_tui.ui.app import XcollApp
from xcoll_tui.ui.hints import show_key
from xcoll_tui.ui.screens.main import MainScreen
from xcoll_tui.ui.widgets.preview import Preview
from xcoll_tui.ui.widgets.row_table import RowTable

README = ROOT / "README.md"
_KEYS = re.compile(
    r"(?<=<!-- the keys: from ui/actions.py -->\n).*?(?=<!-- /the keys -->)", re.DOTALL
)
OWNERS = {Owner.ROWS: RowTable, Owner.MAIN: MainScreen, Owner.APP: XcollApp}
ALL = Situation(connected=True, on_documents=True, has_collection=True, has_row=True)


def keys_for_readme():
    """Write the table of keys, two actions a line."""
    lines = []
    for group in Group:
        lines += [f"| {group} | | | |", "|---|---|---|---|"]
        actions = [action for action in ACTIONS if action.group is group]
        for pair in zip_longest(actions[::2], actions[1::2]):
            cells = [cell for action in filter(None, pair) for cell in cells_of(action)]
            lines.append(f"| {' | '.join([*cells, *[''] * (4 - len(cells))])} |")
        lines.append("")
    return "\n".join(lines)


def cells_of(action):
    keys = " ".join(f"`{show_key(key)}`" for key in action.keys.split(","))
    return keys, f"{action.label}: {action.about}" if action.about else action.label


def test_the_readme_lists_every_action(pytestconfig):
    text = README.read_text()
    wanted = keys_for_readme()
    if pytestconfig.getoption("--update-screenshots"):
        README.write_text(_KEYS.sub(lambda _: wanted, text))
        text = README.read_text()
    found = _KEYS.search(text)
    assert found is not None
    assert found[0] == wanted, "make it with --update-screenshots"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_what_an_action_calls_is_there(action):
    name = f"action_{action.call.partition('(')[0]}"
    assert callable(getattr(OWNERS[action.owner], name))


@pytest.mark.parametrize(
    "action", [each for each in ACTIONS if each.group is not Group.MOVE], ids=lambda each: each.id
)
def test_what_an_action_calls_is_nothing_else_where_the_focus_may_be(action):
    # The palette runs an action from what has the focus outwards: the first of that name acts.
    name = f"action_{action.call.partition('(')[0]}"
    inner = [owner for owner in (RowTable, Preview) if owner is not OWNERS[action.owner]]
    assert not [owner for owner in inner if hasattr(owner, name)]


def test_ids_and_keys_are_each_of_one_action():
    assert max(Counter(action.id for action in ACTIONS).values()) == 1
    keys = Counter(key for action in ACTIONS for key in action.keys.split(","))
    assert max(keys.values()) == 1


def test_every_binding_comes_from_the_table():
    bound = {
        (binding.id, binding.key, binding.action)
        for owner in OWNERS.values()
        for binding in owner.BINDINGS
    }
    assert bound == {(action.id, action.keys, action.call) for action in ACTIONS}
    assert list(hints_of({})) == [action.id for action in ACTIONS]


def test_every_action_can_be_done_where_all_is_there():
    assert not [action.id for action in ACTIONS if action.why_not(ALL)]


def test_what_is_missing_is_said_first_things_first():
    there = (False, True)
    for connected, on_documents, has_collection, has_row in product(there, repeat=4):
        situation = Situation(
            connected=connected,
            read_only="The profile is read-only.",
            on_documents=on_documents,
            has_collection=has_collection,
            has_row=has_row,
        )
        for action in ACTIONS:
            why_not = action.why_not(situation)
            assert (why_not == "") <= (not action.writes), action.id
            if Need.SERVICE in action.needs and not connected:
                assert why_not == Need.SERVICE.value
            elif action.writes:
                assert why_not == "The profile is read-only."
            elif why_not:
                assert why_not in {need.sentence for need in action.needs}


def test_sentences_name_the_key_that_an_action_has_now():
    use_keymap({"pane.documents": "f2,2", "back": "q"})
    try:
        assert key_for("pane.documents") == "f2"
        assert Need.DOCUMENTS.sentence == "This works on documents: f2 goes to them."
        assert "q clears it" in Need.ROWS_MEANT.sentence
    finally:
        use_keymap({})
    assert (key_for("back"), key_for("palette")) == ("Esc", ":")
    # No sentence names a key of the table as a letter that a config.toml may have changed.
    for room in ("flows", "presentation", "widgets"):
        for path in sorted((ROOT / "xcoll_tui" / "ui" / room).glob("*.py")):
            assert not re.search(r"[\" ]\^[a-z]\b", path.read_text()), path.name


@pytest.mark.parametrize("id_", ["sort.next", "sort.reverse", "load.all"])
def test_what_is_done_to_a_list_needs_one(id_):
    action = BY_ID[id_]
    assert action.why_not(Situation()) == "Not connected yet."
    assert not action.why_not(Situation(connected=True))
    documents = Situation(connected=True, on_documents=True)
    assert action.why_not(documents) == "Nothing is listed here yet."
    assert not action.why_not(documents._replace(has_collection=True))


def test_all_can_be_marked_where_the_cursor_is_on_no_row():
    between = Situation(connected=True, on_documents=True, has_collection=True)
    assert BY_ID["mark.all"].why_not(between) == ""


def test_a_key_that_was_mapped_anew_is_shown():
    hint = hints_of({"write.remove": "ctrl+d,x"})["write.remove"]
    assert (hint.key, hint.keys) == ("^d", ("^d", "x"))
