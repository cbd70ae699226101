from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.ui.presentation.escaping import is_plain
from xcoll_tui.ui.presentation.field_changes import changes_between
from xcoll_tui.ui.presentation.fields_draft import (
    show_changes,
    show_pair,
    show_value,
)

FIELDS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2"]))


@given(FIELDS, FIELDS)
def test_changes_lead_from_the_old_fields_to_the_new(old, new):
    fields = dict(old)
    for change in changes_between(old, new):
        assert change.old != change.new
        assert fields.pop(change.key, None) == change.old
        if change.new is not None:
            fields[change.key] = change.new
    assert fields == new


def test_each_kind_of_change_has_its_own_mark():
    changes = changes_between({"a": "1", "bb": "2", "c": ""}, {"bb": "[b]", "c": "", "new": "x\ny"})
    assert show_changes(changes).plain.split("\n") == [
        "~ bb   2",
        "     → [b]",
        r"+ new  x\ny",
        "− a    1",
    ]


def test_a_difference_far_into_long_values_is_in_view():
    one, other = (shown.plain for shown in show_pair("a" * 5_000 + "1", "a" * 5_000 + "2" * 900))
    assert one.startswith("…a")
    assert one.endswith("a1")
    assert "a2222" in other
    assert other.endswith("… (640 more characters)")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_shown_can_be_shown(value):
    assert is_plain(show_value(value).plain)
