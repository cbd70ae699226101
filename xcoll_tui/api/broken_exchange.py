"""What broke an exchange off, in our words."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from xcoll_tui.api.certificates import advise_on_untrusted
from xcoll_tui.api.proxies import refusal_of
from xcoll_tui.api.responses import Answer, cause_of

if TYPE_CHECKING:
    from xcoll_tui.api.proxies import Proxy


def broken_off(
    answer: Answer,
    problem: Exception,
    base_url: str,
    proxy: "Proxy | None",
    connect_timeout: float | None,
) -> Answer:
    """Return the answer with what broke the exchange off, as a clause."""
    import httpx  # noqa: PLC0415  see `Transport`

    unsent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.LocalProtocolError,
        httpx.InvalidURL,
        UnicodeError,  # a name in xn-- that stands for nothing
    )
    cause = cause_of(problem)
    lasting = "CERTIFICATE_VERIFY_FAILED" in cause
    via = "" if proxy is None else f" through the proxy of {proxy.variable}"
    place = f"{base_url}{via}"
    match problem:
        case httpx.ConnectTimeout():
            trouble = f"no connection to {place} within {connect_timeout:g} s"
        case httpx.TimeoutException() | TimeoutError():
            trouble = f"no complete answer from {place} in time"
        case httpx.ConnectError() if lasting:
            advice = advise_on_untrusted(cause, os.environ)
            trouble = f"the certificate of {place} is not trusted ({cause}){advice}"
        case httpx.ProxyError() if proxy is not None:
            trouble, lasting = refusal_of(proxy, base_url, str(problem))
        case httpx.ConnectError():
            trouble = f"{base_url} cannot be reached{via} ({cause})"
        case UnicodeError() | httpx.InvalidURL() | httpx.UnsupportedProtocol():
            trouble, lasting = f"{base_url} is no address that can be reached", True
        case httpx.LocalProtocolError():
            trouble, lasting = "the request cannot be sent", True
        case _:
            trouble = f"the connection to {place} broke before the complete answer came"
    sent = not isinstance(problem, unsent)
    return replace(answer, trouble=trouble, sent=sent, lasting=lasting)
