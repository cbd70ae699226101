"""Other processes that share a folder with the test, and can be killed at any point."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


class Child:
    """A Python process that runs a script; it prints lines, and goes on when it is given one."""

    def __init__(self, script, *arguments):
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def read(self):
        """Wait for the next line and return it, "" when it has ended."""
        return self._process.stdout.readline().strip()

    def go_on(self, line=""):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def kill(self):
        """End it as a power cut or `kill -9` does."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait(self):
        return self._process.wait()

    def close(self):
        if self._process.poll() is None:
            self.kill()
        self._process.stdin.close()
        self._process.stdout.close()


@contextmanager
def child(script, *arguments):
    """Run a script in a process of its own, until the test is done with it."""
    running = Child(script, *arguments)
    try:
        yield running
    finally:
        running.close()
