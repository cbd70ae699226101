"""What the two tables show of a collection and of a document."""

from collections.abc import Callable, Iterable, Sequence

from xcoll_tui.api.models import (
    Collection,
    CollectionsSortBy,
    Document,
    DocumentsSortBy,
    FieldDefinition,
)
from xcoll_tui.session.times import is_never, parse_time, seconds_of
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.format import (
    NEVER,
    format_age,
    format_count,
    format_size,
    format_type,
    status_of,
)
from xcoll_tui.ui.widgets.columns import Cell, Column

_MOST_SEEN_FIELDS = 8
"""Fields without a definition that get a column: rows are free to hold hundreds."""
_FIELD = "fields."


IntentOf = Callable[[str], str | None]
"""What is being done to a document or a collection just now, such as "saving…"."""


def collection_columns(intent_of: IntentOf) -> list[Column[Collection]]:
    """List the columns of the collection pane."""

    def documents(collection: Collection) -> Cell:
        intent = intent_of(collection.collection_id)
        return _intent_cell(intent) if intent else _documents_count(collection)

    return [
        Column(
            "name",
            "Name",
            _collection_name,
            8,
            60,
            middle=True,
            stretch=True,
            sort_by=CollectionsSortBy.NAME,
        ),
        Column("documents", "", documents, 3, 9, right=True, measured=_documents_count),
    ]


def _intent_cell(intent: str, glyph: str = "") -> Cell:
    """Say what is being done; the column does not widen for it, so the first word must do."""
    return Cell(f"{glyph}{intent}", "indexing", f"{glyph}{intent.partition(' ')[0]}")


def _collection_name(collection: Collection) -> Cell:
    if collection.unreadable:
        return Cell(collection.collection_id or "unreadable", "failed")
    name = collection.collection_name
    return Cell(name) if name.strip() else Cell(collection.collection_id, "quiet")


def _documents_count(collection: Collection) -> Cell:
    return Cell(format_count(collection.documents_count), "quiet")


def document_columns(
    definitions: Sequence[FieldDefinition],
    seen: Iterable[str],
    clock: Clock,
    intent_of: IntentOf,
    wanted: Iterable[str] = (),
) -> list[Column[Document]]:
    """List all columns that the document pane can show: the file's facts, then the fields.

    Defined fields come first, in the collection's order, then fields seen in the rows, then those
    that are `wanted` by their key though no row has them.
    """

    def status(document: Document) -> Cell:
        intent = intent_of(document.file_id)
        return _intent_cell(intent, "◌ ") if intent else _status(document)

    defined = [definition.key for definition in definitions]
    others = [key for key in seen if key not in defined]
    first = {*defined, *others[:_MOST_SEEN_FIELDS]}
    unseen = (key.removeprefix(_FIELD) for key in wanted if key.startswith(_FIELD))
    fields = dict.fromkeys([*defined, *others, *unseen])
    return [
        Column("name", "Name", _name, 20, 60, middle=True, sort_by=DocumentsSortBy.NAME),
        Column("status", "Status", status, 10, 14, measured=_status, value=_status_word),
        Column("size", "Size", _size, 8, 9, right=True, sort_by=DocumentsSortBy.SIZE),
        Column("type", "Type", _content_type, 5, 12, value=lambda row: _content_type(row).text),
        Column("created", "Created", _created(clock), 10, 12, sort_by=DocumentsSortBy.AGE),
        *(
            Column(
                f"{_FIELD}{key}",
                key,
                _field(key),
                4,
                24,
                value=_field_value(key),
                extra=key not in first,
            )
            for key in fields
        ),
        Column("chunks", "Chunks", _chunks, 6, 11, right=True, value=_chunk_count, extra=True),
        Column("indexed", "Last indexed", _indexed(clock), 10, 12, value=_indexed_at, extra=True),
        Column("file_id", "File ID", _file_id, 12, 41, value=lambda row: row.file_id, extra=True),
    ]


def chosen_columns(
    columns: Sequence[Column[Document]], chosen: Sequence[str] | None
) -> list[Column[Document]]:
    """List the columns to show: the name, then those that were chosen by key, in that order.

    None stands for those that come by themselves.
    """
    if chosen is None:
        return [column for column in columns if not column.extra]
    by_key = {column.key: column for column in columns[1:]}
    return [columns[0], *(by_key[key] for key in chosen if key in by_key)]


def _name(document: Document) -> Cell:
    return Cell(document.name) if document.name.strip() else Cell(document.file_id, "quiet")


def _status(document: Document) -> Cell:
    status = status_of(document)
    return Cell(status.text, status.tone)


def _size(document: Document) -> Cell:
    metadata = document.file_metadata
    return Cell(format_size(None if document.unreadable else metadata.size_bytes), "quiet")


def _created(clock: Clock) -> Callable[[Document], Cell]:
    def cell(document: Document) -> Cell:
        return Cell(format_age(document.file_metadata.created_at, clock()), "quiet")

    return cell


def _content_type(document: Document) -> Cell:
    return Cell(format_type(document.file_metadata.content_type), "quiet")


def _field(key: str) -> Callable[[Document], Cell]:
    def cell(document: Document) -> Cell:
        return Cell(document.fields.get(key, ""))

    return cell


def _field_value(key: str) -> Callable[[Document], object]:
    return lambda document: document.fields.get(key)


def _status_word(document: Document) -> str:
    return status_of(document).word


def _chunk_count(document: Document) -> int | None:
    return document.chunk_count


def _chunks(document: Document) -> Cell:
    count = document.chunk_count
    return Cell(NEVER if count is None else format_count(count), "quiet")


def _indexed(clock: Clock) -> Callable[[Document], Cell]:
    def cell(document: Document) -> Cell:
        return Cell(format_age(document.last_indexed_at, clock()), "quiet")

    return cell


def _indexed_at(document: Document) -> object:
    """Return the seconds since the epoch; what is no date sorts as text."""
    if is_never(document.last_indexed_at):
        return None
    moment = parse_time(document.last_indexed_at)
    return document.last_indexed_at if moment is None else seconds_of(moment)


def _file_id(document: Document) -> Cell:
    return Cell(document.file_id, "quiet")
