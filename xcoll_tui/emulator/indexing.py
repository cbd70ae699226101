"""Indexing of a document: its state as a function of the time, with no task in the background.

A document keeps when its indexing began and when it ends; what lies between is divided into the
stages below. SQL and Python say the same: `STATUS` for filters, `progress` for answers.
"""

import re
from typing import NamedTuple

from xcoll_tui.emulator.wire import MICROSECONDS, Json

UNREADABLE = "File format not supported. The file does not contain readable text."

PROCESSING = "DOCUMENT_STATUS_PROCESSING"
CHUNKED = "DOCUMENT_STATUS_CHUNKED"
EMBEDDING = "DOCUMENT_STATUS_EMBEDDING"
WRITING = "DOCUMENT_STATUS_WRITING"
PROCESSED = "DOCUMENT_STATUS_PROCESSED"
FAILED = "DOCUMENT_STATUS_FAILED"
STATUSES = frozenset(
    {"DOCUMENT_STATUS_UNKNOWN", PROCESSING, PROCESSED, FAILED, CHUNKED, EMBEDDING, WRITING}
)

# The shares of the indexing time, in tenths, at which the stages end. Chunks are counted up from
# the end of CHUNKED to the very end, so that all are processed only when the document is.
_PROCESSING_ENDS, _CHUNKED_ENDS, _EMBEDDING_ENDS = 2, 4, 8

# Takes :now (microseconds) from a table with these columns. A broken document stays in its first
# stage until it fails.
STATUS = f"""CASE
WHEN index_ends <= :now THEN CASE WHEN failure IS NULL THEN '{PROCESSED}' ELSE '{FAILED}' END
WHEN failure IS NOT NULL THEN '{PROCESSING}'
WHEN (:now - index_begins) * 10 < (index_ends - index_begins) * {_PROCESSING_ENDS}
 THEN '{PROCESSING}'
WHEN (:now - index_begins) * 10 < (index_ends - index_begins) * {_CHUNKED_ENDS} THEN '{CHUNKED}'
WHEN (:now - index_begins) * 10 < (index_ends - index_begins) * {_EMBEDDING_ENDS} THEN '{EMBEDDING}'
ELSE '{WRITING}' END""".replace("\n", " ")

_READABLE_TYPE = re.compile(
    r"application/(pdf|msword|rtf|vnd\.ms-(excel|powerpoint|word).*"
    r"|vnd\.openxmlformats-officedocument\..*|vnd\.oasis\.opendocument\..*)\s*(;.*)?",
    re.IGNORECASE,
)
_READABLE_NAME = re.compile(
    r".*\.(pdf|docx?|docm|xlsx?|xlsm|pptx?|pptm|odt|ods|odp|rtf)", re.IGNORECASE | re.DOTALL
)


class Plan(NamedTuple):
    """One run of indexing, in the order of its columns; times in microseconds since 1970."""

    begins: int
    ends: int
    chunks: int
    failure: str | None


def is_readable(name: str, content_type: str, content: bytes) -> bool:
    """Tell whether a file is UTF-8 text without NUL bytes, or calls itself PDF or Office."""
    if _READABLE_TYPE.fullmatch(content_type) or _READABLE_NAME.fullmatch(name):
        return True
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def plan_indexing(now: int, seconds: float, *, readable: bool, size: int, chunking: Json) -> Plan:
    """Plan a run that begins now; an unreadable file fails when its first stage ends."""
    whole = round(seconds * MICROSECONDS)
    if not readable:
        return Plan(now, now + whole * _PROCESSING_ENDS // 10, 0, UNREADABLE)
    return Plan(now, now + whole, count_chunks(size, chunking), None)


def count_chunks(size: int, chunking: Json) -> int:
    """Estimate the chunks of a file of that many bytes; a token counts as four bytes."""
    for strategy, settings in chunking.items():
        if isinstance(settings, dict):
            unit = "tokens" if "max_chunk_size_tokens" in settings else strategy.split("_")[-2]
            longest: int = settings.get(f"max_chunk_size_{unit}", 0)
            overlap: int = settings.get(f"chunk_overlap_{unit}", 0)
            bytes_a_step = max(1, (longest - overlap) * (4 if unit == "tokens" else 1))
            return max(1, -(-size // bytes_a_step))
    return 1


def progress(plan: Plan, now: int, indexed_before: int | None) -> Json:
    """Show a run of indexing as the members of a document.

    indexed_before is when an earlier run ended well, which a later one does not make unsaid.
    """
    shown: Json = {"status": PROCESSING, "last_indexed_at": indexed_before}
    if plan.ends <= now:
        if plan.failure is not None:
            return {**shown, "status": FAILED, "error_message": plan.failure}
        return {
            "status": PROCESSED,
            "last_indexed_at": plan.ends,
            "chunk_count": plan.chunks,
            "chunks_processed_count": str(plan.chunks),
        }
    tenths = (now - plan.begins) * 10
    whole = plan.ends - plan.begins
    if plan.failure is not None or tenths < whole * _PROCESSING_ENDS:
        return shown
    counted = max(0, tenths - whole * _CHUNKED_ENDS) * plan.chunks
    processed = counted // (whole * (10 - _CHUNKED_ENDS))
    shown["chunk_count"] = plan.chunks
    shown["chunks_processed_count"] = str(processed)
    if tenths < whole * _CHUNKED_ENDS:
        shown["status"] = CHUNKED
    elif tenths < whole * _EMBEDDING_ENDS:
        shown["status"] = EMBEDDING
    else:
        shown["status"] = WRITING
    return shown
