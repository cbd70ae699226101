"""`xcoll edit`: fields of documents; all other fields stay as they are."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.documents import Present, look, read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.field_values import as_fields, field_value
from xcoll_tui.cli.commands.file_ids import add_file_ids, read_file_ids
from xcoll_tui.cli.commands.following import follow_run
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_dry_run
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.writes.outcome import Verdict
from xcoll_tui.ui.presentation.file_fate import file_fate
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.api.models import Collection
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Set and clear fields of documents; their other fields stay as they are."
EXAMPLES = """\
It is "done" when the service shows the new fields. Where a service keeps the
old ones, --allow-replace removes a document and attaches it again with the new.

examples:
  xcoll edit "SEC Filings" FILE_ID --set type=10-K --unset draft
  xcoll list Papers --filter draft | xcoll edit Papers - --set state=draft
"""

Values = Mapping[str, str | None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    add_file_ids(parser)
    add = parser.add_argument
    add("--set", type=field_value, action="append", default=[], metavar="K=V", help="set a field")
    add("--unset", action="append", default=[], metavar="K", help="clear a field")
    add("--allow-replace", action="store_true", help="where nothing else changes them")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    values: dict[str, str | None] = {**as_fields(options.set, "--set")}
    for key in options.unset:
        if not key.strip():
            raise CommandFailed("A field needs a name; nothing was sent.", EXIT_USAGE)
        if key in values:
            raise CommandFailed(f"“{clean(key, 60)}” is named twice; nothing was sent.", EXIT_USAGE)
        values[key] = None
    if not values:
        raise CommandFailed("Say what to change: --set K=V or --unset K.", EXIT_USAGE)
    file_ids = read_file_ids(options.file_ids, output).file_ids
    if not file_ids:
        output.note("No IDs were given, so there is nothing to edit.")
        return 0
    return run_until_signal(_edit(options, output, file_ids, values))


async def _edit(
    options: argparse.Namespace, output: "Output", file_ids: tuple[str, ...], values: Values
) -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        collection = await read_target(opened, options.collection)
        bulk = opened.session.bulk
        try:
            bulk.check_fields(collection.collection_id, values, len(file_ids))
        except ValueError as problem:
            raise CommandFailed(str(problem), EXIT_USAGE) from None
        present = await look(opened, collection.collection_id, file_ids)
        if options.dry_run:
            return _tell(output, collection, present, file_ids, values)
        items = present.items(file_ids)
        run = bulk.set_fields(
            collection.collection_id, items, values, replace=options.allow_replace
        )
        code = await follow_run(opened.session, run, output)
        if ignored := run.counts[Verdict.IGNORED]:
            fate = file_fate(opened.session.state.learned.files, ignored)
            output.note(
                "--allow-replace removes and re-attaches documents whose fields do not "
                f"change otherwise. {fate}"
            )
        return code


def _tell(
    output: "Output",
    collection: "Collection",
    present: Present,
    file_ids: tuple[str, ...],
    values: Values,
) -> int:
    results = []
    for file_id in file_ids:
        document = present.documents.get(file_id)
        verdict, sentence = str(Verdict.FAILED), "It is not in the collection."
        if document is not None:
            changes = [
                f"{clean(key, 60)} from {_quoted(document.fields.get(key))} to {_quoted(value)}"
                for key, value in values.items()
                if document.fields.get(key) != value
            ]
            verdict, sentence = DRY_RUN, f"It would change {', '.join(changes)}."
            if not changes:
                verdict, sentence = str(Verdict.ALREADY), "It already has these fields."
        name = "" if document is None else document.name
        results.append(Result(collection.collection_id, file_id, name, verdict, sentence))
    return write_dry_run(output, results)


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else f"“{clean(value, 100)}”"
