"""`xcoll list`: the collections, or the documents of one, as they come."""

import argparse
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Generic, TypeVar

from xcoll_tui.cli.commands.collection import add_collection, find_collection
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.opened import opened_client
from xcoll_tui.cli.commands.output import Output, RowWriter
from xcoll_tui.cli.commands.rows import (
    COLLECTIONS,
    DOCUMENTS,
    collection_columns,
    document_columns,
)
from xcoll_tui.cli.commands.selection import (
    add_failed,
    add_filter,
    add_order,
    collection_filter,
    collection_query,
    document_filter,
    document_query,
    ordering,
    tell_filter,
)
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.ui.presentation.format import format_count

if TYPE_CHECKING:
    from xcoll_tui.api.models import Collection, Document

SUMMARY = "List the collections, or the documents of one."
EXAMPLES = """\
examples:
  xcoll list
  xcoll list "SEC Filings" --failed
  xcoll list "SEC Filings" --filter 10-K --columns name,fields.ticker
  xcoll list "SEC Filings" --jsonl | jq -r .file_metadata.file_id
"""

R = TypeVar("R", "Collection", "Document")

_ON_A_TERMINAL = 100
"""Rows that a terminal gets where nobody says how many."""
_PAGE_SIZE = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser, optional=True)
    add_filter(parser)
    add_failed(parser)
    add_order(parser)
    number = parser.add_mutually_exclusive_group()
    number.add_argument(
        "--limit", type=_number, metavar="N", help=f"at most N rows ({_ON_A_TERMINAL} in a table)"
    )
    number.add_argument(
        "--all", action="store_true", help=("all rows (the default in a pipe and in JSON)")
    )
    parser.add_argument("--columns", metavar="A,B", help="these columns, such as name,fields.x")
    add_form(parser)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def run(options: argparse.Namespace, output: Output) -> int:
    """Carry it out."""
    if options.collection is None:
        if options.failed:
            raise CommandFailed("--failed goes with a COLLECTION.", EXIT_USAGE)
        return run_until_signal(_list_collections(options, output))
    return run_until_signal(_list_documents(options, output))


async def _list_collections(options: argparse.Namespace, output: Output) -> int:
    columns = collection_columns(options.columns or "")
    query = collection_query(options)
    tell_filter(query, output)
    listing = _Listing(options, output, COLLECTIONS, columns)
    async with opened_client(options) as client:
        pages = client.iter_collections(
            limit=listing.page_size,
            order=ordering(query),
            sort_by=query.sort_by,
            filter=collection_filter(query),
        )
        rows = ((page.collections, page.pagination_token) async for page in pages)
        await listing.write(rows, lambda row: row.collection_id)
        listing.tell("collection", None, filtered=query.is_filtered)
    return listing.code


async def _list_documents(options: argparse.Namespace, output: Output) -> int:
    columns = document_columns(options.columns or "")
    listing = _Listing(options, output, DOCUMENTS, columns)
    async with opened_client(options) as client:
        found = await find_collection(client, options.collection)
        query = document_query(options, await found.read(client) if options.filter else None)
        tell_filter(query, output)
        pages = client.iter_documents(
            found.collection_id,
            limit=listing.page_size,
            order=ordering(query),
            sort_by=query.sort_by,
            filter=document_filter(query),
        )
        rows = ((page.documents, page.pagination_token) async for page in pages)
        await listing.write(rows, lambda row: row.file_id)
        total = None if found.collection is None else found.collection.documents_count
        listing.tell("document", total, filtered=query.is_filtered)
    return listing.code


class _Listing(Generic[R]):
    """The rows of one list on their way to the output."""

    def __init__(
        self,
        options: argparse.Namespace,
        output: Output,
        kind: RowKind[R],
        columns: Sequence[Column[R]],
    ) -> None:
        in_table = output.form == "table" and not options.all
        self._limit: int | None = options.limit or (_ON_A_TERMINAL if in_table else None)
        self._chosen = options.limit is not None
        self._output = output
        self._writer: RowWriter[R] = output.rows(kind, columns)
        self._written = 0
        self._unreadable = 0
        self._more = False

    @property
    def page_size(self) -> int:
        return min(_PAGE_SIZE, self._limit or _PAGE_SIZE)

    async def write(
        self, pages: AsyncGenerator[tuple[Sequence[R], str | None]], key: Callable[[R], str]
    ) -> None:
        """Write each row once, as far as the limit."""
        seen: set[str] = set()
        async with aclosing(pages):
            async for page, token in pages:
                # A row that moved while the pages were read comes twice.
                rows = [row for row in page if not key(row) or key(row) not in seen]
                seen.update(map(key, rows))
                if self._limit is not None:
                    self._more = len(rows) > self._limit - self._written or token is not None
                    rows = rows[: self._limit - self._written]
                self._writer.write(rows)
                self._written += len(rows)
                self._unreadable += sum(row.unreadable is not None for row in rows)
                if self._written == self._limit:
                    break
        self._writer.end()

    def tell(self, noun: str, total: int | None, *, filtered: bool) -> None:
        """Say what the rows do not."""
        if self._unreadable:
            self._output.warn(
                f"{self._unreadable:,} of the {noun}s could not be read completely, so parts "
                "of them are missing here."
            )
        if not self._written:
            none = f"No {noun} matches." if filtered else f"There are no {noun}s."
            self._output.note(none)
        elif self._more and not self._chosen:
            of = f" of {format_count(total)}" if total is not None and not filtered else ""
            self._output.note(f"These are the first {self._written:,}{of}; --all lists all.")

    @property
    def code(self) -> int:
        return EXIT_FAILED if self._unreadable else 0
