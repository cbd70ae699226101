"""What the list of files is asked for: sort and filter. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from xcoll_tui.api.filters import contains, is_expression
from xcoll_tui.api.retrieval_models import FilesSortBy

FILE_FIELDS = frozenset(
    {
        *("name", "file_id", "size_bytes", "content_type", "created_at", "expires_at"),
        "upload_status",
    }
)
"""What a filter of files may compare."""


@dataclass(frozen=True)
class FilesQuery:
    """The newest first, unless it is said otherwise; `text` is a part of a name, or a filter."""

    sort_by: FilesSortBy = FilesSortBy.AGE
    descending: bool = True
    text: str = ""

    @property
    def order(self) -> Literal["asc", "desc"]:
        """The order as it is asked for."""
        return "desc" if self.descending else "asc"

    @property
    def filter(self) -> str | None:
        """The expression to send, None for none."""
        text = self.text.strip()
        if not text:
            return None
        return text if is_expression(text, FILE_FIELDS) else contains("name", text)

    def filtered(self, text: str) -> FilesQuery:
        """Return the same with another filter."""
        return replace(self, text=text)

    def sorted_by(self, sort_by: FilesSortBy) -> FilesQuery:
        """Return the same sorted by something else; by the same, the other way round."""
        if sort_by is self.sort_by:
            return replace(self, descending=not self.descending)
        return replace(self, sort_by=sort_by, descending=sort_by is not FilesSortBy.NAME)
