"""The way to sample data: no key, no profiles, a service that comes along."""

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xcoll_tui.api.inference import InferenceClient
    from xcoll_tui.emulator.demo import Demo
    from xcoll_tui.emulator.demo_process import DemoProcess
    from xcoll_tui.emulator.policies import ServiceOptions
    from xcoll_tui.log import Log
    from xcoll_tui.ui.access import Connection, OnLoop


class DemoAccess:
    """Sample data, the large collection of which holds `documents`; see `ui.access.Access`.

    `behaviour` is how the service of the samples behaves.
    """

    keys = inference_keys = None
    kept_as = team_id = ""
    credential_variable = "XAI_MANAGEMENT_API_KEY"
    facts = ("sample data on this machine",)

    def __init__(
        self,
        documents: int,
        behaviour: "ServiceOptions",
        *,
        read_only: bool,
        log: "Log | None",
    ) -> None:
        self._documents = documents
        self._behaviour = behaviour
        self._read_only = read_only
        self._log = log
        self._process: DemoProcess | None = None

    def begin(self) -> None:
        """Have the samples made in a process of their own, while the screen is imported.

        Where there are no such processes, or this is not called, `connect` makes them. To be called
        before there are threads.
        """
        from xcoll_tui.child_process import IS_SAFE  # noqa: PLC0415 - keeps --help light

        if IS_SAFE:
            from xcoll_tui.emulator.demo_process import DemoProcess  # noqa: PLC0415 - as above

            with suppress(OSError):  # there are too many processes already
                self._process = DemoProcess(self._documents, **self._behaviour)

    @property
    def mode(self) -> str:
        """That it is the demo, and whether it can be written."""
        return "demo read-only" if self._read_only else "demo"

    @property
    def why_read_only(self) -> str:
        """Say that it was asked for."""
        if not self._read_only:
            return ""
        from xcoll_tui.ui.access import STARTED_READ_ONLY  # noqa: PLC0415 - not for the first frame

        return STARTED_READ_ONLY

    def connect(self, on_loop: "OnLoop | None" = None) -> "Connection":
        """Build the samples, a service on them and a session; the rest of the samples follows."""
        import tempfile  # noqa: PLC0415 - in a thread, after the screen
        from pathlib import Path  # noqa: PLC0415

        from xcoll_tui.api.client import Client  # noqa: PLC0415
        from xcoll_tui.cli.connection import open_session  # noqa: PLC0415
        from xcoll_tui.credentials import INFERENCE, MANAGEMENT  # noqa: PLC0415
        from xcoll_tui.ui.access import Connection  # noqa: PLC0415

        for name in (
            *MANAGEMENT.variables,
            *INFERENCE.variables,
        ):  # no child process needs it either
            os.environ.pop(name, None)
        demo = self._made(on_loop)
        state = tempfile.TemporaryDirectory(prefix="xcoll-demo-", ignore_cleanup_errors=True)
        base_url = "http://127.0.0.1"
        make = partial(Client, demo.key, base_url, read_only=self._read_only, app=demo.app)

        async def open_inference(**reports: object) -> "InferenceClient":
            from xcoll_tui.api.inference import InferenceClient  # noqa: PLC0415 - few search

            options: Any = {**reports, "read_only": self._read_only, "app": demo.app}
            return InferenceClient(demo.key, base_url, **options)

        client, session = open_session(
            make,
            self._log,
            state=Path(state.name),
            base_url=base_url,
            open_inference=open_inference,
            on_loop=on_loop,
        )

        async def close() -> None:
            await session.end()
            await client.aclose()
            await demo.aclose()
            state.cleanup()

        return Connection(session, close, demo.file_ids, demo.fill, is_sample=True)

    def _made(self, on_loop: "OnLoop | None") -> "Demo | DemoProcess":
        from xcoll_tui.child_process import ChildGone  # noqa: PLC0415 - as above

        if self._process is not None and on_loop is not None:
            with suppress(ChildGone):
                on_loop(self._process.wait())
                return self._process
        from xcoll_tui.emulator.demo import create_demo  # noqa: PLC0415 - where it is needed

        return create_demo(self._documents, **self._behaviour)
