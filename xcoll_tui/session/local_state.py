"""A session on disk: its lock, what can be undone, what broke off, and what was learned."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from xcoll_tui.session.events import UndoChanged
from xcoll_tui.session.layouts import Layouts
from xcoll_tui.session.learned import Learned
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import Owner
from xcoll_tui.session.writes.recovery import Recovery
from xcoll_tui.session.writes.undo_log import UndoLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xcoll_tui.session.backup.deletions import Deletions
    from xcoll_tui.session.backup.restores import Restores
    from xcoll_tui.session.context import SessionContext


class LocalState:
    """The records of one session in the state folder.

    `folder` is None where there is none: then all is kept in memory, unless `problem`, a sentence,
    says why: then what needs a record on disk is refused with it.
    """

    def __init__(
        self, context: SessionContext, folder: Path | None, problem: str, base_url: str
    ) -> None:
        clock = context.clock
        self.folder = folder
        self.problem = problem
        self.place = Place.of(base_url)
        self.owner = Owner(folder)
        self.learned = Learned(folder, self.place, clock=clock)
        self.undo_log = UndoLog(folder, self.place, self.owner, clock=clock, problem=problem)
        self.recovery = Recovery(
            folder, self.place, emit=context.emit, owner=self.owner, problem=problem
        )
        self.layouts = Layouts(folder)
        self.base_url = base_url
        self._context = context

    @cached_property
    def restores(self) -> Restores:
        """The collections that are being made of backups; imported and looked at when asked for."""
        from xcoll_tui.session.backup.restores import Restores  # noqa: PLC0415 - few restore

        return Restores(self.folder, self.owner)

    @cached_property
    def deletions(self) -> Deletions:
        """The collections that are being backed up and deleted; as `restores`."""
        from xcoll_tui.session.backup.deletions import Deletions  # noqa: PLC0415 - few delete

        return Deletions(self.folder, self.owner)

    @property
    def problems(self) -> list[str]:
        """What is wrong with what is on disk, as sentences; what went from it for its age."""
        own = [self.problem] if self.problem else []
        rest = [
            *self.recovery.problems,
            *self.undo_log.problems,
            *self.undo_log.notices,
            *self.learned.problems,
            *self.layouts.problems,
        ]
        if "restores" in self.__dict__:
            rest += self.restores.problems
        if "deletions" in self.__dict__:
            rest += self.deletions.problems
        return [*own, *(problem for problem in rest if problem not in own)]

    async def load(self) -> None:
        """Read what earlier sessions left."""
        await asyncio.gather(self.learned.load(), self.recovery.load(), self.undo_log.load())
        self._context.emit(UndoChanged())

    async def belong_to(self, team: str) -> None:
        """Take note of whose the data are; what is begun from now on is kept for that team."""
        place = Place.of(self.base_url, team)
        if place == self.place:
            return
        self.place = place
        self.recovery.move(place)
        await asyncio.gather(self.learned.move(place), self.undo_log.move(place))
        await asyncio.gather(self.recovery.load(), self.undo_log.load())
        self._context.emit(UndoChanged())

    async def note_restored(
        self, name_of: Callable[[str], str], collection_id: str, backup: Path
    ) -> None:
        """Keep that a collection is made of a backup: it is undone by deleting that collection."""
        from xcoll_tui.session.writes.outcome import Operation  # noqa: PLC0415 - few restore

        name = name_of(collection_id)
        operation = str(Operation.RECREATE)
        entry = self.undo_log.new(operation, collection_id, name, note=backup.name, whole=True)
        with suppress(OSError):  # then it is deleted by hand; nothing is lost by it
            await self.undo_log.begin(entry)

    async def close(self) -> None:
        """Write the rest, and let go of everything: others may take up what is left."""
        await asyncio.gather(self.learned.close(), self.undo_log.flush(), self.layouts.close())
        await asyncio.to_thread(self.owner.release)
