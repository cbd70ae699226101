"""How a key comes in: typed where nothing shows it, or from a pipe. Never as an argument."""

import getpass
import sys
import warnings
from contextlib import suppress

from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE, stop, warn

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
            "Standard input is no terminal, so no key can be typed unseen. Give it as in: "
            "xcoll auth login --key-stdin < FILE",
            EXIT_USAGE,
        )


def typed_key(destination: str) -> str:
    """Ask for a key on the terminal, where it is not shown."""
    warn("Management keys are made in the xAI Console, under Management Keys.")
    try:
        with warnings.catch_warnings():
            # It would go on, and show what is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            typed = getpass.getpass(f"Key for {destination} (not shown): ")
    except getpass.GetPassWarning:
        problem = "This terminal would show the key. Use --key-stdin."
    except EOFError:
        problem = "No key was given, so nothing was stored."
    except UnicodeDecodeError:
        problem = "What was typed is no text, so nothing was stored."
    else:
        return typed
    return stop(problem, EXIT_FAILED)


def piped_key() -> str:
    """Read a key from standard input."""
    raw = sys.stdin.buffer.read(_LONGEST_INPUT + 1)
    if len(raw) > _LONGEST_INPUT:
        stop("What came on standard input is too long for a key.", EXIT_USAGE)
    with suppress(UnicodeDecodeError):
        return raw.decode()
    return stop("What came on standard input is no text.", EXIT_USAGE)
