"""The log of one run, for bug reports: what was asked and answered, and nothing secret."""

import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui import __version__
from xcoll_tui.api.keys import KeyMask

if TYPE_CHECKING:
    from xcoll_tui.api.keys import ManagementKey
    from xcoll_tui.api.models import RequestRecord, Wait


class Log:
    """A file of lines, appended to, readable by its owner only.

    Bodies are not logged. Filters and team IDs in a query are: they are what a report is about;
    keys are replaced wherever they turn up, from `hide` on. Raises OSError where the file cannot be
    written.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if os.name == "posix":
            os.fchmod(descriptor, 0o600)  # also a file that was there
        self._file = os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
        self._masks: list[KeyMask] = []
        python = f"Python {platform.python_version()} on {sys.platform}"
        self.write(f"xcoll {__version__}, {python}, TERM={os.environ.get('TERM', '')}")

    def hide(self, key: "ManagementKey") -> None:
        """Leave this key out of what is written from now on."""
        self._masks.append(KeyMask(key))

    def write(self, line: str) -> None:
        """Write one line, at once."""
        for mask in self._masks:
            line = mask.hide(line)
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        printable = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
        self._file.write(f"{stamp}.{int(now % 1 * 1000):03}Z {printable}\n")
        self._file.flush()

    def request(self, record: "RequestRecord") -> None:
        """Write how one exchange ended."""
        outcome = record.error or str(record.status)
        name = "" if record.request_id is None else f", request ID {record.request_id}"
        milliseconds = f"{record.duration * 1000:.0f} ms"
        self.write(f"{record.method} {record.path} {outcome} {milliseconds}{name}")

    def wait(self, wait: "Wait") -> None:
        """Write that a request waits before it is tried again."""
        self.write(
            f"{wait.method} {wait.path} waits {wait.seconds:.2f} s"
            f" after try {wait.attempt}: {wait.reason}"
        )

    def close(self) -> None:
        """Write no more."""
        self._file.close()
