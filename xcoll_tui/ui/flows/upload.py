"""Uploading files of this machine to the collection that is open."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ReadOnly
from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.upload.field_table import TableBroken, read_field_table
from xcoll_tui.session.upload.local_files import pasted_paths
from xcoll_tui.session.upload.plan import UploadPlan
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.file_fate import file_fate
from xcoll_tui.ui.presentation.upload_lines import UploadWish
from xcoll_tui.ui.screens.upload import UploadScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host

_LARGEST_TABLE = 16 * 1024 * 1024


async def upload(
    host: "Host", session: "Session", follow: Callable[[BulkRun], Awaitable[None]]
) -> None:
    """Ask what to upload, begin, and `follow` the run."""
    collection_id, collection = session.opened, session.collection
    if collection_id is None:
        host.refuse("Open a collection first.")
        return
    definitions = None if collection is None else collection.field_definitions
    keys = [definition.key for definition in definitions or ()]

    async def plan(wish: UploadWish, on_progress: Callable[[int], object]) -> UploadPlan:
        rows = await asyncio.to_thread(_read_table, wish.table, keys) if wish.table else None
        paths = await asyncio.to_thread(pasted_paths, wish.typed)
        gathered = await session.uploads.gather(paths, recursive=wish.recursive)
        return await session.uploads.plan(
            collection_id,
            gathered,
            on_name=wish.on_name,
            fields=wish.fields,
            rows=rows,
            on_progress=on_progress,
        )

    form = UploadScreen(
        session.name_of(collection_id),
        definitions,
        plan,
        lambda count: file_fate(session.state.learned.files, count),
    )
    agreed = await ask(host, form)
    if agreed is None:
        return
    try:
        begun = session.uploads.start(agreed)
    except (ValueError, ReadOnly) as error:
        host.complain(sentence_of(error))
        return
    await follow(begun.run)


def _read_table(path: str, keys: list[str]) -> dict[str, dict[str, str]]:
    """Read a table of fields; raises TableBroken, also where there is none."""
    try:
        file = Path(path).expanduser()
        if file.stat().st_size > _LARGEST_TABLE:
            raise TableBroken("The table is larger than 16 MiB.")
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TableBroken("The table is no text in UTF-8.") from None
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, TableBroken):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise TableBroken(f"The table cannot be read: {reason}.") from None
    return read_field_table(text, keys)
