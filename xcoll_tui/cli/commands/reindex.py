"""`xcoll reindex`: documents that are to be indexed again."""

import argparse
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.documents import look, matching, read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.file_ids import add_file_ids, read_file_ids
from xcoll_tui.cli.commands.following import follow_run
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_dry_run
from xcoll_tui.cli.commands.selection import add_failed, document_query
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.writes.outcome import Verdict

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Re-index documents."
EXAMPLES = """\
Without --wait exit code 0 says that all were asked for; with it, that all were
seen to be re-indexed.

examples:
  xcoll reindex "SEC Filings" --failed --wait
  xcoll list "SEC Filings" --filter 10-K | xcoll reindex "SEC Filings" - --wait
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    add_file_ids(parser, optional=True)
    add_failed(parser)
    parser.add_argument("--wait", action="store_true", help="until their indexing has ended")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if bool(options.file_ids) == options.failed:
        raise CommandFailed("Give either document IDs or --failed.", EXIT_USAGE)
    file_ids = read_file_ids(options.file_ids, output).file_ids
    if options.file_ids and not file_ids:
        output.note("No IDs were given, so there is nothing to re-index.")
        return 0
    return run_until_signal(_reindex(options, output, file_ids))


async def _reindex(options: argparse.Namespace, output: "Output", file_ids: tuple[str, ...]) -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        collection = await read_target(opened, options.collection)
        collection_id = collection.collection_id
        items = [Item(file_id) for file_id in file_ids]  # each is read when it is indexed again
        if options.failed:
            items = await matching(opened, collection_id, document_query(options, collection))
        if not items:
            output.note("No document has failed.")
            return 0
        if options.dry_run:
            return await _tell(output, opened, collection_id, items)
        run = opened.session.bulk.reindex(collection_id, items)
        return await follow_run(opened.session, run, output, until_indexed=options.wait)


async def _tell(
    output: "Output", opened: OpenedSession, collection_id: str, items: list[Item]
) -> int:
    present = await look(opened, collection_id, [item.file_id for item in items])
    results = []
    for item in present.items(item.file_id for item in items):
        verdict, sentence = DRY_RUN, "It would be re-indexed."
        if item.file_id not in present.documents:
            verdict, sentence = str(Verdict.FAILED), "It is not in the collection."
        results.append(Result(collection_id, item.file_id, item.name, verdict, sentence))
    return write_dry_run(output, results)
