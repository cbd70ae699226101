"""`xcoll attach`: files that were uploaded, into a collection, with their fields."""

import argparse
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.documents import look, read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.field_values import (
    Fields,
    add_fields,
    as_fields,
    check_fields,
    fields_of_rows,
    read_table,
    words_of,
)
from xcoll_tui.cli.commands.file_ids import FileIds, add_file_ids, read_file_ids
from xcoll_tui.cli.commands.following import follow_run
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_dry_run
from xcoll_tui.cli.parser import EXIT_USAGE, path_text
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.writes.outcome import Verdict

if TYPE_CHECKING:
    from xcoll_tui.api.models import Collection
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.bulk.file_ids import PastedIds

SUMMARY = "Attach uploaded files to a collection; what is already there stays as it is."
EXAMPLES = """\
FILE is CSV or JSON lines: one row per file, with a file_id and its fields.

examples:
  xcoll attach "SEC Filings" FILE_ID --field ticker=TSLA --field type=10-Q
  xcoll attach "SEC Filings" --fields-from filings.csv
  pbpaste | xcoll attach "SEC Filings" - --dry-run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    add_file_ids(parser, optional=True)
    add_fields(parser, "a field of each of them; may be repeated")
    parser.add_argument(
        "--fields-from", type=path_text, metavar="FILE", help="files and their fields; - for input"
    )
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if options.fields_from is None and not options.file_ids:
        raise CommandFailed("Give file IDs, or --fields-from FILE.", EXIT_USAGE)
    if options.fields_from == "-" and "-" in options.file_ids:
        raise CommandFailed("Standard input can be read only once.", EXIT_USAGE)
    shared = as_fields(options.fields, "--field")
    table = None if options.fields_from is None else read_table(options.fields_from, output)
    ids = read_file_ids(options.file_ids, output)
    if table is None and not ids.file_ids:
        output.note("No IDs were given, so there is nothing to attach.")
        return 0
    return run_until_signal(_attach(options, output, ids, table, shared))


async def _attach(
    options: argparse.Namespace,
    output: "Output",
    ids: FileIds,
    table: "PastedIds | None",
    shared: Fields,
) -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        collection = await read_target(opened, options.collection)
        definitions = collection.field_definitions
        rows = {} if table is None else fields_of_rows(table, definitions)
        file_ids = dict.fromkeys((*ids.file_ids, *(() if table is None else table.file_ids)))
        fields = {file_id: {**shared, **rows.get(file_id, {})} for file_id in file_ids}
        check_fields(fields, definitions)
        if options.dry_run:
            return await _tell(output, opened, collection, fields)
        items = [Item(file_id, "", own) for file_id, own in fields.items()]
        run = opened.session.bulk.attach(collection.collection_id, items)
        return await follow_run(opened.session, run, output)


async def _tell(
    output: "Output", opened: OpenedSession, collection: "Collection", fields: dict[str, Fields]
) -> int:
    present = await look(opened, collection.collection_id, list(fields))
    results = []
    for file_id, own in fields.items():
        document = present.documents.get(file_id)
        with_fields = f" with {words_of(own)}" if own else ""
        verdict, sentence = DRY_RUN, f"It would be attached{with_fields}."
        if document is not None:
            verdict = str(Verdict.ALREADY)
            sentence = "It is already attached, and would be left as it is."
        name = "" if document is None else document.name
        results.append(Result(collection.collection_id, file_id, name, verdict, sentence))
    return write_dry_run(output, results)
