"""Drafts laid over what is there by now: only what was typed counts."""

import pytest
from msgspec.structs import replace

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.writes.outcome import CollectionDraft
from xcoll_tui.ui.presentation.drafts import carry_over
from xcoll_tui.ui.presentation.field_changes import as_texts
from xcoll_tui.ui.presentation.fields_draft import FieldsDraft

A, B, C = (FieldDefinition(key) for key in "abc")
BEFORE = CollectionDraft("Name", "about", field_definitions=(A, B))


@pytest.mark.parametrize(
    ("typed", "now", "wanted"),
    [
        (BEFORE, replace(BEFORE, collection_name="Theirs"), "Theirs"),
        (replace(BEFORE, collection_name="Mine"), BEFORE, "Mine"),
        (
            replace(BEFORE, collection_name="Mine"),
            replace(BEFORE, collection_name="Theirs", collection_description="new"),
            "Mine",
        ),
    ],
)
def test_what_was_not_typed_is_as_it_is_now(typed, now, wanted):
    carried = carry_over(BEFORE, typed, now)
    assert carried.collection_name == wanted
    assert carried.collection_description == now.collection_description


def test_definitions_are_carried_over_one_by_one():
    required = FieldDefinition("b", required=True)
    typed = replace(BEFORE, field_definitions=(required, C))  # a deleted, b changed, c added
    theirs = FieldDefinition("d")
    now = replace(BEFORE, field_definitions=(A, B, theirs))
    assert carry_over(BEFORE, typed, now).field_definitions == (required, theirs, C)


def test_fields_are_carried_over_one_by_one():
    draft = FieldsDraft({"a": "mine", "new": "n"}, {"a": "1", "gone": "x", "kept": "y"})
    now = {"a": "theirs", "gone": "x", "kept": "changed", "other": "o"}
    assert draft.onto(now) == {"a": "mine", "other": "o", "new": "n"}


def test_what_is_no_text_is_written_as_its_json():
    assert as_texts({"a": "x", "b": None, "c": [1]}) == {"a": "x", "b": "null", "c": "[1]"}
