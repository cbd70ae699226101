"""Shows the details of a thing at once, as the list told of it, and then as it is read afresh."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Document
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.facts import Facts, collection_facts, document_facts
from xcoll_tui.ui.screens.details import DetailsScreen

if TYPE_CHECKING:
    from textual.app import App

    from xcoll_tui.session.session import Session


def show_document(app: "App[Any]", session: "Session", file_id: str, clock: Clock) -> None:
    """Show all that is known of a document of the collection that is open."""
    if session.documents is None:
        return
    loaded = session.documents.listing.get(file_id)

    def tell(document: Document) -> Facts:
        collection = session.collection
        definitions = collection.field_definitions if collection else []
        return document_facts(document, definitions, clock())

    async def read() -> Facts:
        return tell(await session.read_document(file_id))

    _show(app, file_id, None if loaded is None else tell(loaded), read)


def show_collection(app: "App[Any]", session: "Session", collection_id: str, clock: Clock) -> None:
    """Show all that is known of a collection."""
    collection = session.collections.listing.get(collection_id)

    async def read() -> Facts:
        return collection_facts(await session.read_collection(collection_id), clock())

    _show(
        app,
        collection_id,
        None if collection is None else collection_facts(collection, clock()),
        read,
    )


def _show(
    app: "App[Any]", key: str, first: Facts | None, read: Callable[[], Awaitable[Facts]]
) -> None:
    screen = DetailsScreen(key, first)
    app.push_screen(screen)

    async def fill() -> None:
        try:
            screen.show(await read())
        except ApiError as error:
            screen.fail(sentence_of(error))

    screen.run_worker(fill(), name="details")
