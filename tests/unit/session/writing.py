"""A service in memory that can be written to, under the policies that a real one may have."""

from msgspec.structs import replace

from tests.unit.session.fakes import FakeService, make_collection, make_document
from xcoll_tui.api.errors import Conflict, InvalidArgument, NotFound
from xcoll_tui.api.models import Collection, FieldDefinition, IndexConfiguration
from xcoll_tui.session.session import Session

OLD = {"type": "10-Q", "note": "keep"}
NEW = {"type": "10-K", "title": "annual"}
FILE = "file_00000"


class WritingService(FakeService):
    """`patch` is replace, merge or ignore, `reattach` conflict, replace or keep."""

    read_only = False

    def __init__(self, patch="replace", reattach="conflict"):
        super().__init__()
        self.patch = patch
        self.reattach = reattach
        self.files = {}
        self.lost = {}

    def lose(self, name, error):
        """Carry the next such call out, and raise in place of its answer."""
        self.lost[name] = error

    async def _answer(self, name, make, *arguments):
        answer = await super()._answer(name, make, *arguments)
        if name in self.lost:
            raise self.lost.pop(name)
        return answer

    async def list_documents(self, collection_id, **asked):
        asked = {"order": None, "sort_by": None, "pagination_token": None, **asked}
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

    async def remove_document(self, collection_id, file_id):
        def make():
            self._there(collection_id, file_id)
            del self.documents[collection_id][file_id]

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


class Desk:
    """A session over such a service, with a collection of documents opened."""

    def __init__(self, patch="replace", reattach="conflict", documents=3):
        self.service = WritingService(patch, reattach)
        definitions = [FieldDefinition(key="type"), FieldDefinition(key="isbn", unique=True)]
        self.service.add(
            replace(make_collection(0, documents), field_definitions=definitions),
            [make_document(n, fields=dict(OLD)) for n in range(documents)],
        )
        self.now = 1_700_000_000.0
        self.session = Session(self.service, clock=lambda: self.now)
        self.changes = []

    async def open(self):
        await self.session.collections.load()
        await self.session.open_collection("collection_0")
        self.session.subscribe(self.changes.append)
        self.service.calls.clear()
        return self

    @property
    def writes(self):
        return self.session.writes

    def row(self, file_id=FILE):
        return self.session.documents.listing.get(file_id)

    def upload(self, number):
        document = make_document(number)
        self.service.files[document.file_id] = document
        return document.file_id

    async def edit(self, fields=None, **given):
        given.setdefault("base", OLD)
        return await self.writes.edit_fields(FILE, NEW if fields is None else fields, **given)
