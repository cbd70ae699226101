"""`xcoll show`: all that is known of a collection, or of a document in it."""

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

from rich.cells import cell_len

from xcoll_tui.api.models import Collection, Document
from xcoll_tui.cli.commands.collection import add_collection, find_collection
from xcoll_tui.cli.commands.columns import RowKind
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.opened import opened_client
from xcoll_tui.cli.commands.output import Output
from xcoll_tui.cli.commands.rows import (
    COLLECTION_WHOLE,
    COLLECTIONS,
    DOCUMENT_WHOLE,
    DOCUMENTS,
    field_column,
)
from xcoll_tui.cli.parser import EXIT_FAILED
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.ui.presentation.facts import Facts, collection_facts, document_facts
from xcoll_tui.ui.presentation.text import clean, clean_lines, fit

T = TypeVar("T", Collection, Document)

SUMMARY = "Show everything about a collection, or about a document in it."
EXAMPLES = """\
With --json it is one object, as in the lists. In a pipe a column holds the
chunking, and one the field definitions, as JSON.

examples:
  xcoll show "SEC Filings"
  xcoll show "SEC Filings" file_117e9ced-62fa-4336-ba56-b48225cfba9b
  xcoll show "SEC Filings" --json | jq .field_definitions
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    parser.add_argument("file_id", metavar="FILE_ID", nargs="?", help="a document of it")
    add_form(parser)


def run(options: argparse.Namespace, output: Output) -> int:
    """Carry it out."""
    return run_until_signal(_show(options, output))


async def _show(options: argparse.Namespace, output: Output) -> int:
    async with opened_client(options) as client:
        found = await find_collection(client, options.collection)
        collection = await client.get_collection(found.collection_id)
        if options.file_id is None:
            kind_shown = RowKind(COLLECTION_WHOLE, COLLECTIONS.table, COLLECTIONS.to_json)
            return _write(collection, kind_shown, output, collection_facts)
        document = await client.get_document(found.collection_id, options.file_id)
    keys = dict.fromkeys([definition.key for definition in collection.field_definitions])
    keys.update(dict.fromkeys(document.fields))
    columns = (*DOCUMENT_WHOLE, *map(field_column, keys))
    kind = RowKind(columns, DOCUMENTS.table, DOCUMENTS.to_json)
    return _write(
        document,
        kind,
        output,
        lambda row, now: document_facts(row, collection.field_definitions, now),
    )


def _write(row: T, kind: RowKind[T], output: Output, facts_of: Callable[[T, float], Facts]) -> int:
    if output.form == "tsv":
        output.write_rows(kind, [row])
    elif output.form == "table":
        output.write(_page(facts_of(row, time.time()), bold=output.colours))
    else:
        output.write(f"{kind.to_json(row)}\n")
    if row.unreadable:
        output.warn(row.unreadable)
    return EXIT_FAILED if row.unreadable else 0


def _page(facts: Facts, *, bold: bool) -> str:
    """Write facts for a person: a section each, its names in one column."""
    lines = []
    for section in facts.sections:
        title = clean(section.title)
        lines.append(f"\x1b[1m{title}\x1b[0m" if bold else title)
        width = max((cell_len(clean(fact.name, 40)) for fact in section.facts), default=0)
        for fact in section.facts:
            first, *more = clean_lines(fact.value).split("\n")
            lines.append(f"  {fit(fact.name, width)}  {first}".rstrip())
            lines += [f"  {' ' * width}  {line}".rstrip() for line in more]
        if not section.facts:
            lines.append(f"  {section.empty}")
    return "\n".join(lines) + "\n"
