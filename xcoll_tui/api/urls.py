"""URLs: the base URL, and paths and queries that stay what they are on their way."""

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from xcoll_tui.api.errors import Refused
from xcoll_tui.api.keys import ANY_PREFIX, KEY_PREFIX, ManagementKey, is_in_url

_HOST = re.compile(r"[A-Za-z0-9._-]+\Z|\[[0-9A-Fa-f:.]+\]\Z")
# A host name may begin as they do, but is not as long.
_INFERENCE_KEY = re.compile(r"xai-[A-Za-z0-9]{24}")
_KEY_IN_PATH = re.compile(r"xai-\S{24}")
# httpx takes no URL beyond 64 KiB; most services stop far earlier.
_TARGET_LIMIT = 60_000


def accept_base_url(
    text: str, noun: str = "base URL", example: str = "https://management-api.x.ai"
) -> str:
    """Return a base URL without a slash at its end, ready for a path that begins with one.

    It must be https, or http to a loopback address (localhost, 127.0.0.0/8, ::1), because the key
    goes with every request. A path prefix is kept; a final `/v1` is dropped, since the paths of the
    API bring their own. Raises Refused, a ValueError, for anything else; there it is called `noun`.
    """
    problem = None
    address = text.strip()
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port, problem = urlsplit(""), None, "is not a URL"
    host = parts.hostname or ""
    authority = f"[{host}]" if ":" in host else host
    if "@" in address:
        # Not shown: what stands before the @ may be a password.
        raise Refused(
            f"The {noun} holds a user name or password. Leave it out: the key is sent as a header."
        )
    if KEY_PREFIX in address or _INFERENCE_KEY.search(address) or _KEY_IN_PATH.search(parts.path):
        kind = "a management" if KEY_PREFIX in address else "an inference"
        raise Refused(f"The {noun} holds {kind} key. Leave it out: the key is sent as a header.")
    if problem is None:
        problem = _problem_of(address, parts.scheme, host, authority)
    if problem is not None:
        # What is no URL at all is not shown either.
        may_be_shown = "://" in address and ANY_PREFIX not in address
        shown = f" {address.partition('?')[0][:200]!r}" if may_be_shown else ""
        raise Refused(f"The {noun}{shown} {problem}. Give one like {example}.")
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return f"{parts.scheme}://{authority}{'' if port is None else f':{port}'}{quote(path, '/%:@')}"


def _problem_of(address: str, scheme: str, host: str, authority: str) -> str | None:
    rules = (
        (scheme not in {"http", "https"}, "is neither https:// nor http://"),
        (not host, "names no host"),
        (
            not _HOST.match(authority),
            "has a host name that cannot be used (an international one goes in its xn-- form)",
        ),
        (
            not address.isprintable() or any(mark in address for mark in " \\?#"),
            "holds a space, a backslash, a query or a fragment, which it may not",
        ),
        (
            any(segment in {".", ".."} for segment in address.split("/")),
            "holds a path segment of dots, which it may not",
        ),
        (
            scheme == "http" and not is_loopback(host),
            "is http to another machine, which would send the key unencrypted; use https",
        ),
    )
    return next((problem for broken, problem in rules if broken), None)


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine by its name or number alone, without asking DNS."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def id_segment(value: str, name: str) -> str:
    """Return an ID as one segment of a path, whatever is in it.

    Raises Refused for an empty ID, which would name the list above it, and for `.` and `..`: even
    percent-encoded, a proxy may take them for steps in the path (RFC 3986, 6.2.2), and a DELETE of
    the document `..` would arrive as one of the collection.
    """
    if not value:
        raise Refused(f"Nothing was sent: the {name} is empty. Give the whole {name}.")
    if value in {".", ".."}:
        raise Refused(f"Nothing was sent: {value!r} is not a {name} but a step in a path.")
    with suppress(UnicodeEncodeError):
        return quote(value, safe="")
    raise Refused(f"Nothing was sent: the {name} holds half a character (a lone surrogate).")


def query_string(pairs: Iterable[tuple[str, object]]) -> str:
    """Return `?name=value&…` in the order given, "" for none.

    Pairs whose value is None are left out. Spaces become `%20`: a `+` is a space only by the
    convention of forms.
    """
    parameters = [(name, str(value)) for name, value in pairs if value is not None]
    with suppress(UnicodeEncodeError):
        text = urlencode(parameters, quote_via=quote, safe="")
        return f"?{text}" if text else ""
    raise Refused("Nothing was sent: a value holds half a character (a lone surrogate).")


def refuse_target(
    method: str, path: str, query: str, key: ManagementKey, noun: str = "management key"
) -> None:
    """Raise Refused for a path and query that no URL of this service may hold."""
    if len(path) + len(query) > _TARGET_LIMIT:
        raise Refused(
            "Nothing was sent: the URL would be too long. Shorten the filter or the ID.",
            method=method,
            path=path,
        )
    if is_in_url(path + query, key):
        raise Refused(
            f"Nothing was sent: what was entered holds the {noun}, and URLs are written to logs on "
            "their way. Take the key out.",
            method=method,
        )
