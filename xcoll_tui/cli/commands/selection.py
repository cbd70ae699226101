"""Which documents, and in which order: `--filter`, `--failed`, `--sort` and `--desc`."""

import argparse

from xcoll_tui.api.filters import COLLECTION_FIELDS, DOCUMENT_FIELDS
from xcoll_tui.api.models import CollectionsSortBy, DocumentsSortBy, Ordering
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.query import Query

_DOCUMENTS = {
    "name": DocumentsSortBy.NAME,
    "size": DocumentsSortBy.SIZE,
    "age": DocumentsSortBy.AGE,
}
_COLLECTIONS = {"name": CollectionsSortBy.NAME, "age": CollectionsSortBy.AGE}


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Add `--filter`."""
    parser.add_argument("--filter", metavar="F", help="what the filter line takes: words, or terms")


def add_failed(parser: argparse.ArgumentParser) -> None:
    """Add `--failed`."""
    parser.add_argument("--failed", action="store_true", help="those that were not indexed only")


def add_order(parser: argparse.ArgumentParser) -> None:
    """Add `--sort` and `--desc`."""
    parser.add_argument(
        "--sort",
        choices=list(_DOCUMENTS),
        default="name",
        metavar="BY",
        help="name, size or age (name)",
    )
    parser.add_argument("--desc", action="store_true", help="the other way round")


def document_query(options: argparse.Namespace) -> Query:
    """Return what is asked of the documents; options that a command does not have are left out."""
    return Query(
        _DOCUMENTS[getattr(options, "sort", "name")],
        getattr(options, "desc", False),
        _filter_text(options),
        getattr(options, "failed", False),
    )


def collection_query(options: argparse.Namespace) -> Query:
    """Return what is asked of the collections; raises CommandFailed for what they do not have."""
    if options.sort not in _COLLECTIONS:
        raise CommandFailed("Collections are sorted by name or age.", EXIT_USAGE)
    return Query(_COLLECTIONS[options.sort], options.desc, _filter_text(options))


def document_filter(query: Query) -> str | None:
    """Return the expression to send for documents."""
    return query.expression("name", DOCUMENT_FIELDS)


def collection_filter(query: Query) -> str | None:
    """Return the expression to send for collections."""
    return query.expression("collection_name", COLLECTION_FIELDS)


def ordering(query: Query) -> Ordering:
    """Return the order to ask for."""
    return query.order(End.HEAD)


def _filter_text(options: argparse.Namespace) -> str:
    # The one place where a filter of a beginner's becomes an expression of the service's.
    return getattr(options, "filter", None) or ""
