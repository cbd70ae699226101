"""Deleting a collection, with a backup before it; and making one of a backup again."""

from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Collection
from xcoll_tui.session.backup import Backup, BackupBroken, BackupFailed, BackupProgress
from xcoll_tui.session.recreation import RecreationProgress, losses_of
from xcoll_tui.ui.ages import Clock
from xcoll_tui.ui.errors import sentence_of
from xcoll_tui.ui.format import format_age
from xcoll_tui.ui.screens.confirm import ConfirmScreen, Question
from xcoll_tui.ui.screens.pick import Pickable, PickScreen
from xcoll_tui.ui.screens.steps import StepsScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.screens.main import MainScreen


class Deleting:
    """The flows that destroy a collection, and bring one back."""

    def __init__(self, screen: "MainScreen", session: "Session", clock: Clock) -> None:
        self._screen = screen
        self._session = session
        self._clock = clock

    async def delete(self, collection_id: str) -> None:
        """Ask with a fresh count, back up, and only then delete."""
        session, app = self._session, self._screen.app
        try:
            collection = await session.read_collection(collection_id)
        except ApiError as error:
            self._screen.complain(sentence_of(error))
            return
        if not await ask(self._screen, ConfirmScreen(self._question(collection))):
            return
        steps = StepsScreen(
            f"Deleting {collection.collection_name or collection_id}", can_cancel=True
        )
        app.push_screen(steps)
        if not await self._back_up(collection, steps):
            steps.finish()
            return
        if steps.cancelled:
            steps.say("Cancelled. Nothing was deleted; the backup stays.", over=True)
            return
        steps.can_cancel = False
        steps.say("Deleting the collection…")
        outcome = await session.writes.delete_collection(collection_id)
        steps.say(outcome.said, over=True, failed=not outcome.ok)

    def _question(self, collection: Collection) -> Question:
        count = collection.documents_count
        documents = "1 document leaves" if count == 1 else f"{count:,} documents leave"
        folder = self._session.backups.folder
        return Question(
            "Delete collection?",
            collection.collection_name or collection.collection_id,
            collection.collection_id,
            f"{documents} the index with it. The files themselves are kept.",
            "Delete",
            details=(f"A backup is written first, to {folder}",) if folder else (),
            undo="z does not undo this; B makes it again from the backup, indexed anew.",
            typed=collection.collection_name or collection.collection_id,
        )

    async def _back_up(self, collection: Collection, steps: StepsScreen) -> bool:
        accept = False
        while True:
            steps.say("Writing the backup…")

            def tell(progress: BackupProgress) -> None:
                word = "Writing" if progress.step == "reading" else "Checking"
                steps.say(f"{word} the backup: {progress.written:,} of {progress.total:,}")

            try:
                backup = await self._session.backups.make(
                    collection.collection_id, on_progress=tell, accept_unreadable=accept
                )
            except (ApiError, BackupFailed, LookupError) as error:
                said = sentence_of(error) if isinstance(error, ApiError) else str(error)
                some = isinstance(error, BackupFailed) and bool(error.unreadable)
                if not await self._override(collection, said, "Back up the rest" if some else ""):
                    return False
                if not some:
                    return True
                accept = True
                continue
            steps.note(f"Backup: {backup.path}")
            if not backup.doubts:
                return True
            return await self._override(collection, " ".join(backup.doubts), "Delete all the same")

    async def _override(self, collection: Collection, said: str, verb: str) -> bool:
        question = Question(
            "The backup is not whole" if verb else "There is no backup",
            collection.collection_name or collection.collection_id,
            collection.collection_id,
            said,
            verb or "Delete without backup",
            typed=None if verb == "Back up the rest" else "without backup",
        )
        agreed = await ask(self._screen, ConfirmScreen(question))
        return agreed is True

    async def recreate(self) -> None:
        """Choose a backup, and make its collection again."""
        app = self._screen.app
        backups = await self._session.backups.listed()
        whole = [each for each in backups if isinstance(each, Backup)]
        broken = [each for each in backups if isinstance(each, BackupBroken)]
        if not whole:
            said = str(broken[0]) if broken else "There is no backup to recreate from."
            self._screen.tell(said)
            return
        now = self._clock()
        choices = [
            Pickable(
                str(each.path),
                each.collection.collection_name or each.collection.collection_id,
                f"{each.count:,} documents · {format_age(each.made_at, now)}",
                " ".join(losses_of(each)),
            )
            for each in whole
        ]
        picked = await ask(self._screen, PickScreen("Recreate from backup", choices, "Recreate"))
        if picked is None:
            return
        steps = StepsScreen("Recreating from backup", can_cancel=False)
        app.push_screen(steps)
        steps.say("Creating the collection…")

        def tell(progress: RecreationProgress) -> None:
            failed = f" · {progress.failed:,} failed" if progress.failed else ""
            steps.say(f"Attaching: {progress.attached:,} of {progress.total:,}{failed}")

        try:
            done = await self._session.backups.recreate(Path(picked), on_progress=tell)
        except BackupBroken as broken_one:
            steps.say(str(broken_one), over=True, failed=True)
            return
        for note in done.notes:
            steps.note(note)
        steps.say(done.said, over=True, failed=not done.complete)
        await self._session.collections.refresh()
        if done.collection_id is not None:
            self._screen.point_at(done.collection_id)
