"""The emulator inside another program, with samples: no socket, no file."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

from xcoll_tui.emulator.app import create_app
from xcoll_tui.emulator.policies import ServiceOptions
from xcoll_tui.emulator.seed import DOCUMENTS, FILE_IDS, LargeCollection, insert_small
from xcoll_tui.emulator.store import Store

if TYPE_CHECKING:
    from starlette.applications import Starlette

# So many documents are inserted at once: a request that comes meanwhile waits a few milliseconds.
_PIECE = 200
# Between two pieces, so that the lock goes to a request that waits for it.
_PAUSE = 0.001


class Demo:
    """An application over sample collections, the large one of which fills up behind them.

    app is to be served in any event loop; filled is set when the large collection is complete.
    """

    def __init__(self, store: Store, app: "Starlette", key: str, documents: int) -> None:
        self.app = app
        self.key = key
        self.file_ids = FILE_IDS
        self.filled = threading.Event()
        self._store = store
        with store.writing(seeding=True) as connection:
            insert_small(connection, store.now())
            self._large = LargeCollection(connection, store.now(), documents)
        self._documents = documents
        self._closing = threading.Event()
        self._filler = threading.Thread(target=self._fill, name="demo", daemon=True)

    def begin_filling(self) -> None:
        """Fill the large collection in a thread, which takes the interpreter from all others."""
        self._filler.start()

    async def fill(self) -> None:
        """Fill the large collection, and wait until it is complete."""
        self.begin_filling()
        while not self.filled.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.2)

    def _fill(self) -> None:
        for low in range(0, self._documents, _PIECE):
            with self._store.writing(seeding=True) as connection:
                self._large.insert(connection, low, min(low + _PIECE, self._documents))
            if self._closing.wait(_PAUSE):
                return
        self.filled.set()

    async def aclose(self) -> None:
        """Do what `close` does."""
        self.close()

    def close(self) -> None:
        """Stop filling, let what is under way end, and forget everything."""
        self._closing.set()
        if self._filler.ident is not None:
            self._filler.join()
        self.app.state.executor.shutdown(cancel_futures=True)
        self._store.close()


def create_demo(
    documents: int = DOCUMENTS,
    clock: Callable[[], float] = time.time,
    **options: Unpack[ServiceOptions],
) -> Demo:
    """Make a demo; documents is the size of the large collection, the rest as in create_app."""
    store, key = Store(clock=clock), "demo-key"
    app = create_app(store, key=key, **options)
    return Demo(store, app, key, documents)
