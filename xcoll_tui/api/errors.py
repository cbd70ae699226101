"""The error tree. An error carries facts, and `ApiError` alone makes sentences of them.

    ApiError
    ├── Refused              not sent: a value cannot be sent (this one is a ValueError too)
    │   ├── InvalidKey       not sent: the key is empty, or no header may hold it
    │   ├── NoInferenceKey   not sent: there is no key for the host of search and files
    │   ├── FileRefused      not sent whole: a file cannot be read, or changed meanwhile
    │   └── Misconfigured    not sent: a variable of the environment names what cannot be used
    ├── ReadOnly             not sent: a write while the client is read-only
    ├── Unreachable          no answer, and no write: nothing was sent, or it was only a read
    ├── OutcomeUnknown       no whole answer to a write that was sent: it may have happened
    ├── Rejected             the service said no (3xx and 4xx, and a refusal within a 5xx)
    │   ├── InvalidArgument  400, 422
    │   ├── Unauthorized     401, and the 400 that the inference host gives for a wrong key
    │   ├── Forbidden        403
    │   ├── NotFound         404
    │   ├── Conflict         409
    │   └── RateLimited      429 still, after waiting as told; `retry_after`: what it asked last
    ├── ServerFault          5xx that is no refusal
    └── Unreadable           an answer that is none of the API's (an HTML page, a cut body …)

The HTTP status decides the class, also where the body's gRPC code disagrees, but for these two:

- In a 5xx, `rpc error: code = X desc = …` is how the service passes on that another part of it
  refused. X is then one of InvalidArgument, FailedPrecondition, OutOfRange (all InvalidArgument),
  NotFound, AlreadyExists (Conflict), PermissionDenied (Forbidden), Unauthenticated (Unauthorized),
  ResourceExhausted (RateLimited) and Unimplemented (Rejected); any other is a ServerFault.
- In a 2xx whose body is an error, that text or the body's code decides in the same way; an error
  that neither of them names is Unreadable.

Whether a write may have happened although it failed is `error.outcome_unknown`: True for
OutcomeUnknown, for a ServerFault or Unreadable answer to a write, for a create that is answered
429, and for any other failure that follows such a try.
"""

# ruff: noqa: N818  the names are the words of the API and of the design, without an Error suffix

_LENGTHS = ((86_400, "d"), (3_600, "h"), (60, "min"))
_LONGEST_WAIT = 365 * 86_400


def wait_words(seconds: float) -> str:
    """Write how long is to be waited, never less than that, as a number that can be grasped."""
    if seconds > _LONGEST_WAIT:
        return "more than a year"
    for length, unit in _LENGTHS:
        if seconds > 2 * length:
            return f"{-int(-seconds // length)} {unit}"
    return f"{max(0, -int(-seconds // 1))} s"


class ApiError(Exception):
    """A call that failed; `str(error)` says what failed, why as far as known, and what to do next.

    `meaning` says what the failure means, `reason` what the service said or did, `advice` what to
    do next; where a request was not sent, `meaning` is the whole sentence. `status` is the HTTP
    status, None if no answer came. `code` and `message` are the service's own words (None and ""
    if it gave none), `method` and `path` those of the request; `request_id` is what the service's
    makers can find the request by. `tries` counts how often the request was sent: a 429 may come
    after the effect, so what answers a later try may be about the first one. None of them holds
    the key.
    """

    was_sent = True
    """Whether this is about a request that left; in `str()` that is named first."""
    names_request_id = False
    """Whether only the service's makers can mend it."""

    def __init__(
        self,
        meaning: str,
        advice: str = "",
        *,
        reason: str = "",
        status: int | None = None,
        code: int | str | None = None,
        message: str = "",
        method: str = "",
        path: str = "",
        outcome_unknown: bool = False,
        request_id: str | None = None,
        tries: int = 1,
    ) -> None:
        super().__init__(meaning)
        self.meaning = meaning
        self.advice = advice
        self.reason = reason
        self.status = status
        self.code = code
        self.message = message
        self.method = method
        self.path = path
        self.outcome_unknown = outcome_unknown
        self.request_id = request_id
        self.tries = tries

    def __str__(self) -> str:
        """Name the request, then explain."""
        if not (self.was_sent and self.request):
            return self._sentences()
        times = f" {self.tries} times" if self.tries > 1 else ""
        return f"{self.request} failed{times}: {self._sentences()}"

    @property
    def request(self) -> str:
        """Method and path, "" where there was no request."""
        return f"{self.method} {self.path}" if self.method and self.path else ""

    @property
    def explanation(self) -> str:
        """What it means, why, and what to do next, for where it is plain what was asked."""
        sentences = self._sentences()
        # An address is written as it is.
        is_address = sentences.startswith(("http:", "https:"))
        return sentences if is_address else f"{sentences[:1].upper()}{sentences[1:]}"

    def _sentences(self) -> str:
        meaning = f"{self.meaning} ({self.reason})" if self.reason else self.meaning
        if self.request and not meaning.endswith("."):
            meaning += "."
        named = self.names_request_id and self.request_id
        request_id = f"Request ID {self.request_id}." if named else ""
        return " ".join(part for part in (meaning, self.advice, request_id) if part)


class Refused(ApiError, ValueError):
    """Not sent: an ID, an address or a value cannot be sent safely."""

    was_sent = False


class InvalidKey(Refused):
    """Not sent: the key is empty or cannot stand in a header."""


class NoInferenceKey(Refused):
    """Not sent: there is no inference key, which search and files need."""


class FileRefused(Refused):
    """Not sent whole: a file cannot be read, is none, or changed while it was read."""


class Misconfigured(Refused):
    """Not sent: a proxy or a file that the environment names cannot be used."""


class ReadOnly(ApiError):
    """Not sent: the client is read-only."""

    was_sent = False


class Unreachable(ApiError):
    """No answer came, and no write can have happened."""


class OutcomeUnknown(ApiError):
    """A write was sent and no whole answer came: read back before trying again."""


class Rejected(ApiError):
    """The service refused the request; its subclasses say why."""


class InvalidArgument(Rejected):
    """400 or 422: the service does not accept a value; `message` says which."""


class Unauthorized(Rejected):
    """401: the service does not accept the key."""


class Forbidden(Rejected):
    """403: the key lacks the permission, or its team is shut out.

    `lacks_permission` is False where the service says that no other right of the key would help.
    """

    lacks_permission: bool = True


class NotFound(Rejected):
    """404: there is no such collection, document or file."""


class Conflict(Rejected):
    """409: it already exists, or a unique value is already in use."""


class RateLimited(Rejected):
    """429: too many requests, still so after the waiting that `retry.py` allows.

    `retry_after` is how many seconds the service asked to wait, None if it named none.
    """

    retry_after: float | None = None


class ServerFault(ApiError):
    """5xx: the service, or something before it, failed."""

    names_request_id = True


class Unreadable(ApiError):
    """An answer came that cannot be read as one of the API's."""

    names_request_id = True
