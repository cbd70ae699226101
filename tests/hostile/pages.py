"""Pages and tokens that lie: answers of a list, by name, and walking through them."""

from itertools import count

from tests.contract.scripted import reply
from tests.hostile import outcomes
from tests.hostile.calls import FILE, walk
from tests.hostile.service import Hostile
from tests.hostile.shelf import COLLECTION_ID, collection, document
from xcoll_tui.api.errors import ApiError

ROWS = [document(number, f"{number:03}.txt") for number in range(7)]
_MOST_REQUESTS = 130


def paged(tokens, rows=lambda turn: ROWS[turn % 7 : turn % 7 + 1]):
    """Answer the n-th list with the n-th token, the last one again and again."""

    def make(kind):
        turns = count()
        member = {"documents": "documents", "collections": "collections", "files": "data"}[kind]

        def answer(_request):
            turn = next(turns)
            token = tokens[min(turn, len(tokens) - 1)] if tokens else f"fresh {turn}"
            listed = rows(turn)
            if kind == "collections":
                listed = [
                    row and collection(collection_id=f"collection_{row['file_metadata']['name']}")
                    for row in listed
                ]
            if kind == "files":
                listed = [row and {**FILE, "id": row["file_metadata"]["file_id"]} for row in listed]
            return reply(body={member: listed, "pagination_token": token})

        return answer

    return make


MANY = [document(number, f"{number}.txt") for number in range(1000)]
PAGES = {
    "the same token for ever": paged(["A"]),
    "two tokens in a circle": paged(["A", "B"] * 100),
    "three tokens in a circle": paged(["A", "B", "C"] * 100),
    "fresh tokens for ever, the same page": paged([], lambda _: ROWS),
    "fresh tokens for ever, two pages": paged([], lambda turn: ROWS[:3] if turn % 2 else ROWS[3:]),
    "fresh tokens for ever, empty pages": paged([], lambda _: []),
    "the first page again under its own token": paged([""], lambda _: ROWS),
    "a token of 100,000 characters": paged(["x" * 100_000, ""]),
    "a token that is a number": paged([7, 8, 9, None]),
    "a token that is an object": paged([{"a": 1}, None]),
    "a token that is a list": paged([["a"], None]),
    "a token that is true": paged([True, None]),
    "a token with codes": paged(["\x1b[2J\n\0", "\ud800", ""]),
    "a page with doubles": paged([""], lambda _: ROWS + ROWS),
    "pages that overlap": paged(["A", "B", ""], lambda turn: ROWS[turn : turn + 4]),
    "more than was asked for": paged(["A", ""], lambda turn: MANY[turn * 250 : turn * 250 + 250]),
    "null in the place of rows": paged(["A", ""], lambda _: [None, *ROWS, None]),
}

_WALKS = {
    "documents": lambda client: client.iter_documents(COLLECTION_ID),
    "collections": lambda client: client.iter_collections(),
    "files": lambda client: _one_page(client.list_files(limit=1)),
}


async def _one_page(page):
    yield await page


async def walked(name, kind):
    """Walk through a list of a kind; return what came of it, as of the call that is shown."""
    answer = PAGES[name](kind)

    async def play(wire):
        while (request := await wire.hear()) is not None:
            await wire.say(answer(request))

    call = outcomes.READ if kind != "files" else outcomes.READ_FILES
    outcome = outcomes.Outcome("data")
    async with Hostile(play) as service, outcomes.client_of(call, service.url) as client:
        try:
            await walk(_WALKS[kind](client))
        except ApiError as error:
            outcome = outcomes.judged(error, call, [])
        assert len(service.heard) < _MOST_REQUESTS, name
    return {outcomes.SHOWN: outcome}
