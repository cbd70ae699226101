"""An export of some documents into a file, which gets its name once it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.session.lists.export import ExportOptions, doubt_count, export_all, export_rows
from xcoll_tui.session.lists.sources import PAGE_SIZE
from xcoll_tui.session.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xcoll_tui.api.models import Document, FieldDefinition
    from xcoll_tui.private_files import FreshFile
    from xcoll_tui.session.lists.export_format import FormatName
    from xcoll_tui.session.lists.query import Query
    from xcoll_tui.session.lists.sources import Source


@dataclass(frozen=True)
class Chosen:
    """The documents to export: all that a query asks for, or else `rows` and those of `absent`.

    `total` is how many there should be, None where that is not known; `absent` are the IDs of
    documents that are not loaded, and are read first.
    """

    query: Query | None = None
    rows: Sequence[Document] = ()
    absent: Sequence[str] = ()
    total: int | None = None


@dataclass(frozen=True)
class ExportedFile:
    """What a file holds: how many documents; and sentences on what it may lack."""

    count: int
    doubts: tuple[str, ...]


async def export_to_file(
    fresh: FreshFile,
    source: Source[Document],
    chosen: Chosen,
    form: FormatName,
    definitions: Sequence[FieldDefinition] = (),
    *,
    on_progress: Callable[[int], None] | None = None,
) -> ExportedFile:
    """Write documents, and give the file its name; where that fails, no file is left.

    What takes long is done in a thread. Raises ApiError and OSError, FileExistsError where the name
    was taken meanwhile.
    """
    options = ExportOptions(form, definitions, folder=fresh.folder, in_thread=True)
    write = fresh.file.write
    doubts = []
    try:
        if chosen.query is not None:
            exported = await export_all(
                source, chosen.query, options, write, on_progress, total=chosen.total
            )
            counted = None if chosen.query.is_filtered else chosen.total
            doubts.append(await doubt_count(source, exported.count, counted))
        else:
            read = await _read(source, chosen.absent)
            exported = await export_rows([*chosen.rows, *read], options, write, on_progress)
            if gone := len(chosen.absent) - len(read):
                doubts.append(f"{gone:,} of them are not in the collection any more.")
        await in_thread(fresh.publish)
    finally:
        fresh.discard()
    if exported.unreadable:
        doubts.append(
            f"{exported.unreadable:,} of them could not be read in full, so members of them are "
            "missing."
        )
    return ExportedFile(exported.count, tuple(filter(None, doubts)))


async def _read(source: Source[Document], file_ids: Sequence[str]) -> list[Document]:
    documents: list[Document] = []
    for place in range(0, len(file_ids), PAGE_SIZE):
        documents += await source.look(file_ids[place : place + PAGE_SIZE]) or ()
    return documents
