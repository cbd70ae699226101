"""The screens that flows run on, as Protocols, so that neither imports the other."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.app import App
    from textual.content import Content
    from textual.worker import Worker

    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.access import Access, KeyEntry
    from xcoll_tui.ui.preferences import Preferences
    from xcoll_tui.ui.screens.choose import Way
    from xcoll_tui.ui.screens.confirm import Question
    from xcoll_tui.ui.screens.pick import Pickable


class HasApp(Protocol):
    """A node of a running app."""

    @property
    def app(self) -> "App[Any]":
        """The app, which shows dialogs."""


class Asks(HasApp, Protocol):
    """A screen that says what failed, and asks."""

    def refuse(self, message: str) -> None:
        """Say in passing why nothing is done."""

    def complain(self, message: str) -> None:
        """Say in passing what failed."""

    async def pick(self, title: str, choices: "Sequence[Pickable]", verb: str) -> str | None:
        """Return the key of what was picked from a list, None for nothing."""


class Host(Asks, Protocol):
    """The main screen, as far as flows are concerned."""

    @property
    def samples(self) -> tuple[str, ...]:
        """The file IDs that can be attached for a try; only the demo has some."""

    @property
    def preferences(self) -> "Preferences":
        """What the person wants of the screen."""

    @property
    def credential_variable(self) -> str:
        """The variable that the key comes from, or the one that a person would put it into."""

    @property
    def inference_keys(self) -> "KeyEntry | None":
        """Where an inference key is taken, None where that plays no part."""

    @property
    def why_read_only(self) -> str:
        """Why nothing may be written, where that is so."""

    @property
    def cursor_key(self) -> str | None:
        """The ID of what is under the cursor."""

    def may(self, action_id: str) -> bool:
        """Tell whether there is something to do an action to; says what is missing."""

    def tell(self, message: str, *, seconds: float | None = None) -> None:
        """Say something in passing."""

    async def confirm(self, question: "Question") -> bool:
        """Ask before something is lost; False where it was left."""

    async def choose(self, title: str, text: "Content", ways: "Sequence[Way]") -> str | None:
        """Return the letter of the way on that was chosen, None for none."""

    async def prompt(
        self,
        title: str,
        label: str,
        *,
        text: str = "",
        verb: str = "Save",
        problem_of: Callable[[str], str] = ...,
    ) -> str | None:
        """Return one line that was entered, None where it was left."""

    def action_pane(self, number: int) -> None:
        """Go to a pane."""

    def point_at(self, collection_id: str) -> None:
        """Put the cursor on a collection, if it is loaded."""

    async def go_to_document(self, collection_id: str, file_id: str, name: str) -> bool:
        """Put the cursor on a document of a collection; False where it is not among the rows."""

    def clear_marks(self) -> None:
        """Unmark all documents."""

    def mark(self, file_ids: Iterable[str]) -> None:
        """Mark these documents, beside those that are marked."""

    @property
    def inputs(self) -> int:
        """How many keys and clicks there were so far."""

    def run_worker(
        self, work: Coroutine[Any, Any, Any], name: str | None = "", group: str = "default"
    ) -> "Worker[Any]":
        """Run something in the background."""


class DetailsHost(HasApp, Protocol):
    """The main screen, as far as the details of a document are concerned."""

    def tell(self, message: str, *, seconds: float | None = None) -> None:
        """Say something in passing."""

    def tell_held(self) -> None:
        """Say what had to wait until no other dialog stood in front."""

    def act_on_document(self, action_id: str, file_id: str) -> None:
        """Do to this document what a key does to the one under the cursor."""


class LogInHost(Protocol):
    """The app, as far as the flows around the key are concerned."""

    @property
    def main(self) -> "LogInScreenHost":
        """The main screen."""

    @property
    def access(self) -> "Access":
        """Whose service is browsed, and how."""

    async def connect(self) -> None:
        """Browse the service with the key that was found."""

    async def start_over(self) -> None:
        """Leave the session, for another one."""

    def show_last_seen(self) -> None:
        """Show the collections as an earlier session has seen them, until they are read."""

    async def may_leave(self, verb: str) -> bool:
        """Ask whether writes under way may be left; True where there are none."""


class LogInScreenHost(Asks, Protocol):
    """The main screen while there may be no session yet."""

    @property
    def session(self) -> "Session | None":
        """The session that is browsed, None before there is a key."""

    def say_instead(self, said: str) -> None:
        """Say what is done, where there are no collections yet."""

    def say_waiting(self, message: str) -> None:
        """Say what is waited for before there are collections, if it takes more than a moment."""

    def shut_out(self) -> None:
        """Say that there is no key, and how to go on."""

    def show_access(self, access: "Access") -> None:
        """Tell whose and where the service is."""
