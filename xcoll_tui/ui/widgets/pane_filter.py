"""What a pane's filter means: it translates what is typed, completes it, and recalls it.

The parts of it that need the API's models are loaded when a filter is typed.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from xcoll_tui.ui.presentation.ages import Clock

if TYPE_CHECKING:
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.lists.filter_conditions import Subject
    from xcoll_tui.session.lists.filter_history import FilterHistory
    from xcoll_tui.session.lists.filter_terms import Translation
    from xcoll_tui.session.lists.query import Query


class PaneFilter:
    """The guide of one pane's filter; ``changed`` is called when the rows are others, or not.

    ``subject_of`` gives the list as filters know it. ``sample`` are rows that were seen.
    """

    def __init__(
        self, clock: Clock, subject_of: Callable[[], "Subject"], changed: Callable[[], None]
    ) -> None:
        self.feed: Feed[Any] | None = None
        self.history: FilterHistory | None = None
        self.sample: Sequence[Any] = ()
        self.refused = ""
        """The filter that cannot be asked for, and …"""
        self.complaint = ""
        """… the sentence on it."""
        self._waits = False
        self._clock = clock
        self._subject_of = subject_of
        self._changed = changed

    @property
    def is_pending(self) -> bool:
        """Whether a filter waits for Enter, or was refused: the rows are not what it asks for."""
        is_refused = self.feed is not None and self.feed.refused is not None
        return self._waits or bool(self.complaint) or is_refused

    @property
    def is_behind(self) -> bool:
        """Whether the rows are those of another filter than the one asked for last."""
        feed = self.feed
        asked = None if feed is None else feed.asked
        return self.is_pending or (
            feed is not None and asked is not None and asked.text != feed.query.text
        )

    def follow(self, feed: "Feed[Any] | None") -> None:
        """Filter another list from now on."""
        self.feed = feed
        self.sample = ()
        self.forget()

    def forget(self) -> None:
        """Complain no longer about what was typed."""
        self.refused = self.complaint = ""
        self._waits = False

    def refuse(self, text: str, complaint: str) -> None:
        """Take note that a filter cannot be asked for."""
        self.refused, self.complaint = text, complaint
        self._changed()

    def translate(self, text: str, *, pasted: bool) -> "Translation | None":
        """Say what a text asks for, None where it is empty."""
        from xcoll_tui.session.lists.filter_terms import translate  # noqa: PLC0415 - see above
        from xcoll_tui.session.lists.filter_values import When  # noqa: PLC0415

        if not text.strip():
            return None
        return translate(text, self._subject_of(), when=When(self._clock()), pasted=pasted)

    def explain(self, text: str, *, pasted: bool) -> str:
        """Say what a text asks for."""
        from xcoll_tui.ui.presentation.filter_words import explain_filter  # noqa: PLC0415 - see above

        feed, translation = self.feed, self.translate(text, pasted=pasted)
        shown = "" if feed is None else feed.query.text
        must_wait = translation is not None and (translation.as_it_is or bool(translation.problem))
        waits = must_wait and text != shown
        if waits != self._waits:
            self._waits = waits
            self._changed()
        if translation is None:
            return ""
        return explain_filter(translation, here=self._is_here(translation), waits=waits)

    def _is_here(self, translation: "Translation") -> bool:
        feed = self.feed
        if feed is None or translation.matches is None:
            return False
        is_whole = feed.listing.complete and not feed.query.is_filtered
        return feed.filtered_here or is_whole

    def explain_query(self, query: "Query") -> str:
        """Say what the filter in force asks for."""
        if query.translation is None or self.feed is None:
            return ""
        from xcoll_tui.ui.presentation.filter_words import explain_filter  # noqa: PLC0415 - see above

        return explain_filter(query.translation, here=self.feed.filtered_here, waits=False)

    def explain_empty(self, query: "Query") -> str:
        """Say why nothing matches."""
        from xcoll_tui.session.lists.filter_completion import values_seen  # noqa: PLC0415 - see above
        from xcoll_tui.ui.presentation.filter_words import explain_empty  # noqa: PLC0415

        subject = self._subject_of()
        seen = values_seen(self.sample, subject)
        return explain_empty(query.translation, subject, seen, failed_only=query.failed_only)

    def complete(self, text: str, cursor: int) -> tuple[int, Sequence[str]]:
        """Return where what is completed begins, and what may stand there."""
        from xcoll_tui.session.lists.filter_completion import complete, values_seen  # noqa: PLC0415 - see above

        subject = self._subject_of()
        return complete(text, cursor, subject, values_seen(self.sample, subject))

    def earlier(self) -> Sequence[str]:
        """List the filters used before, the newest first."""
        if self.history is None or self.feed is None:
            return ()
        return self.history.earlier(self.feed.collection_id)

    def remember(self, text: str) -> None:
        """Keep a filter that was used."""
        if self.history is not None and self.feed is not None:
            self.history.remember(self.feed.collection_id, text)

    def closed(self) -> None:
        """Take note that nothing is being typed any more."""
        if self._waits:
            self._waits = False
            self._changed()
