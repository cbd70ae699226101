"""A service in memory, with answers that a test can hold back, and a clock that it turns."""

import asyncio
from collections import defaultdict, deque

from xcoll_tui.api.errors import InvalidArgument, NotFound
from xcoll_tui.api.models import (
    Collection,
    CollectionPage,
    Document,
    DocumentPage,
    DocumentsSortBy,
    DocumentStatus,
    FileMetadata,
    KeyInfo,
)


def make_document(number, status=DocumentStatus.PROCESSED, **members):
    file = FileMetadata(
        file_id=f"file_{number:05}",
        name=members.pop("name", f"report {number:05}.txt"),
        size_bytes=members.pop("size", number % 7),
        created_at=f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z",
    )
    return Document(file_metadata=file, status=status, **members)


def make_collection(number, count=0):
    return Collection(
        collection_id=f"collection_{number}",
        collection_name=f"Collection {number:03}",
        created_at="2026-01-01T00:00:00Z",
        documents_count=count,
    )


class Gate:
    """Holds one answer back: it is made up when the call arrives, and given when released."""

    def __init__(self):
        self.arrived = asyncio.Event()
        self.opened = asyncio.get_running_loop().create_future()

    def release(self, error=None):
        if error is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(error)


class FakeService:
    """Both lists with keyset paging; `calls` are the names and arguments of all calls."""

    def __init__(self):
        self.collections = {}
        self.documents = defaultdict(dict)
        self.calls = []
        self.troubles = defaultdict(deque)
        self.token_of = None  # a function that spoils tokens
        self.time = None  # what time it is for the service, None while that is unknown
        self._tokens = []

    def service_clock(self):
        return self.time

    def add(self, collection, documents=()):
        self.collections[collection.collection_id] = collection
        for document in documents:
            self.documents[collection.collection_id][document.file_id] = document
        return collection.collection_id

    def hold(self, name):
        gate = Gate()
        self.troubles[name].append(gate)
        return gate

    def fail(self, name, *errors):
        self.troubles[name].extend(errors)

    def named(self, name):
        return [call for call in self.calls if call[0] == name]

    async def _answer(self, name, make, *arguments):
        self.calls.append((name, *arguments))
        trouble = self.troubles[name].popleft() if self.troubles[name] else None
        if trouble is None:
            await asyncio.sleep(0)
            return make()
        if isinstance(trouble, Exception):
            raise trouble
        try:
            answer = make()
        except NotFound as error:
            answer = error
        trouble.arrived.set()
        await trouble.opened
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _page(self, rows, name_of, id_of, asked):
        sort_by, limit = asked["sort_by"], asked["limit"]
        down = asked["order"] == "ORDERING_DESCENDING"

        def rank(row):
            value = row.file_metadata.size_bytes if sort_by == DocumentsSortBy.SIZE else None
            return name_of(row) if value is None else value, id_of(row)

        text = asked["filter"] or ""
        if "boom" in text:
            raise InvalidArgument("The filter is wrong: boom.", status=400, message="boom")
        wanted = text.rpartition("name:")[2].split(")")[0].strip('"') if "name:" in text else ""
        rows = [row for row in rows if wanted in name_of(row)]
        if "FAILED" in text:
            rows = [row for row in rows if row.status == DocumentStatus.FAILED]
        rows.sort(key=rank, reverse=down)
        if asked["pagination_token"] is not None:
            query, last = self._tokens[int(asked["pagination_token"].partition("#")[0])]
            assert query == (sort_by, down, text), "a token of another query"
            rows = [row for row in rows if (rank(row) < last if down else rank(row) > last)]
        page, token = rows[:limit], None
        if len(rows) > len(page):
            token = f"{len(self._tokens)}#"
            self._tokens.append(((sort_by, down, text), rank(page[-1])))
        return page, token if self.token_of is None else self.token_of(token)

    async def list_collections(self, **asked):
        def make():
            rows = list(self.collections.values())
            return CollectionPage(
                *self._page(rows, lambda c: c.collection_name, lambda c: c.collection_id, asked)
            )

        return await self._answer("list_collections", make, asked)

    async def list_documents(self, collection_id, **asked):
        def make():
            self._collection(collection_id)
            rows = list(self.documents[collection_id].values())
            return DocumentPage(*self._page(rows, lambda d: d.name, lambda d: d.file_id, asked))

        return await self._answer("list_documents", make, collection_id, asked)

    def _collection(self, collection_id):
        if collection_id not in self.collections:
            raise NotFound("No such collection.", status=404)
        return self.collections[collection_id]

    async def get_collection(self, collection_id):
        return await self._answer(
            "get_collection", lambda: self._collection(collection_id), collection_id
        )

    async def get_document(self, collection_id, file_id):
        def make():
            if file_id not in self.documents[collection_id]:
                raise NotFound("No such document.", status=404)
            return self.documents[collection_id][file_id]

        return await self._answer("get_document", make, collection_id, file_id)

    async def batch_get_documents(self, collection_id, file_ids):
        def make():
            there = self.documents[collection_id]
            if collection_id not in self.collections:
                raise NotFound("No such collection.", status=404, code=5, message="none")
            return [there[key] for key in file_ids if key in there]

        return await self._answer("batch_get_documents", make, collection_id, list(file_ids))

    async def validate_key(self):
        return await self._answer("validate_key", lambda: KeyInfo(name="a key"))


class Sleeper:
    """A `sleep` that lasts until the test lets it go; `asked` are the seconds."""

    def __init__(self):
        self.asked = []
        self._sleeping = deque()
        self._began = asyncio.Event()

    async def __call__(self, seconds):
        self.asked.append(seconds)
        awake = asyncio.get_running_loop().create_future()
        self._sleeping.append(awake)
        self._began.set()
        await awake

    async def pass_on(self):
        """Wait for a sleep and end it; return its seconds."""
        seconds = await self.begun()
        self._sleeping.popleft().set_result(None)
        return seconds

    async def begun(self):
        """Wait until something sleeps; return its seconds."""
        while True:
            while self._sleeping and self._sleeping[0].done():
                self._sleeping.popleft()
            if self._sleeping:
                return self.asked[-1]
            self._began.clear()
            await self._began.wait()


async def settle():
    """Let everything run that can run without outside help."""
    for _ in range(20):
        await asyncio.sleep(0)
