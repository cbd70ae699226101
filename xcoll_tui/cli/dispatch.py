"""Which command a command line names, whatever options stand before it: pure."""

from collections.abc import Sequence

from xcoll_tui.cli.commands import COMMANDS

ALL = ("auth", "emulator", *COMMANDS)
"""Every command that there is."""

# What may stand before a command, and whether a value follows.
_BEFORE = {
    "--profile": True,
    "--base-url": True,
    "--inference-url": True,
    "--log": True,
    "--theme": True,
    "--read-only": False,
    "--quiet": False,
    "-q": False,
}


def split_command(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the command and what is for it; None where there is none, with all arguments.

    Options before the command are moved behind it, as if they had been typed there.
    """
    number = _first_word(arguments)
    if number is None or arguments[number] not in ALL:
        return None, [*arguments]
    command, before, rest = arguments[number], arguments[:number], [*arguments[number + 1 :]]
    # The options of `xcoll auth` are those of its own commands.
    words = 1 if command == "auth" and rest and not rest[0].startswith("-") else 0
    return command, [*rest[:words], *before, *rest[words:]]


def meant_command(arguments: Sequence[str]) -> str | None:
    """Return the command that was likely meant by the first word, which is none."""
    number = _first_word(arguments)
    if number is None or arguments[number] in ALL:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - few mistype

    return next(iter(get_close_matches(arguments[number].lower(), ALL, n=1, cutoff=0.7)), None)


def _first_word(arguments: Sequence[str]) -> int | None:
    number = 0
    while number < len(arguments):
        argument = arguments[number]
        if not argument.startswith("-"):
            return number
        option, equals, _ = argument.partition("=")
        if option not in _BEFORE:
            return None
        number += 2 if _BEFORE[option] and not equals else 1
    return None
