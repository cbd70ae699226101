"""Deleting a collection: asks with a fresh count, and only with a backup that agrees with it."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Collection
from xcoll_tui.session.backup.format import Backup, BackupBroken
from xcoll_tui.session.backup.make import BackupFailed, BackupProgress
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.file_fate import fate_with_collection, is_deleted
from xcoll_tui.ui.presentation.format import format_count, format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.typed_name import TypedName
from xcoll_tui.ui.screens.confirm import Question
from xcoll_tui.ui.screens.steps import RECREATE, StepsScreen
from xcoll_tui.ui.widgets.progress_bar import BarFacts

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host

_ROUNDS = 3
"""How often a collection is backed up that changes all the time, before it is asked about."""
_NOTHING_DELETED = "Nothing was deleted."
_NO_FOLDER = "There is no state folder, so no backup can be written."


class DeleteCollectionFlow:
    """The flow that destroys a collection."""

    def __init__(
        self,
        host: "Host",
        session: "Session",
        recreate: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._host = host
        self._session = session
        self._recreate = recreate

    async def delete(self, collection_id: str) -> bool:
        """Ask with a fresh count, back up, look again, and only then delete; True if it is done."""
        session = self._session
        if sentence := self._why_not_now(collection_id):
            self._host.complain(sentence)
            return False
        try:
            collection = await session.read_collection(collection_id)
        except ApiError as error:
            self._host.complain(sentence_of(error))
            return False
        if not await self._host.confirm(self._question(collection)):
            return False
        steps = StepsScreen(f"Deleting {_name_of(collection)}", can_cancel=True)
        self._host.app.push_screen(steps, self._go_on)
        under_way = session.backups.deletions.under_way(
            collection_id, session.state.place, collection.collection_name
        )
        async with under_way:
            if not await self._back_up(collection, steps):
                steps.finish()
                return False
            return await self._delete(collection_id, steps)

    def _go_on(self, chosen: str | None) -> None:
        if chosen == RECREATE:
            self._host.run_worker(self._recreate(), group="write")

    async def tell_broken_off(self) -> None:
        """Say which deletions an xcoll that died had begun, and how the collection comes back."""
        state = self._session.state
        broken_off = await state.deletions.take_broken_off(state.place)
        if not broken_off:
            return
        names = [
            f"“{clean(deletion.name or deletion.collection_id, 60)}”" for deletion in broken_off
        ]
        which = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        key = key_for("write.recreate")
        self._host.complain(
            f"Deleting {which} was interrupted. If it is gone, {key} recreates it from its backup."
        )

    async def _delete(self, collection_id: str, steps: StepsScreen) -> bool:
        if steps.cancelled:
            sentence = "Cancelled. Nothing was deleted; the backup stays."
            steps.say(sentence, over=True, cancelled=True)
            return False
        if sentence := self._why_not_now(collection_id):
            steps.say(f"{sentence} Nothing was deleted.", over=True, failed=True)
            return False
        steps.can_cancel = False
        steps.say("Deleting the collection…")
        outcome = await self._session.collection_writes.delete(collection_id)
        steps.can_recreate = outcome.ok and bool(steps.path)
        key = key_for("write.recreate")
        way_back = f" {key} recreates it from its backup." if steps.can_recreate else ""
        steps.say(f"{outcome.message}{way_back}", over=True, failed=not outcome.ok)
        return outcome.ok

    def _why_not_now(self, collection_id: str) -> str:
        count = self._session.writes_to(collection_id)
        if not count:
            return ""
        name = self._session.name_of(collection_id)
        are = "is" if count == 1 else "are"
        return (
            f"{format_many(count, 'write')} to {name} {are} under way, and no backup would hold "
            f"their result. Delete it when they are done; {key_for('activity')} lists them."
        )

    def _question(self, collection: Collection) -> Question:
        count = collection.documents_count
        documents = f"{format_many(count, 'document')} {'leaves' if count == 1 else 'leave'}"
        documents = documents[0].upper() + documents[1:]
        folder = self._session.backups.folder
        files = self._session.state.learned.files
        warnings = [fate_with_collection(files)] if is_deleted(files) else []
        fate = "" if is_deleted(files) else fate_with_collection(files)
        if folder is None:
            problem = self._session.state.problem or _NO_FOLDER
            warnings.append(f"There will be no backup, and nothing brings it back. {problem}")
        return Question(
            "Delete collection?",
            _name_of(collection),
            collection.collection_id,
            f"{documents} the index with it. {fate}".rstrip(),
            "Delete",
            details=(f"A backup is written first, to {folder}",) if folder else (),
            warning=" ".join(warnings),
            undo=(
                f"{key_for('write.undo')} does not undo this. {key_for('write.recreate')} "
                "recreates it "
                "from the backup; it is then indexed again."
                if folder
                else ""
            ),
            typed=collection.collection_name,
            typed_id=collection.collection_id,
            declined=_NOTHING_DELETED,
        )

    # The backup

    async def _back_up(self, collection: Collection, steps: StepsScreen) -> bool:
        """Back up until the backup agrees with the collection, or a person does without."""
        differs = ""
        for _ in range(_ROUNDS):
            backup = await self._make_backup(collection, steps)
            if not isinstance(backup, Backup):
                return backup
            steps.note(f"Backup: {backup.path}")
            steps.path = str(backup.path)
            if steps.cancelled:
                return True
            if backup.doubts and not await self._override(
                collection, " ".join(backup.doubts), "Delete anyway"
            ):
                return False
            steps.say("Checking the backup against the collection…")
            try:
                check = await self._session.backups.check(backup)
            except (ApiError, BackupBroken) as error:
                sentence = sentence_of(error)
                doubt = f"Could not check the backup against the collection. {sentence}"
                return await self._override(collection, doubt, "Delete anyway")
            if check.agrees:
                steps.note(check.cannot_exclude)
                return True
            differs = check.words
            steps.note(f"Since that backup {differs}: backing up again.")
        doubt = f"It is being changed all the time. Since the last backup {differs}."
        return await self._override(collection, doubt, "Delete anyway")

    async def _make_backup(self, collection: Collection, steps: StepsScreen) -> Backup | bool:
        """Return a backup; where there is none, whether a person goes on without."""
        accept = False

        def tell(progress: BackupProgress) -> None:
            word = "Writing" if progress.step == "reading" else "Checking"
            total, written = progress.total, progress.written
            bar = BarFacts(max(total, written), written, 0, ()) if total is not None else None
            steps.say(f"{word} the backup: {written:,} of {format_count(total)}", bar=bar)

        while True:
            steps.say("Writing the backup…")
            try:
                return await self._session.backups.make(
                    collection.collection_id, on_progress=tell, accept_unreadable=accept
                )
            except (ApiError, BackupFailed, LookupError) as error:
                sentence = sentence_of(error)
                if isinstance(error, LookupError):
                    sentence = self._session.state.problem or sentence
                can_be_partial = isinstance(error, BackupFailed) and bool(error.unreadable)
                verb = "Back up the rest" if can_be_partial else ""
                if not await self._override(collection, sentence, verb):
                    return False
                if not can_be_partial:
                    return True
                accept = True

    async def _override(self, collection: Collection, sentence: str, verb: str) -> bool:
        question = Question(
            "The backup is not whole" if verb else "There is no backup",
            _name_of(collection),
            collection.collection_id,
            sentence,
            verb or "Delete without backup",
            typed=None if verb == "Back up the rest" else "without backup",
            destroys=verb != "Back up the rest",
            declined=_NOTHING_DELETED,
        )
        return await self._host.confirm(question)


def _name_of(collection: Collection) -> str:
    return TypedName(collection.collection_name, collection.collection_id).shown
