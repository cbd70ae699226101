"""The application: looks, the one error policy, signals, and what a crash may show."""

import asyncio
import gc
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.screen import Screen

from xcoll_tui.api.errors import ApiError
from xcoll_tui.ui.ages import Clock
from xcoll_tui.ui.errors import sentence_of
from xcoll_tui.ui.screens.main import MainScreen
from xcoll_tui.ui.themes import DARK, LIGHT, colours_of
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session


@dataclass(frozen=True)
class Connection:
    """A session with the service behind it, ready to be started, and how to end it."""

    session: "Session"
    close: Callable[[], Awaitable[None]]
    samples: tuple[str, ...] = ()
    """File IDs to try attaching with."""
    settled: Callable[[], Awaitable[None]] | None = None
    """Waits until the service has got ready behind the screen; the counts are read again then."""


class XcollApp(App[None]):
    """Browse collections in a terminal.

    ``connect`` is called once, in a thread of its own, after the first frame stands: it imports
    and builds what is slow. An ApiError of its ends the program with that sentence, anything else
    as a crash.
    """

    CSS_PATH = Path(__file__).parent / "xcoll.tcss"
    TITLE = "xcoll"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command_palette", "Commands", id="palette", show=False),
        Binding("q", "quit", "Quit", id="quit", show=False),
        Binding("ctrl+q", "quit", "Quit at once", id="quit.anywhere", show=False, priority=True),
    ]

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        clock: Clock,
        facts: tuple[str, ...] = (),
        mode: str = "",
        collection_id: str | None = None,
        theme: str = DARK.name,
    ) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        # Not as a change of theme: that would style everything before there is anything to style.
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self.clock = clock
        self._connect = connect
        self._facts = facts
        self._mode = mode
        self._collection_id = collection_id
        self._connection: Connection | None = None
        self._main: MainScreen | None = None

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever dialog stands over it."""
        if self._main is None:
            self._main = MainScreen(self.clock)
            self._main.facts, self._main.mode = self._facts, self._mode
        return self._main

    def get_default_screen(self) -> Screen[None]:
        """Start on the main screen at once: no empty screen before it."""
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Let every theme of Textual's be chosen, though it knows nothing of our colours."""
        theme = self.current_theme
        return {} if theme in (DARK, LIGHT) else colours_of(theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leave out the one that turns ANSI colours into true ones: no theme mixes them.

        It makes a strip of every line anew, a fifth of the first frame and of each scrolled one.
        """
        filters = super().get_line_filters()
        return [each for each in filters if not isinstance(each, ANSIToTruecolor)]

    # Life

    def on_mount(self) -> None:
        """Paint first, then connect; end cleanly when told to by a signal."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and threading.current_thread() is threading.main_thread():
                # Textual leaves the terminal raw and on the alternate screen on these.
                loop.add_signal_handler(number, partial(self._on_signal, number))
        # Not before the first frame stands: the imports would fight it for the interpreter.
        self.call_after_refresh(self._start_connecting)

    def _on_signal(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def _start_connecting(self) -> None:
        if not gc.isenabled():  # the command line put it off until here
            gc.freeze()
            gc.enable()
        loop = asyncio.get_running_loop()

        def build() -> None:
            try:
                connection = self._connect()
            except ApiError as error:
                said = sentence_of(error)
                self._hand_over(
                    loop, partial(self.exit, return_code=1, message=Text(f"xcoll: {said}"))
                )
            except Exception as error:  # noqa: BLE001 - carried to the loop, where it crashes loudly
                self._hand_over(loop, partial(self._handle_exception, error))
            else:
                self._hand_over(loop, partial(self._begin, connection))

        threading.Thread(target=build, name="connect", daemon=True).start()

    def _hand_over(self, loop: asyncio.AbstractEventLoop, what: Callable[[], object]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.call_later, what)

    def _begin(self, connection: Connection) -> None:
        self._connection = connection
        self.main.samples = connection.samples
        self.main.begin(connection.session, self._collection_id)
        if connection.settled is not None:
            self.run_worker(self._count_again(connection.session, connection.settled))

    async def _count_again(
        self, session: "Session", settled: Callable[[], Awaitable[None]]
    ) -> None:
        await settled()
        await session.collections.refresh()

    async def _shutdown(self) -> None:
        await super()._shutdown()
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    def _fatal_error(self) -> None:
        # Textual prints the local variables of every frame, and a key may be one of them.
        from rich.segment import Segments  # noqa: PLC0415 - on the way out only
        from rich.traceback import Traceback  # noqa: PLC0415

        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(
            Segments(self.console.render(traceback, self.console.options))
        )
        self._close_messages_no_wait()

    async def action_quit(self) -> None:
        """End the program; ask first while something is being written."""
        from xcoll_tui.ui.screens.confirm import ConfirmScreen  # noqa: PLC0415 - not at the start

        session = self.main.session
        if session is None or not (session.writes.busy or session.bulk.running):
            self.exit()
        elif not isinstance(self.screen, ConfirmScreen):
            self.run_worker(self._quit_after_asking(session.writes.busy))

    async def _quit_after_asking(self, busy: int) -> None:
        from xcoll_tui.ui.screens.confirm import ConfirmScreen, Question  # noqa: PLC0415 - rarely

        count = "1 write" if busy == 1 else f"{busy:,} writes"
        question = Question(
            "Quit all the same?",
            f"{count} under way",
            "",
            "What was sent may still take effect, and nothing will tell you.",
            "Quit",
        )
        if await ask(self.main, ConfirmScreen(question)):
            self.exit()

    # Keys and commands

    async def _on_key(self, event: events.Key) -> None:
        """Give a filter the keys that were typed at once with the one that opened it.

        They were aimed at the rows, and come up from there as the input takes the focus; taken for
        commands, the letters of a name would write and delete.
        """
        from xcoll_tui.ui.widgets.filter_line import FilterLine  # noqa: PLC0415 - not at the start

        line = self.focused
        if isinstance(line, FilterLine) and line.takes(event.key, event.character):
            event.prevent_default()
            line.post_message(events.Key(event.key, event.character))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the main screen, then the themes."""
        if screen is self.main:
            for hint in self.main.hints_by_id().values():
                yield SystemCommand(
                    hint.label, f"Key: {hint.key}", partial(self.main.perform, hint.action)
                )
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
