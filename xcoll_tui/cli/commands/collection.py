"""COLLECTION on a command line: an ID, or a name that is exactly one collection's."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import InvalidArgument, NotFound, Refused
from xcoll_tui.api.filters import equals
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_FAILED
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    import argparse

    from xcoll_tui.api.client import Client
    from xcoll_tui.api.models import Collection

HELP = "its ID, or its exact name"
"""What the help says of a COLLECTION."""

_ID = re.compile(r"collection_[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PAGE_SIZE = 100
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Found:
    """The collection that was meant; `collection` is there where it was read on the way."""

    collection_id: str
    collection: "Collection | None" = None

    async def read(self, client: "Client") -> "Collection":
        """Return the collection, read afresh; raises NotFound."""
        return await client.get_collection(self.collection_id)


def add_collection(parser: "argparse.ArgumentParser", *, optional: bool = False) -> None:
    """Add the argument, as `collection`."""
    parser.add_argument(
        "collection", metavar="COLLECTION", nargs="?" if optional else None, help=HELP
    )


async def find_collection(client: "Client", text: str) -> Found:
    """Find the collection of an ID or an exact name; raises CommandFailed and ApiError.

    What is written as the service writes its IDs is one, and is not looked up. Names need not be
    unique: where several collections have it, their IDs are told.
    """
    if _ID.fullmatch(text):
        return Found(text)
    if not text.strip():
        raise CommandFailed("The COLLECTION is empty. Name one by its ID or its exact name.", 2)
    collections = await _named(client, text)
    if len(collections) == 1:
        return Found(collections[0].collection_id, collections[0])
    if collections:
        ids = ", ".join(clean(each.collection_id, 100) for each in collections)
        raise CommandFailed(
            f"{len(collections)} collections are called “{clean(text, 200)}”. Name one by its ID: "
            f"{ids}.",
            EXIT_FAILED,
        )
    return await _other(client, text)


async def _named(client: "Client", name: str) -> "list[Collection]":
    """Return the collections of a name; the service may take the filter for a part of one."""
    found: dict[str, Collection] = {}
    try:
        async for page in client.iter_collections(
            limit=_PAGE_SIZE, filter=equals("collection_name", name)
        ):
            rows = [row for row in page.collections if row.collection_name == name]
            found.update((row.collection_id, row) for row in rows)
    except InvalidArgument:
        return []  # a name that no filter can hold; it is looked for without one
    return list(found.values())


async def _other(client: "Client", text: str) -> Found:
    """Look for an ID of another form, and for a name without a filter; raises CommandFailed."""
    from difflib import get_close_matches  # noqa: PLC0415 - few mistype

    try:
        collection = await client.get_collection(text)
    except (NotFound, InvalidArgument, Refused):
        pass
    else:
        return Found(collection.collection_id, collection)
    names: dict[str, list[Collection]] = {}
    async for page in client.iter_collections(limit=_PAGE_SIZE):
        for row in page.collections:
            names.setdefault(row.collection_name, []).append(row)
    if len(names.get(text, [])) == 1:
        return Found(names[text][0].collection_id, names[text][0])
    folded = {name.casefold(): name for name in names}
    alike = get_close_matches(text.casefold(), list(folded), n=_MOST_SHOWN)
    hint = ", ".join(f"“{clean(folded[name], 100)}”" for name in alike)
    raise CommandFailed(
        f"There is no collection “{clean(text, 200)}”. "
        + (f"Did you mean {hint}?" if hint else "xcoll list shows all of them."),
        EXIT_FAILED,
    )
