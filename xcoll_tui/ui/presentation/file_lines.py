"""The team's files as rows: pure."""

from datetime import UTC, datetime

from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.session.files.files import FileUse
from xcoll_tui.ui.presentation.format import (
    UNKNOWN,
    format_age,
    format_many,
    format_size,
    format_type,
)


def age_words(seconds: int | None, now: float) -> str:
    """Write how far off a moment in Unix seconds is."""
    if seconds is None:
        return UNKNOWN
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    return format_age(moment.isoformat(), now)


def size_words(file: StoredFile) -> str:
    """Write the size of a file."""
    return UNKNOWN if file.bytes is None else format_size(file.bytes)


def type_words(file: StoredFile) -> str:
    """Write the type of a file, by the ending of its name where the service tells none."""
    if file.content_type:
        return format_type(file.content_type)
    stem, dot, ending = file.filename.rpartition(".")
    return ending[:12] if stem and dot else ""


def use_words(use: FileUse, collection_id: str) -> str:
    """Say where a file is used, as far as that is known; nothing is asked for it."""
    if collection_id in use.collection_ids:
        return "here already"
    if use.collection_ids:
        return f"in {format_many(len(use.collection_ids), 'collection')}"
    return "in none loaded"
