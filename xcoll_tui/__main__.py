"""Run xcoll: the entry of the command and of ``python -m xcoll_tui``.

What is slow to import comes after the signals: a Ctrl+C in the first moment is no traceback.
"""

import os
import sys

from xcoll_tui import signals


def main() -> None:
    """Run the command line of this process; ends with SystemExit."""
    signals.install()
    from xcoll_tui.cli import main as run  # noqa: PLC0415 - see above

    code = 0
    try:
        run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        written = _flush()
    number = signals.ended_by()
    signals.finish(code or int(not written) if number is None else 128 + number)


def _flush() -> bool:
    """Write what is left to write; where that fails, Python would try again and end with 120."""
    written = True
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except (OSError, ValueError):
            written = False
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, stream.fileno())
            except (OSError, ValueError):
                continue
            finally:
                os.close(nowhere)
    return written


if __name__ == "__main__":
    main()
