"""The log of one run, for bug reports: what was asked and answered, and nothing secret."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui import __version__
from xcoll_tui.api.keys import KeyMask
from xcoll_tui.private_files import open_for_appending

if TYPE_CHECKING:
    from xcoll_tui.api.keys import ManagementKey
    from xcoll_tui.api.models import RequestRecord, Wait


class Log:
    """A file of lines, appended to; one that was missing is made for its owner only.

    Bodies are not logged. Filters and team IDs in a query are: they are what a report is about;
    keys are replaced wherever they turn up, from `hide` on. Raises OSError where the file cannot be
    written, or is no plain file. When it cannot be written any more later, as when the disk is
    full, nothing is raised: the log ends there, and `problem` says why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._file = os.fdopen(
            open_for_appending(path), "a", encoding="utf-8", errors="backslashreplace"
        )
        self._masks: list[KeyMask] = []
        python = f"Python {sys.version.split()[0]} on {sys.platform}"
        try:
            self._append(f"xcoll {__version__}, {python}, TERM={os.environ.get('TERM', '')}")
        except OSError:
            self._drop()
            raise

    def hide(self, key: "ManagementKey") -> None:
        """Leave this key out of what is written from now on."""
        self._masks.append(KeyMask(key))

    def write(self, line: str) -> None:
        """Write one line, at once."""
        if self._file.closed:
            return
        try:
            self._append(line)
        except OSError as error:
            self.problem = error.strerror or type(error).__name__
            self._drop()

    def _append(self, line: str) -> None:
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

    def _drop(self) -> None:
        """Close the file with what it could not take, which closing tries to write once more."""
        with suppress(OSError):
            self._file.close()
