"""`xcoll diff`: a folder beside a collection: what is new, changed, missing there or the same."""

import argparse
import json
import os
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.documents import read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.field_values import add_fields, as_fields
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.opened import opened_session
from xcoll_tui.cli.commands.upload import upload_files
from xcoll_tui.cli.parser import EXIT_USAGE, path_text
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.upload.comparison import STATES, Difference
from xcoll_tui.session.upload.local_files import Gathered
from xcoll_tui.ui.presentation.folder_words import compared_by, skipped_words
from xcoll_tui.ui.presentation.format import format_size
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.upload.comparison import FolderComparison

SUMMARY = "Compare a folder with a collection, by name, size and, where it helps, hash."
EXAMPLES = """\
A line for each that differs: new (here only), changed, missing (there only).
With --upload-new the new ones are uploaded, as xcoll upload does.

example: xcoll diff "Meeting notes" notes/ --upload-new
"""


def _size_there(row: Difference) -> int | None:
    return row.documents[0].file_metadata.size_bytes if row.documents else None


_COLUMNS: tuple[Column[Difference], ...] = (
    Column("state", lambda row: row.state, whole=True),
    Column("name", lambda row: row.name),
    Column(
        "size",
        lambda row: None if row.file is None else row.file.size,
        shown=lambda row: "" if row.file is None else format_size(row.file.size),
        right=True,
        whole=True,
    ),
    Column(
        "size_there",
        _size_there,
        shown=lambda row: format_size(_size_there(row)) if row.documents else "",
        right=True,
        whole=True,
        rank=1,
        head="there",
    ),
    Column("by", lambda row: row.by, rank=1),
    Column("file_id", lambda row: row.documents[0].file_id if row.documents else "", rank=2),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    parser.add_argument("folder", type=path_text, metavar="DIR", help="the folder")
    parser.add_argument("--recursive", action="store_true", help="folders within it as well")
    parser.add_argument("--all", action="store_true", help="also what is unchanged")
    parser.add_argument("--upload-new", action="store_true", help="upload what is new")
    add_fields(parser, "a field of each that is uploaded; may be repeated")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the indexing")
    parser.add_argument("--dry-run", action="store_true", help="say what would be uploaded, only")
    add_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if not os.path.isdir(os.path.expanduser(options.folder)):  # noqa: PTH111, PTH112 - never raises
        raise CommandFailed(f"{clean(options.folder, 200)} is not a folder.", EXIT_USAGE)
    if not options.upload_new and (options.fields or options.dry_run or options.no_wait):
        raise CommandFailed("--field, --dry-run and --no-wait go with --upload-new.", EXIT_USAGE)
    return run_until_signal(_diff(options, output))


async def _diff(options: argparse.Namespace, output: "Output") -> int:
    uploads = options.upload_new and not options.dry_run
    async with opened_session(options, writes=uploads) as opened:
        collection = await read_target(opened, options.collection)
        gathered = await opened.session.uploads.gather(
            [options.folder], recursive=options.recursive
        )
        progress = output.progress("files hashed")
        compared = await opened.session.uploads.compare(
            collection.collection_id, gathered, on_progress=progress.update
        )
        output.end_progress()
        output.note(_summary(compared))
        if not options.upload_new:
            _write(output, compared, everything=options.all)
            return 0
        new = tuple(one.file for one in compared.of("new") if one.file is not None)
        plan = await opened.session.uploads.plan(
            collection.collection_id,
            Gathered(new, gathered.skipped),
            fields=as_fields(options.fields, "--field"),
        )
        return await upload_files(options, output, opened, plan)


def _write(output: "Output", compared: "FolderComparison", *, everything: bool) -> None:
    output.write_rows(
        RowKind(_COLUMNS, _COLUMNS, _to_json),
        [one for one in compared.differences if everything or one.state != "unchanged"],
    )


def _summary(compared: "FolderComparison") -> str:
    shown = [state for state in STATES if state != "unknown" or compared.counts[state]]
    counts = ", ".join(f"{compared.counts[state]:,} {state}" for state in shown)
    return f"{counts}; {compared_by(compared)}.{skipped_words(compared.reasons)}"


def _to_json(row: Difference) -> str:
    return json.dumps(
        {
            "state": row.state,
            "name": row.name,
            "path": None if row.file is None else str(row.file.path),
            "size_bytes": None if row.file is None else row.file.size,
            "size_there": _size_there(row),
            "by": row.by,
            "file_ids": [document.file_id for document in row.documents],
        }
    )
