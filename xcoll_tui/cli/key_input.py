"""Key input: typed where nothing shows it, or from a pipe. Never as an argument."""

import sys
from contextlib import suppress

from xcoll_tui.cli.hidden_line import CannotHideError, read_hidden_line
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE, exit_code_of_signal, stop, warn
from xcoll_tui.cli.patience import begin_line
from xcoll_tui.credentials import INFERENCE, MANAGEMENT, KeyKind
from xcoll_tui.signals import Ended

_LONGEST_INPUT = 8_192


def require_hidden_input(*, from_pipe: bool) -> None:
    """End the program where a key would be shown, or cannot come."""
    terminal = sys.stdin is not None and sys.stdin.isatty()
    if from_pipe and terminal:
        stop(
            "--key-stdin reads a pipe or a file, and here a terminal would show the key. Leave it "
            "out to be asked for the key.",
            EXIT_USAGE,
        )
    if not from_pipe and not terminal:
        stop(
            "Standard input is not a terminal, so a key cannot be typed hidden. Give it as in: "
            "xcoll auth login --key-stdin < FILE",
            EXIT_USAGE,
        )


def typed_key(destination: str, kind: KeyKind = MANAGEMENT) -> str:
    """Ask for a key on the terminal, where it is not shown."""
    place = "API Keys" if kind is INFERENCE else "Management Keys"
    warn(f"{kind.noun.capitalize()}s are created in the xAI Console, under {place}.")
    problem, code = "No key was given, so nothing was stored.", EXIT_FAILED
    try:
        typed = read_hidden_line(f"Key for {destination} (not shown): ")
    except CannotHideError:
        problem = "This terminal would show the key. Use --key-stdin."
    except EOFError:
        begin_line()
    except (KeyboardInterrupt, Ended):
        begin_line()
        code = exit_code_of_signal()
    except UnicodeDecodeError:
        problem = "What was typed is not text, so nothing was stored."
    else:
        return typed
    return stop(problem, code)


def piped_key() -> str:
    """Read a key from standard input."""
    try:
        raw = b"" if sys.stdin is None else sys.stdin.buffer.read(_LONGEST_INPUT + 1)
    except OSError as error:
        stop(f"Standard input cannot be read: {error.strerror}.", EXIT_USAGE)
    if not raw.strip():
        stop("Standard input was empty, so nothing was stored.", EXIT_USAGE)
    if len(raw) > _LONGEST_INPUT:
        stop("Standard input is too long for a key.", EXIT_USAGE)
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8-sig")  # some shells put a mark before what they pipe
    return stop("Standard input is not text.", EXIT_USAGE)
