"""The demo in a process of its own: samples are made on another core than the screen, and fill up.

Requests go there as ASGI messages.
"""

import asyncio
import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from xcoll_tui.child_process import Child, ChildGone
from xcoll_tui.emulator.policies import ServiceOptions

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import Receive, Scope, Send

    from xcoll_tui.child_process import Answering, Call, Caller

_FILL, _SAMPLES = "fill", "samples"
"""What is called for beside requests."""


class DemoProcess:
    """What `Demo` is, from outside; the samples are being made when this returns.

    `app` is to be served in one event loop; for the rest see `Child`.
    """

    def __init__(self, documents: int, **options: Unpack[ServiceOptions]) -> None:
        self.key = ""
        self.file_ids: tuple[str, ...] = ()
        self._child = Child(partial(_prepare, documents, options))

    async def wait(self) -> None:
        """Wait until the samples are there, `key` and `file_ids` with them; raises ChildGone."""
        self.key, self.file_ids = await self._child.ask(_SAMPLES)

    async def app(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Have a request answered over there; raises ChildGone, and ChildFailed."""
        async with self._child.call(scope) as call:
            body = asyncio.create_task(_pass_on(call, receive))
            try:
                await call.result(send)
            finally:
                body.cancel()

    async def fill(self) -> None:
        """Have the large collection filled, and wait until that is over."""
        with suppress(ChildGone):
            await self._child.ask(_FILL)

    async def aclose(self) -> None:
        """End the process."""
        await self._child.aclose()


async def _pass_on(call: "Call", receive: "Receive") -> None:
    """Pass a body on; what breaks it off ends the call."""
    message: MutableMapping[str, Any] = {"type": ""}
    try:
        while message["type"] != "http.disconnect":
            message = await receive()
            await call.tell(message)
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
        call.fail(f"{type(error).__name__}: {error}")


async def _prepare(documents: int, options: ServiceOptions) -> "Answering":
    os.environ.clear()  # it may hold keys, and the demo needs none
    from xcoll_tui.emulator.demo import create_demo  # noqa: PLC0415 - over there alone

    demo = create_demo(documents, **options)

    async def answer(caller: "Caller") -> object:
        if caller.content == _SAMPLES:
            return demo.key, demo.file_ids
        if caller.content == _FILL:
            demo.begin_filling()
            await asyncio.to_thread(demo.filled.wait)
        else:
            await demo.app(caller.content, caller.told.get, caller.say)
        return None

    return answer
