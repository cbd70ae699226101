"""The command line, and the composition root: what is built from what is decided here."""

import argparse

from xcoll_tui import __version__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xcoll", description="A terminal browser for the xAI Collections API."
    )
    parser.add_argument("--version", action="version", version=f"xcoll {__version__}")
    return parser


def main(argv: list[str] | None = None) -> None:
    """Run the command line."""
    _parser().parse_args(argv)
