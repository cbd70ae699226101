"""Logging in: the key is found or asked for, changed when refused, and profiles are switched.

How one is taken, see `key_entry`.
"""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.errors import ApiError
from xcoll_tui.credentials import CredentialError
from xcoll_tui.ui.flows.key_entry import enter_key, find_key
from xcoll_tui.ui.presentation.key_words import MANAGEMENT_KEY

if TYPE_CHECKING:
    from xcoll_tui.ui.access import Keys
    from xcoll_tui.ui.flows.host import LogInHost


class LogInFlow:
    """The flows around the key; each runs in a worker of the app, one at a time."""

    def __init__(self, app: "LogInHost", keys: "Keys") -> None:
        self._app = app
        self._keys = keys
        self._busy = False
        self._declined = False

    async def begin(self) -> None:
        """Find the key of the profile, or ask for it, and browse; without one, say how to go on."""
        await self._alone(self._begin())

    async def enter(self) -> None:
        """Ask for another key, and go on with it."""
        await self._alone(self._enter(""))

    async def enter_after_refusal(self, sentence: str) -> None:
        """Ask for another key because the service refused this one; not twice for the same."""
        if not self._declined:
            await self._alone(self._enter(sentence))

    async def switch(self) -> None:
        """Let the person pick a profile, and start over with it."""
        await self._alone(self._switch())

    async def _alone(self, flow: Coroutine[Any, Any, None]) -> None:
        if self._busy:
            flow.close()
            return
        self._busy = True
        try:
            await flow
        finally:
            self._busy = False

    # Finding

    async def _begin(self) -> None:
        self._app.main.say_waiting("Looking for the key…")
        has_key, problem = await self._find()
        if has_key or await self._ask(problem):
            await self._connect()
        else:
            self._app.main.shut_out()

    async def _connect(self) -> None:
        self._app.main.say_waiting("Connecting…")
        await self._app.connect()

    async def _find(self) -> tuple[bool, str]:
        """Look for the key; why there is none, where that is known."""
        try:
            return await find_key(self._app.main, self._keys.find(), self._keys.ways_out), ""
        except (ApiError, CredentialError) as problem:
            return False, str(problem)

    # Asking

    async def _enter(self, problem: str) -> None:
        main = self._app.main
        if not await self._ask(problem):
            self._declined = bool(problem)
            return
        self._declined = False
        session = main.session
        if session is None:
            await self._connect()
        elif self._keys.carry_on():
            main.show_access(self._app.access)
            await session.read_again()
        else:
            await self._app.start_over()
            await self._connect()

    async def _ask(self, problem: str) -> bool:
        """Ask for a key until the service takes one; False where the person leaves it."""
        if self._app.main.session is None:
            self._app.main.say_instead("")
        return await enter_key(self._app.main, self._keys, MANAGEMENT_KEY, problem)

    # Switching

    async def _switch(self) -> None:
        app = self._app
        from xcoll_tui.ui.screens.pick import Pickable  # noqa: PLC0415 - not for the first rows

        try:
            rows = self._keys.profiles()
        except CredentialError as problem:
            app.main.complain(str(problem))
            return
        choices = [
            Pickable(
                row.name,
                f"{'● ' if row.current else '  '}{row.name}",
                row.facts,
                "This one is in use." if row.current else "",
            )
            for row in rows
        ]
        if len(rows) == 1:
            choices[0] = choices[0]._replace(
                note="There is no other profile. xcoll auth login --profile NAME creates one."
            )
        picked = await app.main.pick("Profiles", choices, "Switch")
        current = next((row.name for row in rows if row.current), None)
        if picked is None or picked == current or not await app.may_leave("Switch"):
            return
        try:
            self._keys.switch(picked)
        except (ApiError, CredentialError) as problem:
            app.main.complain(str(problem))
            return
        self._declined = False
        await app.start_over()
        app.show_last_seen()
        await self._begin()
