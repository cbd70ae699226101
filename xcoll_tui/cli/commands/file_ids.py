"""FILE_ID… on a command line: IDs as they are, and `-` for those on standard input."""

import argparse
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_USAGE, holds_key
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.bulk.file_ids import PastedIds

HELP = "IDs; - reads them from standard input, in any format"
_SHOWN = 3
_LIMIT = 256 * 1024 * 1024


@dataclass(frozen=True)
class FileIds:
    """The IDs in the order they were given, each once; `pasted` is what came as a text, if any."""

    file_ids: tuple[str, ...]
    pasted: "PastedIds | None" = None


def add_file_ids(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Add the argument, as `file_ids`."""
    parser.add_argument("file_ids", metavar="FILE_ID", nargs="*" if optional else "+", help=HELP)


def read_file_ids(words: "Sequence[str]", output: "Output") -> FileIds:
    """Return the IDs that are named; blocks while standard input comes.

    Belongs before the event loop, so that a signal breaks it off. Raises CommandFailed where what
    comes holds no ID, or is broken.
    """
    if "-" not in words:
        return FileIds(tuple(dict.fromkeys(_checked(word) for word in words)))
    pasted = parse_file_ids(_standard_input(output), output)
    file_ids: list[str] = []
    for word in words:
        file_ids += pasted.file_ids if word == "-" else [_checked(word)]
    return FileIds(tuple(dict.fromkeys(file_ids)), pasted)


def parse_file_ids(text: str, output: "Output") -> "PastedIds":
    """Read IDs, and what stands beside them, out of a text; raises CommandFailed."""
    from xcoll_tui.session.bulk.file_ids import read_file_ids as read  # noqa: PLC0415 - few need it

    pasted = read(text)
    if pasted.problem is not None:
        raise CommandFailed(str(pasted.problem), EXIT_USAGE)
    if any(holds_key(file_id) for file_id in pasted.file_ids):
        raise CommandFailed("There is a management key where IDs belong.", EXIT_USAGE)
    if pasted.malformed:
        raise CommandFailed(_sentence_on(pasted, text), EXIT_USAGE)
    if not pasted.file_ids and _is_filled_json(text):
        raise CommandFailed(
            "The input is JSON without a file_id. Nothing was read from it.", EXIT_USAGE
        )
    for note in pasted.notes:
        output.note(f"{note[:1].upper()}{note[1:]}.")
    return pasted


def _is_filled_json(text: str) -> bool:
    """Tell whether a text is JSON that holds something: an empty list of documents is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if isinstance(content, dict):
        return bool(content) and [] not in content.values()
    return bool(content)


def _sentence_on(pasted: "PastedIds", text: str) -> str:
    """Say why what came is taken for no list of IDs: a name is one to no service."""
    if len(pasted.malformed) == len(pasted.file_ids) and "\t" in text.strip():
        return "The input has columns, but none is called file_id. Nothing was read from it."
    shown = ", ".join(f"“{clean(word, 60)}”" for word in pasted.malformed[:_SHOWN])
    more = len(pasted.malformed) - _SHOWN
    rest = f" and {more:,} more" if more > 0 else ""
    what = "is not a file ID" if len(pasted.malformed) == 1 else "are not file IDs"
    return (
        f"None of the input was used: {shown}{rest} {what} (file_ and a UUID). "
        "Pipe the column file_id; name an ID of another form on the command line."
    )


def _checked(word: str) -> str:
    if not word.strip():
        raise CommandFailed("A FILE_ID is empty.", EXIT_USAGE)
    return word.strip()


def _standard_input(output: "Output") -> str:
    if sys.stdin is None:
        raise CommandFailed("Standard input is closed, so no IDs can come from it.", EXIT_USAGE)
    if sys.stdin.isatty():
        output.note("Paste or type the IDs; Ctrl+D on a line of its own ends them.")
    content = sys.stdin.buffer.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise CommandFailed("Standard input is too long to be a list of IDs.", EXIT_USAGE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # as PowerShell writes
            return content.decode("utf-16", "replace")
        raise CommandFailed("Standard input is not text.", EXIT_USAGE) from None
