"""The column that tells why documents failed, where only those are shown."""

from collections.abc import Sequence

from xcoll_tui.api.models import Document
from xcoll_tui.ui.presentation.failures import reason_of
from xcoll_tui.ui.widgets.columns import Cell, Column


def with_reason(columns: Sequence[Column[Document]]) -> list[Column[Document]]:
    """Put the reason behind the status."""
    at = next((n + 1 for n, column in enumerate(columns) if column.key == "status"), 1)
    return [*columns[:at], _REASON, *columns[at:]]


def _reason(document: Document) -> Cell:
    return Cell(reason_of(document) or "")


_REASON = Column("reason", "Reason", _reason, 12, 44, stretch=True)
