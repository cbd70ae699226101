"""What httpx is given, and its command line, which is left out before it is loaded."""

import ssl
import sys
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import Misconfigured

if TYPE_CHECKING:
    import httpx

    from xcoll_tui.api.proxies import Proxy


def leave_out_command_line() -> None:
    """Keep httpx from loading the command that it is as well, with click and rich for it.

    Without this half of its import would be for that, and a command of ours would wait for it.
    """
    if "httpx" in sys.modules or "httpx._main" in sys.modules:
        return

    def main() -> None:
        raise SystemExit("This is xcoll, and not the command of httpx.")

    stub = ModuleType("httpx._main")
    stub.__dict__["main"] = main
    sys.modules["httpx._main"] = stub


def as_httpx_proxy(proxy: "Proxy", context: ssl.SSLContext) -> "httpx.Proxy":
    """Return a proxy as httpx takes it; raises Misconfigured."""
    import httpx  # noqa: PLC0415  see `Transport`

    with suppress(httpx.InvalidURL, ValueError):  # what it says may hold the password
        return httpx.Proxy(
            httpx.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port),
            ssl_context=context if proxy.scheme == "https" else None,
            auth=None if proxy.user is None else (proxy.user, proxy.password),
        )
    raise Misconfigured(f"Nothing was sent: the proxy that {proxy.variable} names cannot be used.")
