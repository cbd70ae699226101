"""The body of an error, whichever of the two hosts, or what before them, wrote it."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct

from xcoll_tui.api.error_kinds import find_rpc_error, is_error_code
from xcoll_tui.api.errors import ApiError, Rejected
from xcoll_tui.api.wire import DecodeFailed, read_members, read_object

# Looking for the key in more than that would take long.
_LOOKED_AT = 10_000
_SEARCHED = 100_000
_SPOKEN = ("error", "errors", "code", "message")
_THINGS = frozenset({"collection_id", "collections", "file_metadata", "documents", "apiKeyId"})
_HTML = rb"(?i)\A\s*<(?:!doctype\s+html|html|head|body|\?xml)"
_TAG = r"<[^>]*>"
_TITLE = r"(?i)<title[^>]*>([^<]*)</title>"


class ErrorBody(Struct, frozen=True):
    """The service's code and message, fit to be shown; None and "" where it gave none.

    `passed_on` is the class of a gRPC error within the text; if that is a refusal, `message` is its
    description alone.
    """

    code: int | str | None
    message: str
    passed_on: type[ApiError] | None = None


def read_error_body(body: bytes, content_type: str, hide: Callable[[str], str]) -> ErrorBody:
    """Return what a body says.

    Management host: {"code": 5, "message": "…"}; inference host: {"code": "…", "error": "…"}; its
    422 is plain text.
    """
    try:
        code, message = _words_of(read_object(body))
    except DecodeFailed:
        code, message = None, _text_of(body, content_type)
    if isinstance(code, str):
        code = one_line(code, hide)
    rpc_error = find_rpc_error(message[:_SEARCHED])
    if rpc_error is None:
        return ErrorBody(code, one_line(message, hide))
    if issubclass(rpc_error.kind, Rejected) and rpc_error.description:
        message = rpc_error.description
    return ErrorBody(code, one_line(message, hide), rpc_error.kind)


def holds_error(body: bytes) -> bool:
    """Tell whether the body of a 2xx is an error all the same.

    It has an `error`, or a `code` that is none of a success and a message. A code alone is an error
    unless the thing that was asked for is there too: members that we do not know are no trouble.
    """
    try:
        members = read_members(body, _SPOKEN)
    except DecodeFailed:
        return False
    if members.get("error") or members.get("errors"):
        return True
    return is_error_code(members.get("code")) and bool(
        members.get("message") or not members.keys() & _THINGS
    )


def describe_body(body: bytes, hide: Callable[[str], str]) -> str:
    """Describe a body that is not the API's; "" if it is JSON."""
    if not body.strip():
        return "an empty body"
    if re.match(_HTML, body):
        title = re.search(_TITLE, body[:20_000].decode("utf-8", "replace"))
        name = one_line(title[1], hide) if title else ""
        return f"a web page titled “{name}”" if name else "a web page"
    try:
        read_object(body)
    except DecodeFailed as problem:
        return f"a body that does not come from the API: {problem}"
    return ""


def one_line(text: str, hide: Callable[[str], str], limit: int = 500) -> str:
    """Return a text as one line without the key that is safe to print and not endless.

    The key goes first: cut or cleaned, it would no longer be found.
    """
    line = " ".join(hide(text[:_LOOKED_AT]).split())
    if not line.isprintable():
        line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if len(line) <= limit else f"{line[:limit]}…"


def _words_of(members: Mapping[str, Any]) -> tuple[int | str | None, str]:
    code, message = members.get("code"), members.get("message")
    fault = members.get("error") or members.get("errors")
    if isinstance(fault, list):
        fault = next(iter(fault), None)
    if isinstance(fault, dict):
        code = code if code is not None else fault.get("code")
        fault = fault.get("message")
    if not isinstance(message, str) or not message:
        message = fault if isinstance(fault, str) else ""
    if isinstance(code, bool) or not isinstance(code, int | str):
        code = None
    return code, _unwrapped(message)


def _unwrapped(message: str) -> str:
    """Return the words of an error that was passed on as a whole body within the message."""
    if message.lstrip().startswith("{"):
        with suppress(DecodeFailed):
            inner = read_object(message.encode("utf-8", "replace"))
            return next(
                (inner[name] for name in _SPOKEN if isinstance(inner.get(name), str)), message
            )
    return message


def _text_of(body: bytes, content_type: str) -> str:
    """Return a plain text as it is, and of any other the part that passes an error on."""
    text = body[:_SEARCHED].decode("utf-8", "replace")
    if content_type.startswith("text/plain"):
        return text
    from html import unescape  # noqa: PLC0415  a table of entities that is next to never needed

    parts = (unescape(part) for part in re.split(_TAG, text))
    return next((part for part in parts if find_rpc_error(part)), "")
