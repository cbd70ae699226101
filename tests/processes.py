"""What Linux tells of other processes."""

from contextlib import suppress
from pathlib import Path


def state_of(process_id: int) -> str:
    """Return the letter of a process's state: T where it is stopped, Z also where it is gone."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "Z"
    return stat.rpartition(")")[2].split()[0]


def children_of(process_id: int) -> list[int]:
    """Return the IDs of the processes that any thread of a process has started.

    Raises FileNotFoundError where it is gone.
    """
    children: list[int] = []
    for thread in Path(f"/proc/{process_id}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            children += map(int, (thread / "children").read_text(encoding="ascii").split())
    return children
