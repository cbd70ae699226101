"""From what came back to an error, or to none: pure, and where what failed gets its meaning."""

import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xcoll_tui.api import errors
from xcoll_tui.api.error_body import (
    ErrorBody,
    describe_body,
    holds_error,
    one_line,
    read_error_body,
)
from xcoll_tui.api.error_kinds import kind_of_code, kind_of_status
from xcoll_tui.api.routes import Endpoint, Repeatable

# What shuts a team out, whatever its key may do.
_RETENTION = r"(?i)\bzero[ -]data[ -]retention\b"
_CREDITS = (
    r"(?i)\b(?:no|any|all|enough|insufficient|out of|more|buy|purchase|add|without|lacks?)"
    r"\s+(?:\w+\s+){0,2}credits?\b|\bspending limit\b"
)
_LINE_OF_PYTHON = r" \(_ssl\.c:\d+\)"
_ID_LIMIT = 100
_OVERLOADED = 529
_TOO_LARGE = 413
_NOT_MODIFIED = 304
_SEE_OTHER = {302, 303}
"""What may answer a write that was carried out: where to see it (RFC 9110, 15.4.3 and 15.4.4)."""
# For what the service asks to wait so many seconds or more, that is what there is to do.
_TOLD: dict[type[errors.ApiError], float] = {errors.RateLimited: 0.0, errors.ServerFault: 10.0}
# For each class: what the service's refusal means, and what to do next.
_MEANINGS: dict[type[errors.ApiError], tuple[str, str]] = {
    errors.InvalidArgument: ("the service does not accept a value", "Change it and try again."),
    errors.Unauthorized: (
        "the service does not accept the key",
        "Check that it is {noun} key, whole and not revoked, for this host.",
    ),
    errors.Forbidden: (
        "the key lacks the permission",
        "Give the key the permission for this operation in the console, or use another key.",
    ),
    errors.NotFound: (
        "the service did not find it",
        "Check the ID; it may have been deleted elsewhere.",
    ),
    errors.Conflict: (
        "it already exists, or a unique value is already in use",
        "Check what is there first.",
    ),
    errors.RateLimited: ("too many requests", "Wait a while, then try again."),
    errors.Rejected: ("the service refused the request", "Check the request and the {url}."),
    errors.ServerFault: ("the service failed", "Try again later."),
    errors.Unreadable: ("the service reports an error in a successful answer", "Try again later."),
}


@dataclass(frozen=True)
class Answer:
    """The answer to one request.

    `status` is None if nothing came. `trouble` is "" for a whole answer, else a clause saying why
    it is not whole. `sent` is False if the request certainly never reached the service.
    """

    endpoint: Endpoint
    path: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    trouble: str = ""
    sent: bool = True
    lasting: bool = False

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.endpoint.method

    def request_id(self, hide: Callable[[str], str]) -> str | None:
        """Return the service's name for the request, fit to be shown; None if it gave none."""
        return one_line(self.headers.get("x-request-id", ""), hide, limit=_ID_LIMIT) or None


@dataclass(frozen=True)
class Exchange:
    """A request that was sent once, and what came of it.

    `started_at` is by the clock of the client, `head_at` and `ended_at` by one that never jumps:
    all in seconds. `head_at` is when the head of the answer came, None where none did.
    """

    answer: Answer
    started_at: float
    duration: float
    head_at: float | None
    ended_at: float


def error_from(
    answer: Answer,
    *,
    tries: int,
    unknown_before: bool,
    retry_after: float | None,
    hide: Callable[[str], str],
) -> errors.ApiError | None:
    """Return the error that an answer amounts to, None for a whole 2xx that is no error inside.

    `tries` counts the tries so far, this one included; `unknown_before` tells that an earlier one
    may have been carried out; what may never be repeated may have been, too, where a 429 answers
    it. `hide` takes the key out of a text.
    """
    if answer.status is None or (answer.trouble and answer.status < 300):
        return _broken_off(answer, tries=tries, unknown_before=unknown_before, hide=hide)
    if answer.status < 300 and not holds_error(answer.body):
        return None
    words = read_error_body(answer.body, answer.headers.get("content-type", ""), hide)
    kind = _kind_of(answer.status, words)
    meaning, advice = _meaning_of(answer, kind, words, hide)
    reason = f"HTTP {answer.status}"
    if words.message:
        reason += f": {words.message.rstrip('.')}"
    elif description := describe_body(answer.body, hide):
        reason += f", with {description}"
    unsure = (
        kind in {errors.ServerFault, errors.Unreadable}
        or answer.status in _SEE_OTHER
        or (answer.endpoint.repeatable is Repeatable.NEVER and kind is errors.RateLimited)
    )
    unknown = answer.endpoint.writes and (unknown_before or unsure)
    least = _TOLD.get(kind)
    if retry_after and least is not None and retry_after >= least:
        advice = f"The service asks to wait {errors.wait_words(retry_after)}; then try again."
    if unknown:
        advice = "It may have been carried out anyway: check before trying again."
    error = kind(
        meaning,
        advice,
        reason=reason,
        status=answer.status,
        code=words.code,
        message=words.message,
        method=answer.method,
        path=answer.path,
        outcome_unknown=unknown,
        request_id=answer.request_id(hide),
        tries=tries,
    )
    if isinstance(error, errors.RateLimited):
        error.retry_after = retry_after
    if isinstance(error, errors.Forbidden):
        error.lacks_permission = meaning == _MEANINGS[errors.Forbidden][0]
    return error


def unreadable(answer: Answer, clause: str, hide: Callable[[str], str]) -> errors.Unreadable:
    """Return the error for a 2xx answer that is none of the API's; `clause` says what it is."""
    clause_shown = describe_body(answer.body, hide) or clause
    advice = (
        "The request was probably carried out: check before trying again."
        if answer.endpoint.writes
        else f"Check the {_url_of(answer)}, and proxies on the way."
    )
    return errors.Unreadable(
        "the answer cannot be read",
        advice,
        reason=f"HTTP {answer.status}, {clause_shown}",
        status=answer.status,
        method=answer.method,
        path=answer.path,
        outcome_unknown=answer.endpoint.writes,
        request_id=answer.request_id(hide),
    )


def doubt(error: errors.ApiError, sentence: str) -> None:
    """Make an error say that a write before it may have been carried out."""
    error.outcome_unknown = True
    error.advice = f"{error.advice} {sentence}".lstrip()


def may_pass(answer: Answer, error: errors.ApiError) -> bool:
    """Tell whether the failure may be gone at the next try."""
    if isinstance(error, errors.ServerFault):
        return True
    return bool(answer.trouble) and not answer.lasting and not isinstance(error, errors.Rejected)


def is_gone(endpoint: Endpoint, error: errors.ApiError) -> bool:
    """Tell whether a DELETE found nothing: in the service's words, not in a proxy's page."""
    has_words = error.code is not None or bool(error.message)
    return endpoint.method == "DELETE" and isinstance(error, errors.NotFound) and has_words


def reason_of(error: errors.ApiError) -> str:
    """Return why a request is tried again, as a clause."""
    if isinstance(error, errors.RateLimited):
        return f"the service asks to slow down ({error.status})"
    if isinstance(error, errors.ServerFault):
        failed = "is overloaded" if error.status == _OVERLOADED else "failed"
        return f"the service {failed} ({error.status})"
    return "the service did not answer"


def cause_of(problem: BaseException) -> str:
    """Return the system's own words for a failed connection, which httpx keeps further down."""
    words = str(problem) or type(problem).__name__
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        if isinstance(cause, ConnectionError) and cause.errno:
            words = os.strerror(cause.errno)  # asyncio's own text repeats the address
        elif isinstance(cause, OSError) and cause.strerror and not _is_noise(cause):
            words = re.sub(_LINE_OF_PYTHON, "", cause.strerror)
        cause = cause.__cause__ or cause.__context__
    return words


def _is_noise(cause: OSError) -> bool:
    """Tell whether this only says that TLS was waiting for more when what matters happened."""
    return isinstance(cause, ssl.SSLWantReadError | ssl.SSLWantWriteError)


def _broken_off(
    answer: Answer, *, tries: int, unknown_before: bool, hide: Callable[[str], str]
) -> errors.ApiError:
    """Return the error for an exchange that ended before a whole answer had come."""
    unknown = answer.endpoint.writes and (answer.sent or unknown_before)
    if unknown:
        kind: type[errors.ApiError] = errors.OutcomeUnknown
        advice = "It may have been carried out: check before trying again."
    elif answer.status is not None:
        kind, advice = errors.Unreadable, "Try again."
    else:
        advice = f"Check the network and the {_url_of(answer)}, then try again."
        kind = errors.Unreachable
    return kind(
        one_line(answer.trouble, hide),
        advice,
        status=answer.status,
        method=answer.method,
        path=answer.path,
        outcome_unknown=unknown,
        request_id=answer.request_id(hide),
        tries=tries,
    )


def _url_of(answer: Answer) -> str:
    return "inference URL" if answer.endpoint.inference else "base URL"


def _kind_of(status: int, words: ErrorBody) -> type[errors.ApiError]:
    if status >= 500:
        return words.passed_on or errors.ServerFault
    if status < 300:
        return words.passed_on or kind_of_code(words.code) or errors.Unreadable
    return kind_of_status(status, words.code, words.message)


def _meaning_of(
    answer: Answer, kind: type[errors.ApiError], words: ErrorBody, hide: Callable[[str], str]
) -> tuple[str, str]:
    """Return what an error means, and what to do next."""
    meaning, advice = _MEANINGS[kind]
    url = _url_of(answer)
    noun = "an inference" if answer.endpoint.inference else "a management"
    advice = advice.format(noun=noun, url=url)
    status = answer.status or 0
    if 300 <= status < 400 and status != _NOT_MODIFIED:
        target = one_line(answer.headers.get("location", ""), hide)
        meaning = (
            f"the service redirects{f' to {target}' if target else ''}, which xcoll does not follow"
        )
        meaning += " because the key would go with it"
        advice = f"Check the {url}."
    elif status == _OVERLOADED and kind is errors.ServerFault:
        meaning = "the service is overloaded"
    elif kind is errors.NotFound and not (words.code or words.message or answer.trouble):
        # A server that knows no such path, and not the service, which would have said so.
        meaning, advice = "there is nothing at this address", f"Check the {url}."
    elif kind is errors.Forbidden and re.search(_RETENTION, words.message):
        meaning = "collections are not available to a team with Zero Data Retention"
        advice = "Use the key of a team without it."
    elif status == 402 or (kind is errors.Forbidden and re.search(_CREDITS, words.message)):
        meaning = "the team has no credits"
        advice = "Buy credits in the xAI Console, then try again."
    elif kind is errors.Forbidden and answer.endpoint.right:
        right = answer.endpoint.right
        advice = f"Give the key the right {right} in the xAI Console, or use another key."
    elif status == _TOO_LARGE:
        meaning, advice = "the service takes no request of this size", "Make it smaller."
        if answer.endpoint.uploads:
            meaning, advice = (
                "the service takes no file of this size",
                "Upload it in smaller parts.",
            )
    return meaning, advice
