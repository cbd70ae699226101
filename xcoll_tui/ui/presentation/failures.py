"""Why documents failed, and what can be done about it as far as it is known: pure."""

from collections.abc import Mapping
from heapq import nlargest
from typing import Final

from xcoll_tui.api.models import Document
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.text import clean

NO_REASON: Final = "The service gives no reason."

_NAMED = 3
"""So many reasons are named, those of the most documents."""
_REASON = 80
_UNREADABLE = ("format not supported", "not contain readable text")
"""What the service was seen to say of a file that it finds no text in."""
_RAW = "application/octet-stream"


def reason_of(document: Document) -> str | None:
    """Return why a document failed, a sentence of ours where the service gives none; else None."""
    if document.unreadable:
        return document.unreadable
    if progress_of(document).state != "failed":
        return None
    return document.error_message or document.file_metadata.upload_error_message or NO_REASON


def advice_on(document: Document) -> str:
    """Say what to do about a document that failed; "" where it has not.

    Only what was seen of the service is called known; of other reasons nothing is made up.
    """
    reason = reason_of(document)
    if reason is None or document.unreadable:
        return ""
    if any(words in reason.lower() for words in _UNREADABLE):
        advice = (
            "Re-indexing reads the same file, so it is likely to fail again. Attach a version that "
            "has text in it: of a scan, one that went through text recognition."
        )
        if document.file_metadata.content_type.partition(";")[0].strip() == _RAW:
            advice = (
                f"The service holds the file as {_RAW}; PDF and Office files that came so were "
                f"seen to fail. Upload it again as what it is, and attach that. {advice}"
            )
        return advice
    key = key_for("write.reindex")
    if reason == NO_REASON:
        return f"{key} re-indexes it, which helps if the cause was temporary."
    return f"xcoll does not know this reason. {key} re-indexes it, which helps if it was temporary."


def summary_of(counts: Mapping[str, int], *, complete: bool) -> str:
    """Group failures by reason, the most frequent first; say so where not all are loaded."""
    total = sum(counts.values())
    if not total:
        return ""
    named = nlargest(_NAMED, counts.items(), key=lambda entry: entry[1])
    parts = [f"{count:,} × {_short(reason)}" for reason, count in named]
    if others := len(counts) - len(named):
        count = total - sum(count for _, count in named)
        parts.append(f"{count:,} of {others:,} other reason{'s' if others > 1 else ''}")
    words = " · ".join(parts)
    if complete:
        return words
    return f"Of the {total:,} that are loaded: {words} · {key_for('load.all')} loads all"


def _short(reason: str) -> str:
    return clean(reason.strip() or "no reason given", _REASON)
