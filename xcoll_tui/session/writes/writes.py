"""The only way to change something: every write is sent, read back, and told as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.filters import equals, field_path
from xcoll_tui.session.writes.collections import CollectionWrites
from xcoll_tui.session.writes.documents import DocumentWrites
from xcoll_tui.session.writes.field_edit_attempt import Edit
from xcoll_tui.session.writes.field_editor import FieldEditor
from xcoll_tui.session.writes.finishing import Finishing
from xcoll_tui.session.writes.outcome import Operation
from xcoll_tui.session.writes.runner import WriteOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.writes.outcome import CollectionDraft, Outcome, Target
    from xcoll_tui.session.writes.recovery import Recovery, Unfinished
    from xcoll_tui.session.writes.runner import WriteRunner

_PROBED = 100


class Writes:
    """The writes of a session.

    None raises an ApiError: what went wrong is in the outcome. None is broken off when its caller
    is cancelled. One at a time goes on per document, different documents side by side.

    `collection_id` is the opened one unless given. Values of fields may be any JSON: what is no
    text is sent as it was received.
    """

    def __init__(
        self,
        context: SessionContext,
        runner: WriteRunner,
        recovery: Recovery,
        *,
        opened: Callable[[], str | None],
    ) -> None:
        self._runner = runner
        self._context = context
        self._recovery = recovery
        self._opened = opened
        self._documents = DocumentWrites(runner)
        self._collections = CollectionWrites(runner)
        self._editor = FieldEditor(runner, recovery)
        self._finishing = Finishing(runner, recovery, self._editor)

    @property
    def busy(self) -> int:
        """The number of writes that are under way."""
        return self._runner.busy

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._context.service.read_only

    def intent_of(self, file_id: str) -> str | None:
        """Return what is being done to a document of the opened collection, as "saving…"."""
        opened = self._opened()
        return None if opened is None else self._runner.rows.intent_of(opened, file_id)

    def intent_of_collection(self, collection_id: str) -> str | None:
        """Return what is being done to a collection itself, as "deleting…"."""
        return self._runner.rows.intent_of(collection_id)

    def busy_in(self, collection_id: str) -> int:
        """Return how many writes to a collection or its documents are under way."""
        return self._runner.rows.writing_in(collection_id)

    async def idle(self) -> None:
        """Wait until nothing is under way, the reading that follows writes included."""
        await self._context.tasks.idle()

    # Documents

    async def attach(
        self,
        collection_id: str,
        file_id: str,
        fields: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        options: WriteOptions | None = None,
    ) -> Outcome:
        """Attach an uploaded file; one that is attached already is left as it is.

        `name` is the file's, as far as it is known.
        """
        target = self._target(file_id, collection_id)
        target = replace(target, name=target.name or name)
        return await self._documents.attach(target, fields, options or WriteOptions())

    async def edit_fields(
        self,
        file_id: str,
        fields: Mapping[str, Any],
        *,
        base: Mapping[str, Any],
        replace: bool = False,
        overwrite: bool = False,
        document: Document | None = None,
        collection_id: str | None = None,
        options: WriteOptions | None = None,
    ) -> Outcome:
        """Give a document these fields, and no others.

        `base` are the fields as they were read when the person began; if they are others now,
        nothing is written, unless `overwrite`. `replace` allows to remove the document and attach
        it again. `document` is the document if it was read just now, else it is read first.
        """
        target = self._target(file_id, collection_id)
        edit = Edit(target, dict(fields), dict(base), replace, overwrite)
        options = options or WriteOptions()
        action = partial(self._editor.edit, edit, options, document)
        return await self._runner.run(Operation.EDIT, target, "saving…", action, options)

    async def remove(
        self,
        file_id: str,
        *,
        base: Mapping[str, Any] | None = None,
        collection_id: str | None = None,
        unreadable: bool = False,
        options: WriteOptions | None = None,
    ) -> Outcome:
        """Remove a document from its collection; the outcome's `document` is what it was.

        With `base` only if its fields are still those. One whose fields cannot be read could not be
        put back: it stays, unless a person agreed to that (`unreadable`).
        """
        target = self._target(file_id, collection_id)
        options = options or WriteOptions()
        return await self._documents.remove(target, base, options, unreadable=unreadable)

    async def reindex(
        self,
        file_id: str,
        *,
        collection_id: str | None = None,
        options: WriteOptions | None = None,
    ) -> Outcome:
        """Ask for a document to be indexed again.

        It is "asked for" until indexing was seen to begin and to end; the outcome is corrected
        then.
        """
        target = self._target(file_id, collection_id)
        return await self._documents.reindex(target, options or WriteOptions())

    def is_reindexing(self, file_id: str, *, collection_id: str | None = None) -> bool:
        """Tell whether a document was asked to be indexed here, and that has not ended yet."""
        target = self._target(file_id, collection_id)
        return self._runner.followups.is_followed(target, Operation.REINDEX)

    async def probe_unique(
        self, collection_id: str, key: str, value: str, *, except_file_id: str | None = None
    ) -> str | None:
        """Return the name (or ID) of another document whose field has this value.

        None where there is none, and where the service cannot tell: it decides when the fields are
        saved.
        """
        try:
            page = await self._context.service.list_documents(
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
        action = partial(self._finishing.finish, entry, target, old)
        return await self._runner.run(
            Operation.REPLACE, target, "attaching…", action, WriteOptions()
        )

    async def drop(self, entry: Unfinished) -> bool:
        """Give a replacement up that broke off: both versions of its fields are forgotten.

        False where it is at work in another xcoll, or gone.
        """
        return await self._finishing.drop(entry)

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

    async def change_back(
        self,
        collection_id: str,
        before: Collection,
        draft: CollectionDraft,
        after: Collection | None,
        options: WriteOptions,
    ) -> Outcome:
        """Take back what a draft changed of `before`; `after` is the collection as it became.

        None where nobody saw that.
        """
        return await self._collections.change_back(collection_id, before, draft, after, options)

    async def delete_collection(self, collection_id: str) -> Outcome:
        """Delete a collection."""
        return await self._collections.delete(collection_id)

    # Within

    def _target(self, file_id: str, collection_id: str | None) -> Target:
        collection_id = collection_id or self._opened()
        if collection_id is None:
            raise LookupError("No collection is open, so none of its documents can be changed.")
        return self._runner.rows.target(collection_id, file_id)
