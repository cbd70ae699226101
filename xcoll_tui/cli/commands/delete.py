"""`xcoll delete`: a collection, once a backup agrees with it."""

import argparse
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.cli.access import plain
from xcoll_tui.cli.commands.agreement import add_yes, require_agreement, require_askable
from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.documents import read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.following import carry_through
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_collection_result, write_dry_run
from xcoll_tui.cli.parser import EXIT_FAILED
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.backup.format import BackupBroken
from xcoll_tui.session.backup.make import BackupFailed
from xcoll_tui.ui.presentation.file_fate import fate_with_collection
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.typed_name import TypedName

if TYPE_CHECKING:
    from xcoll_tui.api.models import Collection
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.backup.format import Backup
    from xcoll_tui.session.session import Session
    from xcoll_tui.session.writes.outcome import Outcome

SUMMARY = "Delete a collection, after writing and checking a backup of it."
EXAMPLES = """\
The backup holds its settings and all file IDs with their fields; xcoll
restore recreates it. Without a complete backup nothing is deleted.

examples:
  xcoll delete Drafts
  xcoll delete Drafts --yes
"""

_ROUNDS = 3
"""How often a collection is backed up that changes all the time, before it is given up."""
_OVERRIDE = "Nothing was deleted; --no-backup deletes without one."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    parser.add_argument("--no-backup", action="store_true", help="then it cannot be recreated")
    add_yes(parser, "deleting it")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    require_askable(options, "delete a collection")
    return run_until_signal(_delete(options, output))


async def _delete(options: argparse.Namespace, output: "Output") -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        collection = await read_target(opened, options.collection)
        outcome = await delete_collection(
            options, output, opened, collection, backs_up=not options.no_backup
        )
        return 0 if outcome is None else write_collection_result(output, outcome)


async def delete_collection(
    options: argparse.Namespace,
    output: "Output",
    opened: OpenedSession,
    collection: "Collection",
    *,
    backs_up: bool,
) -> "Outcome | None":
    """Ask, back up, look again, and only then delete; None for a dry run.

    Raises CommandFailed where nothing was deleted.
    """
    session, collection_id = opened.session, collection.collection_id
    fate = fate_with_collection(session.state.learned.files)
    folder = session.backups.folder
    if backs_up and folder is None:
        raise CommandFailed(
            f"{session.state.problem or 'There is no state folder.'} {_OVERRIDE}", EXIT_FAILED
        )
    backup = f"A backup is written first, to {folder}." if backs_up else "There will be no backup."
    documents = format_many(collection.documents_count, "document")
    if options.dry_run:
        sentence = f"It would be deleted, with {documents} in it. {backup} {fate}"
        name = collection.collection_name
        row = Result(collection_id, None, name, DRY_RUN, sentence)
        write_dry_run(output, [row], ("collection_id",))
        return None
    typed = TypedName(collection.collection_name, collection_id)
    question = (
        f"“{typed.shown}” ({collection_id}) would be deleted, with {documents} in it and its "
        f"index. {backup} {fate}"
    )
    answer = typed.shown if typed.is_usual else typed.id_end
    require_agreement(options, output, question, typed=answer)
    under_way = session.backups.deletions.under_way(
        collection_id, session.state.place, collection.collection_name
    )
    async with under_way:
        if backs_up:
            await _back_up(session, output, collection)
        return await carry_through(session.collection_writes.delete(collection_id), output)


async def _back_up(session: "Session", output: "Output", collection: "Collection") -> None:
    """Back up until the backup agrees with the collection; raises CommandFailed."""
    differs = ""
    for _ in range(_ROUNDS):
        backup = await _make_backup(session, output, collection)
        output.note(f"Backup: {backup.path}")
        if backup.doubts:
            raise CommandFailed(f"The backup is in doubt. {' '.join(backup.doubts)} {_OVERRIDE}")
        try:
            check = await session.backups.check(backup)
        except (ApiError, BackupBroken) as error:
            raise CommandFailed(
                f"Could not check the backup against the collection. {plain(error)} {_OVERRIDE}"
            ) from None
        if check.agrees:
            output.note(check.cannot_exclude)
            return
        differs = check.words
        output.note(f"Since that backup {differs}: backing up again.")
    raise CommandFailed(
        f"It is being changed all the time: since the last backup {differs}. {_OVERRIDE}"
    )


async def _make_backup(session: "Session", output: "Output", collection: "Collection") -> "Backup":
    progress = output.progress("documents backed up", collection.documents_count)
    try:
        return await session.backups.make(
            collection.collection_id, on_progress=lambda step: progress.update(step.written)
        )
    except (ApiError, BackupFailed) as error:
        raise CommandFailed(f"{plain(error)} {_OVERRIDE}") from None
    finally:
        output.end_progress()
