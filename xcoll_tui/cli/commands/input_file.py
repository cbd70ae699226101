"""A file of a person's, or standard input, whose content is to be sent."""

import sys
from pathlib import Path

from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_USAGE, holds_key
from xcoll_tui.ui.presentation.text import clean


def read_input(path: str) -> bytes:
    """Read a file, or standard input for -; raises CommandFailed, also where it holds a key."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise CommandFailed(
            f"{clean(path, 200)} cannot be read: {error.strerror}.", EXIT_USAGE
        ) from None
    if holds_key(content.decode(errors="replace")):
        where = "the input" if path == "-" else clean(path, 200)
        raise CommandFailed(
            f"There is a key in {where}. Nothing was sent; take it out.", EXIT_USAGE
        )
    return content


def read_input_text(path: str) -> str:
    """Read it as `read_input` does, as text in UTF-8; raises CommandFailed."""
    try:
        return read_input(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandFailed(f"{clean(path, 200)} is not UTF-8 text.", EXIT_USAGE) from None
