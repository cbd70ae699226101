"""Making a collection of a backup again: a new collection, and everything attached to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from xcoll_tui.api.errors import ApiError, Conflict, InvalidArgument, NotFound
from xcoll_tui.api.models import ChunkConfiguration
from xcoll_tui.session.backup.format import Backup, BackupBroken, read_backup
from xcoll_tui.session.backup.writer import differences
from xcoll_tui.session.threads import in_thread
from xcoll_tui.session.writes.judging import same_fields
from xcoll_tui.session.writes.outcome import CollectionDraft, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.backup.format import SavedDocument
    from xcoll_tui.session.service import Service

_BATCH = 500
"""How many documents are handed over at once; this bounds the memory."""


@dataclass(frozen=True)
class RecreationProgress:
    """The progress of a recreation; `failed` counts those that could not be attached."""

    collection_id: str
    attached: int
    failed: int
    total: int


@dataclass(frozen=True)
class Recreated:
    """The result of a recreation.

    `created` is None where it went on in a collection that was there. `collection_id` is the new
    one's, also where more about it is not known; None if there is none. `collection` is the new one
    as it was read last, None if it was not. `attached` documents stand in it, as the service has
    shown; `failures` tells of those that do not; `unsent` were not tried. `notes` are sentences on
    what is not as it was. `message` sums up, in full sentences.
    """

    backup: Backup
    created: Outcome | None
    collection_id: str | None
    collection: Collection | None
    message: str
    attached: int = 0
    failures: tuple[Outcome, ...] = ()
    unsent: int = 0
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the collection and every document of the backup were shown to be there."""
        is_created = self.created is None or self.created.ok
        return is_created and self.attached == self.backup.count


def draft_of(backup: Backup) -> CollectionDraft:
    """Return the collection of a backup as one that can be created."""
    collection = backup.collection
    index = collection.index_configuration
    return CollectionDraft(
        collection_name=collection.collection_name,
        collection_description=collection.collection_description or "",
        chunk_configuration=collection.chunk_configuration,
        model_name=index.model_name or None if index is not None else None,
        metric_space=_metric_of(collection),
        field_definitions=tuple(collection.field_definitions),
    )


def losses_of(backup: Backup) -> tuple[str, ...]:
    """Return what recreating cannot bring back, as sentences, to be told beforehand."""
    collection = backup.collection
    losses = [*backup.doubts]
    if _metric_of(collection) is None:
        losses.append(
            "The backup does not say which metric it had; the new collection has the service's "
            "default."
        )
    chunking = _received(collection).get("chunk_configuration")
    if isinstance(chunking, dict):
        known_names = ChunkConfiguration.__struct_fields__
        unknown = sorted(
            name for name, value in chunking.items() if value and name not in known_names
        )
        if unknown:
            losses.append(f"This chunking is not known here and is left out: {', '.join(unknown)}.")
    if collection.disable_rag_lookup:
        losses.append("disable_rag_lookup was set, and cannot be set when a collection is created.")
    if collection.collection_type:
        losses.append(
            f"Its collection_type was {collection.collection_type}; the service chooses the new "
            "collection's."
        )
    return tuple(losses)


async def recreate(
    service: Service,
    path: Path,
    *,
    create: Callable[[CollectionDraft], Awaitable[Outcome]],
    attach: Callable[[str, Sequence[SavedDocument]], Awaitable[Iterable[Outcome]]],
    created_as: Callable[[str], Awaitable[None]] | None = None,
    collection_id: str | None = None,
    on_progress: Callable[[RecreationProgress], None] | None = None,
) -> Recreated:
    """Create the collection of a backup again, and attach all of its documents; tell the result.

    `create` and `attach` do the writing, verify it and tell the outcome: `attach` of each document,
    of which it is given at most 500 at a time. A cancelled outcome among them, or a failure that
    the next ones would share, ends the attaching. `created_as` is told the ID of a collection that
    was created, before anything is attached to it. With `collection_id` it goes on in that
    collection, and creates none: what is attached there already is not attached twice.

    Raises BackupBroken, before anything is sent, unless the backup is whole.
    """
    reader = await in_thread(partial(read_backup, path))
    backup = reader.backup
    created = None
    if collection_id is None:
        created = await create(draft_of(backup))
        if not created.ok or created.collection is None:
            return Recreated(
                backup=backup,
                created=created,
                collection_id=created.target.collection_id or None,
                collection=created.collection,
                unsent=backup.count,
                message=f"{created.message} Nothing was attached to it.",
            )
        collection_id = created.collection.collection_id
        if created_as is not None:
            await created_as(collection_id)
    attaching = _Attaching(service, collection_id, backup.count, on_progress)
    documents = reader.documents()
    notes = [*losses_of(backup)]
    try:
        while batch := await in_thread(lambda: [*islice(documents, _BATCH)]):
            if not await attaching.go_on(batch, attach):
                break
    except BackupBroken as problem:
        notes.append(str(problem))
    finally:
        documents.close()
    collection = None
    try:
        collection = await service.get_collection(collection_id)
        notes += _unlike(backup, collection, attaching.attached)
    except ApiError as error:
        notes.append(f"The new collection could not be read in the end. {error.explanation}")
    return Recreated(
        backup=backup,
        created=created,
        collection_id=collection_id,
        collection=collection,
        attached=attaching.attached,
        failures=tuple(attaching.failures),
        unsent=attaching.unsent,
        notes=tuple(notes),
        message=attaching.sum_up(backup.collection.collection_name),
    )


class _Attaching:
    """The attaching under way: what was shown to be so, and what was not."""

    def __init__(
        self,
        service: Service,
        collection_id: str,
        total: int,
        on_progress: Callable[[RecreationProgress], None] | None,
    ) -> None:
        self.attached = 0
        self.failures: list[Outcome] = []
        self._service = service
        self._collection_id = collection_id
        self._total = total
        self._on_progress = on_progress

    @property
    def unsent(self) -> int:
        """How many documents were not tried."""
        return self._total - self.attached - len(self.failures)

    async def go_on(
        self,
        batch: Sequence[SavedDocument],
        attach: Callable[[str, Sequence[SavedDocument]], Awaitable[Iterable[Outcome]]],
    ) -> bool:
        """Attach a batch; return whether there is any use in another one."""
        outstanding = {document.file_id: document for document in batch}
        failed_before, attached_before, cancelled = len(self.failures), self.attached, False
        for outcome in await attach(self._collection_id, batch):
            document = outstanding.pop(outcome.target.file_id or "", None)
            if document is None:
                continue  # told twice, or never asked for: it must not count
            if outcome.verdict is Verdict.CANCELLED:
                cancelled = True
            elif outcome.ok and _shows(outcome, document):
                self.attached += 1
            else:
                self.failures.append(_as_failure(outcome))
        if self._on_progress is not None:
            self._on_progress(
                RecreationProgress(
                    self._collection_id, self.attached, len(self.failures), self._total
                )
            )
        if cancelled or outstanding:
            return False
        return self.attached > attached_before or await self._has_hope(
            self.failures[failed_before:]
        )

    async def _has_hope(self, failures: Sequence[Outcome]) -> bool:
        """Tell whether others may succeed where none of a whole batch did."""
        # A file that is gone or does not fit the rules says nothing about the next one.
        own = (NotFound, InvalidArgument, Conflict)
        if not any(outcome.ok or isinstance(outcome.error, own) for outcome in failures):
            return False
        try:
            await self._service.get_collection(self._collection_id)
        except ApiError:
            return False
        return True

    def sum_up(self, name: str) -> str:
        """Return what became of the restore, as sentences."""
        result = f"“{name}” was recreated as {self._collection_id}"
        if self.attached == self._total:
            return f"{result} with all {self._total:,} documents of the backup."
        message = (
            f"{result}, and {self.attached:,} of {self._total:,} documents are attached to it."
        )
        if self.failures:
            message += f" {len(self.failures):,} could not be attached. {self.failures[0].message}"
        if self.unsent:
            message += f" {self.unsent:,} were not tried."
        return message


def _shows(outcome: Outcome, document: SavedDocument) -> bool:
    """Tell whether an outcome does not contradict the backup: what was there may differ."""
    return outcome.document is None or same_fields(outcome.document.raw_fields, document.fields)


def _as_failure(outcome: Outcome) -> Outcome:
    if not outcome.ok:
        return outcome
    return replace(
        outcome,
        verdict=Verdict.FAILED,
        message=(
            f"{outcome.target.shown} is in the collection with other fields than in the backup."
        ),
    )


def _unlike(backup: Backup, collection: Collection, attached: int) -> list[str]:
    """Return in what the new collection is unlike the old one, as sentences."""
    notes = []
    unlike = differences(backup.collection, collection)
    if unlike:
        notes.append(f"The new collection has another {', another '.join(unlike)}.")
    if collection.documents_count is None:
        notes.append("How many documents the new collection has is unknown.")
    elif collection.documents_count != attached:
        notes.append(
            f"The service says the new collection has {collection.documents_count:,} documents."
        )
    return notes


def _received(collection: Collection) -> dict[str, Any]:
    try:
        members = json.loads(collection.received or "{}")
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _metric_of(collection: Collection) -> str | None:
    """Return the metric if the service tells it: no source shows that it does."""
    members = _received(collection)
    for place in (members, members.get("index_configuration")):
        if isinstance(place, dict) and isinstance(place.get("metric_space"), str):
            return place["metric_space"] or None
    return None
