"""The command line that httpx brings with it, which is left out before httpx is loaded."""

import sys
from types import ModuleType


def leave_out_command_line() -> None:
    """Keep httpx from loading the command that it is as well, with click and rich for it.

    Without this half of its import would be for that, and a command of ours would wait for it.
    """
    if "httpx" in sys.modules or "httpx._main" in sys.modules:
        return

    def main() -> None:
        raise SystemExit("This is xcoll, and not the command of httpx.")

    stub = ModuleType("httpx._main")
    stub.__dict__["main"] = main
    sys.modules["httpx._main"] = stub
