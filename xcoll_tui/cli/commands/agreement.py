"""The agreement to what removes or deletes: asked for on a terminal, else given by `--yes`."""

import argparse
import sys
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_REFUSED
from xcoll_tui.cli.patience import ask_line

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output

_YES = frozenset({"y", "yes"})
_NEEDED = "--yes is needed when nobody can be asked. Nothing was sent."


def add_yes(parser: argparse.ArgumentParser, deed: str) -> None:
    """Add `--yes`; `deed` is what it agrees to, such as "removing documents"."""
    parser.add_argument("--yes", action="store_true", help=f"do not ask, and agree to {deed}")


def require_askable(options: argparse.Namespace, deed: str) -> None:
    """Raise CommandFailed where agreement is needed, not given, and nobody can be asked.

    `deed` is what it does, as a clause that begins with a verb. To be called before anything else.
    """
    if options.yes or options.dry_run or _can_ask():
        return
    raise CommandFailed(f"This would {deed}. {_NEEDED}", EXIT_REFUSED)


def require_agreement(
    options: argparse.Namespace, output: "Output", question: str, *, typed: str = ""
) -> None:
    """Ask, unless `--yes` was given; raises CommandFailed where the answer is no.

    With `typed` that text is the only answer that agrees.
    """
    if options.yes:
        return
    if not _can_ask():
        raise CommandFailed(f"{question} {_NEEDED}", EXIT_REFUSED)
    output.warn(question)
    prompt = f"Type {typed} to confirm: " if typed else "Continue? [y/N] "
    answer = ask_line(prompt).strip()
    if answer == typed if typed else answer.lower() in _YES:
        return
    raise CommandFailed("Nothing was sent, because it was not confirmed.", EXIT_REFUSED)


def _can_ask() -> bool:
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)
