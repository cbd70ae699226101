"""`xcoll restore`: the collection of a backup made again, or its documents attached to another."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.documents import read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.following import Following, follow_run
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, Results, write_dry_run
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_REFUSED, path_text
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.backup.backups import RestoreElsewhere
from xcoll_tui.session.backup.format import BackupBroken, read_backup
from xcoll_tui.session.backup.restore import losses_of
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.threads import in_thread
from xcoll_tui.session.writes.outcome import Verdict
from xcoll_tui.ui.presentation.file_fate import fate_when_restored
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.backup.backups import Begun
    from xcoll_tui.session.backup.format import Backup, BackupReader
    from xcoll_tui.session.backup.restore import Recreated

SUMMARY = "Recreate a collection from a backup, and attach its documents to it."
EXAMPLES = """\
A line for each document, and in the end one for the collection. A restore that
was interrupted continues where it was. With --into no collection is made.

examples:
  xcoll restore filings.xcoll-backup.jsonl
  xcoll restore filings.xcoll-backup.jsonl --into "SEC Filings"
"""

_COLUMNS = ("collection_id", "file_id")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", type=path_text, metavar="FILE", help="a backup; a name in the state folder, too"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--into", metavar="COLLECTION", help="attach to this one; none is made")
    where.add_argument("--new", action="store_true", help="also where one may have been begun")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    return run_until_signal(_restore(options, output))


async def _restore(options: argparse.Namespace, output: "Output") -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        path = _path_of(options.file, opened)
        try:
            reader = await in_thread(lambda: read_backup(path))
            fate = fate_when_restored(opened.session.state.learned.files)
            if fate:
                output.warn(fate)
            if options.into is not None:
                return await _attach_into(options, output, opened, reader)
            if options.dry_run:
                return _tell(output, reader.backup)
            return await _recreate(options, output, opened, path)
        except (BackupBroken, RestoreElsewhere) as problem:
            raise CommandFailed(str(problem)) from None


def _path_of(text: str, opened: OpenedSession) -> Path:
    """Return the path of a backup; a name alone may be of one that the program keeps."""
    path, folder = Path(text), opened.session.backups.folder
    is_there = os.path.exists(path)  # noqa: PTH110 - False where the name is too long: Path raises
    if not is_there and path.name == text and folder is not None:
        return folder / text
    return path


def _tell(output: "Output", backup: "Backup") -> int:
    collection = backup.collection
    for loss in losses_of(backup):
        output.note(loss)
    documents = format_many(backup.count, "document")
    sentence = f"It would be recreated, with {documents}."
    row = Result("", None, collection.collection_name, DRY_RUN, sentence)
    return write_dry_run(output, [row], _COLUMNS)


async def _recreate(
    options: argparse.Namespace, output: "Output", opened: OpenedSession, path: Path
) -> int:
    session = opened.session
    begun = await session.backups.begun(path)
    collection_id = None
    if begun is not None and begun.collections and not options.new:
        if not begun.sure:
            raise CommandFailed(_unsure(begun), EXIT_REFUSED)
        collection_id = begun.collections[0].collection_id
        output.note(f"Continuing an earlier restore in {collection_id}.")
    begun_record = None if begun is None or options.new else begun.restore
    results = Results(output, _COLUMNS)

    async def work() -> "Recreated":
        try:
            return await session.backups.recreate(
                path, begun=begun_record, collection_id=collection_id
            )
        except OSError as problem:
            sentence = problem.strerror or str(problem)
            raise CommandFailed(
                f"It stopped: its record on disk could not be written ({sentence})."
            ) from None

    done = await Following(session, output, results).see_through(work())
    verdict = Verdict.DONE if done.complete else Verdict.FAILED
    if done.created is not None and not done.created.ok:
        verdict = done.created.verdict
    name = done.backup.collection.collection_name
    results.write([Result(done.collection_id or "", None, name, str(verdict), done.message)])
    results.end()
    for note in done.notes:
        output.note(note)
    return 0 if done.complete else EXIT_FAILED


def _unsure(begun: "Begun") -> str:
    ids = ", ".join(clean(collection.collection_id, 100) for collection in begun.collections)
    return (
        f"An earlier restore of this backup may have made {ids}. --into attaches what is missing "
        "there; --new makes another one. Nothing was sent."
    )


async def _attach_into(
    options: argparse.Namespace, output: "Output", opened: OpenedSession, reader: "BackupReader"
) -> int:
    """Attach the documents of a backup to a collection that there is; undo removes them again."""
    session = opened.session
    collection = await read_target(opened, options.into)
    collection_id = collection.collection_id
    items = await in_thread(
        lambda: [
            Item(document.file_id, document.name, document.fields)
            for document in reader.documents()
        ]
    )
    if options.dry_run:
        sentence = "It would be attached, unless it is there already."
        rows = [Result(collection_id, item.file_id, item.name, DRY_RUN, sentence) for item in items]
        return write_dry_run(output, rows, _COLUMNS)
    run = session.bulk.attach_again(collection_id, items, logged=True)
    return await follow_run(session, run, output, columns=_COLUMNS)
