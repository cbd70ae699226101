"""`xcoll remove`: documents out of their collection; their fields are kept for undo."""

import argparse
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.agreement import add_yes, require_agreement, require_askable
from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.documents import look, matching, read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.file_ids import add_file_ids, read_file_ids
from xcoll_tui.cli.commands.following import follow_run
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_dry_run
from xcoll_tui.cli.commands.selection import add_filter, document_query, tell_filter
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.writes.outcome import Verdict
from xcoll_tui.ui.presentation.file_fate import file_fate, is_deleted
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xcoll_tui.api.models import Collection
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Remove documents from a collection; their fields are kept for xcoll undo."
EXAMPLES = """\
It asks on a terminal, and needs --yes without one. What becomes of the files,
and so whether undo can attach them again, is said as far as it was seen here.

examples:
  xcoll remove "SEC Filings" FILE_ID FILE_ID
  xcoll remove "SEC Filings" --filter 'fields.year:2019' --dry-run
  xcoll list "SEC Filings" --failed | xcoll remove "SEC Filings" - --yes
"""

_NAMED = 5
_TYPED_ABOVE = 20
"""More documents than this are removed only when their number is typed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.usage = "%(prog)s [options] COLLECTION FILE_ID... | --filter F"
    add_collection(parser)
    add_file_ids(parser, optional=True)
    add_filter(parser)
    add_yes(parser, "removing them")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if bool(options.file_ids) == (options.filter is not None):
        raise CommandFailed("Give either document IDs or --filter.", EXIT_USAGE)
    if options.filter is not None and not options.filter.strip():
        raise CommandFailed("An empty --filter would be all documents.", EXIT_USAGE)
    if options.filter == "-":
        raise CommandFailed("IDs from a pipe are given as -, without --filter.", EXIT_USAGE)
    require_askable(options, "remove documents")
    file_ids = read_file_ids(options.file_ids, output).file_ids
    if options.file_ids and not file_ids:
        output.note("No IDs were given, so there is nothing to remove.")
        return 0
    return run_until_signal(_remove(options, output, file_ids))


async def _remove(options: argparse.Namespace, output: "Output", file_ids: tuple[str, ...]) -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        collection = await read_target(opened, options.collection)
        collection_id = collection.collection_id
        absent: set[str] = set()
        if options.filter is not None:
            query = document_query(options, collection)
            tell_filter(query, output)
            items = await matching(opened, collection_id, query)
        elif options.yes and not options.dry_run:
            items = [Item(file_id) for file_id in file_ids]  # each is read when it is removed
        else:
            present = await look(opened, collection_id, file_ids)
            items = present.items(file_ids)
            absent = {*file_ids} - present.documents.keys()
        if not items:
            output.note("There is no such document.")
            return 0
        fate = file_fate(opened.session.state.learned.files, len(items))
        if options.dry_run:
            output.note(fate)
            return write_dry_run(output, _planned(collection, items, absent))
        there = [item for item in items if item.file_id not in absent]
        if there:
            _ask(options, output, opened, collection, there)
        run = opened.session.bulk.remove(collection_id, items)
        code = await follow_run(opened.session, run, output)
        if run.counts[Verdict.DONE]:
            # As it is known by now: a removal may have shown what becomes of the files.
            output.note(file_fate(opened.session.state.learned.files, run.counts[Verdict.DONE]))
        return code


def _ask(
    options: argparse.Namespace,
    output: "Output",
    opened: OpenedSession,
    collection: "Collection",
    items: "Sequence[Item]",
) -> None:
    count = len(items)
    files = opened.session.state.learned.files
    names = ", ".join(clean(item.name or item.file_id, 60) for item in items[:_NAMED])
    more = f", and {count - _NAMED:,} more" if count > _NAMED else ""
    undo = "" if is_deleted(files) else " xcoll undo attaches them again, to be indexed again."
    question = (
        f"{format_many(count, 'document')} would leave “{clean(collection.collection_name, 80)}” "
        f"and its index: {names}{more}. {file_fate(files, count)}{undo}"
    )
    require_agreement(options, output, question, typed=str(count) if count > _TYPED_ABOVE else "")


def _planned(collection: "Collection", items: "Sequence[Item]", absent: set[str]) -> list[Result]:
    results = []
    for item in items:
        verdict, sentence = DRY_RUN, "It would be removed."
        if item.file_id in absent:
            verdict, sentence = str(Verdict.ALREADY), "It is not in the collection."
        results.append(Result(collection.collection_id, item.file_id, item.name, verdict, sentence))
    return results
