"""`xcoll upload`: files of this machine into a collection, watched until they are indexed."""

import argparse
import os
from typing import TYPE_CHECKING

from xcoll_tui.api.models import writable
from xcoll_tui.cli.commands.agreement import add_yes, require_agreement, require_askable
from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.documents import read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.field_values import Fields, add_fields, as_fields
from xcoll_tui.cli.commands.following import Following
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.input_file import read_input_text
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, Results, write_dry_run
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE, path_text
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.upload.field_table import TableBroken, read_field_table
from xcoll_tui.session.upload.local_files import MEGABYTE, SkipReason, writable_name
from xcoll_tui.session.upload.plan import ON_NAME
from xcoll_tui.session.writes.outcome import Verdict
from xcoll_tui.ui.presentation.folder_words import skipped_words
from xcoll_tui.ui.presentation.format import format_many, format_size
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xcoll_tui.api.models import Collection
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.upload.local_files import Skipped
    from xcoll_tui.session.upload.plan import UploadPlan

SUMMARY = "Upload files to a collection, and wait until they are indexed."
EXAMPLES = """\
Nothing is sent twice: run it again after a break, and it sends what is missing.
FILE is CSV or JSON lines, a row a file, with its name.

example: xcoll upload "SEC Filings" *.pdf --field form=10-K --fields-from f.csv
"""

SKIPPED = "skipped"
"""The verdict of what is not uploaded, as planned."""
_KILOBYTE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    parser.add_argument(
        "paths", type=path_text, metavar="PATH", nargs="+", help="files, patterns, folders"
    )
    parser.add_argument("--recursive", action="store_true", help="folders in folders, too")
    add_fields(parser, "a field of each; may repeat")
    parser.add_argument(
        "--fields-from", type=path_text, metavar="FILE", help="fields by name; - for input"
    )
    parser.add_argument(
        "--existing",
        choices=ON_NAME,
        default=ON_NAME[0],
        metavar="HOW",
        help="a name that is there: skip, both or replace (skip)",
    )
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the indexing")
    add_yes(parser, "removing what is replaced")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if options.existing == "replace":
        require_askable(options, "remove the documents that are replaced")
    shared = as_fields(options.fields, "--field")
    table = None if options.fields_from is None else read_input_text(options.fields_from)
    return run_until_signal(_upload(options, output, shared, table))


async def _upload(
    options: argparse.Namespace, output: "Output", shared: Fields, table: str | None
) -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        gathered = await opened.session.uploads.gather(options.paths, recursive=options.recursive)
        collection = await read_target(opened, options.collection)
        rows = _rows_of(table, collection)
        progress = output.progress("files hashed")
        plan = await opened.session.uploads.plan(
            collection.collection_id,
            gathered,
            on_name=options.existing,
            fields=shared,
            rows=rows,
            on_progress=progress.update,
        )
        output.end_progress()
        return await upload_files(options, output, opened, plan)


def _rows_of(table: str | None, collection: "Collection") -> dict[str, Fields]:
    if table is None:
        return {}
    try:
        return read_field_table(table, [one.key for one in collection.field_definitions])
    except TableBroken as problem:
        raise CommandFailed(f"{problem} Nothing was sent.", EXIT_USAGE) from None


async def upload_files(
    options: argparse.Namespace, output: "Output", opened: OpenedSession, plan: "UploadPlan"
) -> int:
    """Carry a plan out, or tell it only, and return the exit code."""
    for note in plan.notes:
        output.note(note)
    if plan.problems:
        more = len(plan.problems) - 1
        others = f" There {'is' if more == 1 else 'are'} {more} more." if more else ""
        raise CommandFailed(f"{plan.problems[0]}{others} Nothing was sent.", EXIT_USAGE)
    output.note(preview_of(plan))
    skipped = [_skip_row(plan.collection_id, one) for one in plan.skipped]
    missing = any(one.reason is SkipReason.MISSING for one in plan.skipped)
    code = EXIT_FAILED if missing else 0
    if options.dry_run:
        return write_dry_run(output, [*skipped, *_dry_rows(plan)]) or code
    if plan.replaced:
        documents = format_many(plan.replaced, "document")
        require_agreement(options, output, f"This removes {documents} from the collection.")
    results = Results(output)
    results.write(skipped)
    if plan.files:
        code = await _carry_out(options, output, opened, plan, results) or code
    else:
        output.note("There is nothing to upload.")
    results.end()
    return code


def preview_of(plan: "UploadPlan") -> str:
    """Say what would be uploaded, and what is skipped."""
    types = ", ".join(f"{count:,} {clean(kind, 80)}" for kind, count in plan.types.most_common(4))
    files = format_many(len(plan.files), "file")
    sentence = f"{files} to upload, {format_size(plan.size)}{f' ({types})' if types else ''}."
    return sentence + skipped_words(plan.reasons)


async def _carry_out(
    options: argparse.Namespace,
    output: "Output",
    opened: OpenedSession,
    plan: "UploadPlan",
    results: Results,
) -> int:
    session = opened.session
    upload = session.uploads.start(plan)
    unit, noun = (MEGABYTE, "MB") if plan.size >= MEGABYTE else (_KILOBYTE, "kB")
    counted = (noun, max(1, plan.size // unit), lambda: upload.bytes_sent // unit)
    following = Following(session, output, results, first=upload.run, counted=counted)
    await following.see_through(upload.run.wait())
    if upload.run.stopped is not None:
        output.warn(upload.run.stopped)
    failed = following.failed
    if not options.no_wait and upload.file_ids:
        failed += await _watch(output, opened, plan.collection_id, upload.file_ids, results)
    return EXIT_FAILED if failed else 0


async def _watch(
    output: "Output",
    opened: OpenedSession,
    collection_id: str,
    file_ids: list[str],
    results: Results,
) -> int:
    """Wait until all are indexed, tell of those that failed, and return how many."""
    progress = output.progress("documents are being indexed")
    waited = await opened.session.uploads.watch(
        collection_id, file_ids, on_progress=progress.update
    )
    output.end_progress()
    rows = [
        Result(
            collection_id,
            document.file_id,
            document.name,
            str(Verdict.FAILED),
            f"Indexing “{document.name}” failed: "
            f"{(document.error_message or 'the service does not say why').rstrip('.')}.",
        )
        for document in waited.failed
    ]
    results.write(rows)
    ready = len(waited.done) - len(rows)
    output.note(f"{format_many(ready, 'document')} {'is' if ready == 1 else 'are'} ready.")
    if waited.missing:
        output.warn(f"{format_many(len(waited.missing), 'document')} not there any more.")
    return len(rows) + len(waited.missing)


def _skip_row(collection_id: str, skipped: "Skipped") -> Result:
    name = writable_name(skipped.path)
    path = writable(os.fsdecode(skipped.path))  # a name may be there twice
    sentence = f"“{path}” is skipped ({skipped.reason})."
    return Result(collection_id, None, name, SKIPPED, sentence)


def _dry_rows(plan: "UploadPlan") -> "Iterable[Result]":
    for planned in plan.files:
        file = planned.file
        sentence = (
            f"“{file.name}” would be uploaded ({file.content_type}, {format_size(file.size)})"
        )
        if planned.replaces:
            count = len(planned.replaces)
            sentence += f", in the place of the {'one' if count == 1 else count} of its name"
        yield Result(plan.collection_id, None, file.name, DRY_RUN, f"{sentence}.")
