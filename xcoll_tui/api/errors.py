"""The error tree. One place in the UI turns it into words; `str(error)` is a full sentence already.

    ApiError
    ├── Refused              not sent: a value cannot be sent (this one is a ValueError too)
    │   ├── InvalidKey       not sent: the management key is empty, or no header may hold it
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


class ApiError(Exception):
    """A call that failed; `str(error)` says what failed, why as far as known, and what to do next.

    `status` is the HTTP status, None if no answer came. `code` and `message` are the service's own
    words (None and "" if it gave none), `method` and `path` those of the request; `request_id` is
    what the service's makers can find the request by. None of them holds the key.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        code: int | str | None = None,
        message: str = "",
        method: str = "",
        path: str = "",
        outcome_unknown: bool = False,
        request_id: str | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.message = message
        self.method = method
        self.path = path
        self.outcome_unknown = outcome_unknown
        self.request_id = request_id


class Refused(ApiError, ValueError):
    """Not sent: an ID, an address or a value cannot be sent safely."""


class InvalidKey(Refused):
    """Not sent: the management key is empty or cannot stand in a header."""


class Misconfigured(Refused):
    """Not sent: a proxy or a file that the environment names cannot be used."""


class ReadOnly(ApiError):
    """Not sent: the client is read-only."""


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
    """409: it exists already, or a unique value is used already."""


class RateLimited(Rejected):
    """429: too many requests, still so after the waiting that `retry.py` allows.

    `retry_after` is how many seconds the service asked to wait, None if it named none.
    """

    retry_after: float | None = None


class ServerFault(ApiError):
    """5xx: the service, or something before it, failed."""


class Unreadable(ApiError):
    """An answer came that cannot be read as one of the API's."""
