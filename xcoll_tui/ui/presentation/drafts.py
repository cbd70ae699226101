"""Drafts that were not saved: kept as long as the session, so that no closed form loses one."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from xcoll_tui.session.writes.outcome import CollectionDraft
from xcoll_tui.ui.presentation.attach_draft import AttachDraft
from xcoll_tui.ui.presentation.fields_draft import FieldsDraft


@dataclass
class Drafts:
    """The drafts of writes that did not become so, each under what it is for.

    A form for the same thing opens with its draft; saving it, or discarding it there, drops it.
    """

    fields: dict[tuple[str, str], FieldsDraft] = field(default_factory=dict)
    """By collection and document."""
    collections: dict[str, tuple[CollectionDraft, CollectionDraft]] = field(default_factory=dict)
    """What it was, and what was typed, by collection; "" for a new one."""
    attach: dict[str, AttachDraft] = field(default_factory=dict)
    """By the collection to attach to."""


def carry_over(
    before: CollectionDraft, typed: CollectionDraft, now: CollectionDraft
) -> CollectionDraft:
    """Return a collection as it is now, with what was changed when it was typed."""
    changes = {
        name: getattr(typed, name)
        for name in ("collection_name", "collection_description", "chunk_configuration")
        if getattr(typed, name) != getattr(before, name)
    }
    old = {definition.key: definition for definition in before.field_definitions}
    definitions_typed = {definition.key: definition for definition in typed.field_definitions}
    definitions = {definition.key: definition for definition in now.field_definitions}
    for key in [*definitions_typed, *(key for key in old if key not in definitions_typed)]:
        if key not in definitions_typed:
            definitions.pop(key, None)
        elif definitions_typed[key] != old.get(key):
            definitions[key] = definitions_typed[key]
    return replace(now, **changes, field_definitions=tuple(definitions.values()))
