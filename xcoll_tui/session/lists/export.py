"""Exporting documents: all that match, from both ends in flat memory, or those that are given."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import aclosing
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from xcoll_tui.session.lists.both_ends import read_both_ends
from xcoll_tui.session.lists.export_format import make_format
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import Document, FieldDefinition
    from xcoll_tui.session.lists.export_format import Format, FormatName
    from xcoll_tui.session.lists.query import Query
    from xcoll_tui.session.lists.sources import Source

_AT_ONCE = 500


@dataclass(frozen=True)
class Exported:
    """What was written: how many documents, and how many of them could not be read completely."""

    count: int
    unreadable: int


@dataclass(frozen=True)
class ExportOptions:
    """The form of an export; `definitions` are the columns that CSV has in any case.

    What has to be kept on the way stands in files without a name in `folder`, None for the
    system's own place. With `in_thread` what takes long by itself is done beside the event loop,
    `write` too.
    """

    form: FormatName
    definitions: Sequence[FieldDefinition] = ()
    excel: bool = False
    folder: Path | None = None
    in_thread: bool = False

    def over(self, write: Callable[[bytes], object]) -> Format:
        """Return the format that writes so."""
        return make_format(self.form, write, self.definitions, excel=self.excel, folder=self.folder)

    async def carry_out(self, call: Callable[[], None]) -> None:
        """Do what takes long by itself."""
        if self.in_thread:
            await in_thread(call)
        else:
            call()


async def export_all(
    source: Source[Document],
    query: Query,
    options: ExportOptions,
    write: Callable[[bytes], object],
    on_progress: Callable[[int], None] | None = None,
    *,
    total: int | None = None,
) -> Exported:
    """Write every document that a query asks for, each once, in its order.

    `total` is how many there should be, if that is known: nothing but speed depends on it. Memory
    stays flat: what is read from the far end waits in a file. The same documents give the same
    bytes. Raises ApiError, and OSError of `write` and of the file.
    """
    count, unreadable = 0, 0
    format_ = options.over(write)
    try:
        with tempfile.TemporaryFile(dir=options.folder) as spool:
            far: list[tuple[int, int]] = []
            async with aclosing(read_both_ends(source, query, total)) as pages:
                async for end, rows in pages:
                    if not rows:
                        continue
                    if end is End.HEAD:
                        format_.write(format_.encode(rows))
                    else:
                        far.append(_append(spool, format_.encode(rows[::-1])))
                    count += len(rows)
                    unreadable += sum(row.unreadable is not None for row in rows)
                    if on_progress is not None:
                        on_progress(count)

            def finish() -> None:
                for place, length in reversed(far):
                    spool.seek(place)
                    format_.write(spool.read(length))
                format_.end()

            await options.carry_out(finish)
    finally:
        format_.close()
    return Exported(count, unreadable)


async def export_rows(
    rows: Iterable[Document],
    options: ExportOptions,
    write: Callable[[bytes], object],
    on_progress: Callable[[int], None] | None = None,
) -> Exported:
    """Write the documents that are given; raises OSError. Others get their turn in between."""
    count, unreadable = 0, 0
    format_ = options.over(write)
    part: list[Document] = []
    try:
        for row in rows:
            part.append(row)
            if len(part) == _AT_ONCE:
                format_.write(format_.encode(part))
                count += len(part)
                part = []
                if on_progress is not None:
                    on_progress(count)
                await asyncio.sleep(0)
            unreadable += row.unreadable is not None
        if part:
            format_.write(format_.encode(part))
        await options.carry_out(format_.end)
    finally:
        format_.close()
    return Exported(count + len(part), unreadable)


async def doubt_count(source: Source[Document], exported: int, counted: int | None) -> str:
    """Return a sentence where the service counts otherwise than its list, "" where it agrees.

    `counted` is how many there were before all of them were exported; it is asked again first.
    """
    if counted in {None, exported}:
        return ""
    again = await source.total()
    counted = counted if again is None else again
    if counted == exported:
        return ""
    return (
        f"The service counts {counted:,} documents and listed {exported:,}: it may be behind, or "
        "documents came or went meanwhile. Export again to be sure."
    )


def _append(spool: IO[bytes], chunk: bytes) -> tuple[int, int]:
    place = spool.tell()
    spool.write(chunk)
    return place, len(chunk)
