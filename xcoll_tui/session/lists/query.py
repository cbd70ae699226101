"""The query of a list: its sort and its filter."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from xcoll_tui.api.filters import all_of, contains, is_expression
from xcoll_tui.api.models import DocumentStatus, Ordering
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.progress import progress_of

if TYPE_CHECKING:
    from xcoll_tui.session.lists.filter_terms import Translation

_FAILED = f"status:{DocumentStatus.FAILED}"


class Query(Struct, frozen=True):
    """A sort and a filter; `sort_by` is the wire's enum name, `text` what a person typed.

    `translation` is what the text meant when it was typed: what is "today" stays the same, page by
    page. Without one the text is an expression, or a part of a name.
    """

    sort_by: str
    descending: bool = False
    text: str = ""
    failed_only: bool = False
    translation: "Translation | None" = None

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self.text.strip()) or self.failed_only

    def sorted(self, sort_by: str, *, descending: bool) -> "Query":
        """Return this query in another order."""
        return replace(self, sort_by=sort_by, descending=descending)

    def filtered(self, text: str, translation: "Translation | None" = None) -> "Query":
        """Return this query with another filter text, and what that means."""
        return replace(self, text=text, translation=translation)

    @property
    def matches(self) -> Callable[[Any], bool] | None:
        """The test whether a row is asked for; None where only the service can tell."""
        matches = None if self.translation is None else self.translation.matches
        if matches is None or not self.failed_only:
            return matches
        return lambda row: progress_of(row).state == "failed" and matches(row)

    def failed(self, failed_only: bool) -> "Query":
        """Return this query for the failed documents only, or for all."""
        return replace(self, failed_only=failed_only)

    def order(self, end: End) -> Ordering:
        """Return the order to ask for at one end: the tail is the head of the opposite order."""
        if self.descending == (end is End.HEAD):
            return Ordering.DESCENDING
        return Ordering.ASCENDING

    def expression(self, name_field: str, fields: frozenset[str]) -> str | None:
        """Return the filter expression to send, None where nothing is filtered.

        Without a translation, an expression over `fields` is sent as it was typed; other text
        becomes "`name_field` has it in it".
        """
        text = self.text.strip()
        if self.translation is not None:
            text = self.translation.expression
        elif text and not is_expression(text, fields):
            text = contains(name_field, text)
        return all_of(text, _FAILED if self.failed_only else "") or None
