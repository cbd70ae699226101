"""Loading all that there is: how far it is, and how it is stopped."""

from typing import TYPE_CHECKING, Any

from xcoll_tui.session.pace import Pace
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.paces import format_left

if TYPE_CHECKING:
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.ui.presentation.ages import Clock


class LoadAll:
    """The loading of all rows of a feed, as long as it goes on."""

    def __init__(self, feed: "Feed[Any]", clock: "Clock") -> None:
        self.feed = feed
        self._clock = clock
        self._listing = feed.listing
        self._pace = Pace(clock, feed.listing.loaded)

    def facts(self) -> list[str]:
        """Tell for a title that it goes on, and for how long as far as known."""
        listing = self.feed.listing
        if listing is not self._listing:  # others came: what they replaced says nothing of them
            self._listing, self._pace = listing, Pace(self._clock, listing.loaded)
        self._pace.note(listing.loaded)
        left = None if listing.total is None else listing.total - listing.loaded
        words = [
            "loading all",
            format_left(self._pace.seconds_left(left)),
            f"{key_for('back')} stops it",
        ]
        return [word for word in words if word]

    @property
    def stopped(self) -> str:
        """The sentence for where it was stopped by a person."""
        loaded, total = self.feed.listing.loaded, self.feed.listing.total
        of = "" if total is None or total < loaded else f" of {total:,}"
        return f"Stopped: {loaded:,}{of} are loaded. {key_for('load.all')} continues."
