"""Options of a command line for how the service behaves: the emulator's and the demo's.

Nothing heavy is imported here, because `xcoll --help` shows them.
"""

import argparse
from typing import cast

from xcoll_tui.emulator.policies import CHOICES, ServiceOptions

_HELP = {
    "metadata_patch": "a PATCH with fields",
    "reattach": "attaching again",
    "remove": "the file of what is removed",
    "undeclared": "fields without a definition",
    "upload": "",
}


def add_service_options(parser: "argparse.ArgumentParser | argparse._ArgumentGroup") -> None:
    """Add the options; what is not given is None."""
    for name, choices in CHOICES.items():
        option = f"--{name.replace('_', '-')}"
        # The page has room for no more; what is left out is for tests of ours.
        text = f"{_HELP[name]}: {', '.join(choices)}" if _HELP[name] else argparse.SUPPRESS
        parser.add_argument(option, choices=choices, metavar="HOW", help=text)
    parser.add_argument(
        "--lag",
        type=duration,
        metavar="SECONDS",
        help="how long reads are behind writes (0)",
    )


def service_options(arguments: argparse.Namespace) -> ServiceOptions:
    """Take those that were given."""
    values = {name: getattr(arguments, name) for name in ServiceOptions.__annotations__}
    options = {name: value for name, value in values.items() if value is not None}
    return cast("ServiceOptions", options)


def duration(text: str) -> float:
    """Read a number of seconds or milliseconds."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration")
    return number
