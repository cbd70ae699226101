"""An event loop whose time passes as fast as everything in it can run."""

import asyncio
import selectors


class _Selector(selectors.DefaultSelector):
    def __init__(self):
        super().__init__()
        self.now = 1_000_000.0

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("Everything waits for something that never comes.")
        self.now += max(timeout, 0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeping takes no time, and `time` tells that it has taken all of it."""

    def __init__(self):
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self):
        return self._virtual.now


def run_virtual(work):
    """Run a coroutine to its end in a loop of its own; threads and sockets do not belong there."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def now():
    """Return the running loop's time."""
    return asyncio.get_running_loop().time()
