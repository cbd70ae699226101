"""The application: looks, the one error policy, the session's beginning and end."""

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.screen import Screen
from textual.theme import Theme

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.screen_state import ScreenState
from xcoll_tui.ui.actions import Owner, bindings_of, key_for, use_keymap
from xcoll_tui.ui.messages import KeyRefused
from xcoll_tui.ui.preferences import CONFIG_FILE, Glyphs, Preferences, QuitConfirm
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.screens.main import MainScreen
from xcoll_tui.ui.themes import DARK, LIGHT, colours_of, few_colours_of
from xcoll_tui.ui.toast_app import ToastApp

if TYPE_CHECKING:
    from textual.command import Provider

    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.access import Access, Connection, Keys
    from xcoll_tui.ui.flows.log_in import LogInFlow
    from xcoll_tui.ui.last_seen import LastSeen

_MOST_PROBLEMS = 3
"""So many sentences on config.toml are said: more would cover the screen."""
_IMPORTED = 1.5
"""Seconds after the first frame within which the session and all that its rows need has come."""
_NO_PREFERENCES = Preferences()

FEW_COLOURS = "-few-colours"
"""The class of an app on a terminal of 16 colours, or 8."""


def _commands() -> "type[Provider]":
    from xcoll_tui.ui.palette_commands import Commands  # noqa: PLC0415 - not for the first frame

    return Commands


class XcollApp(ToastApp):
    """Browse collections in a terminal.

    The access is asked to connect after the first frame stands, in a thread of its own: that
    imports and builds what is slow. An ApiError of its ends the program with that sentence,
    anything else as a crash.
    """

    CSS_PATH = Path(__file__).parent / "xcoll.tcss"
    TITLE = "xcoll"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS = {_commands}  # noqa: RUF012 - Textual declares it as a class variable
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.APP)

    def __init__(
        self,
        access: "Access",
        *,
        clock: Clock,
        collection_id: str | None = None,
        theme: str = DARK.name,
        preferences: Preferences = _NO_PREFERENCES,
        screen_state: ScreenState | None = None,
    ) -> None:
        super().__init__()
        self.preferences = preferences
        self.screen_state = ScreenState(None) if screen_state is None else screen_state
        self._own_filters: list[LineFilter] = []
        if preferences.glyphs is Glyphs.PLAIN:
            from xcoll_tui.ui.plain_glyphs import PlainGlyphs  # noqa: PLC0415 - few want it

            self._own_filters.append(PlainGlyphs())
        self.set_keymap(preferences.keys)
        use_keymap(preferences.keys)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        # Not as a change of theme: that would style everything before there is anything to style.
        self.set_reactive(App.theme, theme)
        self.set_class(self.console.color_system == "standard", FEW_COLOURS, update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        self.clock = clock
        self.access = access
        self._collection_id = collection_id
        self._connection: Connection | None = None
        self._main: MainScreen | None = None
        self._enter: LogInFlow | None = None
        self._sessions = 0

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever dialog stands over it."""
        if self._main is None:
            self._main = MainScreen(self.clock, self.preferences)
            self._main.collections.expected = self.screen_state.collections_width
            self._main.show_access(self.access)
            self._main.opens_documents = self._collection_id is not None
            self._main.greets = self.screen_state.is_first_visit and not self._sessions
        return self._main

    def get_default_screen(self) -> Screen[None]:
        """Start on the main screen at once: no empty screen before it."""
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Let every theme of Textual's be chosen, though it knows nothing of our colours."""
        theme = self.current_theme
        return {} if theme in (DARK, LIGHT) else colours_of(theme)

    def get_css_variables(self) -> dict[str, str]:
        """Leave out the shades that a terminal of few colours would show as one."""
        variables = super().get_css_variables()
        if self.has_class(FEW_COLOURS):
            variables.update(few_colours_of(self.current_theme))
        return variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leave out the one that turns ANSI colours into true ones: no theme mixes them.

        It makes a strip of every line again, a fifth of the first frame and of each scrolled one.
        """
        filters = [
            line_filter
            for line_filter in super().get_line_filters()
            if not isinstance(line_filter, ANSIToTruecolor)
        ]
        return [*filters, *self._own_filters]

    # Life

    def on_ready(self) -> None:
        """Connect, now that the first frame stands: the imports would fight it before."""
        if not gc.isenabled():  # the command line put it off
            self.set_timer(_IMPORTED, _collect_again)
        self.call_after_refresh(self._tell_of_files)
        self.show_last_seen()
        if self.access.keys is None:
            self.run_worker(self.connect(), name="connect")
        else:
            self.run_worker(self._entering(self.access.keys).begin(), name="enter")

    def _tell_of_files(self) -> None:
        """Say once what is wrong with what was read for the screen."""
        if not self.is_running:
            return  # it was left before it stood
        problems = self.preferences.problems
        sentences = [*problems[:_MOST_PROBLEMS]]
        if (more := len(problems) - _MOST_PROBLEMS) > 0:
            from xcoll_tui.ui.presentation.format import format_many  # noqa: PLC0415 - rarely

            found = format_many(more, "more problem")
            sentences.append(f"{found} in {CONFIG_FILE}: {key_for('help')} lists all.")
        if sentences:
            self.main.complain(" ".join(sentences))
        for problem in self.screen_state.problems:
            self.main.complain(problem)
        self.theme_changed_signal.subscribe(self, self._note_theme)
        self.screen_state.note_visit()

    def _note_theme(self, theme: Theme) -> None:
        self.screen_state.note_theme(theme.name, self.preferences.theme)

    async def _keep(self, connection: "Connection") -> None:
        opened = connection.session.opened
        if connection.kept_as and opened is not None:
            self.screen_state.note_collection(connection.kept_as, opened)
        await self._last_seen.keep(connection)

    @cached_property
    def _last_seen(self) -> "LastSeen":
        from xcoll_tui.ui.last_seen import LastSeen  # noqa: PLC0415 - not for the first frame

        return LastSeen(self.screen_state, self.clock)

    def show_last_seen(self) -> None:
        """Show the collections as an earlier session has seen them, until they are read."""
        # What reads it takes a tenth of the way to the first rows: not where there is nothing.
        place = self.access.kept_as if self.screen_state.has_seen else ""
        if place:
            collection_id = self._collection_id or self.screen_state.collection_of(place)
            self._last_seen.show(self.main, self.access, collection_id)

    async def connect(self) -> None:
        """Build the session in a thread, and browse it."""
        loop = asyncio.get_running_loop()
        built: asyncio.Future[Connection] = loop.create_future()

        def build() -> None:
            try:
                connection = self.access.connect(partial(_await_on, loop))
            except Exception as error:  # noqa: BLE001 - carried to the loop, where it is told or crashes
                self._hand_over(loop, partial(_settle, built, error))
            else:
                self._hand_over(loop, partial(_settle, built, connection))

        # No executor: leaving the program would wait for it.
        threading.Thread(target=build, name="connect", daemon=True).start()
        try:
            connection = await built
        except ApiError as error:
            self.exit(return_code=1, message=Text(f"xcoll: {sentence_of(error)}"))
        else:
            self._begin(connection)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(callback)

    def _begin(self, connection: "Connection") -> None:
        self._connection = connection
        self.main.show_access(self.access)
        self.main.samples = connection.samples
        self._last_seen.follow(self.main, self.access, connection)
        asked_for = self._collection_id
        left = None if asked_for else self.screen_state.collection_of(connection.kept_as)
        self.main.begin(
            connection.session,
            asked_for or left,
            is_remembered=left is not None,
            keeps_layouts=self.screen_state.keeps,
        )
        for notice in connection.notices:
            self.main.complain(notice)
        if connection.settled is not None:
            self.run_worker(self._count_again(connection.session, connection.settled))

    async def _count_again(
        self, session: "Session", settled: Callable[[], Awaitable[None]]
    ) -> None:
        await settled()
        await session.collections.refresh()

    async def start_over(self) -> None:
        """End the session, and leave nothing of it on the screen."""
        connection, self._connection = self._connection, None
        self._collection_id = None
        self.clear_notifications()
        old, mode = self.main, self.current_mode
        while self.screen is not old:  # what was shown over it is of the same session
            await self.pop_screen()
        self._main = None
        self._sessions += 1
        # A mode each: Textual cannot switch from the screen that a mode began with.
        self.add_mode(f"session {self._sessions}", lambda: self.main)
        await self.switch_mode(f"session {self._sessions}")
        await (old.remove() if mode == self.DEFAULT_MODE else self.remove_mode(mode))
        if connection is not None:
            await self._keep(connection)
            await connection.close()

    async def _shutdown(self) -> None:
        await super()._shutdown()
        if self._connection is not None:
            connection, self._connection = self._connection, None
            if connection.kept_as and connection.session.collections.loaded_at is not None:
                self.screen_state.note_width(self.main.collections.needed)
            await self._keep(connection)
            await connection.close()
        await asyncio.to_thread(self.screen_state.save)

    async def action_quit(self) -> None:
        """End the program; ask first while something is being written."""
        from xcoll_tui.ui.screens.confirm import ConfirmScreen  # noqa: PLC0415 - not at the start

        if not self._writing and self.preferences.confirm_quit is QuitConfirm.WRITING:
            self._leave()
        elif not isinstance(self.screen, ConfirmScreen):
            self.run_worker(self._quit_after_asking())

    async def _quit_after_asking(self) -> None:
        from xcoll_tui.ui.screens.confirm import Question  # noqa: PLC0415 - rarely

        may = True
        if self._writing:
            may = await self.may_leave("Quit")
        elif self.preferences.confirm_quit is not QuitConfirm.WRITING:  # a write may be over by now
            may = await self.main.confirm(
                Question("Quit?", "xcoll", "", "", "Quit", destroys=False)
            )
        if may:
            self._leave()

    def _leave(self) -> None:
        """End the program, and say below it what can still be undone."""
        connection, sentence = self._connection, ""
        session = None if connection is None or connection.is_sample else connection.session
        if session is not None and session.state.folder is not None:  # else nothing is kept
            from xcoll_tui.ui.presentation.file_fate import is_deleted  # noqa: PLC0415 - on the way out only
            from xcoll_tui.ui.presentation.undo_lines import left_words  # noqa: PLC0415

            if not is_deleted(session.state.learned.files):
                sentence = left_words(session.undo_stack)
        self.exit(message=Text(sentence) if sentence else None)

    @property
    def _writing(self) -> bool:
        session = self.main.session
        busy = session is not None and bool(session.busy or session.running)
        return busy or self._exports > 0

    @property
    def _exports(self) -> int:
        """How many exports are under way."""
        return self.main.exports

    async def may_leave(self, verb: str) -> bool:
        """Ask whether to leave the session while something is being written; only in a worker."""
        from xcoll_tui.ui.presentation.format import format_many  # noqa: PLC0415 - rarely
        from xcoll_tui.ui.screens.confirm import Question  # noqa: PLC0415

        session = self.main.session
        if session is None or not self._writing:
            return True
        under_way, consequences = [], []
        if session.busy or session.running:
            under_way.append(format_many(session.busy, "write"))
            consequences.append("What was sent may still take effect, and you will not be told.")
            unsent = sum(run.left - len(run.under_way) for run in session.running)
            if unsent:
                consequences.append(f"{format_many(unsent, 'more write')} will not be sent.")
        if self._exports:
            under_way.append(format_many(self._exports, "export"))
            consequences.append("An export that is interrupted leaves no file.")
        question = Question(
            f"{verb} anyway?",
            f"{' and '.join(under_way)} under way",
            "",
            " ".join(consequences),
            verb,
            destroys=False,
        )
        return await self.main.confirm(question)

    def action_end_waits(self) -> None:
        """Try again at once what waits before it is tried again, also under a dialog."""
        self.main.end_waits()

    # The key and the profile

    def _entering(self, keys: "Keys") -> "LogInFlow":
        from xcoll_tui.ui.flows.log_in import LogInFlow  # noqa: PLC0415 - not for the first frame

        if self._enter is None:
            self._enter = LogInFlow(self, keys)
        return self._enter

    def action_switch_profile(self) -> None:
        """Use another profile: another key, host or team."""
        self._do_with_keys(lambda entering: entering.switch())

    def action_enter_key(self) -> None:
        """Enter another key for the profile that is in use."""
        self._do_with_keys(lambda entering: entering.enter())

    def on_key_refused(self, message: KeyRefused) -> None:
        """Ask for another key over the screen as it is."""
        if self.access.keys is not None and message.screen is self._main:
            sentence = sentence_of(message.error)
            self._do_with_keys(lambda entering: entering.enter_after_refusal(sentence))

    def _do_with_keys(self, do: "Callable[[LogInFlow], Coroutine[Any, Any, None]]") -> None:
        if self.access.keys is None:
            self.main.refuse("The demo needs no key, and has no profiles.")
        else:
            # Of the app, not of a screen: the screen may be another before it is over.
            self.run_worker(do(self._entering(self.access.keys)), group="keys")

    # Commands

    def action_command_palette(self) -> None:
        """Show all commands."""
        self.main.end_greeting()
        super().action_command_palette()


def _collect_again() -> None:
    """Collect garbage from now on, and look at nothing that is there: it stays, and takes 25 ms."""
    gc.freeze()
    gc.enable()


def _await_on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    """Wait in a thread until the loop has done some work; None where the program ends before."""
    if loop.is_closed():
        work.close()
        return None
    with suppress(CancelledError):
        return asyncio.run_coroutine_threadsafe(work, loop).result()
    return None


def _settle(built: "asyncio.Future[Connection]", result: "Connection | Exception") -> None:
    if built.done():
        return  # the program is being left
    if isinstance(result, Exception):
        built.set_exception(result)
    else:
        built.set_result(result)
