"""An application that holds nothing but a form, and what the tests of forms share."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

import xcoll_tui.ui
from xcoll_tui.api.models import Document, FieldDefinition, FileMetadata
from xcoll_tui.ui.screens.form_dialog import FormDialog
from xcoll_tui.ui.themes import DARK

NOW = 1_776_254_400.0
DEFINITIONS = [
    FieldDefinition("ticker", required=True, inject_into_chunk=True, description="Symbol"),
    FieldDefinition("accession", unique=True),
    FieldDefinition("form"),
]


def document(**fields: str) -> Document:
    """Return a document with these fields."""
    metadata = FileMetadata(
        file_id="file_94840000-1111-2222-3333-4444444443d9",
        name="[/]tsla\x1b.txt",
        size_bytes=118_900,
        content_type="text/plain",
    )
    return Document(metadata, fields, "DOCUMENT_STATUS_PROCESSED")


class Host(App[None]):
    """Nothing but the styles of the program."""

    CSS_PATH = Path(xcoll_tui.ui.__file__).parent / "xcoll.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.animation_level = "none"
        self.results: list[Any] = []


Form = FormDialog[Any]


@asynccontextmanager
async def opened(
    make: Callable[[], Form], size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Pilot[None], Form]]:
    """Show the form that ``make`` makes; what it returns is added to the results of the host."""
    host = Host()
    async with host.run_test(size=size) as pilot:
        form = make()
        await host.push_screen(form, host.results.append)
        await pilot.pause()
        yield pilot, form
