"""One session: the collections, the opened one's documents, and what happens to them."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from xcoll_tui.api.errors import ApiError, NotFound, Unauthorized
from xcoll_tui.api.models import (
    Collection,
    Document,
    KeyInfo,
    RequestRecord,
    Wait,
)
from xcoll_tui.session.asked_ahead import FIRST_COLLECTIONS, AskedAhead
from xcoll_tui.session.context import SessionContext
from xcoll_tui.session.events import (
    CollectionChanged,
    CollectionOpened,
    Event,
    KeyRefused,
    KeyValidated,
    RequestMade,
    Waiting,
)
from xcoll_tui.session.gather import gather
from xcoll_tui.session.inference import InferenceHost
from xcoll_tui.session.key_check import team_of
from xcoll_tui.session.lists.events import Departure, ListEvent
from xcoll_tui.session.lists.feed import Feed
from xcoll_tui.session.lists.follower import Follower
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.sources import CollectionSource, DocumentSource
from xcoll_tui.session.local_state import LocalState
from xcoll_tui.session.on_demand import OnDemand
from xcoll_tui.session.service import Service
from xcoll_tui.session.waits import Waits
from xcoll_tui.session.writes.activity import Activity
from xcoll_tui.session.writes.outcome import Outcome
from xcoll_tui.session.writes.read_back import read_surely
from xcoll_tui.session.writes.recovery import Unfinished
from xcoll_tui.session.writes.row_updates import RowUpdates
from xcoll_tui.session.writes.superseded import Superseded

_REMEMBERED = 16
"""How many collections' documents stay loaded."""


class Session(OnDemand):
    """The state of one session: what is loaded, and the only way to change it.

    Every change is told at once to those who subscribed, on the event loop, after it has happened.
    `document_writes` and `collection_writes` are the way to change what the service holds, `bulk`
    the same for many at once, `finishing` takes up what broke off; `rows` knows what is being
    written, and `activity` what was written and asked. `follower` keeps the documents that are
    being indexed up to date, while it runs.
    `state` is the folder for what must outlive the session, None for nowhere: `state_problem` says
    why, as a sentence. `place` is the base URL; together with the team it tells in there whose
    things are. `inference` is the host of search and files. `ahead` is what was asked of the
    service already. `sleep` and `clock` are for tests. All methods belong to one event loop; the
    coroutines may be cancelled at any time.
    """

    def __init__(
        self,
        service: Service,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        state: Path | None = None,
        state_problem: str = "",
        place: str = "",
        team_id: str = "",
        inference: InferenceHost | None = None,
        ahead: AskedAhead | None = None,
    ) -> None:
        self._service = service
        self._ahead = ahead or AskedAhead(service)
        self._context = context = SessionContext(service, clock, sleep)
        context.subscribers.append(self._notice)
        self.inference = inference or InferenceHost(None)
        self._waits = Waits(context)
        self._remembered: OrderedDict[str, Feed[Document]] = OrderedDict()
        self._collection: Collection | None = None
        self._unlisted: dict[str, Collection] = {}
        self.key_info: KeyInfo | None = None
        self.documents: Feed[Document] | None = None
        self._superseded = Superseded(clock)
        self.collections: Feed[Collection] = Feed(
            CollectionSource(self._ahead, self._superseded.correct_collections),
            FIRST_COLLECTIONS,
            emit=context.emit,
            clock=clock,
        )
        self.state = LocalState(context, state, state_problem, place)
        settling_time = self.state.learned.settling_time
        self.follower = Follower(lambda: self.documents, sleep, settling_time)
        self.place = place
        self._team_id = team_id
        self.activity = Activity(emit=context.emit, clock=clock)
        self._recounted: set[str] = set()
        self.rows = RowUpdates(
            context,
            self.collections,
            self._remembered.get,
            find_collection=self._find_collection,
            describe=self._note_collection,
        )

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call back at every change from now on; the function returned ends that."""
        subscribers = self._context.subscribers
        subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in subscribers:
                subscribers.remove(callback)

        return unsubscribe

    @property
    def opened(self) -> str | None:
        """The ID of the collection whose documents are shown, None while there is none."""
        return self._context.opened

    @property
    def collection(self) -> Collection | None:
        """The opened collection as it was read last; None while it is on its way."""
        return self._collection

    @property
    def waiting(self) -> Waiting | None:
        """The wait before a request is tried again, None when there is none."""
        return self._waits.current

    # Reading

    async def start(self, collection_id: str | None = None) -> None:
        """Load the collections if they are not there, validate the key, open a collection.

        These go side by side.

        A key that cannot be validated may still read (permissions and hosts differ), so that
        raises only Unauthorized, and only when the collections could not be read either.
        """
        await self._load_state()
        self._ahead.release()
        refusals: list[Unauthorized] = []
        questions = [self._validate(refusals)]
        if not self.collections.listing.started(End.HEAD):
            questions.append(self.collections.load())
        if collection_id is not None:
            questions.append(self.open_collection(collection_id))
        await gather(*questions)
        if refusals and self.collections.loaded_at is None:
            raise refusals[0]

    async def prepare(self) -> None:
        """Get ready to write without loading a list; raises Unauthorized."""
        await self._load_state()
        refusals: list[Unauthorized] = []
        await self._validate(refusals)
        if refusals:
            raise refusals[0]

    async def open_collection(self, collection_id: str) -> None:
        """Show the documents of a collection, also of one that is not in the list.

        Those that were loaded before are there at once, and are refreshed. Failures are the feed's
        `problem`.
        """
        again = collection_id == self.opened
        feed = self._remembered.get(collection_id)
        collection = self.collections.listing.get(collection_id)
        if collection is None and again:
            collection = self._collection
        if feed is None:
            feed = Feed(
                self._source_of(collection_id),
                self.state.layouts.of(collection_id).query,
                emit=self._context.emit,
                clock=self._context.clock,
                judge=partial(self._judge_departure, collection_id),
            )
            self._remembered[collection_id] = feed
        self._remembered.move_to_end(collection_id)
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        self._context.opened = collection_id
        self.documents, self._collection = feed, collection
        if collection is not None:
            feed.total = collection.documents_count
        self._context.emit(CollectionOpened(collection_id))
        self.follower.notice()
        # The list of collections may be old: how many documents there are is told by the collection
        # itself, read beside the first page. A refresh reads it as well.
        if feed.loaded_at is None:
            await gather(feed.load(), self._describe(collection_id))
        else:
            await feed.refresh()

    async def read_document(self, file_id: str) -> Document:
        """Read a document of the opened collection afresh and update its row.

        Raises NotFound, and takes the row away, when it is gone.
        """
        feed = self.documents
        if feed is None or self.opened is None:
            raise LookupError("No collection is open, so no document can be read.")
        try:
            document = await read_surely(self._service.get_document, self.opened, file_id)
        except NotFound:
            feed.remove(file_id, Departure.ELSEWHERE)
            raise
        (document,) = self._superseded.correct(self.opened, [document]) or [document]
        feed.put(document)
        return document

    async def read_collection(self, collection_id: str) -> Collection:
        """Read a collection afresh and update what shows it.

        Raises NotFound, and takes its row away, when it is gone.
        """
        try:
            collection = await read_surely(self._service.get_collection, collection_id)
        except NotFound:
            self.collections.remove(collection_id, Departure.ELSEWHERE)
            raise
        (collection,) = self._superseded.correct_collections([collection]) or [collection]
        self._note_collection(collection)
        return collection

    async def find_documents(self, collection_id: str, file_ids: Sequence[str]) -> list[Document]:
        """Read those of these documents that are in the collection; unknown IDs are left out."""
        return await self._source_of(collection_id).look(file_ids)

    def name_of(self, collection_id: str) -> str:
        """Return a collection's name as far as known, else its ID."""
        collection = self._find_collection(collection_id)
        return collection_id if collection is None else collection.collection_name or collection_id

    # Writing

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._service.read_only

    def writes_to(self, collection_id: str) -> int:
        """Return how many writes to a collection or its documents are under way."""
        runs = (run for run in self.running if run.collection_id == collection_id)
        return max(self.rows.writing_in(collection_id), sum(run.left for run in runs))

    @property
    def unfinished(self) -> list[Unfinished]:
        """The replacements that broke off, the oldest first, also those of earlier sessions."""
        return self.state.recovery.entries

    async def undo(self, number: int | None = None) -> Outcome | list[Outcome] | None:
        """Undo the newest write that can be undone, or the activity's entry of a number.

        Return what became of it, one outcome for each of many; None if there is nothing to undo, or
        an undo is under way. What cannot be undone does not stand before what can.
        """
        entry = self.undo_stack.newest
        if number is not None:
            write = self.activity.get(number)
            entry = None if write is None or write.log is None else write.log.entry
        return None if entry is None else await self.undo_stack.undo(entry)

    async def redo(self) -> Outcome | list[Outcome] | None:
        """Do again what was undone last; None if there is nothing, or something was written since.

        What is returned is as for `undo`.
        """
        entry = self.undo_stack.newest_undone
        return None if entry is None else await self.undo_stack.undo(entry)

    # What the client reports

    def note_wait(self, wait: Wait) -> None:
        """Take note that a request waits before it is tried again; a client's `on_wait`."""
        if self._has("bulk"):
            self.bulk.note_wait(wait)
        self._waits.note(wait)

    def end_waits(self) -> None:
        """Try again at once whatever waits before it is tried again, as a person wishes."""
        self._service.end_waits()
        self.inference.end_waits()
        if self._has("bulk"):
            self.bulk.end_wait()
        self._waits.end()

    def note_request(self, record: RequestRecord) -> None:
        """Take note of an exchange; a client's `on_request`."""
        self._waits.note_request(record)
        self.activity.requests.append(record)
        self._context.emit(RequestMade(record))

    def note_unauthorized(self, error: Unauthorized) -> None:
        """Take note that the key was refused; a client's `on_unauthorized`."""
        self._context.emit(KeyRefused(error))

    # The key, and the end

    def note_key(self, info: KeyInfo | None) -> None:
        """Take note of what is known of the key that is used from now on, None where nothing is."""
        self.key_info = info
        if info is not None:
            self._context.emit(KeyValidated(info))

    async def read_again(self) -> None:
        """Read again what is shown: it could not be read, or may be another's now."""
        feeds = [feed for feed in (self.collections, self.documents) if feed is not None]
        await gather(*(feed.refresh() for feed in feeds))

    async def end(self) -> None:
        """Break off what is under way; nothing more is told."""
        self._context.subscribers.clear()
        await self._ahead.end()
        await self._context.watches.end()
        await self._context.tasks.end()
        await self._context.watches.end()  # a write that was broken off may have begun some
        await self.inference.close()
        await self.state.close()

    # Within

    def _source_of(self, collection_id: str) -> DocumentSource:
        return DocumentSource(
            self._service, collection_id, self.read_collection, self._superseded.correct
        )

    async def _load_state(self) -> None:
        await self.state.load()
        if self._team_id:
            await self.state.belong_to(self._team_id)
        self._superseded.recall(self.state.undo_log.entries)

    async def _validate(self, refusals: list[Unauthorized]) -> None:
        try:
            self.key_info = await self._ahead.validate_key()
        except Unauthorized as error:
            refusals.append(error)
        except ApiError:
            return  # told in `start`: not fatal
        else:
            self._context.emit(KeyValidated(self.key_info))
            await self.state.belong_to(self._team_id or team_of(self.key_info))
            self._superseded.recall(self.state.undo_log.entries)

    def _find_collection(self, collection_id: str) -> Collection | None:
        if row := self.collections.listing.get(collection_id):
            return row
        is_opened = collection_id == self.opened
        return self._collection if is_opened else self._unlisted.get(collection_id)

    def _note_collection(self, collection: Collection) -> None:
        if not self.collections.put(collection):
            self._unlisted[collection.collection_id] = collection
        if collection.collection_id == self.opened:
            self._describe_as(collection)

    async def _describe(self, collection_id: str) -> None:
        try:
            await self.read_collection(collection_id)
        except ApiError:
            return  # what matters shows in the documents, or as their feed's problem

    def _describe_as(self, collection: Collection) -> None:
        if self._collection == collection or self.documents is None:
            return
        self._collection = collection
        self.documents.total = collection.documents_count
        self._context.emit(CollectionChanged(collection.collection_id))

    def _judge_departure(self, collection_id: str, file_id: str) -> Departure:
        """Return why a document left that a read does not find any more, and see to the count."""
        if self._superseded.is_removal(collection_id, file_id):
            return Departure.REMOVED
        if collection_id not in self._recounted:
            self._recounted.add(collection_id)
            self._context.watches.spawn(self._recount(collection_id))
        return Departure.ELSEWHERE

    async def _recount(self, collection_id: str) -> None:
        # Before it is asked: what goes from now on need not be in the answer.
        self._recounted.discard(collection_id)
        await self._describe(collection_id)

    def _notice(self, event: Event) -> None:
        """Keep up with the lists, before anybody else is told of them."""
        if not isinstance(event, ListEvent):
            return
        if event.collection_id is None:
            self._refresh_description()
        else:
            self.follower.notice()

    def _refresh_description(self) -> None:
        row = None if self.opened is None else self.collections.listing.get(self.opened)
        if row is not None:
            self._describe_as(row)
