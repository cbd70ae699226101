"""The questions that are kept for a collection, to ask one again."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.screens.pick import Pickable, PickScreen

FORGET = "forget "
"""What stands before the number of a question that is to be kept no longer."""


class KeptQuestionsScreen(PickScreen):
    """Return the number of a question, behind FORGET where it is to be kept no longer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,delete", "forget", "Keep it no longer", id="questions.forget"),
    ]

    def __init__(self, questions: Sequence[SavedQuestion]) -> None:
        choices = [_choice(number, question) for number, question in enumerate(questions)]
        super().__init__("Questions that are kept", choices, "Ask again")
        self._hints.insert(1, ("d Keep no longer", "forget"))

    def action_forget(self) -> None:
        """Keep the question under the cursor no longer."""
        if self._table.cursor_key is not None:
            self.finish(f"{FORGET}{self._table.cursor_key}")


def _choice(number: int, question: SavedQuestion) -> Pickable:
    facts = [question.mode]
    if question.filter:
        facts.append(question.filter)
    count = len(question.expected)
    facts.append(f"{format_many(count, 'document')} expected" if count else "nothing expected yet")
    return Pickable(str(number), question.query, " · ".join(facts))
