"""The program, put back into a state by a key of its own: so that thousands of pairs can be tried.

Run as a process of its own, in a terminal, by `tests.endurance.pairs`. The function keys from F13
on put it into the states below; it answers in the window's title, with the places to click on.
"""

import asyncio
import json
import time
from contextlib import suppress
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Button, Input, Select, TextArea

from xcoll_tui import signals
from xcoll_tui.cli.demo import DemoAccess
from xcoll_tui.ui.app import XcollApp
from xcoll_tui.ui.screens.dialog import Dialog

STATES = (
    "documents",
    "collections",
    "filter",
    "palette",
    "help",
    "details",
    "properties",
    "remove",
    "delete",
    "edit",
    "question",
    "attach",
    "set field",
    "new",
    "edit collection",
    "activity",
    "undo log",
    "run",
)
FIRST_KEY = 57376  # F13, as the kitty protocol writes it
LARGE = "Filings archive"
ACTIONS = {
    "help": "help",
    "details": "properties",
    "remove": "remove",
    "edit": "edit",
    "question": "edit",
    "attach": "attach",
    "set field": "edit",
    "new": "new",
    "activity": "activity",
    "undo log": "undo_log",
    "palette": "command_palette",
}
CONTROLS = (Button, Input, Select, TextArea)


class PlayedApp(XcollApp):
    """Goes back to a state when it is told to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *XcollApp.BINDINGS,
        *(
            Binding(f"f{13 + number}", f"play({number})", show=False, priority=True)
            for number in range(len(STATES))
        ),
    ]
    _plays = 0
    _state = _large = ""
    _shown = None

    async def action_play(self, number: int) -> None:
        self.run_worker(self._play(STATES[number]), group="play", exclusive=True)

    async def _play(self, state):
        if not self._still_in(state):
            await self._bring(state)
        self._answer()

    def _still_in(self, state):
        """Tell whether it is in this state already: most pairs change nothing of it."""
        main, session = self.main, self.main.session
        if state != self._state or self.screen is not self._shown or self.screen is main:
            return False
        if session.busy or session.bulk.running or getattr(self.screen, "is_busy", False):
            return False
        return state != "question" or not self.screen.in_form

    async def _bring(self, state):
        main = self.main
        await self._rest()
        collections = state in {"collections", "properties", "delete", "edit collection"}
        main._focus_pane(main.collections if collections else main.documents)
        if state == "filter":
            await main.pane.filter_bar.open()
        elif state == "run":
            main.action_mark_all()
            await main.perform("reindex")
            await self._until(lambda: isinstance(self.screen, Dialog))
            self.screen.finish(True)
            await self._until(lambda: type(self.screen).__name__ == "RunScreen")
        elif state == "set field":
            main.documents.table.toggle_mark()
            main.documents.table.toggle_mark()
        action = {"properties": "properties", "delete": "remove", "edit collection": "edit"}.get(
            state, ACTIONS.get(state)
        )
        if action is not None:
            await main.perform(action)
            await self._until(lambda: self.screen is not main)
        if state == "question":
            await self._until(lambda: self.screen.in_form and self.screen.query(Input))
            self.screen.query(Input).first().value = "changed"
            self.screen.action_leave()
        await self._settle()
        self._state, self._shown = state, self.screen

    async def _rest(self):
        """Close what stands over the panes, and wait for what it began."""
        while self.screen is not self.main:
            self.screen.dismiss(None)
            await self._settle()
        session = self.main.session
        for run in session.bulk.running:
            run.cancel()
        await self._until(lambda: not session.bulk.running and not session.busy, or_go_on=True)
        await self._settle()
        while self.screen is not self.main:  # what a write had to say in the end
            self.screen.dismiss(None)
            await self._settle()
        for pane in (self.main.collections, self.main.documents):
            pane.filter_bar._leave("tab")
            while pane.step_back():
                await self._settle()
        if not self._large:  # later it may have another name: the pairs edit it
            listing = session.collections.listing
            rows = [listing.row(index) for index in range(len(listing))]
            named = (row for row in rows if getattr(row, "collection_name", "") == LARGE)
            self._large = next(named).collection_id
        self.main.point_at(self._large)
        if session.opened != self._large:
            self.main._open_collection(self._large)
        await self._until(self._has_large, or_go_on=True)
        self.clear_notifications()

    def _has_large(self):
        feed = self.main.documents.feed
        is_shown = feed is not None and feed.collection_id == self._large
        return is_shown and self.main.documents.table.listing.loaded

    async def _settle(self):
        for _ in range(3):
            done = asyncio.Event()
            if self.screen.call_after_refresh(done.set):
                # A screen that is covered meanwhile draws no more, and calls nothing back.
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), 1)

    async def _until(self, holds, *, or_go_on=False):
        deadline = time.monotonic() + 4
        while not holds():
            if time.monotonic() > deadline:
                if or_go_on:
                    return
                raise AssertionError(f"never came: {self.screen!r}")
            await asyncio.sleep(0.01)

    def _answer(self):
        self._plays += 1
        places = sorted({(x, y) for x, y in self._places()})
        told = json.dumps([self._plays, type(self.screen).__name__, places])
        self._driver.write(f"\x1b]2;{told}\x07")

    def _places(self):
        """Yield where something can be clicked: controls, links, rows, and the edges of panes."""
        width, height = self.size
        yield from ((2, 0), (width // 2, height - 1), (1, height // 2), (width - 1, height // 2))
        for widget in self.screen.query("*"):
            region = widget.region
            if isinstance(widget, CONTROLS) and region and widget.display:
                yield region.x + region.width // 2, region.y + region.height // 2
        for y, strip in enumerate(self.screen._compositor.render_strips()):
            x, last = 0, None
            for segment in strip:
                meta = segment.style.meta if segment.style else {}
                mark = meta.get("@click") or meta.get("option")
                if mark is not None and mark != last:
                    yield x + min(1, segment.cell_length - 1), y
                last = mark
                x += segment.cell_length
        for pane in (self.main.collections, self.main.documents):
            x, y, _, tall = pane.region
            yield from ((x + 4, y + row) for row in (0, 1, 2, 3, 5, min(8, tall - 2)))


def main():
    """Run it on the samples."""
    app = PlayedApp(DemoAccess(300, {}, read_only=False, log=None), clock=time.time)
    signals.install()
    signals.call_on_end(app.end_by_signal)
    app.run()
    signals.leave_on_end()
    raise SystemExit(1 if app.return_code is None else app.return_code)


if __name__ == "__main__":
    main()
