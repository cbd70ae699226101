"""The command `xcoll emulator`; what it needs is imported only when it runs."""

import argparse
import secrets
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.emulator.options import add_service_options, duration, service_options

if TYPE_CHECKING:
    from xcoll_tui.emulator.faults import Fault
    from xcoll_tui.emulator.store import Store


EXAMPLES = """\
example: xcoll emulator --seed small --fault 'GET:*/documents:503:before:0.2'
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to a parser."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--allow-remote", action="store_true", help="let HOST be one that other machines reach")
    add("--port", type=_port, default=0, metavar="N", help="port; 0 takes a free one (0)")
    add("--key", type=_key, help="the management key to ask for (a random one)")
    add("--inference-key", type=_key, metavar="KEY", help="another key for files and search")
    add("--data", type=Path, metavar="FILE", help="keep everything in this file, not in memory")
    add(
        "--seed",
        choices=["none", "small", "large"],
        default="none",
        metavar="S",
        help="samples for an empty store: none, small, large",
    )
    add(
        "--documents",
        type=_count,
        metavar="N",
        help="documents in the large sample collection (100000)",
    )
    add_service_options(parser)
    add(
        "--index-seconds",
        type=duration,
        default=5.0,
        metavar="S",
        help="how long a document is indexed (5; 0: at once)",
    )
    add("--latency", type=duration, default=0.0, metavar="MS", help="added to each answer")
    add("--rate", type=_count, metavar="N", help="answer 429 beyond N requests a second")
    add(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="METHOD:PATH:STATUS|reset|timeout|garbage[:WHEN:SHARE]",
    )


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (0 to 65535)")
    return number


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10,000,000")
    return int(text)


def _key(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError("a key is made of visible ASCII characters")
    return text


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; answers the exit code.

    A line on stdout says when it is ready; the next one starts xcoll against it in a shell, and the
    last lets what is started from that shell search here, too. What cannot be done is a sentence on
    stderr, where sample files that may be attached are named as well.
    """
    import sqlite3  # noqa: PLC0415 -- see the module's docstring

    from xcoll_tui.emulator.faults import FaultSyntaxError, parse_fault  # noqa: PLC0415
    from xcoll_tui.emulator.server import RemoteRefusedError  # noqa: PLC0415
    from xcoll_tui.emulator.store import Store, UnusableDataError  # noqa: PLC0415

    store = None
    try:
        faults = [parse_fault(spec) for spec in arguments.fault]
        store = Store(arguments.data)
        return _serve(arguments, store, faults)
    except KeyboardInterrupt:
        # Only while it seeds; the server itself takes SIGINT as the wish to stop.
        return 130
    except (FaultSyntaxError, RemoteRefusedError, UnusableDataError) as error:
        return _complain(str(error))
    except sqlite3.Error as error:
        return _complain(f"Cannot write the data file {arguments.data}: {error}.")
    except _NotToldError as error:
        _complain(f"Standard output cannot be written: {error}.")
        return 1
    except OSError as error:
        place = f"{arguments.host}:{arguments.port}"
        return _complain(f"Cannot listen on {place}: {error.strerror or error}.")
    finally:
        if store is not None:
            store.close()


class _NotToldError(Exception):
    """Where it listens could not be told."""


def _complain(sentence: str) -> int:
    sys.stderr.write(f"xcoll emulator: {sentence}\n")
    return 2


def _serve(arguments: argparse.Namespace, store: "Store", faults: "list[Fault]") -> int:
    import asyncio  # noqa: PLC0415 -- as above

    from xcoll_tui.emulator.app import create_app  # noqa: PLC0415
    from xcoll_tui.emulator.seed import DOCUMENTS, fill_store  # noqa: PLC0415
    from xcoll_tui.emulator.server import format_url, listen, make_uvicorn  # noqa: PLC0415

    key = arguments.key or f"emulator-{secrets.token_hex(8)}"
    end = listen(arguments.host, arguments.port, allow_remote=arguments.allow_remote)
    files = fill_store(store, arguments.seed, documents=arguments.documents or DOCUMENTS)
    if files:
        lines = [f"{file_id}  {name}\n" for file_id, name in files.items()]
        sys.stderr.write("".join(["Uploaded files that are attached nowhere:\n", *lines]))
        sys.stderr.flush()
    app = create_app(
        store,
        key=key,
        inference_key=arguments.inference_key,
        **service_options(arguments),
        index_seconds=arguments.index_seconds,
        latency=arguments.latency / 1000,
        rate=arguments.rate,
        faults=faults,
    )
    host, port = end.getsockname()[:2]
    ready = f"Listening on {format_url(host, port)} key {key}\n{command_line(host, port, key)}"
    ready += inference_line(host, port, arguments.inference_key or key)

    def tell_ready() -> None:
        try:
            sys.stdout.write(ready)
            sys.stdout.flush()
        except OSError as error:
            raise _NotToldError(error.strerror) from None

    server = make_uvicorn(app, tell_ready)
    try:
        asyncio.run(server.serve(sockets=[end]))
    finally:
        app.state.executor.shutdown()
    return 0


def command_line(host: str, port: int, key: str) -> str:
    """Write the line that starts xcoll here; none where xcoll would refuse to send the key."""
    url = _url_here(host, port)
    return f"XAI_MANAGEMENT_KEY={shlex.quote(key)} xcoll --base-url {url}\n" if url else ""


def inference_line(host: str, port: int, key: str) -> str:
    """Write the line that lets xcoll search here as well, when a shell was given it before."""
    url = _url_here(host, port)
    return f"export XAI_API_KEY={shlex.quote(key)} XCOLL_INFERENCE_URL={url}\n" if url else ""


def _url_here(host: str, port: int) -> str:
    """Return the URL for a shell on this machine, "" where xcoll would send no key."""
    from ipaddress import ip_address  # noqa: PLC0415 -- as above

    from xcoll_tui.emulator.server import format_url  # noqa: PLC0415

    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    elif not address.is_loopback:
        return ""
    return shlex.quote(format_url(host, port))


def main() -> int:
    """Run `python -m xcoll_tui.emulator`."""
    parser = argparse.ArgumentParser(
        prog="xcoll emulator", description="A local server of the xAI Collections API."
    )
    add_arguments(parser)
    return run(parser.parse_args())
