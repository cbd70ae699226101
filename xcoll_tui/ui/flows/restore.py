"""Making a collection of a backup again: a new one, or the one that an earlier restore began."""

from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.backup.backups import Begun, RestoreElsewhere
from xcoll_tui.session.backup.format import Backup, BackupBroken
from xcoll_tui.session.backup.restore import RecreationProgress, losses_of
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.file_fate import fate_when_restored
from xcoll_tui.ui.presentation.format import format_age, format_many
from xcoll_tui.ui.screens.pick import Pickable
from xcoll_tui.ui.screens.steps import StepsScreen
from xcoll_tui.ui.widgets.progress_bar import BarFacts

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host

_ANOTHER = ""
_DELETING = " · its collection is being deleted"
"""Picked where none of the collections is the one that an earlier restore began."""


class RestoreFlow:
    """The flow that brings a collection back."""

    def __init__(self, host: "Host", session: "Session", clock: Clock) -> None:
        self._host = host
        self._session = session
        self._clock = clock

    async def restore(self) -> None:
        """Choose a backup, and make its collection again; one that was begun goes on."""
        path = await self._pick()
        if path is None:
            return
        try:
            begun = await self._session.backups.begun(path)
        except (ApiError, BackupBroken, RestoreElsewhere) as error:
            sentence = sentence_of(error)
            self._host.complain(f"Nothing was recreated. {sentence}")
            return
        collection_id: str | None = None
        if begun is not None and begun.collections:
            if begun.sure:
                collection_id = begun.collections[0].collection_id
            else:
                picked = await self._pick_begun(begun)
                if picked is None:
                    return
                collection_id = picked or None
        await self._recreate(path, begun, collection_id)

    async def _pick(self) -> Path | None:
        backups = await self._session.backups.listed()
        whole = [backup for backup in backups if isinstance(backup, Backup)]
        broken = [backup for backup in backups if isinstance(backup, BackupBroken)]
        if not whole:
            problem = self._session.state.problem
            nothing = f"There is no backup to recreate from. {problem}".rstrip()
            self._host.refuse(str(broken[0]) if broken else nothing)
            return None
        being_deleted = await self._session.backups.deletions.live()
        warning = fate_when_restored(self._session.state.learned.files)
        choices = [
            Pickable(
                str(backup.path),
                backup.collection.collection_name or backup.collection.collection_id,
                f"{format_many(backup.count, 'document')} · "
                f"{format_age(backup.made_at, self._clock())}"
                f"{_DELETING if backup.collection.collection_id in being_deleted else ''}",
                " ".join(filter(None, [warning, *losses_of(backup)])),
            )
            for backup in whole
        ]
        picked = await self._host.pick("Recreate from backup", choices, "Recreate")
        return None if picked is None else Path(picked)

    async def _pick_begun(self, begun: Begun) -> str | None:
        """Ask which collection an earlier restore made, since its answer was lost."""
        choices = [
            Pickable(
                collection.collection_id,
                collection.collection_name or collection.collection_id,
                f"{format_many(collection.documents_count, 'document')} · "
                f"{format_age(collection.created_at, self._clock())}",
                f"{collection.collection_id}: continue in this one.",
            )
            for collection in begun.collections
        ]
        choices.append(Pickable(_ANOTHER, "None of these", "create another", "Creates a new one."))
        title = "An earlier restore may have created one of these"
        return await self._host.pick(title, choices, "Choose")

    async def _recreate(self, path: Path, begun: Begun | None, collection_id: str | None) -> None:
        steps = StepsScreen("Recreating from backup", can_cancel=False)
        self._host.app.push_screen(steps)
        if collection_id is None:
            steps.say("Creating the collection…")
        else:
            steps.say("Attaching what is missing…")
            steps.note(f"Continuing an earlier restore in {collection_id}.")

        def tell(progress: RecreationProgress) -> None:
            failed = f" · {progress.failed:,} failed" if progress.failed else ""
            bar = BarFacts(progress.total, progress.attached, progress.failed, ())
            steps.say(f"Attaching: {progress.attached:,} of {progress.total:,}{failed}", bar=bar)

        try:
            done = await self._session.backups.recreate(
                path,
                begun=None if begun is None else begun.restore,
                on_progress=tell,
                collection_id=collection_id,
            )
        except (BackupBroken, RestoreElsewhere) as problem:
            steps.say(str(problem), over=True, failed=True)
            return
        except OSError as problem:
            steps.say(f"It stopped: {_sentence_of(problem)}", over=True, failed=True)
            return
        for note in done.notes:
            steps.note(note)
        steps.say(done.message, over=True, failed=not done.complete)
        await self._session.collections.refresh()
        if done.collection_id is not None:
            self._host.point_at(done.collection_id)


def _sentence_of(problem: OSError) -> str:
    """Tell why a record could not be written; most such errors are sentences already."""
    sentence = str(problem)
    if problem.errno is None or sentence.endswith("."):
        return sentence
    reason = problem.strerror or sentence
    return f"its record on disk could not be written ({reason})."
