"""`xcoll update`: a collection's name, description, chunking and field definitions."""

import argparse
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.agreement import add_yes, require_agreement, require_askable
from xcoll_tui.cli.commands.collection import add_collection
from xcoll_tui.cli.commands.collection_options import (
    add_collection_options,
    chunking_of,
    definitions_of,
    words_of_changes,
)
from xcoll_tui.cli.commands.documents import read_target
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.following import carry_through
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_collection_result, write_dry_run
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.writes.collection_diff import Change
from xcoll_tui.session.writes.outcome import CollectionDraft, Verdict
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.api.models import Collection
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Change a collection; what you leave out stays as it is."
EXAMPLES = """\
examples:
  xcoll update Drafts --name "Old drafts"
  xcoll update "SEC Filings" --define year --undefine draft --yes
"""

_NOTHING = "Say what to change, such as --name NAME."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.usage = "%(prog)s [options] COLLECTION"
    add_collection(parser)
    parser.add_argument("--name", metavar="NAME", help="its new name")
    add_collection_options(parser)
    parser.add_argument(
        "--undefine",
        action="append",
        default=[],
        metavar="KEY",
        help="delete a field, and its values in all documents; asks",
    )
    add_yes(parser, "deleting fields")
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if options.name is not None and not options.name.strip():
        raise CommandFailed("A collection needs a name.", EXIT_USAGE)
    definitions = definitions_of(options)
    if both := [key for key in options.undefine if key in definitions]:
        raise CommandFailed(f"“{clean(both[0], 60)}” is named twice.", EXIT_USAGE)
    names = ("name", "description", "chunking", "strip", "inject_name")
    if all(getattr(options, name) is None for name in names) and not (
        definitions or options.undefine
    ):
        raise CommandFailed(_NOTHING, EXIT_USAGE)
    if options.undefine:
        require_askable(options, "delete the values of a field")
    return run_until_signal(_update(options, output))


async def _update(options: argparse.Namespace, output: "Output") -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        base = await read_target(opened, options.collection)
        draft = _draft(options, base)
        change = Change.between(base, draft)
        if options.dry_run:
            words = words_of_changes(change.wanted())
            row = Result(
                base.collection_id,
                None,
                base.collection_name,
                str(Verdict.ALREADY) if change.is_nothing else DRY_RUN,
                "It is already like this." if change.is_nothing else f"It would change: {words}.",
            )
            return write_dry_run(output, [row], ("collection_id",))
        if change.removed:
            keys = ", ".join(f"“{clean(definition.key, 60)}”" for definition in change.removed)
            question = (
                f"The values of {keys} would be deleted in "
                f"{format_many(base.documents_count, 'document')} of "
                f"“{clean(base.collection_name, 80)}”. Defining a field again does not bring them "
                "back, and undo does not either."
            )
            require_agreement(options, output, question)
        work = opened.session.collection_writes.update(base.collection_id, draft, base=base)
        return write_collection_result(output, await carry_through(work, output))


def _draft(options: argparse.Namespace, base: "Collection") -> CollectionDraft:
    """Return the collection as it is, but for what was named; raises CommandFailed."""
    definitions = {definition.key: definition for definition in base.field_definitions}
    for key in options.undefine:
        if key not in definitions:
            raise CommandFailed(f"No field “{clean(key, 60)}” is defined.", EXIT_USAGE)
        del definitions[key]
    definitions.update(definitions_of(options))
    name, description = options.name, options.description
    return CollectionDraft(
        base.collection_name if name is None else name,
        (base.collection_description or "") if description is None else description,
        chunking_of(options, base.chunk_configuration),
        field_definitions=tuple(definitions.values()),
    )
