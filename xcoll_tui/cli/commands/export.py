"""`xcoll export`: all documents of a collection that match, into a file or to standard output."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection, find_collection
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.opened import opened_client
from xcoll_tui.cli.commands.output import Output
from xcoll_tui.cli.commands.selection import add_filter, document_query, tell_filter
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_REFUSED, EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.private_files import FreshFile
from xcoll_tui.session.lists.export import ExportOptions, doubt_count, export_all
from xcoll_tui.session.lists.export_format import FORMATS, FormatName
from xcoll_tui.session.lists.sources import DocumentSource
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

SUMMARY = "Write all documents of a collection, or those that match, with their fields."
EXAMPLES = """\
A file gets its name when it is whole. In CSV a ' stands before what would be a
formula in a spreadsheet; each field has a column, such as fields.ticker.

examples:
  xcoll export "SEC Filings" -o filings.csv
  xcoll export "SEC Filings" --filter 10-K --format jsonl | jq .fields
"""

_LISTED = f"{', '.join(FORMATS[:-1])} and {FORMATS[-1]}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    add_filter(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        metavar="F",
        help="csv, jsonl or json (csv, or as FILE is called)",
    )
    parser.add_argument("-o", dest="output", metavar="FILE", help="where to (standard output)")
    parser.add_argument("--force", action="store_true", help="replace FILE if there is one")
    parser.add_argument(
        "--excel", action="store_true", help="mark CSV as UTF-8, which Excel asks for"
    )


def run(options: argparse.Namespace, output: Output) -> int:
    """Carry it out."""
    path = None if options.output in {None, "-"} else Path(options.output)
    form = options.format or _form_of(path)
    if options.excel and form != "csv":
        raise CommandFailed("--excel goes with --format csv.", EXIT_USAGE)
    return run_until_signal(_export(options, output, path, form))


def _form_of(path: Path | None) -> FormatName:
    suffix = "" if path is None else path.suffix.lower().removeprefix(".")
    form = next((form for form in FORMATS if form == suffix), None)
    if suffix and form is None:
        raise CommandFailed(
            f"{clean(str(path), 200)} is called like none of the formats, {_LISTED}. Name it "
            "otherwise, or choose one by --format. Nothing was written.",
            EXIT_USAGE,
        )
    return form or FORMATS[0]


async def _export(
    options: argparse.Namespace, output: Output, path: Path | None, form: FormatName
) -> int:
    fresh = None if path is None else _fresh_file(path, force=options.force)
    try:
        async with opened_client(options) as client:
            found = await find_collection(client, options.collection)
            collection = found.collection or await client.get_collection(found.collection_id)
            write: Callable[[bytes], object] = output.write_bytes
            if fresh is not None:
                write = fresh.file.write
            query = document_query(options, collection)
            tell_filter(query, output)
            total = None if query.is_filtered else collection.documents_count
            progress = output.progress("documents", total)
            source = DocumentSource(client, collection.collection_id, client.get_collection)
            exported = await export_all(
                source,
                query,
                ExportOptions(
                    form,
                    collection.field_definitions,
                    options.excel,
                    None if fresh is None else fresh.folder,
                ),
                write,
                progress.update,
                total=total,
            )
            output.end_progress()
            doubt = await doubt_count(source, exported.count, total)
        if fresh is not None:
            fresh.publish()
    except OSError as error:
        if fresh is None:
            raise
        raise CommandFailed(_unwritten(fresh.path, error), _code_of(error)) from None
    finally:
        if fresh is not None:
            fresh.discard()
    if exported.unreadable:
        doubt += (
            f" {exported.unreadable:,} of them could not be read completely, so parts of them "
            "are missing."
        )
    noun = "document" if exported.count == 1 else "documents"
    if path is not None:
        output.note(f"{exported.count:,} {noun} written to {path}.")
    if doubt:
        output.warn(doubt.strip())
    return EXIT_FAILED if doubt else 0


def _fresh_file(path: Path, *, force: bool) -> FreshFile:
    try:
        return FreshFile(path, replace=force)
    except OSError as error:
        raise CommandFailed(_unwritten(path, error), _code_of(error)) from None


def _unwritten(path: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return f"There is a file {path} already. --force replaces it."
    return f"{path} cannot be written: {error.strerror or error}. Name another file."


def _code_of(error: OSError) -> int:
    return EXIT_REFUSED if isinstance(error, FileExistsError) else EXIT_FAILED
