"""A service in memory that can be written to, under the policies that a real one may have."""

import asyncio
import bisect
from collections import defaultdict

from msgspec.structs import replace

from tests.unit.session.fakes import FakeService, make_collection, make_document
from xcoll_tui.api.errors import Conflict, InvalidArgument, NotFound
from xcoll_tui.api.models import Collection, FieldDefinition, IndexConfiguration
from xcoll_tui.session.session import Session

OLD = {"type": "10-Q", "note": "keep"}
NEW = {"type": "10-K", "title": "annual"}
FILE = "file_00000"


READS = frozenset({"list_documents", "list_collections", "get_document", "get_collection"}) | {
    "batch_get_documents"
}


class WritingService(FakeService):
    """A service under the policies that a real one may have, with `clock` for its time.

    `patch` is replace, merge or ignore, `reattach` conflict, replace or keep. Reads show how things
    were `lag` seconds ago; of several lags each is a replica's, and they answer in turn. A write
    takes effect `late` seconds after its answer. `deletes_files`: a file goes with its last
    document.
    """

    read_only = False

    def __init__(
        self, patch="replace", reattach="conflict", *, lag=0.0, late=0.0, deletes_files=False
    ):
        super().__init__()
        self.patch = patch
        self.reattach = reattach
        self.lags = list(lag) if isinstance(lag, list | tuple) else [lag]
        self.late = late
        self.deletes_files = deletes_files
        self.clock = lambda: 0.0
        self.files = {}
        self.lost = {}
        self._reads = 0
        self._past = []
        self._due = []

    def service_clock(self):
        return self.clock()

    def truth(self):
        """Let what is due take effect, so that the data are how things are."""
        while self._due and self._due[0][0] <= self.clock():
            _, make = self._due.pop(0)
            self._change(make, swallow=True)

    def _change(self, make, *, swallow=False):
        if not self._past:
            self._past.append((float("-inf"), *self._snapshot()))
        try:
            return make()
        except Exception:
            if not swallow:
                raise
        finally:
            if any(self.lags):
                self._past.append((self.clock(), *self._snapshot()))

    def _snapshot(self):
        return dict(self.collections), {key: dict(rows) for key, rows in self.documents.items()}

    def _as_seen(self, make):
        lag = self.lags[self._reads % len(self.lags)]
        self._reads += 1
        if not lag or not self._past:
            return make()
        times = [at for at, *_ in self._past]
        _, collections, documents = self._past[
            max(bisect.bisect_right(times, self.clock() - lag) - 1, 0)
        ]
        now = self.collections, self.documents
        self.collections = collections
        self.documents = defaultdict(dict, documents)
        try:
            return make()
        finally:
            self.collections, self.documents = now

    def lose(self, name, error):
        """Carry the next such call out, and raise in place of its answer."""
        self.lost[name] = error

    async def _answer(self, name, make, *arguments):
        answer = await super()._answer(name, lambda: self.act(name, make, *arguments), *arguments)
        if name in self.lost:
            raise self.lost.pop(name)
        return answer

    def act(self, name, make, *arguments):
        """Answer a call as this service does: from the past, late, or at once."""
        self.truth()
        if name in READS:
            return self._as_seen(make)
        if name == "validate_key":
            return make()
        if self.late and name == "remove_document":
            self._there(*arguments[:2])
            self._due.append((self.clock() + self.late, make))
            return None
        return self._change(make)

    async def list_documents(self, collection_id, **asked):
        given = ("order", "sort_by", "pagination_token", "filter")
        asked = {**dict.fromkeys(given), **asked}
        return await super().list_documents(collection_id, **asked)

    async def list_collections(self, **asked):
        return await super().list_collections(**{"pagination_token": None, **asked})

    def add(self, collection, documents=()):
        self.files |= {each.file_id: each for each in documents}
        return super().add(collection, documents)

    def _there(self, collection_id, file_id):
        self._collection(collection_id)
        if file_id not in self.documents[collection_id]:
            raise NotFound("No such document.", status=404, message="no such document")
        return self.documents[collection_id][file_id]

    def _collection(self, collection_id):
        if collection_id not in self.collections:
            raise NotFound("No such collection.", status=404, message="no such collection")
        return self.collections[collection_id]

    async def get_document(self, collection_id, file_id):
        return await self._answer(
            "get_document", lambda: self._there(collection_id, file_id), collection_id, file_id
        )

    async def add_document(self, collection_id, file_id, *, fields=None):
        def make():
            self._collection(collection_id)
            there = self.documents[collection_id]
            if file_id in there and self.reattach == "conflict":
                message = f"File '{file_id}' is already in the collection."
                raise Conflict("It is there.", status=409, message=message)
            if file_id in there and self.reattach == "keep":
                return
            if file_id not in self.files:
                raise NotFound("No such file.", status=404, message="no such file")
            self._hold_rules(collection_id, fields or {})
            there[file_id] = replace(self.files[file_id], fields=dict(fields or {}), status="")

        return await self._answer("add_document", make, collection_id, file_id, fields)

    async def update_document(self, collection_id, file_id, *, fields):
        def make():
            document = self._there(collection_id, file_id)
            given = {"replace": fields, "merge": {**document.fields, **fields}}
            shown = dict(given.get(self.patch, document.fields))
            if self.patch != "ignore":
                self._hold_rules(collection_id, shown)
            self.documents[collection_id][file_id] = replace(document, fields=shown)

        return await self._answer("update_document", make, collection_id, file_id, fields)

    def _hold_rules(self, collection_id, fields):
        for each in self.collections[collection_id].field_definitions:
            if each.required and not fields.get(each.key):
                message = f"The required field '{each.key}' is missing."
                raise InvalidArgument(f"Refused: {message}", status=400, message=message)

    async def reindex_document(self, collection_id, file_id):
        def make():
            document = self._there(collection_id, file_id)
            self.documents[collection_id][file_id] = replace(
                document, status="DOCUMENT_STATUS_PROCESSING"
            )

        return await self._answer("reindex_document", make, collection_id, file_id)

    def set_status(self, file_id, status, collection_id="collection_0", **members):
        """Let indexing come to this."""
        document = self.documents[collection_id][file_id]
        self.documents[collection_id][file_id] = replace(document, status=status, **members)

    async def remove_document(self, collection_id, file_id):
        def make():
            self._there(collection_id, file_id)
            del self.documents[collection_id][file_id]
            if self.deletes_files and not any(file_id in rows for rows in self.documents.values()):
                self.files.pop(file_id, None)

        return await self._answer("remove_document", make, collection_id, file_id)

    async def create_collection(self, collection_name, **members):
        def make():
            made = Collection(
                collection_id=f"collection_{len(self.collections) + 1000}",
                collection_name=collection_name,
                collection_description=members["collection_description"],
                created_at="2026-01-02T00:00:00Z",
                index_configuration=IndexConfiguration(members["model_name"] or "standard"),
                chunk_configuration=members["chunk_configuration"],
                field_definitions=list(members["field_definitions"] or []),
            )
            self.collections[made.collection_id] = made
            return made

        return await self._answer("create_collection", make, collection_name, members)

    async def update_collection(self, collection_id, **members):
        def make():
            there = self._collection(collection_id)
            definitions = {each.key: each for each in there.field_definitions}
            for each in members.pop("field_definition_updates") or []:
                definition = each.field_definition
                if each.operation == "FIELD_DEFINITION_DELETE":
                    definitions.pop(definition.key, None)
                    continue
                if definition.required and definition.key not in definitions:
                    message = f"The new field '{definition.key}' cannot be required."
                    raise InvalidArgument(f"Refused: {message}", status=400, message=message)
                definitions[definition.key] = definition
            given = {name: value for name, value in members.items() if value is not None}
            changed = replace(there, field_definitions=list(definitions.values()), **given)
            self.collections[collection_id] = changed
            return changed

        return await self._answer("update_collection", make, collection_id, dict(members))

    async def delete_collection(self, collection_id):
        def make():
            self._collection(collection_id)
            del self.collections[collection_id]

        return await self._answer("delete_collection", make, collection_id)

    def fields(self, file_id=FILE, collection_id="collection_0"):
        document = self.documents[collection_id].get(file_id)
        return None if document is None else document.fields

    def writes(self):
        """Return the names of the calls that change something."""
        words = ("add_", "update_", "reindex_", "remove_", "create_", "delete_")
        return [call[0] for call in self.calls if call[0].startswith(words)]


def undo_of(entry):
    """Return the state of what an activity's entry left in the undo log."""
    kept = None if entry.log is None else entry.log.entry
    return "nothing" if kept is None else kept.state


class Desk:
    """A session over such a service, with a collection of documents opened."""

    def __init__(
        self, patch="replace", reattach="conflict", documents=3, state=None, service=None, **kind
    ):
        self.now = 1_700_000_000.0
        self.slept = 0.0
        self.service = service or WritingService(patch, reattach, **kind)
        self.service.clock = lambda: self.now
        definitions = [FieldDefinition(key="type"), FieldDefinition(key="isbn", unique=True)]
        self.service.add(
            replace(make_collection(0, documents), field_definitions=definitions),
            [make_document(n, fields=dict(OLD)) for n in range(documents)],
        )
        self.session = self.sit_down(state)
        self.changes = []

    def sit_down(self, state=None, **given):
        """Return another session with the same service."""
        given |= {"clock": lambda: self.now, "sleep": self.sleep, "state": state}
        return Session(self.service, place="here", **given)

    async def sleep(self, seconds):
        """Let time pass at once."""
        self.now += seconds
        self.slept += seconds
        await asyncio.sleep(0)

    async def open(self):
        await self.session.collections.load()
        await self.session.open_collection("collection_0")
        self.session.subscribe(self.changes.append)
        self.service.calls.clear()
        return self

    async def watched(self):
        """Wait until what was given up is looked at no more."""
        await self.session._context.watches.idle()

    @property
    def documents(self):
        return self.session.document_writes

    @property
    def collections(self):
        return self.session.collection_writes

    def row(self, file_id=FILE):
        return self.session.documents.listing.get(file_id)

    def upload(self, number):
        document = make_document(number)
        self.service.files[document.file_id] = document
        return document.file_id

    async def edit(self, fields=None, **given):
        given.setdefault("base", OLD)
        return await self.documents.edit_fields(FILE, NEW if fields is None else fields, **given)
