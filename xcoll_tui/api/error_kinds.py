"""The class of an error: by its HTTP status, a gRPC code, or what its words say."""

import re
from typing import NamedTuple

from xcoll_tui.api import errors

# Texts of the inference host for a key it does not accept; it answers them with 400.
_KEY_NAMED = r"(?i)\b(?:api[ _-]?key|bearer token|management key)\b"
_KEY_FAULTED = (
    r"(?i)\b(?:incorrect|invalid|wrong|missing|expired|revoked|disabled|blocked|no|not)\b"
)
# How gRPC for Go writes an error into a text; a service that passes one on puts it in its own.
_RPC_ERROR = r"(?i)rpc\s+error:\s*code\s*=\s*(?P<code>\w+)\s+desc\s*=\s*"
_STATUS = r"[2-5][0-9][0-9]"

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


class RpcError(NamedTuple):
    """An error of a gRPC service that was passed on within a text."""

    kind: type[errors.ApiError]
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
        and re.search(_KEY_NAMED, message)
        and re.search(_KEY_FAULTED, message)
    ):
        return errors.Unauthorized
    return _BY_STATUS.get(status, errors.Rejected)


def kind_of_code(code: int | str | None) -> type[errors.ApiError] | None:
    """Return the class of a code by number or name, None for one that says nothing.

    It is a code of gRPC or, as some gateways write it, an HTTP status.
    """
    name = _plain_code(str(code))
    if re.fullmatch(_STATUS, name) and int(name) >= 400:
        return kind_of_status(int(name), None, "")
    return _BY_CODE.get(name)


def is_error_code(code: object) -> bool:
    """Tell whether a body's `code` is there, and neither "ok" nor the status of a success."""
    if isinstance(code, bool) or not isinstance(code, int | str) or code == "":
        return False
    name = _plain_code(str(code))
    return name != "ok" and not (re.fullmatch(_STATUS, name) and int(name) < 300)


def find_rpc_error(text: str) -> RpcError | None:
    """Return the error that a text holds as `rpc error: code = X desc = …`, if it does.

    Errors are wrapped in errors: the first code that says something decides, and the description is
    the innermost of that code.
    """
    error: RpcError | None = None
    is_vague = True
    for match in re.finditer(_RPC_ERROR, text):
        code = _plain_code(match["code"])
        kind = _BY_CODE.get(code) or errors.ServerFault
        if error is not None and not is_vague and (code in _VAGUE or kind is not error.kind):
            break
        error = RpcError(kind, text[match.end() :].strip())
        is_vague = code in _VAGUE
    return error


def _plain_code(code: str) -> str:
    """Return a code's name as it stands in our table, however it is spelt, or by its number."""
    if code.isdecimal() and len(code) <= 2 and int(code) < len(_CODES):
        return _CODES[int(code)]
    return code.replace("_", "").lower().replace("canceled", "cancelled")
