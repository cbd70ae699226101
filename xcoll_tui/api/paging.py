"""Many of something, a request at a time: pages to walk, and IDs in slices."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TypedDict, TypeVar

from xcoll_tui.api.errors import Unreadable
from xcoll_tui.api.models import CollectionPage, DocumentPage
from xcoll_tui.api.urls import id_segment

Page = TypeVar("Page", CollectionPage, DocumentPage)

# The documented maximum of a list; that of batchGet is not documented. IDs are 41 characters long
# as far as is known; longer ones make shorter slices, since many a proxy takes only 8 KiB of URL.
_SLICE = 100
_SLICE_CHARACTERS = 6_000


_IDLE_PAGES = 50
"""After so many pages in a row that bring nothing a walk is given up."""


class ListOptions(TypedDict, total=False):
    """What a list is asked for, in the order of its query; None is as if it were not given.

    `order` and `sort_by` are names of the API's, as in `Ordering` and `DocumentsSortBy`.
    """

    limit: int | None
    order: str | None
    sort_by: str | None
    pagination_token: str | None
    filter: str | None


def list_pairs(options: ListOptions) -> list[tuple[str, object]]:
    """Return what a list is asked for, as pairs of a query."""
    return [*{**dict.fromkeys(ListOptions.__annotations__), **options}.items()]


class IdlePages:
    """Pages that bring nothing: empty ones, and such as came before, whatever their tokens."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._idle = 0

    def are_too_many(self, ids: Sequence[str]) -> bool:
        """Take note of a page; tell whether the last ones brought nothing for too long."""
        page = hash(tuple(ids))
        self._idle = self._idle + 1 if not ids or page in self._seen else 0
        self._seen.add(page)
        return self._idle >= _IDLE_PAGES


async def walk_pages(
    fetch: Callable[..., Awaitable[Page]], options: ListOptions, path: str
) -> AsyncIterator[Page]:
    """Yield the pages that `fetch` gives, from the `pagination_token` of the options on.

    A token that comes twice ends the walk with Unreadable. So do many pages that bring nothing,
    each under another token.
    """
    token = options.get("pagination_token")
    seen = {token} if token else set()
    idle = IdlePages()
    while True:
        page = await fetch(**{**options, "pagination_token": token})
        yield page
        token = page.pagination_token
        if token is None:
            return
        useless = idle.are_too_many(_ids_of(page))
        if useless or token in seen:
            did = f"sent {_IDLE_PAGES} pages in a row without a new row"
            raise Unreadable(
                f"the service {did if useless else 'returned the same pagination_token twice'}, so "
                "the pages after these cannot be reached",
                "Try again, or another order.",
                status=200,
                method="GET",
                path=path,
            )
        seen.add(token)


def _ids_of(page: CollectionPage | DocumentPage) -> list[str]:
    if isinstance(page, CollectionPage):
        return [collection.collection_id for collection in page.collections]
    return [document.file_id for document in page.documents]


def slices_of(file_ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield the IDs in parts that one URL can hold; raises Refused for an ID that none can hold."""
    part: list[str] = []
    characters = 0
    for file_id in file_ids:
        length = len(id_segment(file_id, "file_id")) + len("&file_ids=")
        if part and (len(part) == _SLICE or characters + length > _SLICE_CHARACTERS):
            yield part
            part, characters = [], 0
        part.append(file_id)
        characters += length
    if part:
        yield part
