"""The command line, and the composition root: key, URL, client, session and app meet here.

Everything heavy is imported where it is used: `xcoll --help` loads neither Textual nor httpx, and
the screen stands before the client is built.
"""

import argparse
import gc
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from xcoll_tui import __version__

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.client import Client
    from xcoll_tui.api.models import RequestRecord, Wait
    from xcoll_tui.log import Log
    from xcoll_tui.ui.app import Connection

DEFAULT_BASE_URL = "https://management-api.x.ai"
KEY_VARIABLES = ("XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY")
# What keys look like: management ones begin with xai-token-, inference ones with xai-.
_KEY = re.compile(r"xai-[\w-]{8,}")

EXIT_FAILED, EXIT_USAGE, EXIT_NO_KEY = 1, 2, 4

_EPILOG = f"""\
The key is read from {KEY_VARIABLES[0]} or {KEY_VARIABLES[1]}; it is never
taken from the command line, which every user of the machine can read.

xcoll emulator    serve a local stand-in of the API; see xcoll emulator --help

exit codes: 0 done, 1 failed, 2 wrong usage, 4 no key
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read on."""
        stop(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.", EXIT_USAGE)


def stop(sentence: str, code: int) -> NoReturn:
    """End the program with one sentence on stderr; a key typed as an argument is not repeated."""
    print(f"xcoll: {_KEY.sub('[key]', sentence)}", file=sys.stderr)  # noqa: T201 - the command line speaks here
    raise SystemExit(code)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="xcoll",
        description="A terminal browser for the xAI Collections API.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("collection_id", nargs="?", help="open this collection")
    parser.add_argument("--demo", action="store_true", help="browse sample data; needs no key")
    parser.add_argument(
        "--documents",
        type=_count,
        metavar="N",
        help="with --demo: documents in the large collection (100000)",
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help=f"where the API is ({DEFAULT_BASE_URL}); also XCOLL_BASE_URL",
    )
    parser.add_argument("--read-only", action="store_true", help="refuse every write")
    parser.add_argument("--theme", metavar="NAME", help="colours (xcoll); also XCOLL_THEME")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write a log without secrets")
    parser.add_argument("--version", action="version", version=f"xcoll {__version__}")
    return parser


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if not 1 <= count <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10000000")
    return count


def main(argv: list[str] | None = None) -> None:
    """Run the command line; ends with SystemExit."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["emulator"]:
        raise SystemExit(_run_emulator(arguments[1:]))
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.documents is not None and not options.demo:
        parser.error("--documents goes with --demo")
    if options.demo and options.base_url:
        parser.error("--demo brings its own service; leave --base-url out")
    _browse(options)


def _run_emulator(arguments: list[str]) -> int:
    from xcoll_tui.emulator import command  # noqa: PLC0415 - only when asked for

    parser = _Parser(
        prog="xcoll emulator",
        description="Serve a local stand-in of the Collections API.",
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def _browse(options: argparse.Namespace) -> NoReturn:
    key, base_url = "", ""
    if not options.demo:
        key, base_url = _key_and_url(options.base_url, os.environ)
    _require_terminal()
    log = _open_log(options.log, key)

    # Nothing of what the imports and the first frame make is garbage; looking for some in between
    # costs a tenth of the start-up. The app starts the collector again behind the first frame.
    gc.disable()
    from xcoll_tui.ui.app import XcollApp  # noqa: PLC0415 - half of the start-up
    from xcoll_tui.ui.themes import DARK, theme_names  # noqa: PLC0415

    theme = options.theme or os.environ.get("XCOLL_THEME") or DARK.name
    if theme not in theme_names():
        stop(f"There is no theme {theme!r}. There are: {', '.join(theme_names())}.", EXIT_USAGE)

    def connect() -> "Connection":
        if options.demo:
            return _connect_demo(options.documents, options.read_only, log)
        return _connect(key, base_url, options.read_only, log)

    facts = _facts(options, key, base_url)
    modes = (("demo", options.demo), ("read-only", options.read_only))
    app = XcollApp(
        connect,
        clock=time.time,
        facts=facts,
        mode=" ".join(word for word, on in modes if on),
        collection_id=options.collection_id or None,
        theme=theme,
    )
    app.run()
    if log is not None:
        log.close()
    raise SystemExit(app.return_code or 0)


def _facts(options: argparse.Namespace, key: str, base_url: str) -> tuple[str, ...]:
    if options.demo:
        return ("sample data on this machine",)
    shown = f"key …{key[-4:]}" if len(key) > 12 else "key …"
    return (shown, base_url.partition("://")[2])


def _key_and_url(base_url: str | None, environment: Mapping[str, str]) -> tuple[str, str]:
    from xcoll_tui.api.addresses import accept_base_url  # noqa: PLC0415 - keeps --help light
    from xcoll_tui.api.errors import Refused  # noqa: PLC0415
    from xcoll_tui.api.keys import accept_key  # noqa: PLC0415

    key = next((environment[name] for name in KEY_VARIABLES if environment.get(name)), None)
    if key is None:
        stop(
            f"No management key. Set {KEY_VARIABLES[0]} (xAI Console → Management Keys), "
            "or look around with xcoll --demo.",
            EXIT_NO_KEY,
        )
    try:
        accept_key(key)
        return key, accept_base_url(
            base_url or environment.get("XCOLL_BASE_URL") or DEFAULT_BASE_URL
        )
    except Refused as refused:
        stop(str(refused), EXIT_USAGE)


def _require_terminal() -> None:
    # Textual reads stdin and draws on stderr.
    for stream, name in ((sys.__stdin__, "input"), (sys.__stderr__, "error")):
        if stream is None or not stream.isatty():
            stop(f"xcoll needs a terminal, and standard {name} is none.", EXIT_USAGE)
    term = os.environ.get("TERM", "")
    if term in {"", "dumb"}:
        said = f"and TERM is {term or 'not set'}"
        stop(f"xcoll needs a terminal that can move its cursor, {said}.", EXIT_USAGE)


def _open_log(path: Path | None, key: str) -> "Log | None":
    if path is None:
        return None
    from xcoll_tui.log import Log  # noqa: PLC0415 - only when asked for

    try:
        return Log(path, secrets=(key,) if key else ())
    except OSError as error:
        stop(f"The log {path} cannot be written: {error.strerror}.", EXIT_FAILED)


def _connect(key: str, base_url: str, read_only: bool, log: "Log | None") -> "Connection":
    from xcoll_tui.api.client import Client  # noqa: PLC0415 - runs in a thread, after the screen

    return _connection(
        lambda on_request, on_wait: Client(
            key, base_url, read_only=read_only, on_request=on_request, on_wait=on_wait
        ),
        log,
        state=_state_folder(),
        base_url=base_url,
    )


def _state_folder() -> Path | None:
    from xcoll_tui.settings import FolderUnusable, state_folder  # noqa: PLC0415 - with the client

    try:
        return state_folder()
    except FolderUnusable:
        return None  # told where it matters: before a collection is deleted without a backup


def _connect_demo(documents: int | None, read_only: bool, log: "Log | None") -> "Connection":
    import asyncio  # noqa: PLC0415 - only for the demo
    import tempfile  # noqa: PLC0415

    from xcoll_tui.api.client import Client  # noqa: PLC0415 - runs in a thread, after the screen
    from xcoll_tui.emulator.demo import create_demo  # noqa: PLC0415

    demo = create_demo(documents or 100_000)
    state = tempfile.TemporaryDirectory(prefix="xcoll-demo-", ignore_cleanup_errors=True)

    async def filled() -> None:
        while not demo.filled.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.2)

    def close() -> None:
        demo.close()
        state.cleanup()

    base_url = "http://127.0.0.1"
    return _connection(
        lambda on_request, on_wait: Client(
            demo.key,
            base_url,
            read_only=read_only,
            app=demo.app,
            on_request=on_request,
            on_wait=on_wait,
        ),
        log,
        state=Path(state.name),
        base_url=base_url,
        close_service=close,
        samples=demo.file_ids,
        settled=filled,
    )


def _connection(
    make_client: "Callable[[Callable[[RequestRecord], None], Callable[[Wait], None]], Client]",
    log: "Log | None",
    *,
    state: Path | None,
    base_url: str,
    close_service: "Callable[[], None] | None" = None,
    samples: tuple[str, ...] = (),
    settled: "Callable[[], Awaitable[None]] | None" = None,
) -> "Connection":
    from xcoll_tui.session.session import Session  # noqa: PLC0415 - with the client
    from xcoll_tui.ui.app import Connection  # noqa: PLC0415

    def on_request(record: "RequestRecord") -> None:
        session.note_request(record)
        if log is not None:
            log.request(record)

    def on_wait(wait: "Wait") -> None:
        session.note_wait(wait)
        if log is not None:
            log.wait(wait)

    client = make_client(on_request, on_wait)
    client.open()
    session = Session(client, state=state, place=base_url)

    async def close() -> None:
        await client.aclose()
        if close_service is not None:
            close_service()

    return Connection(session, close, samples, settled)
