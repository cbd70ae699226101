"""The log that `--log` names."""

from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.cli.parser import EXIT_FAILED, stop

if TYPE_CHECKING:
    from xcoll_tui.log import Log


def open_log(path: Path | None) -> "Log | None":
    """Open the log, or end with a sentence where it cannot be written; None when none is named."""
    if path is None:
        return None
    from xcoll_tui.log import Log  # noqa: PLC0415 - only when asked for

    try:
        return Log(path)
    except OSError as error:
        stop(
            f"The log {path} cannot be written: {error.strerror}. Name a plain file, or a new one.",
            EXIT_FAILED,
        )


def close_log(log: "Log | None", program: str) -> str:
    """Write no more, and return a sentence where the log ends before the program did."""
    if log is None:
        return ""
    log.close()
    return f"The log {log.path} ends before the {program}: {log.problem}." if log.problem else ""
