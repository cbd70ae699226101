"""The differences between a collection and what is wanted of it: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from xcoll_tui.api.models import (
    ChunkConfiguration,
    FieldDefinition,
    FieldDefinitionOperation,
    FieldDefinitionUpdate,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.writes.outcome import CollectionDraft


class Change(Struct, frozen=True):
    """The members of a collection that are to change; None and empty where nothing is."""

    name: str | None
    description: str | None
    chunking: ChunkConfiguration | None
    added: tuple[FieldDefinition, ...]
    altered: tuple[FieldDefinition, ...]
    removed: tuple[FieldDefinition, ...]

    @classmethod
    def between(cls, base: Collection, draft: CollectionDraft) -> Change:
        """Return what a draft changes on a collection as it was read."""
        before = {definition.key: definition for definition in base.field_definitions}
        wanted = {definition.key: definition for definition in draft.field_definitions}
        name, description = draft.collection_name, draft.collection_description
        chunking = draft.chunk_configuration
        return cls(
            None if name == base.collection_name else name,
            None if description == (base.collection_description or "") else description,
            None if _holds_chunking(base.chunk_configuration, chunking) else chunking,
            tuple(definition for key, definition in wanted.items() if key not in before),
            tuple(
                definition
                for key, definition in wanted.items()
                if key in before and definition != before[key]
            ),
            tuple(definition for key, definition in before.items() if key not in wanted),
        )

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to change."""
        unchanged = (self.name, self.description, self.chunking)
        return unchanged == (None, None, None) and not self.keys

    @property
    def keys(self) -> list[str]:
        """The keys of the field definitions that are touched."""
        return [definition.key for definition in (*self.added, *self.altered, *self.removed)]

    @property
    def why_not_undone(self) -> str:
        """Why an update of this kind cannot be undone, as a sentence; "" where it can."""
        if self.removed:
            return "A field definition was deleted, and its values with it."
        if self.added:
            return "Deleting the new field definition again would delete its values as well."
        return ""

    def request(self) -> dict[str, Any]:
        """Return the arguments of an update."""
        add, delete = FieldDefinitionOperation.ADD, FieldDefinitionOperation.DELETE
        updates = [
            *(FieldDefinitionUpdate(definition, delete) for definition in self.removed),
            *(
                FieldDefinitionUpdate(definition, add)
                for definition in (*self.altered, *self.added)
            ),
        ]
        return {
            "collection_name": self.name,
            "collection_description": self.description,
            "chunk_configuration": self.chunking,
            "field_definition_updates": updates or None,
        }

    def holds(self, collection: Collection) -> bool:
        """Tell whether a collection is as this change wants it."""
        definitions = {definition.key: definition for definition in collection.field_definitions}
        return (
            self.name in (None, collection.collection_name)
            and self.description in (None, collection.collection_description or "")
            and _holds_chunking(collection.chunk_configuration, self.chunking)
            and all(
                definitions.get(definition.key) == definition
                for definition in (*self.added, *self.altered)
            )
            and not any(definition.key in definitions for definition in self.removed)
        )

    def wanted(self) -> dict[str, str]:
        """Return what is to change, as texts by member."""
        texts: dict[str, str] = {}
        if self.name is not None:
            texts["collection_name"] = self.name
        if self.description is not None:
            texts["collection_description"] = self.description
        if self.chunking is not None:
            texts["chunk_configuration"] = _as_text(self.chunking)
        for definition in (*self.added, *self.altered):
            texts[f"field_definitions.{definition.key}"] = _as_text(definition)
        for definition in self.removed:
            texts[f"field_definitions.{definition.key}"] = ""
        return texts

    def state_after(self, before: Collection) -> dict[str, str]:
        """Return what a collection is described as (`describe`) once this is carried out."""
        removed = {f"field_definitions.{definition.key}" for definition in self.removed}
        state = {**describe(before), **self.wanted()}
        return {member: text for member, text in state.items() if member not in removed}


def describe(collection: Collection) -> dict[str, str]:
    """Return what can be changed of a collection, as texts by member."""
    texts = {
        "collection_name": collection.collection_name,
        "collection_description": collection.collection_description or "",
    }
    if collection.chunk_configuration is not None:
        texts["chunk_configuration"] = _as_text(collection.chunk_configuration)
    for definition in collection.field_definitions:
        texts[f"field_definitions.{definition.key}"] = _as_text(definition)
    return texts


def matches(first: Collection, second: Collection) -> bool:
    """Tell whether two readings of a collection agree in all that can be changed."""
    return describe(first) == describe(second)


def differences(collection: Collection, draft: CollectionDraft) -> list[str]:
    """Return what of a new collection is not as the draft wants it, in words.

    The metric space is not told by the service, and what the draft leaves open is its choice.
    """
    parts = []
    if collection.collection_name != draft.collection_name:
        parts.append("the name")
    if (collection.collection_description or "") != draft.collection_description:
        parts.append("the description")
    model = collection.index_configuration
    if draft.model_name and (model is None or model.model_name != draft.model_name):
        parts.append("the embedding model")
    if not _holds_chunking(collection.chunk_configuration, draft.chunk_configuration):
        parts.append("the chunking")
    if _by_key(collection.field_definitions) != _by_key(draft.field_definitions):
        parts.append("the field definitions")
    return parts


def _by_key(definitions: Iterable[FieldDefinition]) -> Mapping[str, FieldDefinition]:
    return {definition.key: definition for definition in definitions}


def _holds_chunking(shown: ChunkConfiguration | None, wanted: ChunkConfiguration | None) -> bool:
    """Tell whether all that is wanted of the chunking is there; the service adds its defaults."""
    if wanted is None:
        return True
    members: Mapping[str, Any] = {} if shown is None else msgspec.to_builtins(shown)
    return _covers(members, msgspec.to_builtins(wanted))


def _covers(members: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    for name, value in wanted.items():
        member = members.get(name)
        if isinstance(value, dict):
            if not isinstance(member, dict) or not _covers(member, value):
                return False
        elif value not in (None, "") and (member or False) != value:
            return False
    return True


def _as_text(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()
