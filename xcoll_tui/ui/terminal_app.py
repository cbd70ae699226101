"""The app as the terminal sees it: input in order, one end, whole pictures, crashes that tell.

What it overrides of Textual 8.2.8 (app.py) is named with its line, and pinned by a test.
"""

import os
import sys
from contextlib import suppress
from time import monotonic
from typing import cast

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.errors import NoWidget
from textual.message import Message
from textual.screen import Screen

from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.drawn_colours import keep_no_widgets
from xcoll_tui.ui.escape import EscapeDoubt
from xcoll_tui.ui.graphemes import cut_between_graphemes
from xcoll_tui.ui.input_queue import InputQueue
from xcoll_tui.ui.parser import EscapeDoubtful, EscapeSettled
from xcoll_tui.ui.picture import Changes, Picture
from xcoll_tui.ui.reflow import compare_with_what_is_drawn

HINT_PAUSE = 8.0
"""Seconds before the same is hinted at again."""


class TerminalApp(App[None]):
    """An app whose keys, clicks, signals and ends are kept in order; knows nothing of xcoll."""

    def __init__(self) -> None:
        super().__init__()
        cut_between_graphemes()
        compare_with_what_is_drawn()
        keep_no_widgets()
        self.escape_doubt = EscapeDoubt()
        self.inputs = 0
        """Grows with each key and click, when it comes and when it comes up from where it went."""
        self._picture = Picture()
        self.input_queue = InputQueue(self, self._act_on)
        self._hinted_at: dict[str, float] = {}
        self._clicked: tuple[object, tuple[int, int], float] | None = None
        self._left_of_click = False
        """Whether the button that is down belongs to a click that is not heeded."""

    def get_driver_class(self) -> type[Driver]:
        """Return ours. 1573: TEXTUAL_DRIVER names any, and raises where it names none."""
        if sys.platform == "win32":
            return super().get_driver_class()
        from xcoll_tui.ui.driver import TerminalDriver  # noqa: PLC0415 - not on Windows

        return TerminalDriver

    # Input

    async def on_event(self, event: events.Event) -> None:
        """Queue what a person does. 4082: acts on each at once, though the last is not done."""
        if isinstance(event, events.Key | events.MouseDown):
            self.inputs += 1
        elif isinstance(event, events.Resize):
            self._picture.forget()  # the terminal has moved or cut what stood there
        if isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded:
            await self._queue_input(event)
        else:
            await super().on_event(event)

    async def _on_escape_doubtful(self, message: EscapeDoubtful) -> None:
        await self._queue_input(message)

    async def _on_escape_settled(self, message: EscapeSettled) -> None:
        await self._queue_input(message)

    async def _queue_input(self, message: Message) -> None:
        if self._exit:
            self.input_queue.clear()  # it was typed ahead of the end, for the shell or for nobody
        else:
            await self.input_queue.take(message)

    async def _act_on(self, message: Message) -> None:
        if self._exit:
            return
        if isinstance(message, EscapeDoubtful):
            self.escape_doubt.begin()
        elif isinstance(message, EscapeSettled):
            await self.escape_doubt.settle(retracted=message.retracted)
        elif isinstance(message, events.MouseEvent) and (
            self._is_aimed_at_nothing(message) or self._belongs_to_gone_click(message)
        ):
            return
        elif isinstance(message, events.Event):
            await super().on_event(message)

    def _is_aimed_at_nothing(self, event: events.MouseEvent) -> bool:
        """Tell whether what stands there is gone, though it is still drawn. screen.py 1914."""
        try:
            widget, _ = self.get_widget_at(event.screen_offset.x, event.screen_offset.y)
        except NoWidget:
            return False
        return not widget.is_attached

    def _belongs_to_gone_click(self, event: events.MouseEvent) -> bool:
        """Tell whether this is the second half of a double click whose first half closed a dialog.

        What appears in its place has not been aimed at, and may be a button that deletes.
        """
        if isinstance(event, events.MouseUp):
            gone, self._left_of_click = self._left_of_click, False
            self._clicked = self.screen, (event.screen_offset.x, event.screen_offset.y), monotonic()
            return gone
        if isinstance(event, events.MouseDown) and self._clicked is not None:
            screen, place, at = self._clicked
            self._left_of_click = (
                screen is not self.screen
                and place == (event.screen_offset.x, event.screen_offset.y)
                and monotonic() - at <= self.CLICK_CHAIN_TIME_THRESHOLD
            )
            return self._left_of_click
        return False

    async def _on_key(self, event: events.Key) -> None:
        # 4342: does the same, and says nothing where nobody has bound the key.
        event.prevent_default()
        if not await self._check_bindings(event.key):
            self._hint_at_keys(event)

    def _hint_at_keys(self, event: events.Key) -> None:
        character = event.character
        if character is None or not event.is_printable or self._exit:
            return
        if not character.isascii():
            hint = f"Keys are Latin letters; {key_for('palette')} finds every action."
        elif character.isupper() and character.lower() in self.active_bindings:
            hint = f"{character} does nothing here, {character.lower()} does. Is CapsLock on?"
        elif self.screen.is_modal:  # there the keys that are named below do nothing, either
            hint = f"{character} does nothing here. The lower edge names the keys."
        else:
            hint = (
                f"{character} does nothing here. {key_for('help')} lists the keys; "
                f"{key_for('palette')} finds every action."
            )
        self._hint(hint, "key")

    def _hint(self, hint: str, about: str) -> None:
        if monotonic() - self._hinted_at.get(about, -HINT_PAUSE) >= HINT_PAUSE:
            self._hinted_at[about] = monotonic()
            self.notify(hint, severity="warning", markup=False)

    def action_help_quit(self) -> None:
        """Say what ctrl+c does, and which key quits; Textual's names its own."""
        self._hint(f"^c copies what is selected; {key_for('quit.anywhere')} quits.", "quit")

    async def _on_paste(self, event: events.Paste) -> None:
        # It has come up to here, so nothing that has the focus takes text.
        event.stop()
        self._hint(
            f"Pasting does nothing here. Paste into a filter ({key_for('filter.edit')}) or a form.",
            "paste",
        )

    def action_command_palette(self) -> None:
        """Show all commands. 4699: those of a palette that ends twice, and fails at old clicks."""
        from xcoll_tui.ui.palette import Palette  # noqa: PLC0415 - not for the first frame

        if not Palette.is_open(cast("App[object]", self)):
            # Without the ID that Textual gives it: one that closes still has it for a moment.
            self.push_screen(Palette())

    # The picture

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        # 3821: writes what was drawn again, though it is the same.
        if isinstance(renderable, LayoutUpdate | ChopsUpdate) and self._writes_pictures:
            text = self._picture.changes(renderable, self._color_system, self.size.width)
            place = self.screen.outer_size.clamp_offset(self.cursor_position)
            if not text and place == self._previous_cursor_position:
                self.post_display_hook()
                return  # whoever watches the window for activity sees none
            renderable = cast("RenderableType", Changes(text))
        super()._display(screen, renderable)

    @property
    def _writes_pictures(self) -> bool:
        return self._running and not (
            self._closed or self.is_headless or self._driver is None or self._batch_count
        )

    @property
    def _color_system(self) -> ColorSystem:
        return self.console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Strip does

    def action_redraw(self) -> None:
        """Draw everything again, whatever others have written over it."""
        self._picture.forget()
        if self._driver is not None:
            self._driver.write("\x1b[2J")
        self.screen.refresh()

    def _on_picture_lost(self) -> None:
        self.action_redraw()

    # The end

    def end_by_signal(self, number: int) -> None:
        """Exit as the signal tells; in its handler, or from another thread."""
        loop, driver = self._loop, self._driver
        if driver is None:
            os._exit(128 + number)  # the terminal has not been touched yet
        hurry = getattr(driver, "hurry", None)
        if hurry is not None:
            hurry()
        if loop is not None:
            with suppress(RuntimeError):  # it is closed: the end has come
                loop.call_soon_threadsafe(lambda: self.exit(return_code=128 + number))

    def panic(self, *renderables: RenderableType) -> None:
        """Tell a crash. 3240: leaves the exit code 0 where it was no exception of a widget's."""
        self._return_code = 1
        super().panic(*renderables)

    def _print_error_renderables(self) -> None:
        # 3298: raises where the terminal is gone.
        with suppress(OSError):
            super()._print_error_renderables()

    def _fatal_error(self) -> None:
        # 3285: prints the local variables of every frame, and a key may be one of them.
        from rich.segment import Segments  # noqa: PLC0415 - on the way out only
        from rich.traceback import Traceback  # noqa: PLC0415

        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(
            Segments(self.console.render(traceback, self.console.options))
        )
        self._close_messages_no_wait()
