"""The meaning of errors and fields for a write: pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.errors import (
    ApiError,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    ReadOnly,
    Refused,
    Rejected,
    Unauthorized,
    Unreachable,
)
from xcoll_tui.api.models import writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xcoll_tui.api.models import Document


def was_not_sent(error: ApiError) -> bool:
    """Tell whether a write that failed certainly never reached the service."""
    return isinstance(error, Refused | ReadOnly | Unreachable) and not error.outcome_unknown


def was_refused(error: ApiError | None) -> bool:
    """Tell whether the service said no, or never heard of it: then nothing can have changed.

    A 429 is not trusted as far: it comes from whatever stands before the service, and may come
    after the effect. A key that is refused then says nothing of the try before, and neither does a
    404 that is not in the service's words.
    """
    if error is None or error.outcome_unknown or isinstance(error, RateLimited):
        return False
    if error.tries > 1 and isinstance(error, Unauthorized | Forbidden):
        return False
    if error.tries > 1 and isinstance(error, NotFound) and not is_missing(error):
        return False
    return isinstance(error, Rejected) or was_not_sent(error)


def may_be_own(error: ApiError) -> bool:
    """Tell whether a 409 or 404 may be about what an earlier try of the same request has done."""
    return error.outcome_unknown or error.tries > 1


def is_settled_refusal(error: ApiError | None) -> bool:
    """Tell whether a refusal needs no further look: what was sent cannot show any more.

    A 409 may be for a document that is there and does not show yet.
    """
    return was_refused(error) and not isinstance(error, Conflict)


def same_fields(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether fields are those that were wanted: no other value, and no key left over.

    A wanted field that is empty may be absent, since a service may drop empty values; one that was
    to be absent may not be there empty.
    """
    return shown.keys() <= wanted.keys() and all(
        _same_value(shown.get(key, ""), value) for key, value in wanted.items()
    )


def _same_value(shown: Any, wanted: Any) -> bool:  # noqa: ANN401 - JSON, which may be anything
    if shown in ("", None) and wanted in ("", None):
        return True
    return type(shown) is type(wanted) and bool(shown == wanted)


def has_fields(document: Document) -> bool:
    """Tell whether a document's fields could be read; if not, they may be anything."""
    return document.unreadable is None or bool(document.fields)


def holds_fields(document: Document, wanted: Mapping[str, Any]) -> bool:
    """Tell whether a document surely has the wanted fields.

    Of one that could not be read completely, fields that are empty may be among what was dropped.
    """
    return has_fields(document) and same_fields(document.raw_fields, wanted)


def as_received(fields: Mapping[str, str], document: Document) -> dict[str, Any]:
    """Return fields as they must be sent so that those a person did not touch stay as they are.

    A value that is no text is shown as one; sent back as it is shown, it would be another value.
    """
    odd = document.odd_fields or {}
    received = {writable(key): key for key in odd}
    return dict(
        (received[key], odd[received[key]])
        if key in received and document.fields.get(key) == value
        else (key, value)
        for key, value in fields.items()
    )


def named_field(error: ApiError | None, keys: Iterable[str], *, sure: bool = False) -> str | None:
    """Return the key that a refusal names, the first one in its text; None if it names none.

    A key in quotation marks, or after `fields.`, wins over a bare word; with `sure` nothing else
    counts.
    """
    if error is None or not error.message:
        return None
    named = [key for key in keys if key]
    patterns = [r"""(?:["'`“]|\bfields\.){}(?:["'`”]|\b)"""]
    if not sure:
        patterns.append(r"(?<!\w){}(?!\w)")
    for pattern in patterns:
        matches = [
            (match.start(), -len(key), key)
            for key in named
            if (match := re.search(pattern.replace("{}", re.escape(key)), error.message))
        ]
        if matches:
            return min(matches)[2]
    return None


def names_field(error: ApiError | None, fields: Iterable[str] | None) -> bool:
    """Tell whether a 409 is for a unique value, and not for a document that is there."""
    return isinstance(error, Conflict) and named_field(error, fields or (), sure=True) is not None


def explain(error: ApiError | None) -> str:
    """Return a failure's own words as the end of a sentence's paragraph, "" without one."""
    return "" if error is None else f" {error.explanation}"


def is_missing(error: ApiError | None) -> bool:
    """Tell whether the service said that something is not there, in words of its own."""
    return isinstance(error, NotFound) and (error.code is not None or bool(error.message))


def was_missing_before(error: ApiError | None) -> bool:
    """Tell whether what was to go was gone before the request for it was sent at all."""
    return error is not None and is_missing(error) and not may_be_own(error)
