"""What stands in the columns of a table and of TSV."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column of rows: `name` is the API's, `head` what stands above it in a table.

    `value` gives what stands in TSV, `shown` what stands in a table, where that differs. `whole`
    columns are never cut. Where a table does not fit, columns go by `rank`, the highest first;
    those of 0 stay.
    """

    name: str
    value: Callable[[T], object]
    shown: Callable[[T], str] | None = None
    right: bool = False
    whole: bool = False
    rank: int = 0
    head: str = ""

    @property
    def heading(self) -> str:
        """The words above it in a table."""
        return self.head or self.name


@dataclass(frozen=True)
class RowKind(Generic[T]):
    """The rows that a command writes: the columns in TSV and in a table, and one row as JSON."""

    tsv: Sequence[Column[T]]
    table: Sequence[Column[T]]
    to_json: Callable[[T], str]
