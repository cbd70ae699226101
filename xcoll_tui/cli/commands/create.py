"""`xcoll create`: a new collection."""

import argparse
from typing import TYPE_CHECKING

from xcoll_tui.api.models import Collection, MetricSpace
from xcoll_tui.cli.commands.collection_options import (
    add_collection_options,
    chunking_of,
    definitions_of,
    words_of_changes,
)
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.following import carry_through
from xcoll_tui.cli.commands.frame import add_write_form
from xcoll_tui.cli.commands.opened import opened_session
from xcoll_tui.cli.commands.results import DRY_RUN, Result, write_collection_result, write_dry_run
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.writes.collection_diff import Change
from xcoll_tui.session.writes.outcome import CollectionDraft

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Create a collection; what you leave out is up to the service."
EXAMPLES = """\
examples:
  xcoll create Drafts
  xcoll create "SEC Filings" --chunking tokens:800:100 --define ticker:required
"""

_METRICS = {
    "cosine": MetricSpace.COSINE,
    "euclidean": MetricSpace.EUCLIDEAN,
    "inner-product": MetricSpace.INNER_PRODUCT,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.usage = "%(prog)s [options] NAME"
    parser.add_argument("name", metavar="NAME", help="another collection may have the same name")
    parser.add_argument("--model", metavar="M", help="for embedding; cannot be changed later")
    parser.add_argument(
        "--metric",
        choices=list(_METRICS),
        metavar="M",
        help=(f"{', '.join(_METRICS)}; cannot be changed later"),
    )
    add_collection_options(parser)
    add_write_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if not options.name.strip():
        raise CommandFailed("A collection needs a name.", EXIT_USAGE)
    draft = CollectionDraft(
        options.name,
        options.description or "",
        chunking_of(options, None),
        (options.model or "").strip() or None,
        None if options.metric is None else str(_METRICS[options.metric]),
        tuple(definitions_of(options).values()),
    )
    return run_until_signal(_create(options, output, draft))


async def _create(options: argparse.Namespace, output: "Output", draft: CollectionDraft) -> int:
    async with opened_session(options, writes=not options.dry_run) as opened:
        if options.dry_run:
            texts = Change.between(Collection(), draft).wanted()
            chosen = {"model_name": draft.model_name, "metric_space": draft.metric_space}
            texts.update((name, value) for name, value in chosen.items() if value is not None)
            sentence = f"It would be created with {words_of_changes(texts)}."
            row = Result("", None, draft.collection_name, DRY_RUN, sentence)
            return write_dry_run(output, [row], ("collection_id",))
        work = opened.session.collection_writes.create(draft)
        return write_collection_result(output, await carry_through(work, output))
