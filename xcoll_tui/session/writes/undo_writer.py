"""Writing undo logs: what many callers want on the disk at the same time goes there together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from xcoll_tui.session.json_file import encode
from xcoll_tui.session.writes.records import unusable

if TYPE_CHECKING:
    from xcoll_tui.session.writes.records import Owner
    from xcoll_tui.session.writes.undo_file import UndoFile

_SOON = 0.25


class _Batch(Struct):
    """Lines for a file; `written` is who waits for them to be on the disk."""

    file: UndoFile
    lines: list[dict[str, Any]]
    durable: bool
    written: asyncio.Future[None] | None = None
    error: OSError | None = None


class UndoWriter:
    """Writes lines to undo logs, in one thread at a time.

    An fsync takes as long for a thousand lines as for one, so callers that come while one is under
    way share the next. `problems` are sentences about lines that nobody waits for and that could
    not be written; they are tried again with the next.
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._pending: list[_Batch] = []
        self._unwritten: list[_Batch] = []
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self.problems: list[str] = []

    async def write(self, file: UndoFile, lines: list[dict[str, Any]]) -> None:
        """Write lines, and return when they are on the disk; raises OSError."""
        written = asyncio.get_running_loop().create_future()
        self._pending.append(_Batch(file, lines, durable=True, written=written))
        self._start()
        await written

    def write_soon(
        self,
        file: UndoFile,
        line: dict[str, Any],
        *,
        durable: bool = False,
        at_once: bool = False,
    ) -> None:
        """Write a line with what is written next, or by itself soon; at once if it is durable."""
        self._pending.append(_Batch(file, [line], durable))
        if durable or at_once:
            self._start()
        elif self._task is None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SOON, self._start)

    async def flush(self) -> None:
        """Write what is not written yet; a failure is told in `problems`."""
        if self._unwritten or self._pending:
            self._start()
        if self._task is not None:
            await asyncio.shield(self._task)

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        batches, self._unwritten = self._unwritten, []
        try:
            while self._pending or batches:
                batches += self._pending
                self._pending = []
                await asyncio.to_thread(self._write, batches)
                for batch in batches:
                    self._settle(batch)
                batches = []
        finally:
            self._task = None
            for batch in batches:
                if batch.written is not None:
                    batch.written.cancel()

    def _settle(self, batch: _Batch) -> None:
        error, written = batch.error, batch.written
        if written is None:
            if error is not None:
                self._unwritten.append(replace(batch, error=None))
                problem = f"{error} What was undone, and how the last writes ended, was not saved."
                if problem not in self.problems:
                    self.problems.append(problem)
        elif written.done():
            return  # whoever waited was cancelled
        elif error is None:
            written.set_result(None)
        else:
            written.set_exception(error)

    def _write(self, batches: list[_Batch]) -> None:
        """Write batches, those of a file at once; what fails has its `error`. Runs in a thread."""
        by_file: dict[UndoFile, list[tuple[_Batch, bytes]]] = {}
        for batch in batches:
            try:
                content = b"".join(encode(line) + b"\n" for line in batch.lines)
            except ValueError as error:
                batch.error = unusable(batch.file.path.parent, error)
            else:
                by_file.setdefault(batch.file, []).append((batch, content))
        for file, parts in by_file.items():
            durable = any(batch.durable for batch, _ in parts)
            try:
                self._owner.acquire()  # what is begun must not look like what broke off
                file.append(b"".join(content for _, content in parts), durable=durable)
            except (OSError, ValueError) as error:
                for batch, _ in parts:
                    batch.error = unusable(file.path.parent, error)
