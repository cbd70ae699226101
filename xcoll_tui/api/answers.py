"""From what came back to an error, or to none: pure, and the only place that words API errors."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xcoll_tui.api import errors
from xcoll_tui.api.wire import NotOurs, read_object

_WORDS_LIMIT = 500
# Looking for the key in more than that would take long.
_LOOKED_AT = 10_000
_HTML = re.compile(rb"\A\s*<(?:!doctype\s+html|html|head|body|\?xml)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title>", re.IGNORECASE)
# Texts of the inference host for a key it does not accept; it answers them with 400.
_KEY_NAMED = re.compile(r"\b(?:api[ _-]?key|bearer token|management key)\b", re.IGNORECASE)
_KEY_FAULTED = re.compile(
    r"\b(?:incorrect|invalid|wrong|missing|expired|revoked|disabled|blocked|no|not)\b",
    re.IGNORECASE,
)

_CLASSES: dict[int, type[errors.Rejected]] = {
    400: errors.InvalidArgument,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    422: errors.InvalidArgument,
    429: errors.RateLimited,
}
# For each class: what the service's refusal means, and what to do next.
_MEANINGS: dict[type[errors.ApiError], tuple[str, str]] = {
    errors.InvalidArgument: ("the service does not accept a value", "Change it and try again."),
    errors.Unauthorized: (
        "the service does not accept the key",
        "Check that it is a management key, whole and not revoked, for this host.",
    ),
    errors.Forbidden: (
        "the key lacks the permission",
        "Give the key the permission for this operation in the console, or use another key.",
    ),
    errors.NotFound: (
        "the service knows no such thing",
        "It may have been deleted elsewhere; refresh.",
    ),
    errors.Conflict: (
        "it exists already, or a unique value is used already",
        "Look at what is there, then decide.",
    ),
    errors.RateLimited: ("too many requests", "Wait a while, then try again."),
    errors.Rejected: ("the service refused the request", "Check the request and the base URL."),
    errors.ServerFault: ("the service failed", "Try again later."),
}


@dataclass(frozen=True)
class Answer:
    """What came back of one request.

    `status` is None if nothing came. `trouble` is "" for a whole answer, else a clause saying why
    it is not whole. `sent` is False if the request certainly never reached the service.
    """

    method: str
    path: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    trouble: str = ""
    sent: bool = True
    lasting: bool = False

    @property
    def is_write(self) -> bool:
        """Whether the request was to change something."""
        return self.method != "GET"


def judge(
    answer: Answer,
    *,
    tries: int,
    unknown_before: bool,
    retry_after: float | None,
    hide: Callable[[str], str],
) -> errors.ApiError | None:
    """Return the error that an answer amounts to, None for a whole 2xx.

    `tries` counts the tries so far, this one included; `unknown_before` tells that an earlier one
    may have been carried out. `hide` takes the key out of a text.
    """
    if answer.status is None or (answer.trouble and answer.status < 300):
        return _broken_off(answer, tries=tries, unknown_before=unknown_before, hide=hide)
    if answer.status < 300:
        return None
    code, message = _words_of(answer, hide)
    kind = _class_of(answer.status, code, message)
    meaning, advice = _MEANINGS[kind]
    if 300 <= answer.status < 400:
        target = _plain(answer.headers.get("location", ""), hide)
        meaning = f"the service redirects{f' to {target}' if target else ''}, which is not followed"
        meaning += " because the key would go with it"
        advice = "Check the base URL."
    said = f"HTTP {answer.status}"
    if message:
        said += f": {message.rstrip('.')}"
    elif other := _other_body(answer, hide):
        said += f", with {other}"
    unknown = answer.is_write and (unknown_before or kind is errors.ServerFault)
    if unknown:
        advice = "It may have been carried out all the same: read it back before trying again."
    error = kind(
        f"{_subject(answer, tries)}: {meaning} ({said}). {advice}",
        status=answer.status,
        code=code,
        message=message,
        method=answer.method,
        path=answer.path,
        outcome_unknown=unknown,
    )
    if isinstance(error, errors.RateLimited):
        error.retry_after = retry_after
    return error


def unreadable(answer: Answer, clause: str, hide: Callable[[str], str]) -> errors.Unreadable:
    """Return the error for a 2xx answer that is none of the API's; `clause` says what it is."""
    what = _other_body(answer, hide) or clause
    advice = (
        "The request was probably carried out: read it back before trying again."
        if answer.is_write
        else "Check the base URL, and what stands between here and there."
    )
    return errors.Unreadable(
        f"{_subject(answer, 1)}: the answer cannot be read "
        f"(HTTP {answer.status}, {what}). {advice}",
        status=answer.status,
        method=answer.method,
        path=answer.path,
        outcome_unknown=answer.is_write,
    )


def may_pass(answer: Answer) -> bool:
    """Tell whether the failure may be gone at the next try."""
    if answer.status is not None and answer.status >= 300:
        return answer.status >= 500
    return bool(answer.trouble) and not answer.lasting


def is_gone(method: str, error: errors.ApiError) -> bool:
    """Tell whether a DELETE found nothing: in the service's words, not in a proxy's page."""
    has_words = error.code is not None or bool(error.message)
    return method == "DELETE" and isinstance(error, errors.NotFound) and has_words


def reason_of(error: errors.ApiError) -> str:
    """Return why a request is tried again, as a clause."""
    if isinstance(error, errors.RateLimited):
        return "the service asks to slow down (429)"
    if error.status is not None and error.status >= 500:
        return f"the service failed ({error.status})"
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
        elif isinstance(cause, OSError) and cause.strerror:
            words = cause.strerror
        cause = cause.__cause__ or cause.__context__
    return words


def _broken_off(
    answer: Answer, *, tries: int, unknown_before: bool, hide: Callable[[str], str]
) -> errors.ApiError:
    """Return the error for an exchange that ended before a whole answer had come."""
    unknown = answer.is_write and (answer.sent or unknown_before)
    if unknown:
        kind: type[errors.ApiError] = errors.OutcomeUnknown
        advice = "It may have been carried out: read it back before trying again."
    elif answer.status is not None:
        kind, advice = errors.Unreadable, "Try again."
    else:
        kind, advice = errors.Unreachable, "Check the network and the base URL, then try again."
    return kind(
        f"{_subject(answer, tries)}: {_plain(answer.trouble, hide)}. {advice}",
        status=answer.status,
        method=answer.method,
        path=answer.path,
        outcome_unknown=unknown,
    )


def _subject(answer: Answer, tries: int) -> str:
    return f"{answer.method} {answer.path} failed" + (f" {tries} times" if tries > 1 else "")


def _class_of(status: int, code: int | str | None, message: str) -> type[errors.ApiError]:
    """Choose by status alone, but for a wrong key on the inference host.

    That one is a 400 whose `code` is text (the management host's is a number) and whose words name
    the key and say what is wrong with it.
    """
    if status >= 500:
        return errors.ServerFault
    if (
        status == 400
        and isinstance(code, str)
        and _KEY_NAMED.search(message)
        and _KEY_FAULTED.search(message)
    ):
        return errors.Unauthorized
    return _CLASSES.get(status, errors.Rejected)


def _words_of(answer: Answer, hide: Callable[[str], str]) -> tuple[int | str | None, str]:
    """Return the service's code and message, whichever of its two hosts it is.

    Management host: {"code": 5, "message": "…"}; inference host: {"code": "…", "error": "…"}; its
    422 is plain text.
    """
    try:
        members = read_object(answer.body)
    except NotOurs:
        members = {}
        if answer.headers.get("content-type", "").startswith("text/plain"):
            members = {"message": answer.body.decode("utf-8", "replace")}
    code, message = members.get("code"), members.get("message")
    fault = members.get("error")
    if isinstance(fault, dict):
        code = code if code is not None else fault.get("code")
        fault = fault.get("message")
    if not isinstance(message, str) or not message:
        message = fault if isinstance(fault, str) else ""
    known = isinstance(code, int | str) and not isinstance(code, bool)
    if isinstance(code, str):
        code = _plain(code, hide)
    return code if known else None, _plain(message, hide)


def _other_body(answer: Answer, hide: Callable[[str], str]) -> str:
    """Describe a body that is not the API's; "" if it is JSON."""
    if not answer.body.strip():
        return "an empty body"
    if _HTML.match(answer.body):
        title = _TITLE.search(answer.body[:20_000].decode("utf-8", "replace"))
        named = _plain(title[1], hide) if title else ""
        return f"a web page titled “{named}”" if named else "a web page"
    try:
        read_object(answer.body)
    except NotOurs as problem:
        return f"a body that is none of the API's: {problem}"
    return ""


def _plain(text: str, hide: Callable[[str], str]) -> str:
    """Return a text as one line without the key that is safe to print and not endless.

    The key goes first: cut or cleaned, it would no longer be found.
    """
    line = " ".join(hide(text[:_LOOKED_AT]).split())
    shown = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return shown if len(shown) <= _WORDS_LIMIT else f"{shown[:_WORDS_LIMIT]}…"
