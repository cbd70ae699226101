"""Looking at a collection again, right before it is deleted: what of it is in no backup."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.models import DocumentsSortBy, Ordering
from xcoll_tui.session.backup.format import read_backup
from xcoll_tui.session.backup.writer import differences
from xcoll_tui.session.threads import in_thread
from xcoll_tui.session.writes.judging import same_fields

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from typing import Any

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.backup.format import Backup
    from xcoll_tui.session.service import Service

COMPARED_WHOLE = 5_000
"""Up to so many documents all are read again; beyond, the newest ones and the count."""
_PAGE_SIZE = 100
_PAGES = 2 * COMPARED_WHOLE // _PAGE_SIZE


@dataclass(frozen=True)
class BackupCheck:
    """The differences of a collection from its backup by now.

    `came` documents are not in it, `changed` have other fields; `configuration` names the members
    of the collection that are others. `whole` tells that every document was compared.
    """

    came: int
    changed: int
    configuration: tuple[str, ...]
    count: int
    whole: bool

    @property
    def agrees(self) -> bool:
        """Whether nothing was seen that the backup lacks."""
        return not (self.came or self.changed or self.configuration)

    @property
    def words(self) -> str:
        """What differs, as a clause."""
        parts = []
        if self.came:
            parts.append(f"{self.came:,} came")
        if self.changed:
            parts.append(f"{self.changed:,} changed")
        if self.configuration:
            parts.append(f"its {', '.join(self.configuration)} changed")
        return ", ".join(parts)

    @property
    def cannot_exclude(self) -> str:
        """What may be in no backup all the same, as a sentence."""
        sentence = (
            "What others attach or change from now on, or did a moment ago, may be in no backup."
        )
        if self.whole:
            return sentence
        return (
            "Whether the fields of older documents changed since the backup was made is not known. "
            f"{sentence}"
        )


async def check_backup(service: Service, backup: Backup) -> BackupCheck:
    """Compare a collection with its backup; raises ApiError and BackupBroken.

    A document's age is its file's, so one that was attached just now need not be among the newest:
    where the count differs, or there are few, all are compared.
    """
    collection_id = backup.collection.collection_id
    collection = await service.get_collection(collection_id)
    saved = await in_thread(partial(_read_fields, backup))
    count = backup.count if collection.documents_count is None else collection.documents_count
    whole = max(count, backup.count) <= COMPARED_WHOLE or count > backup.count
    new_ids: set[str] = set()
    changed: set[str] = set()
    async for page in _pages(service, collection_id, _PAGES if whole else 1):
        for document in page:
            fields = saved.get(document.file_id)
            if fields is None:
                new_ids.add(document.file_id)
            elif not same_fields(document.raw_fields, fields):
                changed.add(document.file_id)
    return BackupCheck(
        max(len(new_ids), count - backup.count),
        len(changed),
        differences(backup.collection, collection),
        count,
        whole and count <= _PAGES * _PAGE_SIZE,
    )


async def _pages(service: Service, collection_id: str, most: int) -> AsyncIterator[list[Document]]:
    token, tokens = None, set[str]()
    for _ in range(most):
        page = await service.list_documents(
            collection_id,
            limit=_PAGE_SIZE,
            order=Ordering.DESCENDING,
            sort_by=DocumentsSortBy.AGE,
            pagination_token=token,
        )
        yield list(page.documents)
        token = page.pagination_token
        if token is None or token in tokens:
            return
        tokens.add(token)


def _read_fields(backup: Backup) -> dict[str, Mapping[str, Any]]:
    return {document.file_id: document.fields for document in read_backup(backup.path).documents()}
