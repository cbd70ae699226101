"""A session over a service that takes its time, in a loop whose time passes at once."""

import asyncio

from msgspec.structs import replace

from tests.unit.session.fakes import make_collection, make_document
from tests.unit.session.writing import WritingService
from tests.unit.virtual import now, run_virtual
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.bulk import Bulk
from xcoll_tui.session.bulk_work import Item
from xcoll_tui.session.session import Session

HERE = "collection_0"
LATENCY = 0.02
WRITES = {"add_document", "update_document", "reindex_document", "remove_document"}


class SlowService(WritingService):
    """Each answer takes `LATENCY` seconds; `goes_wrong(name, file_id)` may return an error.

    An error with `outcome_unknown` strikes after the call took effect.
    """

    def __init__(self, patch="replace", reattach="conflict", **kind):
        super().__init__(patch, reattach, **kind)
        self.clock = now
        self.on_the_wire = self.most = 0
        self.goes_wrong = lambda _name, _file_id: None
        self.noticed = []

    async def _answer(self, name, make, *arguments):
        self.calls.append((name, *arguments))
        writes = name in WRITES
        if writes:
            self.on_the_wire += 1
            self.most = max(self.most, self.on_the_wire)
        error = self.goes_wrong(name, arguments[1] if len(arguments) > 1 else None)
        try:
            await asyncio.sleep(LATENCY / 2)
            answer = None
            if not error or error.outcome_unknown:
                answer = self.act(name, make, *arguments)
            await asyncio.sleep(LATENCY / 2)
        finally:
            self.on_the_wire -= writes
        for notice in self.noticed:
            notice()
        if error:
            raise error
        return answer


class Crowd:
    """A session with many documents; `files` more are uploaded and not attached."""

    def __init__(self, documents=0, files=0, patch="replace", reattach="conflict", **kind):
        self.service = SlowService(patch, reattach, **kind)
        definitions = [
            FieldDefinition(key="isbn", unique=True),
            FieldDefinition(key="title", required=False),
            FieldDefinition(key="type", required=True),
        ]
        self.service.add(
            replace(make_collection(0, documents), field_definitions=definitions),
            [make_document(n, fields={"type": "10-Q", "n": str(n)}) for n in range(documents)],
        )
        self.uploaded = [make_document(n) for n in range(documents, documents + files)]
        self.service.files |= {each.file_id: each for each in self.uploaded}
        self.session = Session(self.service, clock=now, sleep=asyncio.sleep)
        self.changes = []

    @property
    def bulk(self) -> Bulk:
        return self.session.bulk

    @property
    def there(self):
        return self.service.documents[HERE]

    async def open(self):
        await self.session.collections.load()
        await self.session.open_collection(HERE)
        self.session.subscribe(lambda change: self.changes.append((now(), change)))
        self.service.calls.clear()
        return self

    async def reach(self, holds):
        """Wait for calls to be answered until something holds."""
        answered = asyncio.Event()
        self.service.noticed.append(answered.set)
        while not holds():
            await answered.wait()
            answered.clear()

    def new(self, **fields):
        """Items for all files that are not attached."""
        give = {"type": "10-K", **fields}
        return [Item(each.file_id, each.name, give) for each in self.uploaded]

    def old(self):
        """Items for all documents that are attached, as a person marks them."""
        return [Item(key, each.name) for key, each in self.there.items()]

    def fail(self, error, *, names=WRITES, every=1, upto=10**9):
        """Let calls go wrong: every so many-th of these names, so many times."""
        seen = 0

        def goes_wrong(name, _file_id):
            nonlocal seen
            if name not in names:
                return None
            seen += 1
            return error() if seen % every == 0 and seen // every <= upto else None

        self.service.goes_wrong = goes_wrong


def in_a_crowd(**given):
    """Run a test with an opened crowd, in a loop of its own."""

    def wrap(test):
        def run():
            async def scenario():
                await test(await Crowd(**given).open())

            run_virtual(scenario())

        run.__name__ = test.__name__
        return run

    return wrap
