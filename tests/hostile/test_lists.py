"""Lists that are lied about: the rows that were there stay, and a reload recovers."""

import json
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.scripted import KEY, fault, reply
from tests.hostile import outcomes
from tests.hostile.pages import PAGES, ROWS, walked
from tests.hostile.service import Hostile
from tests.hostile.shapes import OTHERS, places, put
from tests.hostile.shelf import COLLECTION_ID, Shelf, collection, document
from tests.hostile.test_shapes import dumped
from tests.hostile.wire_cases import FAMILIES, REDIRECTS, redirect
from xcoll_tui.api import transport
from xcoll_tui.api.client import Client
from xcoll_tui.session.session import Session
from xcoll_tui.ui.presentation.errors import sentence_of

PAGE = {**collection(documents_count=7), "documents": ROWS, "collections": [collection()]}


class Turning(Hostile):
    """A shelf, until it is troubled: then each connection is played by `trouble`."""

    def __init__(self, shelf=None):
        self.shelf = shelf or Shelf(ROWS, page=3)
        self.trouble = None
        super().__init__(self._play, PAGE)

    async def _play(self, wire):
        if isinstance(self.trouble, bytes):
            await wire.hear()
            await wire.say(self.trouble)
        elif self.trouble is not None:
            await self.trouble(wire)
        elif (request := await wire.hear()) is not None:
            await wire.say(self.shelf(request))


async def opened(service, **options):
    """Return a session that shows the documents of a collection, all of them, and its client."""
    client = Client(KEY, service.url, sleep=outcomes.no_sleep, timeout=5, **options)
    session = Session(client, sleep=outcomes.no_sleep)
    await session.collections.load()
    await session.open_collection(COLLECTION_ID)
    await session.documents.load_all()
    return session, client


def keys_of(feed):
    return [(feed.source.key(row), row.unreadable) for row in feed.listing.loaded_items()]


def rows_of(feed):
    return [row.file_id for row in feed.listing.loaded_items()]


async def refresh_through(session, service, trouble):
    """Refresh while there is trouble, then when there is none; the rows stay, and come back."""
    feeds = session.documents, session.collections
    before = [keys_of(feed) for feed in feeds]
    service.trouble = trouble
    for feed in feeds:
        await feed.refresh()
    after = [keys_of(feed) for feed in feeds]
    for feed, rows, now in zip(feeds, before, after, strict=True):
        if feed.problem is not None:
            assert now == rows
            outcomes.judged(feed.problem, outcomes.READ, [])
    service.trouble = None
    for feed, rows in zip(feeds, before, strict=True):
        await feed.refresh()
        await feed.load_all()
        assert feed.problem is None
        assert keys_of(feed) == rows


CASES = [(family, name) for family, cases in FAMILIES.items() for name in cases]


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "pace"] + ["redirect"])
async def test_the_rows_stay_and_a_reload_recovers(family, tally):
    cases = FAMILIES.get(family) or {
        name: redirect(status, location and location.replace("{", "").replace("}", ""))
        for name, (status, location) in REDIRECTS.items()
    }
    with mock.patch.object(transport, "_BODY_LIMIT", outcomes.LIMIT):
        async with Turning() as service:
            session, client = await opened(service)
            async with client:
                assert len(rows_of(session.documents)) == len(ROWS)
                for trouble in list(cases.values())[:: 3 if family == "redirect" else 1]:
                    await refresh_through(session, service, trouble)
                    tally["lists: refreshed through"] += 1
                await session.end()


async def test_the_rows_stay_whatever_shape_the_answers_have(tally, request):
    part = 1 if request.config.getoption("--long") else 37
    async with Turning() as service:
        session, client = await opened(service)
        async with client:
            number = 0
            for place in places({**PAGE, "documents": ROWS[:2]}):
                for other in OTHERS.values():
                    number += 1
                    if number % part:
                        continue
                    answer = put({**PAGE, "documents": ROWS[:2]}, place, other)
                    await refresh_through(session, service, reply(200, dumped(answer)))
                    tally["lists: wrong shape"] += 1
            await session.end()


# Tokens and pages


def token_of(request):
    return parse_qs(urlsplit(request.target).query).get("pagination_token", [""])[0]


@pytest.mark.parametrize("kind", ["documents", "collections", "files"])
async def test_no_token_makes_a_walk_endless(kind, tally):
    for name in PAGES:
        came = await walked(name, kind)
        assert (
            kind != "documents"
            or outcomes.row_of("pages", name, came) == (outcomes.written()["pages", name])
        )
        tally["lists: tokens and pages"] += 1


@pytest.mark.parametrize("name", PAGES)
async def test_no_token_makes_a_list_endless(name, tally):
    answer = PAGES[name]("documents")
    shelf = Shelf(ROWS)
    shelf.override = lambda request: answer(request) if "/documents?" in request.target else None
    async with Turning(shelf) as service:
        session, client = await opened(service)
        async with client:
            feed = session.documents
            await feed.load_end()
            await feed.refresh()
            if feed.problem is not None:
                outcomes.judged(feed.problem, outcomes.READ, [])
            keys = rows_of(feed)
            assert len(keys) == len(set(keys))
            assert len(service.heard) < 250
            # The service is well again.
            shelf.override = lambda _request: None
            await feed.refresh()
            await feed.load_all()
            assert feed.problem is None
            assert set(rows_of(feed)) >= {row["file_metadata"]["file_id"] for row in ROWS}
            await session.end()
        tally["lists: tokens and pages"] += 1


@pytest.mark.parametrize("pages", [3, 25])
async def test_a_reload_recovers_from_tokens_that_expired(pages, tally):
    rows = [document(number, f"{number:05}.txt") for number in range(40)]
    shelf = Shelf(rows, page=1)
    expired = fault(400, 3, "The pagination_token has expired.")
    generation, asked = [0], []

    def override(request):
        if "/documents?" not in request.target:
            return None
        token = token_of(request)
        if token and token.partition(".")[0] != str(generation[0]):
            return expired
        asked.append(token)
        down = "ORDERING_DESCENDING" in request.target
        start = int(token.partition(".")[2] or 0)
        listed = (rows[::-1] if down else rows)[start : start + 1]
        page = {"documents": listed}
        if start + 1 < len(rows):
            page["pagination_token"] = f"{generation[0]}.{start + 1}"
        return reply(body=page)

    shelf.override = override
    async with Turning(shelf) as service:
        client = Client(KEY, service.url, sleep=outcomes.no_sleep, timeout=5)
        async with client:
            session = Session(client, sleep=outcomes.no_sleep)
            await session.open_collection(COLLECTION_ID)
            feed = session.documents
            while feed.listing.loaded < pages:
                await feed.load_more()
            generation[0] = 1
            await feed.load_more()
            assert "expired" in sentence_of(feed.problem)
            assert feed.listing.loaded == pages
            await feed.refresh()
            await feed.load_all()
            assert feed.problem is None
            assert rows_of(feed) == [row["file_metadata"]["file_id"] for row in rows]
            await session.end()
        tally["lists: expired tokens"] += 1


COUNTS = [None, -1, 0, 5, 6, 10**6, 2**63, 10**400, "many", [], {}, True, 1.5]


async def test_counts_that_disagree_hinder_nothing(tally):
    shelf = Shelf(ROWS, page=3)
    async with Turning(shelf) as service:
        session, client = await opened(service)
        async with client:
            for told in COUNTS:
                body = json.loads(dumped({"a": 1}))
                body = {**collection(), "documents_count": told, "total_file_size": told}
                whole = {**body, "collections": [body]}
                shelf.override = lambda request, whole=whole: (
                    None if "/documents" in request.target else reply(200, dumped(whole))
                )
                await session.collections.refresh()
                await session.documents.refresh()
                await session.documents.load_end()
                await session.documents.load_all()
                assert len(rows_of(session.documents)) == len(ROWS), told
                assert session.documents.problem is None
                tally["lists: counts"] += 1
            await session.end()
