"""The query of a list: its sort and its filter."""

from dataclasses import dataclass, replace

from xcoll_tui.api.filters import all_of, contains, is_expression
from xcoll_tui.api.models import DocumentStatus, Ordering
from xcoll_tui.session.lists.listing import End

_FAILED = f"status:{DocumentStatus.FAILED}"


@dataclass(frozen=True)
class Query:
    """A sort and a filter; `sort_by` is the wire's enum name, `text` what a person typed."""

    sort_by: str
    descending: bool = False
    text: str = ""
    failed_only: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self.text.strip()) or self.failed_only

    def sorted(self, sort_by: str, *, descending: bool) -> "Query":
        """Return this query in another order."""
        return replace(self, sort_by=sort_by, descending=descending)

    def filtered(self, text: str) -> "Query":
        """Return this query with another filter text."""
        return replace(self, text=text)

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

        An expression over `fields` is sent as it was typed; other text becomes "`name_field` has
        it in it".
        """
        text = self.text.strip()
        if text and not is_expression(text, fields):
            text = contains(name_field, text)
        return all_of(text, _FAILED if self.failed_only else "") or None
