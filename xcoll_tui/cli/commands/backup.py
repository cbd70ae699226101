"""`xcoll backup`: a collection into a file that `xcoll restore` makes it of again."""

import argparse
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.documents import read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.opened import opened_session
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_REFUSED, path_text
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.private_files import require_plain
from xcoll_tui.session.backup.make import BackupFailed, back_up
from xcoll_tui.session.threads import in_thread

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.backup.format import Backup

SUMMARY = "Write a collection to a file: its settings, and all file IDs with their fields."
EXAMPLES = """\
The files themselves are not in it. Without FILE it is kept where the program
has its own, and B in there lists it. Exit code 1: it may not hold everything.

examples:
  xcoll backup "SEC Filings"
  xcoll backup "SEC Filings" filings.xcoll-backup.jsonl
"""


@dataclass(frozen=True)
class _Made:
    """A backup, with the path that it has in the end."""

    backup: "Backup"
    path: Path


_COLUMNS: tuple[Column[_Made], ...] = (
    Column("path", lambda made: made.path, whole=True),
    Column("collection_id", lambda made: made.backup.collection.collection_id, rank=2),
    Column("documents", lambda made: made.backup.count, right=True),
    Column("made_at", lambda made: made.backup.made_at, rank=1),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    parser.add_argument(
        "file", nargs="?", type=path_text, metavar="FILE", help="where to (the state folder)"
    )
    parser.add_argument("--force", action="store_true", help="replace FILE if there is one")
    parser.add_argument(
        "--accept-unreadable", action="store_true", help="leave out what cannot be read completely"
    )
    add_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    # Through a link, as any program that writes a file: the link stays, and its file is replaced.
    path = None if options.file is None else Path(os.path.realpath(options.file))
    if path is not None:
        try:
            require_plain(path)
        except OSError as error:
            raise CommandFailed(_unwritable(path, error)) from None
        if os.path.exists(path) and not options.force:  # noqa: PTH110 - never raises
            raise CommandFailed(_taken(path), EXIT_REFUSED)
    if path is not None and not os.path.isdir(path.parent):  # noqa: PTH112 - never raises
        raise CommandFailed(f"There is no folder {path.parent}. Make it, or name another FILE.")
    return run_until_signal(_back_up(options, output, path))


async def _back_up(options: argparse.Namespace, output: "Output", path: Path | None) -> int:
    async with opened_session(options) as opened:
        collection = await read_target(opened, options.collection)
        backups, state = opened.session.backups, opened.session.state
        folder = backups.folder if path is None else path.parent
        if folder is None:
            raise CommandFailed(f"{state.problem or 'There is no state folder.'} Name a FILE.")
        progress = output.progress("documents", collection.documents_count)
        try:
            backup = await back_up(
                opened.client,
                collection.collection_id,
                folder,
                base_url=state.base_url,
                on_progress=lambda step: progress.update(step.written),
                accept_unreadable=options.accept_unreadable,
            )
        except BackupFailed as failure:
            hint = " --accept-unreadable leaves that out." if failure.unreadable else ""
            raise CommandFailed(f"{failure}{hint}") from None
        finally:
            output.end_progress()
        made = _Made(backup, backup.path)
        if path is not None:
            await in_thread(lambda: _rename(backup.path, path, force=options.force))
            made = _Made(backup, path)
        output.write_rows(RowKind(_COLUMNS, _COLUMNS, _to_json), [made])
        for doubt in backup.doubts:
            output.warn(doubt)
        return EXIT_FAILED if backup.doubts else 0


def _rename(made: Path, path: Path, *, force: bool) -> None:
    """Give a backup the name that a person wants; where that is taken, it goes."""
    try:
        if force or not path.exists():
            made.replace(path)
            return
    except OSError as error:
        _discard(made)
        raise CommandFailed(_unwritable(path, error)) from None
    _discard(made)
    raise CommandFailed(_taken(path), EXIT_REFUSED)


def _discard(made: Path) -> None:
    with suppress(OSError):
        made.unlink()


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {error.strerror or error}. Name another file."


def _taken(path: Path) -> str:
    return f"There is a file {path} already. --force replaces it."


def _to_json(made: _Made) -> str:
    backup = made.backup
    return json.dumps(
        {
            "path": os.fspath(made.path),
            "collection_id": backup.collection.collection_id,
            "collection_name": backup.collection.collection_name,
            "documents": backup.count,
            "made_at": backup.made_at,
            "doubts": [*backup.doubts],
        }
    )
