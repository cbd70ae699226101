"""Which documents, and in which order: `--filter`, `--failed`, `--sort` and `--desc`."""

import argparse
import time
from typing import TYPE_CHECKING

from xcoll_tui.api.filters import COLLECTION_FIELDS, DOCUMENT_FIELDS
from xcoll_tui.api.models import Collection, CollectionsSortBy, DocumentsSortBy, Ordering
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.query import Query

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.lists.filter_conditions import Subject

_DOCUMENTS = {
    "name": DocumentsSortBy.NAME,
    "size": DocumentsSortBy.SIZE,
    "age": DocumentsSortBy.AGE,
}
_COLLECTIONS = {"name": CollectionsSortBy.NAME, "age": CollectionsSortBy.AGE}


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Add `--filter`."""
    parser.add_argument("--filter", metavar="F", help="a filter as in the program: words, or terms")


def add_failed(parser: argparse.ArgumentParser) -> None:
    """Add `--failed`."""
    parser.add_argument("--failed", action="store_true", help="only those that failed to index")


def add_order(parser: argparse.ArgumentParser) -> None:
    """Add `--sort` and `--desc`."""
    parser.add_argument(
        "--sort",
        choices=list(_DOCUMENTS),
        default="name",
        metavar="BY",
        help="name, size or age (name)",
    )
    parser.add_argument("--desc", action="store_true", help="in reverse")


def document_query(options: argparse.Namespace, collection: Collection | None) -> Query:
    """Return what is asked of the documents; options that a command does not have are left out.

    The keys of the collection's fields may be written without `fields.`. Raises CommandFailed for a
    filter that cannot be asked.
    """
    query = Query(
        _DOCUMENTS[getattr(options, "sort", "name")],
        getattr(options, "desc", False),
        failed_only=getattr(options, "failed", False),
    )
    text = _filter_of(options)
    if not text:
        return query
    from xcoll_tui.session.lists.filter_conditions import DOCUMENTS  # noqa: PLC0415 - as below

    definitions = () if collection is None else collection.field_definitions
    return _filtered(query, text, DOCUMENTS.with_keys([each.key for each in definitions]))


def collection_query(options: argparse.Namespace) -> Query:
    """Return what is asked of the collections; raises CommandFailed for what they do not have."""
    if options.sort not in _COLLECTIONS:
        raise CommandFailed("Collections are sorted by name or age.", EXIT_USAGE)
    query, text = Query(_COLLECTIONS[options.sort], options.desc), _filter_of(options)
    if not text:
        return query
    from xcoll_tui.session.lists.filter_conditions import COLLECTIONS  # noqa: PLC0415 - as below

    return _filtered(query, text, COLLECTIONS)


def document_filter(query: Query) -> str | None:
    """Return the expression to send for documents."""
    return query.expression("name", DOCUMENT_FIELDS)


def collection_filter(query: Query) -> str | None:
    """Return the expression to send for collections."""
    return query.expression("collection_name", COLLECTION_FIELDS)


def ordering(query: Query) -> Ordering:
    """Return the order to ask for."""
    return query.order(End.HEAD)


def tell_filter(query: Query, output: "Output") -> None:
    """Say what a filter was taken for, unless it went to the service as it is."""
    translation = query.translation
    if translation is not None and translation.words and not translation.as_it_is:
        output.note(" · ".join([f"Filter: {translation.words}", *translation.notes]))


def _filter_of(options: argparse.Namespace) -> str:
    text: str = getattr(options, "filter", None) or ""
    return text if text.strip() else ""


def _filtered(query: Query, text: str, subject: "Subject") -> Query:
    # Half of what a plain list would import of ours.
    from xcoll_tui.session.lists.filter_terms import translate  # noqa: PLC0415
    from xcoll_tui.session.lists.filter_values import When  # noqa: PLC0415

    translation = translate(text, subject, when=When(time.time()))
    if translation.problem:
        raise CommandFailed(f"--filter cannot be used: {translation.problem}", EXIT_USAGE)
    return query.filtered(text, translation)
