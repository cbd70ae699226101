"""Answers that are odd, broken, late or refused: the rows stay, the screen says what happened."""

import pytest

from tests.conftest import NOW, screen_text, wait_until
from tests.contract.scripted import Scripted, cut, fault, reply
from tests.hostile.screen import assert_intact, strips_of
from tests.hostile.shelf import Shelf, document, file_id
from tests.hostile.test_text import opened
from xcoll_tui.api import retry

HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body></body></html>"


@pytest.fixture(autouse=True)
def _no_pause_between_tries(monkeypatch):
    """Try again at once where the service names no time: pauses are the retry tests' matter."""
    monkeypatch.setattr(retry, "back_off", lambda _attempt, _draw: 0.0)


def of_documents(answer):
    """An override that answers lists of documents only."""
    return lambda request: answer if "/documents?" in request.target else None


def said(pilot):
    """What is on the screen, as one line without frames: a banner may be broken anywhere."""
    return " ".join(screen_text(pilot).replace("│", " ").split()).lower()


async def test_values_of_other_kinds_are_shown_as_far_as_they_go(browse):
    nothing = dict.fromkeys(
        ["file_id", "name", "size_bytes", "content_type", "created_at", "expires_at", "hash"]
    )
    rows = [
        document(0, "unknown-status.txt", status="DOCUMENT_STATUS_DREAMING"),
        document(1, "by-number.txt", status=2, file_metadata={"size_bytes": 2048}),
        document(2, "by-text.txt", chunk_count="7", chunks_processed_count="3", status=""),
        document(3, "nulls.txt", fields=None, status=None, error_message=None, chunk_count=None),
        {"file_metadata": {**nothing, "file_id": file_id(4), "name": "bare.txt"}, "fields": None},
        document(5, "huge.txt", file_metadata={"size_bytes": str(2**63 - 1)}),
        document(6, "negative.txt", file_metadata={"size_bytes": "-5"}),
        document(7, "far.txt", file_metadata={"created_at": "9999-12-31T23:59:59.999999999Z"}),
        document(8, "no-date.txt", file_metadata={"created_at": "yesterday, or so"}),
        document(9, "number-field.txt", {"year": 2025, "list": [1, 2], "none": None}),
        document(10, "extra.txt", surprise={"deep": [1, {"x": None}]}),
    ]
    async with Scripted(Shelf(rows)) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        assert documents.table.listing.loaded == len(rows)
        assert_intact(pilot)
        lines = screen_text(pilot).split("\n")
        line_of = {
            row["file_metadata"]["name"]: next(
                line for line in lines if row["file_metadata"]["name"] in line
            )
            for row in rows
        }
        assert "○ unknown" in line_of["unknown-status.txt"]
        assert "● ready" in line_of["by-number.txt"]
        assert "2.0 KiB" in line_of["by-number.txt"]
        assert "3/7" in line_of["by-text.txt"]
        assert "2025" in line_of["number-field.txt"]
        for row in (3, 4, 9, 10):
            documents.table.move_to(row)
            await pilot.press("enter")
            await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
            assert_intact(pilot)
            await pilot.press("escape")
        assert documents.table.listing.loaded == len(rows)


async def test_one_broken_document_of_a_hundred_costs_none_of_the_others(browse):
    rows = [document(number, f"{number:03}.txt") for number in range(100)]
    rows[41] = document(41, "041.txt", file_metadata={"size_bytes": {"not": "a size"}})
    rows[42] = "not even an object"
    async with Scripted(Shelf(rows)) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        table = documents.table
        assert table.listing.loaded == 100
        table.move_to(41)
        await wait_until(pilot, lambda: "? unreadable" in screen_text(pilot))
        assert "file_metadata.size_bytes is an object" in screen_text(pilot)
        assert table.cursor_key == file_id(41)
        await pilot.press("down")
        await wait_until(pilot, lambda: "It is not a JSON object but a text" in screen_text(pilot))
        assert_intact(pilot)
        names = {row.name for row in table.listing.loaded_items()}
        assert len(names & {f"{number:03}.txt" for number in range(100)}) >= 98


async def test_a_token_that_repeats_for_ever_stops_the_loading_and_says_so(browse):
    page = {"documents": [document(0, "only.txt")], "pagination_token": "again"}
    shelf = Shelf(page["documents"], {"documents_count": 500})
    shelf.override = of_documents(reply(body=page))
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        await pilot.press("L")
        await wait_until(pilot, lambda: documents.feed.stopped)
        await wait_until(pilot, lambda: not documents.feed.loading)
        assert documents.table.listing.loaded == 1
        assert "only.txt" in screen_text(pilot)
        assert documents.feed.stopped[:60].lower() in said(pilot)
        asked = len([target for target in service.targets if "/documents?" in target])
        assert asked < 30
        await pilot.press("L", "down", "G")
        await wait_until(pilot, lambda: not documents.feed.loading)
        assert_intact(pilot)


async def test_an_empty_page_with_a_token_is_not_the_end(browse):
    rows = [document(number, f"{number}.txt") for number in range(3)]
    shelf = Shelf(rows)

    def by_token(request):
        if "/documents?" not in request.target:
            return None
        if "pagination_token=second" in request.target:
            return reply(body={"documents": [], "pagination_token": "third"})
        if "pagination_token=third" in request.target:
            return reply(body={"documents": rows[1:], "pagination_token": ""})
        return reply(body={"documents": rows[:1], "pagination_token": "second"})

    shelf.override = by_token
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        await wait_until(pilot, lambda: documents.table.listing.complete)
        assert documents.table.listing.loaded == 3
        assert "2.txt" in screen_text(pilot)


async def test_a_wait_is_counted_down_in_the_header(browse):
    now = [NOW]
    shelf = Shelf([document(0, "a.txt")])
    async with (
        Scripted(shelf) as service,
        browse(service.url, clock=lambda: now[0]) as pilot,
    ):
        documents = await opened(pilot)
        shelf.override = lambda _: fault(429, 8, "Slow down.", retry_after="60")
        await pilot.press("R")
        await wait_until(pilot, lambda: "next try in 60 s" in screen_text(pilot))
        assert "429" in screen_text(pilot).split("\n")[0]
        now[0] += 23
        await wait_until(pilot, lambda: "next try in 37 s" in screen_text(pilot))
        assert documents.table.listing.loaded == 1
        assert_intact(pilot)


async def test_after_the_wait_it_goes_on_by_itself(browse):
    shelf = Shelf([document(0, "a.txt")])
    refused = []

    def once_each(request):
        if request.target in refused:
            return None
        refused.append(request.target)
        return fault(429, 8, "Slow down.", retry_after="0.05")

    shelf.override = once_each
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        assert documents.table.listing.loaded == 1
        assert len(refused) >= 3
        await wait_until(pilot, lambda: "next try" not in screen_text(pilot))


REFUSED = {
    "forbidden": (fault(403, 7, "No ListDocuments."), "lacks the permission", "ListDocuments"),
    "unauthorized": (fault(401, 16, "Revoked."), "does not accept the key", "Revoked"),
    "not found": (fault(404, 5, "No such thing."), "did not find it", "HTTP 404"),
    "redirect": (
        reply(302, b"", location="https://evil.example/"),
        "does not follow",
        "evil.example",
    ),
    "teapot": (fault(418, 2, "Short and stout."), "refused the request", "HTTP 418"),
}
FAILED = {
    "server fault": (fault(500, 13, "Oops."), "the service failed", "HTTP 500: Oops"),
    "overloaded": (fault(503, 14, "Busy."), "the service failed", "HTTP 503: Busy"),
    "bad gateway": (reply(502, HTML, content_type="text/html"), "web page", "502 Bad Gateway"),
    "half": (cut(), "broke before the complete answer came", "R tries again"),
}
UNREADABLE = {
    "a page instead": (reply(200, HTML, content_type="text/html"), "cannot be read", "a web page"),
    "a list instead": (reply(200, b"[1, 2]"), "cannot be read", "R tries again"),
    "nothing": (reply(200, b""), "cannot be read", "empty"),
}


@pytest.mark.parametrize(
    "troubles", [REFUSED, FAILED, UNREADABLE], ids=["refused", "failed", "unreadable"]
)
async def test_rows_stay_dimmed_with_the_reason_and_r_recovers(browse, troubles):
    shelf = Shelf([document(number, f"{number}.txt") for number in range(5)])
    async with Scripted(shelf) as service, browse(service.url, size=(140, 24)) as pilot:
        documents = await opened(pilot)
        feed, table = documents.feed, documents.table
        await pilot.press("down", "down", "space")
        place = table.cursor_key, set(table.marks)
        bright = ink(pilot, "0.txt")
        for name, (answer, *words) in troubles.items():
            shelf.override = of_documents(answer)
            await pilot.press("R")
            await wait_until(pilot, lambda: feed.problem and not feed.refreshing)
            for word in words:
                assert word.lower() in said(pilot), name
            assert "as of" in said(pilot), name
            assert all(f"{number}.txt" in screen_text(pilot) for number in range(5)), name
            assert ink(pilot, "0.txt") < bright * 0.7, name
            assert_intact(pilot)

            shelf.override = lambda _: None
            await pilot.press("R")
            await wait_until(pilot, lambda: not feed.problem and not feed.refreshing)
            assert words[0].lower() not in said(pilot), name
            assert ink(pilot, "0.txt") == bright, name
            assert (table.cursor_key, table.marks) == place, name
            assert_intact(pilot)


def ink(pilot, text):
    """Return how far the colour of a text stands out from its background, from 0 to 255."""
    for strip in strips_of(pilot):
        for segment in strip:
            if text in segment.text:
                paper, colour = segment.style.bgcolor.triplet, segment.style.color.triplet
                return max(abs(one - other) for one, other in zip(paper, colour, strict=True))
    raise AssertionError(f"{text} is not on the screen:\n{screen_text(pilot)}")


@pytest.mark.parametrize("size", [(140, 24), (40, 10)])
@pytest.mark.parametrize("trouble", [REFUSED["forbidden"], FAILED["half"]], ids=["403", "half"])
async def test_nothing_at_all_can_be_read_until_it_can(browse, trouble, size):
    answer, *words = trouble
    shelf = Shelf([document(0, "a.txt")])
    shelf.override = lambda _: answer
    async with Scripted(shelf) as service, browse(service.url, size=size) as pilot:
        collections = pilot.app.main.collections
        await wait_until(pilot, lambda: collections.feed and collections.feed.problem)
        await wait_until(pilot, lambda: words[0].split()[0].lower() in said(pilot))
        assert_intact(pilot)
        shelf.override = lambda _: None
        await pilot.press("R")
        await wait_until(pilot, lambda: "Shelf" in screen_text(pilot))
        await pilot.press("2")
        await wait_until(pilot, lambda: "a.txt" in screen_text(pilot))


async def test_details_that_cannot_be_read_show_what_the_list_told(browse):
    shelf = Shelf([document(0, "a.txt", {"ticker": "TSLA"})])
    async with Scripted(shelf) as service, browse(service.url, size=(140, 30)) as pilot:
        await opened(pilot)
        shelf.override = lambda _: fault(403, 7, "No GetDocument.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "no getdocument" in said(pilot))
        assert "TSLA" in screen_text(pilot)
        assert_intact(pilot)


async def test_a_service_that_goes_away_and_comes_back(browse):
    shelf = Shelf([document(0, "a.txt")])
    async with Scripted(shelf) as service, browse(service.url, size=(140, 24)) as pilot:
        documents = await opened(pilot)
        service._server.close()
        shelf.override = lambda _: cut()
        await pilot.press("R")
        await wait_until(pilot, lambda: documents.feed.problem)
        assert "a.txt" in screen_text(pilot)
        assert "r tries again" in said(pilot)
        assert_intact(pilot)

        # What is wrong with both lists is told once, where both are shown.
        await pilot.press("1", "R")
        await wait_until(pilot, lambda: pilot.app.main.collections.feed.problem)
        await wait_until(pilot, lambda: not pilot.app.main.collections.feed.refreshing)
        assert screen_text(pilot).count("R tries") == 1
        await pilot.resize_terminal(60, 24)
        await wait_until(pilot, lambda: "2 Shelf" not in screen_text(pilot))
        await wait_until(pilot, lambda: screen_text(pilot).count("R tries") == 1)
