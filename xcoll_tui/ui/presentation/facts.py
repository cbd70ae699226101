"""The facts of a document and of a collection, as the details dialog tells them: pure."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from xcoll_tui.api.models import ChunkConfiguration, Collection, Document, FieldDefinition
from xcoll_tui.session.times import is_never
from xcoll_tui.ui.presentation.failures import advice_on, reason_of
from xcoll_tui.ui.presentation.format import (
    UNKNOWN,
    format_count,
    format_moment,
    format_size,
    status_of,
)


class Fact(NamedTuple):
    """One thing known, under its name."""

    name: str
    value: str
    tone: str = ""
    """A theme variable that colours it, with its dollar sign."""
    note: str = ""
    """What is to be known beside it."""


class Section(NamedTuple):
    """Facts that belong together."""

    title: str
    facts: Sequence[Fact]
    empty: str = ""
    """What to say where there are none."""


class Facts(NamedTuple):
    """All that a details dialog shows; everything in it may be text of the service's."""

    title: str
    sections: Sequence[Section]
    received: str | None
    """The JSON as received, made readable; None while only a list has told of it."""


_TONES = {"ready": "$success", "failed": "$error", "indexing": "$warning"}


def document_facts(document: Document, definitions: Sequence[FieldDefinition], now: float) -> Facts:
    """Tell the status, the fields and the file of a document."""
    return Facts(
        document.name or document.file_id,
        (
            Section("State", state_facts(document, now)),
            Section("Fields", _fields(document.fields, definitions), "No fields."),
            Section("File", file_facts(document, now)),
        ),
        _readable(document.received),
    )


def state_facts(document: Document, now: float) -> list[Fact]:
    """Tell how far the indexing of a document is, and why it failed."""
    metadata = document.file_metadata
    status = status_of(document)
    state = [Fact("Status", status.text, _TONES.get(status.tone, ""))]
    reason = reason_of(document) or document.error_message or metadata.upload_error_message
    if reason:
        state.append(Fact("Reason", reason, "$error"))
    if advice := advice_on(document):
        state.append(Fact("What to do", advice))
    if document.chunk_count or document.chunks_processed_count:
        done = format_count(document.chunks_processed_count)
        state.append(Fact("Chunks", f"{done} of {format_count(document.chunk_count)}"))
    state.append(Fact("Last indexed", format_moment(document.last_indexed_at, now)))
    return state


def file_facts(document: Document, now: float) -> list[Fact]:
    """Tell what is known of the file behind a document."""
    metadata = document.file_metadata
    facts = [
        Fact("File ID", document.file_id),
        Fact("Name", document.name),
        Fact("Size", _size(metadata.size_bytes)),
        Fact("Type", metadata.content_type),
        Fact("Created", format_moment(metadata.created_at, now)),
        Fact("Expires", _expiry(metadata.expires_at, now)),
        Fact("SHA-256", metadata.hash),
    ]
    optional = (
        ("Path", metadata.file_path),
        ("Upload", metadata.upload_status),
        ("Processing", metadata.processing_status),
    )
    return facts + [Fact(name, value) for name, value in optional if value]


def _expiry(timestamp: str | None, now: float) -> str:
    return "never" if is_never(timestamp) else format_moment(timestamp, now)


def _fields(fields: dict[str, str], definitions: Iterable[FieldDefinition]) -> list[Fact]:
    traits = {definition.key: describe_definition(definition) for definition in definitions}
    missing = {d.key for d in definitions if d.required and not fields.get(d.key)}
    facts = [
        Fact(key, "required, but missing", "$error", note)
        if key in missing
        else Fact(key, fields.get(key, ""), "", note)
        for key, note in traits.items()
    ]
    others = [Fact(key, value) for key, value in fields.items() if key not in traits]
    if traits:  # where nothing is defined, none of them is special
        others = [fact._replace(note="not defined here") for fact in others]
    return facts + others


def _size(size: int | None) -> str:
    shown = UNKNOWN if size is None else format_size(size)
    return f"{shown} ({format_count(size)} bytes)" if size and size >= 1_024 else shown


def collection_facts(collection: Collection, now: float) -> Facts:
    """Tell the numbers, the fields and the configuration of a collection."""
    model = collection.index_configuration
    facts = [
        Fact("Collection ID", collection.collection_id),
        Fact("Name", collection.collection_name),
        Fact("Description", collection.collection_description or ""),
        Fact("Created", format_moment(collection.created_at, now)),
        Fact("Documents", format_count(collection.documents_count)),
        Fact("Total size", _size(collection.total_file_size)),
        Fact("Model", model.model_name if model else ""),
    ]
    if collection.unreadable:
        facts.insert(0, Fact("Problem", collection.unreadable, "$error"))
    return Facts(
        collection.collection_name or collection.collection_id,
        (
            Section("Collection", facts),
            Section("Chunking", _chunking(collection.chunk_configuration), "The default."),
            Section(
                "Field definitions",
                [Fact(d.key, describe_definition(d)) for d in collection.field_definitions],
                "None: documents may have any fields.",
            ),
        ),
        _readable(collection.received),
    )


def describe_definition(definition: FieldDefinition) -> str:
    """Say what a field has to be, and what it is for."""
    traits = [
        trait
        for trait, holds in (
            ("required", definition.required),
            ("unique", definition.unique),
            ("goes into the search text", definition.inject_into_chunk),
        )
        if holds
    ]
    words = ", ".join(traits) or "optional"
    return f"{words} · {definition.description}" if definition.description else words


def _chunking(configuration: ChunkConfiguration | None) -> list[Fact]:
    if configuration is None:
        return []
    facts = []
    members: dict[str, Any] = msgspec.to_builtins(configuration)
    for name, value in members.items():
        if isinstance(value, dict):
            strategy = name.removesuffix("_configuration").replace("_", " ")
            facts.append(Fact("Strategy", strategy))
            facts += [Fact(_words(key), _plain(inner)) for key, inner in value.items()]
        elif value is not None:
            facts.append(Fact(_words(name), _plain(value)))
    return facts


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_count(value) if isinstance(value, int) else str(value)


def _readable(received: str | None) -> str | None:
    if received is None:
        return None
    try:
        return json.dumps(json.loads(received), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return received
