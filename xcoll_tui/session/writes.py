"""The only way to change something: every write is sent, read back, and told as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.filters import equals, field_path
from xcoll_tui.session.collection_writes import CollectionWrites
from xcoll_tui.session.document_writes import DocumentWrites
from xcoll_tui.session.edit import Climb, Edit
from xcoll_tui.session.field_edit import FieldEditor
from xcoll_tui.session.outcome import Operation
from xcoll_tui.session.replacement import Replacement
from xcoll_tui.session.stage import Done, How

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.lasting import Lasting
    from xcoll_tui.session.outcome import CollectionDraft, Outcome, Target
    from xcoll_tui.session.recovery import Recovery, Unfinished
    from xcoll_tui.session.stage import Stage

_PROBED = 100


class Writes:
    """The writes of a sitting.

    None raises an ApiError: what went wrong is in the outcome. None is broken off when its caller
    is cancelled. One at a time goes on per document, different documents side by side.

    `collection_id` is the opened one unless given. `slot` is held around each request that changes
    something, not around the reading back; it may raise NotSent on entering. A `quiet` write is a
    part of many: it has no entry of its own, and whoever made it undoes it.
    """

    def __init__(
        self,
        stage: Stage,
        recovery: Recovery,
        *,
        opened: Callable[[], str | None],
        lasting: Lasting,
    ) -> None:
        self._stage = stage
        self._service = stage.service
        self._recovery = recovery
        self._opened = opened
        self._lasting = lasting
        self._documents = DocumentWrites(stage)
        self._collections = CollectionWrites(stage)
        self._editor = FieldEditor(stage, recovery, self._edit)

    @property
    def busy(self) -> int:
        """The number of writes that are under way."""
        return self._stage.busy

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._service.read_only

    def intent_of(self, file_id: str) -> str | None:
        """Return what is being done to a document of the opened collection, as "saving…"."""
        opened = self._opened()
        return None if opened is None else self._stage.rows.intent_of(opened, file_id)

    def intent_of_collection(self, collection_id: str) -> str | None:
        """Return what is being done to a collection itself, as "deleting…"."""
        return self._stage.rows.intent_of(collection_id)

    async def idle(self) -> None:
        """Wait until nothing is under way, the reading that follows writes included."""
        await self._lasting.idle()

    # Documents

    async def attach(
        self,
        collection_id: str,
        file_id: str,
        fields: Mapping[str, str] | None = None,
        *,
        slot: AbstractAsyncContextManager[Any] | None = None,
        quiet: bool = False,
    ) -> Outcome:
        """Attach an uploaded file; one that is attached already is left as it is."""
        target = self._target(file_id, collection_id)
        return await self._documents.attach(target, fields, How(slot, quiet))

    async def edit_fields(
        self,
        file_id: str,
        fields: Mapping[str, str],
        *,
        base: Mapping[str, str],
        replace: bool = False,
        overwrite: bool = False,
        document: Document | None = None,
        collection_id: str | None = None,
        slot: AbstractAsyncContextManager[Any] | None = None,
        quiet: bool = False,
    ) -> Outcome:
        """Give a document these fields, and no others.

        `base` are the fields as they were read when the person began; if they are others now,
        nothing is written, unless `overwrite`. `replace` allows to remove the document and attach
        it again. `document` is the document if it was read just now, else it is read first.
        """
        target = self._target(file_id, collection_id)
        edit = Edit(target, dict(fields), dict(base), replace, overwrite)
        return await self._edit(edit, How(slot, quiet), document)

    async def remove(
        self,
        file_id: str,
        *,
        base: Mapping[str, str] | None = None,
        collection_id: str | None = None,
        slot: AbstractAsyncContextManager[Any] | None = None,
        quiet: bool = False,
    ) -> Outcome:
        """Remove a document from its collection; the outcome's `document` is what it was.

        With `base` only if its fields are still those.
        """
        target = self._target(file_id, collection_id)
        return await self._documents.remove(target, base, How(slot, quiet))

    async def reindex(
        self,
        file_id: str,
        *,
        collection_id: str | None = None,
        slot: AbstractAsyncContextManager[Any] | None = None,
        quiet: bool = False,
    ) -> Outcome:
        """Index a document anew."""
        return await self._documents.reindex(self._target(file_id, collection_id), How(slot, quiet))

    async def probe_unique(
        self, collection_id: str, key: str, value: str, *, except_file_id: str | None = None
    ) -> str | None:
        """Return the name (or ID) of another document whose field has this value.

        None where there is none, and where the service cannot tell: it decides when the fields are
        saved.
        """
        try:
            page = await self._service.list_documents(
                collection_id, limit=_PROBED, filter=equals(field_path(key), value)
            )
        except ApiError:
            return None
        for document in page.documents:
            # How exactly the service compares is not documented.
            if document.fields.get(key) == value and document.file_id != except_file_id:
                return document.name or document.file_id
        return None

    # Replacements that broke off

    async def finish(self, entry: Unfinished, *, old: bool = False) -> Outcome:
        """Attach what a replacement left out, with its new fields, or with the old ones."""
        target = self._target(entry.file_id, entry.collection_id)
        target = replace(
            target,
            name=target.name or entry.name,
            collection_name=target.collection_name or entry.collection_name,
        )
        act = partial(self._do_finish, entry, target, old)
        return await self._stage.perform(Operation.REPLACE, target, "attaching…", act, How())

    async def drop(self, entry: Unfinished) -> None:
        """Give a replacement up that broke off: both versions of its fields are forgotten."""
        await self._recovery.forget(entry)

    # Collections

    async def create_collection(self, draft: CollectionDraft) -> Outcome:
        """Create a collection; one that may have been created is looked for, never sent again."""
        return await self._collections.create(draft)

    async def update_collection(
        self, collection_id: str, draft: CollectionDraft, *, base: Collection
    ) -> Outcome:
        """Change what differs between the draft and `base`, the collection as it was read.

        If the service has another one by now, nothing is written: `collection` is theirs.
        """
        return await self._collections.update(collection_id, draft, base)

    async def delete_collection(self, collection_id: str) -> Outcome:
        """Delete a collection; its files stay."""
        return await self._collections.delete(collection_id)

    # Within

    def _target(self, file_id: str, collection_id: str | None) -> Target:
        collection_id = collection_id or self._opened()
        if collection_id is None:
            raise LookupError("No collection is open, so none of its documents can be changed.")
        return self._stage.rows.target(collection_id, file_id)

    async def _edit(self, edit: Edit, how: How, document: Document | None = None) -> Outcome:
        act = partial(self._editor.edit, edit, how, document)
        return await self._stage.perform(Operation.EDIT, edit.target, "saving…", act, how)

    async def _do_finish(self, entry: Unfinished, target: Target, old: bool) -> Done:
        wanted = dict(entry.old if old else entry.new)
        before = await self._stage.look(target)
        edit = Edit(target, wanted, dict(entry.old), replace=True)
        document = before.document
        if before.is_gone:
            climb = Climb(edit, before)
            climb.old = dict(entry.old)
            work = Replacement(self._stage, self._recovery, climb)
            return _as_replace(Done(await work.finish(entry, wanted, How())))
        # A service that merges may have taken the new fields in part.
        ours = ({**entry.old}, {**entry.new}, {**entry.old, **entry.new})
        if document is not None and document.fields in ours:
            # It is there, so nothing hangs on this entry any more; another edit makes its own.
            await self._recovery.forget(entry)
            edit = replace(edit, base=dict(document.fields))
        return _as_replace(await self._editor.edit(edit, How(), document))


def _as_replace(done: Done) -> Done:
    return replace(done, outcome=replace(done.outcome, operation=Operation.REPLACE))
