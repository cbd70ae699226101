"""The base of all commands: complaints of one sentence that repeat no key, and exit codes."""

import argparse
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from xcoll_tui import signals

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED, EXIT_NO_KEY = 1, 2, 3, 4
EXIT_BROKEN_PIPE = 128 + 13
"""As other programs end that SIGPIPE kills, which Python ignores; `pipefail` tells it from 1."""

# What keys look like: management ones begin with xai-token-, inference ones with xai-.
_KEY = re.compile(r"xai-(?:[\w-]{8,}[^\s'\"]*|[^\s'\"]{20,})")
# In the middle of something else, such as a URL or a path, where words like xai-console may stand.
_KEY_WITHIN = re.compile(r"xai-token-\S{8}|xai-[A-Za-z0-9]{24}")
_HIDDEN = "[key]"
# Nothing that is typed in full on a command line of ours is as long, but for URLs.
_LONG = 20
_UNKNOWN = "unrecognized arguments: "
_NO_VALUE = ": ignored explicit argument "


class ShortHelp(argparse.RawDescriptionHelpFormatter):
    """Help that leaves room for examples."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24)


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, below the usage."""

    SHOWS_USAGE = True

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read on."""
        if message.startswith(_UNKNOWN):
            words = message.removeprefix(_UNKNOWN).split()
            message = _UNKNOWN + " ".join(_without_values(words)) + self._option_meant(words)
        if _NO_VALUE in message:
            # The value may be a key, as in --key-stdin=…
            message = f"{message.partition(_NO_VALUE)[0]}: it takes no value"
        self.complain(message)

    def _option_meant(self, words: list[str]) -> str:
        """Return the rest of a sentence, on the option that the first unknown one is like."""
        from difflib import get_close_matches  # noqa: PLC0415 - few mistype

        mistyped = [word.partition("=")[0] for word in words if word.startswith("--")]
        alike = get_close_matches(mistyped[0], self._option_string_actions, 1) if mistyped else []
        return f"; did you mean {alike[0]}?" if alike else ""

    def complain(self, message: str) -> NoReturn:
        """End with the usage and what is wrong, a clause that repeats nothing that may be a key."""
        if self.SHOWS_USAGE:
            warn(self.format_usage().rstrip())
        end = "" if message.endswith("?") else "."
        stop(f"{message[:1].upper()}{message[1:]}{end} See {self.prog} --help.", EXIT_USAGE)

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        """Write help or a version whole, or say that it cannot be written."""
        stream = sys.stdout
        if stream is None or file != stream:
            super()._print_message(message, file)
            return
        try:
            stream.write(message)
            stream.flush()
        except OSError as error:
            stop_unwritten(error)

    def refuse_key(self) -> NoReturn:
        """Say that no key is taken from here."""
        stop(
            "A key is not accepted on the command line, which every user of this machine can read. "
            "Let xcoll auth login ask for it, or give it to xcoll auth login --key-stdin; and "
            "if you just typed one there, replace that key with a new one.",
            EXIT_USAGE,
        )


def looks_like_key(text: str) -> bool:
    """Tell whether a text is written as keys are."""
    return _KEY.match(text) is not None


def holds_key(text: str) -> bool:
    """Tell whether there is a key in a text that may be something else as well."""
    return _KEY_WITHIN.search(text) is not None


def path_text(text: str) -> str:
    """Take a path of the command line: an empty one would be the folder that one is in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it names no file")
    return text


def say(line: str) -> None:
    """Tell what was done, on stdout."""
    print(line)  # noqa: T201 - the command line speaks here


def warn(line: str) -> None:
    """Tell what is wrong or waited for, on stderr, if anybody is there to read it."""
    with suppress(OSError):
        print(line, file=sys.stderr)  # noqa: T201 - the command line speaks here


def stop(sentence: str, code: int) -> NoReturn:
    """End the program with one sentence on stderr; a key typed as an argument is not repeated."""
    warn(f"xcoll: {_KEY.sub(_HIDDEN, sentence)}")
    raise SystemExit(code)


def stop_unwritten(error: OSError, advice: str = "") -> NoReturn:
    """End the program because standard output takes nothing; silently where its reader is gone."""
    # The end of the program must not try again.
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        raise SystemExit(EXIT_BROKEN_PIPE)
    sentence = (
        f"Standard output cannot be written: {error.strerror or 'it takes nothing'}. {advice}"
    )
    stop(sentence.strip(), EXIT_FAILED)


def exit_code_of(error: Exception) -> int:
    """Return the exit code for what stopped a command before it did anything."""
    from xcoll_tui.api.errors import (  # noqa: PLC0415 - keeps --help light
        Misconfigured,
        NoInferenceKey,
        Refused,
    )
    from xcoll_tui.credentials import NameRefused, NoSuchProfile  # noqa: PLC0415

    if isinstance(error, NoSuchProfile | NoInferenceKey):
        return EXIT_NO_KEY
    if isinstance(error, Misconfigured):
        return EXIT_FAILED
    return EXIT_USAGE if isinstance(error, Refused | NameRefused) else EXIT_FAILED


def exit_code_of_signal() -> int:
    """Return the exit code for what a signal broke off."""
    return 128 + (signals.ended_by() or signal.SIGINT)


def _without_values(words: list[str]) -> list[str]:
    """Leave out of unknown arguments what may be a key: after an option, or long."""
    shown: list[str] = []
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if word.startswith("-"):
            shown.append(f"{option}={_HIDDEN}" if equals and value else word)
        elif len(word) > _LONG or (number and words[number - 1].startswith("-")):
            shown.append(_HIDDEN)
        else:
            shown.append(word)
    return shown
