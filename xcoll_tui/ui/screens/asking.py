"""Asking and telling in one line, for whoever runs on a screen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xcoll_tui.ui.screens.whole_frame import WholeFrameScreen
from xcoll_tui.ui.toasts import Toasts
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from textual.content import Content

    from xcoll_tui.ui.screens.choose import Way
    from xcoll_tui.ui.screens.confirm import Question
    from xcoll_tui.ui.screens.pick import Pickable


class AskingScreen(WholeFrameScreen[None]):
    """A screen that asks and tells; what asks waits for the answer, so only in a worker."""

    def __init__(self) -> None:
        super().__init__()
        self.toasts = Toasts(self)

    def tell(self, message: str, *, seconds: float | None = None) -> None:
        """Say something in passing, fit for the screen whatever is in it."""
        self.toasts.tell(message, seconds=seconds)

    def refuse(self, message: str) -> None:
        """Say in passing why a key does nothing here."""
        self.toasts.refuse(message)

    def complain(self, message: str) -> None:
        """Say in passing what failed, long enough to be read."""
        self.toasts.complain(message)

    # The dialogs are loaded with the first question: no first frame needs them.

    async def confirm(self, question: "Question") -> bool:
        """Ask before something is lost; False where it was left."""
        from xcoll_tui.ui.screens.confirm import ConfirmScreen  # noqa: PLC0415

        agrees = await ask(self, ConfirmScreen(question)) is True
        if question.declined and not agrees:
            self.tell(question.declined)
        return agrees

    async def choose(self, title: str, text: "Content", ways: "Sequence[Way]") -> str | None:
        """Return the letter of the way on that was chosen, None for none."""
        from xcoll_tui.ui.screens.choose import ChooseScreen  # noqa: PLC0415

        return await ask(self, ChooseScreen(title, text, ways))

    async def pick(self, title: str, choices: "Sequence[Pickable]", verb: str) -> str | None:
        """Return the key of what was picked from a list, None for nothing."""
        from xcoll_tui.ui.screens.pick import PickScreen  # noqa: PLC0415

        return await ask(self, PickScreen(title, choices, verb))

    async def prompt(
        self,
        title: str,
        label: str,
        *,
        text: str = "",
        verb: str = "Save",
        problem_of: Callable[[str], str] = lambda _: "",
    ) -> str | None:
        """Return one line that was entered, None where it was left.

        `problem_of` says what is wrong with a line, "" where nothing is: then it can be saved.
        """
        from xcoll_tui.ui.screens.prompt import PromptScreen  # noqa: PLC0415

        return await ask(self, PromptScreen(title, label, text, verb, problem_of))
