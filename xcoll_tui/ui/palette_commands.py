"""What the palette offers: every action with its key, the collections that are loaded, the themes.

One line each, which names what it is, so that it can be searched for: "theme nord". What cannot be
done now stands there with the reason, and says it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from rich.cells import cell_len
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from xcoll_tui.ui.actions import BY_ID, Group
from xcoll_tui.ui.presentation.text import clean, fit
from xcoll_tui.ui.themes import theme_names

if TYPE_CHECKING:
    from xcoll_tui.ui.screens.main import MainScreen

WIDTH = 70
_AROUND = 7
"""Cells that are no text: the frame, padding, and the bar that scrolls the list."""
_LONGEST = 60
_MOST_COLLECTIONS = 2_000
"""More are not looked through at every letter."""
_FIRST_COLLECTIONS = 20
"""So many are listed before anything is typed."""
_LEFT_OUT = "palette"
"""It is open already."""


class HasMain(Protocol):
    """The app, as far as the palette is concerned."""

    theme: str

    @property
    def main(self) -> "MainScreen":
        """The main screen, whatever stands over it."""


class Command(NamedTuple):
    """A line of the palette."""

    title: str
    note: str
    """Why it cannot be done now, or else what the title leaves out."""
    key: str
    run: Callable[[], object]
    is_available: bool = True


class Commands(Provider):
    """Find commands by letters that occur in their titles in this order."""

    @property
    def _host(self) -> HasMain:
        return cast("HasMain", self.app)

    async def discover(self) -> Hits:
        """Offer all, in the order of the table of actions."""
        for command in self._commands(_FIRST_COLLECTIONS):
            yield DiscoveryHit(cast("str", self._line(command)), command.run, command.title)

    async def search(self, query: str) -> Hits:
        """Offer what fits, the best first."""
        matcher = self.matcher(query)
        for command in self._commands(_MOST_COLLECTIONS):
            score, places = matcher.fuzzy_search.match(query, command.title)
            if score:
                line = self._line(command, places)
                yield Hit(score, cast("str", line), command.run, command.title)

    def _line(self, command: Command, places: Sequence[int] = ()) -> Content:
        width = max(10, min(WIDTH, self.app.size.width) - _AROUND)
        words, room = command.title, width - cell_len(command.key) - 3
        if cell_len(words) > room:  # else it would take two lines
            words = fit(words, room).rstrip()
        title = Content(words)
        for place in places:
            if self.match_style is not None and place < len(words):
                title = title.stylize(self.match_style, place, place + 1)
        room -= cell_len(words)
        note = fit(command.note, room) if room > 3 else " " * max(0, room)
        line = Content.assemble(
            title, "  ", (note, "not bold $quiet"), " ", (command.key, "$accent")
        )
        return line if command.is_available else line.stylize("not bold $stale")

    def _commands(self, most_collections: int) -> Iterator[Command]:
        app = self._host
        if self.screen is app.main:
            yield from self._actions()
            yield from self._collections(most_collections)
        for name in theme_names():
            note = "in use" if name == app.theme else ""
            yield Command(f"Theme {name}", note, "", partial(setattr, app, "theme", name))

    def _actions(self) -> Iterator[Command]:
        main = self._host.main
        situation = main.situation()
        for action_id, hint in main.hints_by_id.items():
            action = BY_ID[action_id]
            if action_id == _LEFT_OUT or action.group is Group.MOVE:
                continue  # who moves by keys needs no palette for it
            why_not = action.why_not(situation)
            run: Callable[[], Awaitable[None] | None] = (
                partial(main.tell, why_not) if why_not else partial(main.perform, hint.action)
            )
            yield Command(hint.label, why_not or action.about, hint.key, run, not why_not)

    def _collections(self, most: int) -> Iterator[Command]:
        main = self._host.main
        if main.session is None:
            return
        for collection in islice(main.session.collections.listing.loaded_items(), most):
            name = clean(collection.collection_name or collection.collection_id, _LONGEST)
            note = "open" if collection.collection_id == main.session.opened else ""
            run = partial(main.go_to_collection, collection.collection_id)
            yield Command(f"Collection {name}", note, "", run)
