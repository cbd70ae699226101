"""`xcoll undo`: what was written last taken back, whichever xcoll wrote it."""

import argparse
import json
import shlex
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError, NotFound
from xcoll_tui.cli.commands.agreement import add_yes, require_agreement
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.delete import delete_collection
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.following import Following
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.results import (
    DRY_RUN,
    Result,
    Results,
    write_collection_result,
    write_dry_run,
)
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.backup.format import Backup
from xcoll_tui.session.times import parse_time, seconds_of
from xcoll_tui.session.writes.judging import is_missing
from xcoll_tui.session.writes.outcome import Outcome, Verdict
from xcoll_tui.ui.presentation.file_fate import fate_when_restored, file_fate
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.undo_lines import UndoRow, undo_rows, with_versions

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.bulk.undo import UndoPlan
    from xcoll_tui.session.writes.undo_entry import UndoEntry

SUMMARY = "Undo the newest write that can be undone, or the one of this number."
EXAMPLES = """\
Writes of the program and of all commands are kept. What removes documents asks
on a terminal, and needs --yes without one. N is the number in --list.

examples:
  xcoll undo --list
  xcoll undo
  xcoll undo 3 --yes
"""


@dataclass(frozen=True)
class _Listed:
    """An entry of the undo log, with its number in the list and its words."""

    number: int
    entry: "UndoEntry"
    row: UndoRow


_COLUMNS: tuple[Column[_Listed], ...] = (
    Column("number", lambda listed: listed.number, right=True, head="N"),
    Column("when", lambda listed: listed.row.when),
    Column("state", lambda listed: listed.row.state),
    Column("title", lambda listed: listed.row.title, whole=True),
    Column("note", lambda listed: listed.row.note, rank=1),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--list", action="store_true", help="list what was written, newest first")
    parser.add_argument("number", nargs="?", type=_number, metavar="N", help="of this list")
    parser.add_argument(
        "--allow-replace", action="store_true", help="to put fields back when nothing else works"
    )
    add_yes(parser, "removing or replacing documents")
    add_write_form(parser)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10**6):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if options.list and options.number is not None:
        raise CommandFailed("--list takes no N.", EXIT_USAGE)
    return run_until_signal(_list(options, output) if options.list else _undo(options, output))


async def _list(options: argparse.Namespace, output: "Output") -> int:
    async with opened_session(options) as opened:
        listed = _listed(opened)
        output.write_rows(RowKind(_COLUMNS, _COLUMNS, _to_json), listed)
        if not listed:
            output.note("No write is recorded that could be undone.")
        for problem in opened.session.undo_stack.problems:
            output.warn(problem)
    return 0


def _listed(opened: OpenedSession) -> list[_Listed]:
    stack = opened.session.undo_stack
    pairs = zip(stack.entries, undo_rows(stack, time.time()), strict=True)
    return [_Listed(number, entry, row) for number, (entry, row) in enumerate(pairs, 1)]


def _to_json(listed: _Listed) -> str:
    entry = listed.entry
    return json.dumps(
        {
            "number": listed.number,
            "at": entry.at,
            "operation": entry.operation,
            "collection_id": entry.collection_id,
            "collection_name": entry.collection_name,
            "file_ids": [item.file_id for item in entry.items.values() if item.file_id],
            "state": entry.state,
            "note": listed.row.note,
        }
    )


async def _undo(options: argparse.Namespace, output: "Output") -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        listed = await _choose(options, opened, output)
        stack = opened.session.undo_stack
        plan = stack.plan(listed.entry)
        if plan.why_not:
            raise CommandFailed(f"It cannot be undone. {plan.why_not}", EXIT_FAILED)
        word = "Redo" if stack.is_undo(listed.entry) else "Undo"
        question = f"{word}: {listed.row.title}. {listed.row.note} {_fate(opened, plan)}".rstrip()
        if plan.kind == "delete collection":
            return await _delete_restored(options, output, opened, plan)
        try:
            await opened.session.read_collection(plan.entry.collection_id)
        except ApiError as error:  # what else goes wrong is told by the writes
            if is_missing(error):
                stack.note_collection_gone(plan.entry)
                name = clean(plan.entry.collection_name or plan.entry.collection_id, 100)
                way_back = await _way_back(opened, collection_id=plan.entry.collection_id)
                reason = f"its collection “{name}” is not there."
                raise CommandFailed(f"It cannot be undone: {reason} {way_back}".rstrip()) from None
        if options.dry_run:
            output.note(question)
            return write_dry_run(output, _planned(plan), _ids_of(plan))
        if plan.removes or plan.replaces:
            require_agreement(options, output, question)
        else:
            output.note(question)
        return await _carry_out(options, output, opened, plan)


async def _choose(options: argparse.Namespace, opened: OpenedSession, output: "Output") -> _Listed:
    listed: list[_Listed] = _listed(opened)
    number: int | None = options.number
    if number is not None:
        if number > len(listed):
            raise CommandFailed(
                f"There is no {number}; xcoll undo --list has {len(listed)}.", EXIT_USAGE
            )
        return listed[number - 1]
    newest = opened.session.undo_stack.newest
    if newest is None:
        way_back = await _way_back(opened)
        raise CommandFailed(f"There is nothing to undo. {way_back}".rstrip(), EXIT_FAILED)
    if way_back := await _way_back(opened, since=newest.at):
        output.note(way_back)
    return next(row for row in listed if row.entry is newest)


async def _way_back(opened: OpenedSession, *, collection_id: str = "", since: float = 0) -> str:
    """Name the newest backup that a deleted collection comes back from, "" where there is none.

    A deletion is no entry of the undo log, so whoever looks for it there is told.
    """
    for backup in await opened.session.backups.listed():
        if not isinstance(backup, Backup):
            continue
        made_at = parse_time(backup.made_at)
        if made_at is None or seconds_of(made_at) < since:
            continue
        collection = backup.collection
        if collection_id in {"", collection.collection_id}:
            name = clean(collection.collection_name or collection.collection_id, 100)
            path = shlex.quote(str(backup.path))
            return f"A deleted “{name}” comes back from its backup: xcoll restore {path}"
    return ""


def _fate(opened: OpenedSession, plan: "UndoPlan") -> str:
    files = opened.session.state.learned.files
    touches_files = plan.kind == "remove" or plan.replaces
    return file_fate(files, len(plan.items)) if touches_files else fate_when_restored(files)


def _ids_of(plan: "UndoPlan") -> tuple[str, ...]:
    return ("collection_id",) if plan.kind == "update" else ("file_id",)


def _planned(plan: "UndoPlan") -> list[Result]:
    words = {
        "attach": "It would be attached again.",
        "remove": "It would be removed.",
        "edit": "It would get its old fields back.",
        "update": "It would be changed back.",
    }
    collection_id, sentence = plan.entry.collection_id, words.get(plan.kind, "It would be undone.")
    return [
        Result(collection_id, item.file_id or None, item.name, DRY_RUN, sentence)
        for item in plan.items
    ]


async def _carry_out(
    options: argparse.Namespace, output: "Output", opened: OpenedSession, plan: "UndoPlan"
) -> int:
    session = opened.session
    results = Results(output, _ids_of(plan))
    following = Following(session, output, results)
    work = session.undo_stack.undo(plan.entry, replace=options.allow_replace)
    undone = await following.see_through(work, len(plan.items))
    if undone is None:
        raise CommandFailed(
            "Nothing was undone: it was undone meanwhile, or another xcoll is working on it."
        )
    outcomes = undone if isinstance(undone, list) else [undone]
    if isinstance(undone, Outcome):
        target = undone.target
        verdict, sentence = str(undone.verdict), with_versions(undone)
        row = Result(target.collection_id, target.file_id, target.name, verdict, sentence)
        results.write([row])
    results.end()
    if any(outcome.verdict is Verdict.IGNORED for outcome in outcomes):
        output.note(
            "--allow-replace removes and re-attaches documents whose fields do not "
            "change otherwise."
        )
    return 0 if all(outcome.ok for outcome in outcomes) else EXIT_FAILED


async def _delete_restored(
    options: argparse.Namespace, output: "Output", opened: OpenedSession, plan: "UndoPlan"
) -> int:
    """Delete the collection that a restore made; where it is gone, that is done."""
    entry, stack = plan.entry, opened.session.undo_stack
    try:
        collection = await opened.session.read_collection(entry.collection_id)
    except NotFound as error:
        if not is_missing(error):
            raise
        stack.note_deleted(entry)
        output.note(f"{clean(entry.collection_name or entry.collection_id)} is already deleted.")
        return 0
    outcome = await delete_collection(options, output, opened, collection, backs_up=True)
    if outcome is None:
        return 0
    if outcome.ok:
        stack.note_deleted(entry)
    return write_collection_result(output, outcome)
