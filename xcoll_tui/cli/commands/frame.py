"""What every command stands in: its parser, its streams, its errors and its exit code."""

import argparse
import gc
import importlib
import io
import sys
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.own_streams import own_streams
from xcoll_tui.cli.parser import (
    EXIT_FAILED,
    EXIT_REFUSED,
    Parser,
    ShortHelp,
    exit_code_of,
    exit_code_of_signal,
    looks_like_key,
    stop,
    stop_unwritten,
)
from xcoll_tui.cli.patience import begin_line
from xcoll_tui.signals import Ended

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output

_SHARED = """\
also: --profile NAME, --base-url URL, --log FILE, --quiet (only what fails)
"""
_OUTPUT = """\
output: a table on a terminal, else TSV; --json an array, --jsonl line by line
"""


class Command(Protocol):
    """A module of `xcoll_tui.cli.commands`.

    SUMMARY is a sentence, EXAMPLES lines that can be typed; both, the options and what is added
    here fit a terminal of 80x24.
    """

    SUMMARY: str
    EXAMPLES: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add what the command takes, but for what all of them take."""

    def run(self, options: argparse.Namespace, output: "Output") -> int:
        """Carry it out and return the exit code.

        Blocks: it reads standard input before, and waits for the service with `run_until_signal`.
        Raises CommandFailed, and lets through what `run_command` makes a sentence of.
        """


def command_module(name: str) -> Command:
    """Import the module of a command."""
    return cast("Command", importlib.import_module(f"xcoll_tui.cli.commands.{name}"))


def make_parser(name: str) -> Parser:
    """Make the parser of a command, with what all commands take."""
    command = command_module(name)
    parser = Parser(
        prog=f"xcoll {name}",
        description=command.SUMMARY,
        formatter_class=ShortHelp,
        allow_abbrev=False,
        add_help=False,
    )
    # One block instead of two: a page has 24 lines.
    parser._positionals = parser._optionals  # noqa: SLF001 - argparse has no other way
    parser._optionals.title = "arguments"  # noqa: SLF001
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    command.add_arguments(parser)
    prints = any(action.dest == "form" for action in parser._actions)  # noqa: SLF001 - no other way
    parser.epilog = f"{_OUTPUT if prints else ''}{_SHARED}\n{command.EXAMPLES}"
    hidden = argparse.SUPPRESS  # the epilog has them in one line
    parser.add_argument("--profile", metavar="NAME", help=hidden)
    parser.add_argument("--base-url", metavar="URL", help=hidden)
    parser.add_argument("--inference-url", metavar="URL", help=hidden)
    parser.add_argument("--read-only", action="store_true", help=hidden)
    parser.add_argument("--log", type=Path, metavar="FILE", help=hidden)
    parser.add_argument("-q", "--quiet", action="store_true", help=hidden)
    return parser


def add_form(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose how rows are written."""
    group = parser.add_mutually_exclusive_group()
    for form in ("json", "jsonl"):
        group.add_argument(
            f"--{form}", dest="form", action="store_const", const=form, help=argparse.SUPPRESS
        )


def add_write_form(parser: argparse.ArgumentParser) -> None:
    """Add `--dry-run`, and the options that choose how results are written."""
    parser.add_argument("--dry-run", action="store_true", help="only say what would be sent")
    add_form(parser)


def run_command(name: str, arguments: list[str]) -> int:
    """Carry out a command and return its exit code; wrong usage ends with SystemExit."""
    # What is imported is no garbage; looking for some costs a tenth. It begins with the service.
    gc.disable()
    try:
        return _run(name, arguments)
    finally:
        gc.enable()


def _run(name: str, arguments: list[str]) -> int:
    parser = make_parser(name)
    options = _unguarded(parser.parse_intermixed_args(_guarded(arguments)))
    # A file that is there may begin as keys do.
    if any(looks_like_key(value) and not lexists(value) for value in _texts_of(options)):
        parser.refuse_key()
    if sys.stdout is None:
        stop("Standard output is closed, so nothing can be written.", EXIT_FAILED)
    from xcoll_tui.cli.commands.output import Output  # noqa: PLC0415 - keeps --help light

    if isinstance(sys.stdout, io.TextIOWrapper):
        # What a terminal of few letters lacks is no crash.
        sys.stdout.reconfigure(errors="replace")
    output = Output(form=getattr(options, "form", None), quiet=options.quiet)
    with own_streams():
        return _carry_out(command_module(name), options, output)


# argparse drops the `--` of arguments that it takes in any order, and forgets what it said.
_GUARD = "\0"
"""What stands before each word behind `--` meanwhile; no argument of a process can hold it."""


def _guarded(arguments: list[str]) -> list[str]:
    if "--" not in arguments:
        return arguments
    place = arguments.index("--")
    words = [_GUARD + word if word[:1] == "-" else word for word in arguments[place + 1 :]]
    return arguments[:place] + words


def _unguarded(options: argparse.Namespace) -> argparse.Namespace:
    for name, value in vars(options).items():
        if isinstance(value, str):
            setattr(options, name, value.removeprefix(_GUARD))
        elif isinstance(value, list):
            words = [word.removeprefix(_GUARD) if isinstance(word, str) else word for word in value]
            setattr(options, name, words)
    return options


def _texts_of(options: argparse.Namespace) -> list[str]:
    values = [
        part
        for value in vars(options).values()
        for part in (value if isinstance(value, list) else [value])
    ]
    return [value for value in values if isinstance(value, str)]


def _carry_out(command: Command, options: argparse.Namespace, output: "Output") -> int:
    from xcoll_tui.api.errors import ApiError, ReadOnly, Refused  # noqa: PLC0415 - as above
    from xcoll_tui.cli.access import plain  # noqa: PLC0415
    from xcoll_tui.credentials import CredentialError  # noqa: PLC0415

    try:
        code = command.run(options, output)
        output.flush()
    except CommandFailed as failure:
        stop(_after(output, str(failure)), failure.code)
    except ReadOnly as refusal:
        stop(_after(output, plain(refusal)), EXIT_REFUSED)
    except (CredentialError, Refused) as refusal:
        stop(_after(output, plain(refusal)), exit_code_of(refusal))
    except ApiError as error:
        stop(_after(output, plain(error)), EXIT_FAILED)
    except (KeyboardInterrupt, Ended):
        begin_line()
        stop(_after(output, "Interrupted before the end."), exit_code_of_signal())
    except OSError as error:  # nothing else lets one through
        output.drop()
        stop_unwritten(error)
    return code


def _after(output: "Output", sentence: str) -> str:
    """Let what was written stand before the sentence, where it can be written at all."""
    output.end_progress()
    try:
        output.flush()
    except OSError:
        output.drop()
    return sentence
