"""Which class of error an answer is: by its HTTP status, a gRPC code, or what its words say."""

import re
from typing import NamedTuple

from xcoll_tui.api import errors

# Texts of the inference host for a key it does not accept; it answers them with 400.
_KEY_NAMED = re.compile(r"\b(?:api[ _-]?key|bearer token|management key)\b", re.IGNORECASE)
_KEY_FAULTED = re.compile(
    r"\b(?:incorrect|invalid|wrong|missing|expired|revoked|disabled|blocked|no|not)\b",
    re.IGNORECASE,
)
# How gRPC for Go writes an error into a text; a service that passes one on puts it in its own.
_RPC_ERROR = re.compile(r"rpc\s+error:\s*code\s*=\s*(?P<code>\w+)\s+desc\s*=\s*", re.IGNORECASE)

_BY_STATUS: dict[int, type[errors.Rejected]] = {
    400: errors.InvalidArgument,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    422: errors.InvalidArgument,
    429: errors.RateLimited,
}
# The codes of gRPC, in the order of their numbers. After an error of those that are a ServerFault
# nobody knows what was done.
_BY_CODE: dict[str, type[errors.ApiError] | None] = {
    "ok": None,
    "cancelled": errors.ServerFault,
    "unknown": errors.ServerFault,
    "invalidargument": errors.InvalidArgument,
    "deadlineexceeded": errors.ServerFault,
    "notfound": errors.NotFound,
    "alreadyexists": errors.Conflict,
    "permissiondenied": errors.Forbidden,
    "resourceexhausted": errors.RateLimited,
    "failedprecondition": errors.InvalidArgument,
    "aborted": errors.ServerFault,
    "outofrange": errors.InvalidArgument,
    "unimplemented": errors.Rejected,
    "internal": errors.ServerFault,
    "unavailable": errors.ServerFault,
    "dataloss": errors.ServerFault,
    "unauthenticated": errors.Unauthorized,
}
_CODES = tuple(_BY_CODE)
# What wraps the error of another service in one of these says nothing of its own.
_VAGUE = frozenset({"ok", "unknown", "internal"})


class RpcRefusal(NamedTuple):
    """A refusal of a gRPC service that was passed on within a text."""

    kind: type[errors.Rejected]
    description: str


def kind_of_status(status: int, code: int | str | None, message: str) -> type[errors.ApiError]:
    """Return the class of error of a status from 300 on.

    The status alone decides, but for a wrong key on the inference host: that one is a 400 whose
    `code` is text (the management host's is a number) or missing, and whose words name the key and
    say what is wrong with it.
    """
    if status >= 500:
        return errors.ServerFault
    if (
        status == 400
        and not isinstance(code, int)
        and _KEY_NAMED.search(message)
        and _KEY_FAULTED.search(message)
    ):
        return errors.Unauthorized
    return _BY_STATUS.get(status, errors.Rejected)


def find_refusal(text: str) -> RpcRefusal | None:
    """Return the refusal that a text holds as `rpc error: code = X desc = …`, if X is one.

    Errors are wrapped in errors: the first code that says something decides, and the description is
    the innermost of that code.
    """
    refusal: type[errors.Rejected] | None = None
    begin = 0
    for match in _RPC_ERROR.finditer(text):
        code = _plain_code(match["code"])
        kind = _BY_CODE.get(code)
        if refusal is None and code in _VAGUE:
            continue
        if kind is None or not issubclass(kind, errors.Rejected) or refusal not in {None, kind}:
            break
        refusal, begin = kind, match.end()
    return None if refusal is None else RpcRefusal(refusal, text[begin:].strip())


def _plain_code(code: str) -> str:
    """Return a code's name as it stands in our table, however it is spelt, or by its number."""
    if code.isdecimal() and len(code) <= 2 and int(code) < len(_CODES):
        return _CODES[int(code)]
    return code.replace("_", "").lower().replace("canceled", "cancelled")
