"""JSON of the wrong shape at every position of a right answer: a sentence, or data of its types."""

import json
import sys

import msgspec
import pytest

from tests.conftest import NOW
from tests.hostile import outcomes
from tests.hostile.calls import NAMES, calls
from tests.hostile.shapes import OTHERS, places, put
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import ApiError, Unreadable
from xcoll_tui.api.models import Collection, Document
from xcoll_tui.api.retrieval_models import Match, StoredFile
from xcoll_tui.session.lists.api_rows import collection_json, document_json
from xcoll_tui.session.retrieval.chunks import text_of
from xcoll_tui.ui.presentation import facts
from xcoll_tui.ui.presentation.file_lines import age_words, size_words, type_words
from xcoll_tui.ui.presentation.format import status_of

PART = 5
"""One replacement of so many is played at each place, other ones at each."""
SHAPED = [name for name in NAMES if not name.startswith("iter_")]


@pytest.fixture(scope="module", autouse=True)
def _numbers_of_any_length():
    """Let the huge numbers be written; the client reads them under the limit that there is."""
    before = sys.get_int_max_str_digits()
    yield
    sys.set_int_max_str_digits(before)


def dumped(value):
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return json.dumps(value).encode()
    finally:
        sys.set_int_max_str_digits(limit)


def rows_of(result):
    if isinstance(result, list):
        return result
    for name in ("collections", "documents", "matches", "data"):
        if hasattr(result, name):
            return getattr(result, name)
    return [] if result is None else [result]


def show(result):
    """Hold what was read to its types, and show it as the screen and the command line do."""
    for row in rows_of(result):
        plain = row
        if isinstance(row, Document):
            plain = msgspec.structs.replace(row, odd_fields=None)
            facts.document_facts(row, (), NOW)
            status_of(row)
            document_json(row)
        elif isinstance(row, Collection):
            facts.collection_facts(row, NOW)
            collection_json(row)
        elif isinstance(row, Match):
            text_of(row)
        elif isinstance(row, StoredFile):
            size_words(row)
            type_words(row)
            age_words(row.created_at, NOW)
        if hasattr(plain, "ip_ranges"):
            plain = msgspec.structs.replace(plain, ip_ranges=None)
        msgspec.json.decode(msgspec.json.encode(plain), type=type(plain))


@pytest.mark.parametrize("name", SHAPED)
async def test_every_place_of_an_answer(name, tmp_path, tally, request):
    whole = request.config.getoption("--long")
    (tmp_path / "upload.txt").write_text("some text\n")
    call = calls(tmp_path)[name]
    body = b""

    async def app(_scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    kinds = set()
    async with outcomes.client_of(call, "http://localhost", app=app) as client:
        assert isinstance(client, Client)
        number = 0
        for place in places(call.answer):
            for other in OTHERS.values():
                number += 1
                if not whole and number % PART:
                    continue
                body = dumped(put(call.answer, place, other))
                try:
                    show(await call.ask(client))
                    kinds.add("data")
                except ApiError as error:
                    kinds.add(outcomes.judged(error, call, [1]).kind)
                tally["client: shape"] += 1
    assert kinds <= {"data", Unreadable.__name__}
