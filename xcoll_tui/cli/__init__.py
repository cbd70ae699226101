"""The command line, and the composition root: key, URL, client, session and app meet here.

Everything heavy is imported where it is used: `xcoll --help` loads neither Textual nor httpx nor
keyring, and the screen stands before the client is built.
"""

import argparse
import gc
import os
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from xcoll_tui import __version__, signals
from xcoll_tui.cli.dispatch import ALL, meant_command, split_command
from xcoll_tui.cli.parser import (
    EXIT_NO_KEY,
    EXIT_USAGE,
    Parser,
    ShortHelp,
    holds_key,
    looks_like_key,
    path_text,
    stop,
    warn,
)
from xcoll_tui.emulator.options import add_service_options, service_options

if TYPE_CHECKING:
    from xcoll_tui.cli.access import ProfileAccess
    from xcoll_tui.session.screen_state import ScreenState
    from xcoll_tui.ui.access import Access

_HELP = """\
usage: xcoll [options] [COLLECTION_ID], or xcoll COMMAND … (--help shows more)

Browse the xAI Collections API in a terminal, or do one thing from a script.

commands:
{commands}

options:
  --profile NAME  key, host and team to use; also XCOLL_PROFILE
  --base-url URL  where the API is; also XCOLL_BASE_URL; search: --inference-url
  --read-only     refuse every write
  --theme NAME    colours (xcoll); also XCOLL_THEME
  --log FILE      write a log without secrets; --version, --help
  --demo          browse sample data, without a key; --documents N makes the
                  large collection as large, and see xcoll emulator --help
The key: XAI_MANAGEMENT_KEY, else XAI_MANAGEMENT_API_KEY, else in the file that
XCOLL_KEY_FILE names, else in the OS keyring (xcoll auth login). Of search and
files: XAI_API_KEY, XCOLL_API_KEY_FILE, or there (xcoll auth login --inference).

examples: xcoll --demo; xcoll list "SEC Filings" --failed
exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 no key, 128+n signal
"""


class _BrowseParser(Parser):
    """The parser of what opens the screen; its help tells of the commands, too."""

    SHOWS_USAGE = False  # it would be that of every command

    def format_help(self) -> str:
        """Return a page that fits a terminal."""
        import textwrap  # noqa: PLC0415 - only for this page

        commands = textwrap.fill(
            "  ".join(ALL), 78, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
        )
        return _HELP.format(commands=commands)


_THEMES = ("xcoll", "xcoll-light")
"""Our own themes, which need not be looked up."""


def browse_parser() -> Parser:
    """Make the parser of what opens the screen."""
    parser = _BrowseParser(prog="xcoll", allow_abbrev=False)
    parser.add_argument("collection_id", nargs="?", help="open this collection")
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="where the API is (https://management-api.x.ai); also XCOLL_BASE_URL",
    )
    parser.add_argument(
        "--inference-url",
        metavar="URL",
        help="where search and files are (https://api.x.ai); also XCOLL_INFERENCE_URL",
    )
    parser.add_argument(
        "--profile", metavar="NAME", help="key, host and team to use; also XCOLL_PROFILE"
    )
    parser.add_argument("--read-only", action="store_true", help="refuse every write")
    parser.add_argument("--theme", metavar="NAME", help="colours (xcoll); also XCOLL_THEME")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help=("start as if for the first time: ignore the saved screen state"),
    )
    parser.add_argument("--log", type=_file, metavar="FILE", help="write a log without secrets")
    parser.add_argument("--version", action="version", version=f"xcoll {__version__}")
    demo = parser.add_argument_group("sample data", "the rest goes with --demo")
    demo.add_argument("--demo", action="store_true", help="browse sample data; needs no key")
    demo.add_argument(
        "--documents", type=_count, metavar="N", help="documents in the large collection (100000)"
    )
    add_service_options(demo)
    return parser


def _file(text: str) -> Path:
    return Path(path_text(text))


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
    emulates = arguments[:1] == ["emulator"]
    if any(map(holds_key, _without_own_key(arguments) if emulates else arguments)):
        Parser(prog="xcoll").refuse_key()
    command, own_arguments = split_command(arguments)
    if command is not None:
        signals.raise_on_end()
        raise SystemExit(_run_command(command, own_arguments))
    parser = browse_parser()
    meant = meant_command(arguments)
    if meant is not None:
        stop(f"There is no such command; did you mean xcoll {meant}? See xcoll --help.", EXIT_USAGE)
    options = parser.parse_args(arguments)
    if not options.demo:
        demo_options = {"documents": options.documents, **service_options(options)}
        for name, value in demo_options.items():
            if value is not None:
                parser.error(f"--{name.replace('_', '-')} goes with --demo")
    if options.demo and (options.base_url or options.profile or options.inference_url):
        parser.error("--demo brings its own service; leave --base-url and --profile out")
    if looks_like_key(options.collection_id or ""):
        parser.refuse_key()
    _browse(options)


_OWN_KEYS = {"--key", "--inference-key"}


def _without_own_key(arguments: list[str]) -> list[str]:
    """Leave out the key that the emulator is given: it is one of a test, and opens nothing else."""
    return [
        argument
        for number, argument in enumerate(arguments)
        if not argument.startswith(tuple(f"{option}=" for option in _OWN_KEYS))
        and not {*arguments[max(number - 1, 0) : number]} & _OWN_KEYS
    ]


def _run_command(command: str, arguments: list[str]) -> int:
    if command == "emulator":
        return _run_emulator(arguments)
    if command == "auth":
        from xcoll_tui.cli import auth  # noqa: PLC0415 - only when asked for

        return auth.run(arguments)
    from xcoll_tui.cli.commands.frame import run_command  # noqa: PLC0415 - only when asked for

    return run_command(command, arguments)


def _run_emulator(arguments: list[str]) -> int:
    from xcoll_tui.emulator import command  # noqa: PLC0415 - only when asked for

    parser = Parser(
        prog="xcoll emulator",
        usage="%(prog)s [options]",
        description="Serve a local stand-in of the Collections API.",
        epilog=command.EXAMPLES,
        formatter_class=ShortHelp,
        allow_abbrev=False,
        add_help=False,
    )
    command.add_arguments(parser)
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    return command.run(parser.parse_args(arguments))


def _browse(options: argparse.Namespace) -> NoReturn:
    from xcoll_tui.cli.own_log import close_log, open_log  # noqa: PLC0415 - keeps --help light
    from xcoll_tui.cli.screen_environment import (  # noqa: PLC0415 - as above
        prepare_screen,
        wants_plain_glyphs,
    )

    prepare_screen(os.environ, demo=options.demo)
    theme = _theme(options)
    own = None if options.demo else _own_access(options)
    _require_terminal()
    log = open_log(options.log)
    # Nothing of what the imports and the first frame make is garbage; looking for some in between
    # costs a tenth of the start-up. The app starts the collector again behind the first frame.
    gc.disable()
    access: Access
    if own is None:
        from xcoll_tui.cli.demo import DemoAccess  # noqa: PLC0415 - only when asked for

        access = demo = DemoAccess(
            options.documents or 100_000,
            service_options(options),
            read_only=options.read_only,
            log=log,
        )
        demo.begin()
    else:
        from xcoll_tui.child_process import IS_SAFE  # noqa: PLC0415 - keeps --help light

        own.log, access = log, own
        if IS_SAFE:
            from xcoll_tui.cli.http_ahead import begin_http  # noqa: PLC0415 - as above

            own.process = begin_http(own)

    from xcoll_tui.cli.config_file import own_preferences  # noqa: PLC0415
    from xcoll_tui.cli.own_streams import own_streams  # noqa: PLC0415 - keeps --help light
    from xcoll_tui.ui.textual_imports import import_app_alone  # noqa: PLC0415

    import_app_alone()
    from xcoll_tui.ui.app import XcollApp  # noqa: PLC0415 - half of the start-up

    preferences = own_preferences()
    if preferences.glyphs is None and wants_plain_glyphs(os.environ):
        from xcoll_tui.ui.preferences import Glyphs  # noqa: PLC0415 - few have such a terminal

        preferences = preferences._replace(glyphs=Glyphs.PLAIN)
    screen_state = _screen_state(fresh=options.fresh, demo=options.demo)
    if not theme:
        from xcoll_tui.ui.themes import DARK, theme_names  # noqa: PLC0415

        chosen = screen_state.theme_over(preferences.theme)
        # One that Textual had, and has no more, is nobody's mistake.
        theme = (chosen if chosen in theme_names() else "") or preferences.theme or DARK.name
    app = XcollApp(
        access,
        clock=time.time,
        collection_id=options.collection_id or None,
        theme=theme,
        preferences=preferences,
        screen_state=screen_state,
    )
    signals.call_on_end(app.end_by_signal)
    with own_streams(screen=True):
        app.run()
        signals.leave_on_end()
        if own is not None and own.process is not None:
            own.process.kill()
        # Of what Textual has begun for a screen, and had not run yet.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        if screen_state.loss:
            warn(f"xcoll: {screen_state.loss}")
        problem = close_log(log, "program")
        if problem:
            warn(f"xcoll: {problem}")
    # None where nothing told it to exit: it broke down.
    code = 1 if app.return_code is None else app.return_code
    raise SystemExit(EXIT_NO_KEY if code == 0 and own is not None and own.key is None else code)


def _screen_state(*, fresh: bool, demo: bool) -> "ScreenState":
    """Return what the screen was left like; the demo looks at it, and leaves it as it is."""
    from xcoll_tui.paths import FolderUnusable, state_path  # noqa: PLC0415 - keeps --help light
    from xcoll_tui.session.screen_state import ScreenState  # noqa: PLC0415

    try:
        return ScreenState(None if fresh else state_path(), keeps=not demo)
    except FolderUnusable:
        return ScreenState(None)  # the session tells of it


def _theme(options: argparse.Namespace) -> str:
    """Return the theme that is asked for, "" for none; one that is not there is told at once."""
    theme: str = options.theme or os.environ.get("XCOLL_THEME") or ""
    if theme and theme not in _THEMES:
        from xcoll_tui.ui.themes import theme_names  # noqa: PLC0415 - keeps --help light

        if theme not in theme_names():
            stop(f"There is no theme {theme!r}. There are: {', '.join(theme_names())}.", EXIT_USAGE)
    return theme


def _own_access(options: argparse.Namespace) -> "ProfileAccess":
    """Return the way to the service; without a key there has to be somebody to ask for one."""
    from xcoll_tui.api.errors import Refused  # noqa: PLC0415 - keeps --help light
    from xcoll_tui.cli.own_access import NO_KEY, own_access  # noqa: PLC0415
    from xcoll_tui.cli.parser import exit_code_of  # noqa: PLC0415
    from xcoll_tui.credentials import CredentialError  # noqa: PLC0415

    try:
        access = own_access(options)
        if access.key is None and _stream_that_is_no_terminal() and not access.is_listed:
            stop(NO_KEY, EXIT_NO_KEY)
    except (CredentialError, Refused) as refusal:
        stop(str(refusal), exit_code_of(refusal))
    return access


def _stream_that_is_no_terminal() -> str | None:
    # Textual reads stdin and draws on stderr.
    for stream, name in ((sys.__stdin__, "input"), (sys.__stderr__, "error")):
        if stream is None or not stream.isatty():
            return name
    return None


def _require_terminal() -> None:
    elsewhere = _stream_that_is_no_terminal()
    if elsewhere is not None:
        stop(f"xcoll needs a terminal, and standard {elsewhere} is not one.", EXIT_USAGE)
    term = os.environ.get("TERM", "")
    if term in {"", "dumb"}:
        problem = f"and TERM is {term or 'not set'}"
        stop(f"xcoll needs a terminal that can move its cursor, {problem}.", EXIT_USAGE)
