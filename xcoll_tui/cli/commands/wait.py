"""`xcoll wait`: until nothing is being indexed."""

import argparse
import asyncio
import time

from xcoll_tui.cli.commands.collection import add_collection, find_collection
from xcoll_tui.cli.commands.columns import RowKind
from xcoll_tui.cli.commands.file_ids import add_file_ids, read_file_ids
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.output import Output
from xcoll_tui.cli.commands.rows import DOCUMENTS, columns_of_documents
from xcoll_tui.cli.parser import EXIT_FAILED
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.lists.settled import IndexingWait
from xcoll_tui.ui.presentation.format import format_many

SUMMARY = "Wait until no document, or none of these, is being indexed."
EXAMPLES = """\
One line per document when it is done. Exit code 1: one failed or is missing, or
time ran out. What was never seen under way must look done for --settle seconds:
reads may be behind writes.

examples:
  xcoll wait "SEC Filings" --timeout 600
  xcoll list "SEC Filings" --filter 10-K | xcoll wait "SEC Filings" -
"""

_COLUMNS = ("file_id", "status", "name", "error_message")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    add_file_ids(parser, optional=True)
    parser.add_argument("--timeout", type=_seconds, metavar="S", help="give up after S seconds")
    parser.add_argument(
        "--settle",
        type=_seconds,
        metavar="S",
        help=("by default as learned from the service: 2 to 30 s"),
    )
    add_form(parser)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def run(options: argparse.Namespace, output: Output) -> int:
    """Carry it out."""
    ids = read_file_ids(options.file_ids, output).file_ids
    if options.file_ids and not ids:
        output.note("No IDs were given, so there is nothing to wait for.")
        return 0
    return run_until_signal(_wait(options, output, ids))


async def _wait(options: argparse.Namespace, output: Output, file_ids: tuple[str, ...]) -> int:
    async with opened_session(options) as opened:
        found = await find_collection(opened.client, options.collection)
        return await _watch(options, output, opened, found.collection_id, file_ids)


async def _watch(
    options: argparse.Namespace,
    output: Output,
    opened: OpenedSession,
    collection_id: str,
    file_ids: tuple[str, ...],
) -> int:
    columns = columns_of_documents(_COLUMNS)
    writer = output.rows(RowKind(columns, columns, DOCUMENTS.to_json))
    settling = options.settle
    if settling is None:
        settling = opened.session.state.learned.settling_time()
    waiting = IndexingWait(
        opened.client,
        collection_id,
        file_ids,
        settling_time=settling,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        on_done=lambda row: writer.write([row]),
        on_progress=output.progress("documents are being indexed").update,
    )
    in_time = await waiting.run(options.timeout)
    output.end_progress()
    waited = waiting.waited
    writer.write(list(waited.under_way.values()))
    writer.end()
    problems = []
    if waited.failed:
        problems.append(f"{format_many(len(waited.failed), 'document')} failed")
    if waited.missing:
        shown = ", ".join(sorted(waited.missing)[:3])
        problems.append(f"{format_many(len(waited.missing), 'document')} not there: {shown}")
    if not in_time:
        under_way = format_many(len(waited.under_way), "document")
        after = f" still under way after {options.timeout:g} s" if options.timeout else " under way"
        problems.append(f"{under_way}{after}")
    if problems:
        output.warn(f"{'; '.join(problems)}.")
        return EXIT_FAILED
    if not waited.done:
        output.note("Nothing is being indexed.")
    return 0
