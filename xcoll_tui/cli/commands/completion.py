"""`xcoll completion`: what a shell needs to complete commands and options."""

import argparse

from xcoll_tui.cli.commands import COMMANDS
from xcoll_tui.cli.commands.frame import make_parser
from xcoll_tui.cli.commands.output import Output

SHELLS = ("bash", "zsh", "fish")

SUMMARY = "Write the completion of commands and options for a shell."
EXAMPLES = """\
examples:
  xcoll completion bash > ~/.local/share/bash-completion/completions/xcoll
  xcoll completion zsh > "${fpath[1]}/_xcoll"
  xcoll completion fish > ~/.config/fish/completions/xcoll.fish
"""

_FILES = {"output", "log", "data", "fields_from", "file"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(options: argparse.Namespace, output: Output) -> int:
    """Carry it out."""
    import shtab  # noqa: PLC0415 - only when asked for

    output.write(f"{shtab.complete(_tree(shtab.FILE), options.shell).rstrip()}\n")
    return 0


def _tree(file: object) -> argparse.ArgumentParser:
    """Return one parser with all commands below it, as shells are told of them."""
    from xcoll_tui.cli import browse_parser  # noqa: PLC0415 - this module is of it
    from xcoll_tui.cli.auth import make_auth_parser  # noqa: PLC0415
    from xcoll_tui.emulator.command import add_arguments as add_emulator  # noqa: PLC0415

    root = argparse.ArgumentParser(prog="xcoll", parents=[browse_parser()], add_help=False)
    for action in [action for action in root._actions if not action.option_strings]:  # noqa: SLF001
        root._actions.remove(action)  # noqa: SLF001 - a collection ID, where a command is expected
    commands = root.add_subparsers(dest="command")
    emulator = argparse.ArgumentParser(add_help=False)
    add_emulator(emulator)
    parsers = {
        **{name: make_parser(name) for name in COMMANDS},
        "auth": make_auth_parser(),
        "emulator": emulator,
    }
    summaries = {
        **COMMANDS,
        "auth": "log in, and see which key is used",
        "emulator": "serve a local stand-in of the API",
    }
    for name, parser in parsers.items():
        commands.add_parser(name, parents=[parser], add_help=False, help=summaries[name])
        for action in parser._actions:  # noqa: SLF001 - argparse has no other way
            if action.help == argparse.SUPPRESS:
                action.help = ""  # one line of the help has it, and a shell wants it all the same
            if action.dest in _FILES:
                action.complete = file  # type: ignore[attr-defined]  # shtab's own
    return root
