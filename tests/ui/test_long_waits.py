"""What the service asks to wait is told as it is, and can be cut short by a person."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import KEY, Scripted, fault, reply
from tests.hostile.shelf import Shelf, document
from tests.ui.forms import opened as dialog_opened
from tests.ui.writing import shown, words_on
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import RateLimited, ServerFault, wait_words
from xcoll_tui.ui.screens.run import RunScreen, RunView

SPANS = [
    (0, "0 s"),
    (0.2, "1 s"),
    (59.5, "60 s"),
    (90, "90 s"),
    (120, "120 s"),
    (121, "3 min"),
    (600, "10 min"),
    (3_600, "60 min"),
    (3_601, "61 min"),
    (7_200, "120 min"),
    (7_201, "3 h"),
    (86_400, "24 h"),
    (7 * 86_400, "7 d"),
    (1e300, "more than a year"),
]


@pytest.mark.parametrize(("seconds", "words"), SPANS)
def test_a_wait_in_words_is_never_less_than_it_is(seconds, words):
    assert wait_words(seconds) == words


@pytest.mark.parametrize(
    ("header", "words"), [("3600", "60 min"), ("7201", "3 h"), ("300", "5 min")]
)
@pytest.mark.parametrize("status", [429, 503])
async def test_the_sentence_says_how_long(status, header, words):
    async with (
        Scripted(fault(status, 8, retry_after=header)) as service,
        Client(KEY, service.url) as client,
    ):
        with pytest.raises((RateLimited, ServerFault), match=f"asks to wait {words}"):
            await client.list_collections()


async def test_it_stands_on_the_screen(browse):
    async with (
        Scripted(fault(429, 8, retry_after="3600")) as service,
        browse(service.url, size=(120, 40)) as pilot,
    ):
        await shown(pilot, "60 min; then try again")
        assert "Wait a while" not in screen_text(pilot)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_wait_of_minutes_is_cut_short_by_a_key(browse, status):
    shelf, patience = Shelf([document(0, "a.txt")]), [1]

    def refuse(request):
        if patience and "/documents?" in request.target:
            patience.pop()
            return fault(status, 8, retry_after="110")
        return None

    shelf.override = refuse
    async with Scripted(shelf) as service, browse(service.url, size=(120, 40)) as pilot:
        session = await waiting(pilot)
        assert "next try in 110 s · R tries now" in screen_text(pilot)
        await pilot.press("R")
        assert session.waiting is None
        await wait_until(pilot, lambda: "a.txt" in screen_text(pilot))


async def waiting(pilot):
    """Wait until the session waits, and return it."""
    await wait_until(pilot, lambda: pilot.app.main.session and pilot.app.main.session.waiting)
    return pilot.app.main.session


async def test_it_is_cut_short_under_a_dialog_too(browse):
    shelf = Shelf([document(0, "a.txt")])
    shelf.override = lambda r: (
        fault(429, 8, retry_after="110")
        if "/documents?" in r.target and not again.is_set()
        else None
    )
    again = asyncio.Event()
    async with Scripted(shelf) as service, browse(service.url, size=(120, 40)) as pilot:
        session = await waiting(pilot)
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        again.set()
        await pilot.press("R")
        assert session.waiting is None
        await wait_until(pilot, lambda: session.documents and session.documents.loaded_at)


async def test_pauses_that_were_cut_short_do_not_use_up_the_patience():
    steps = [fault(429, 8, retry_after="100")] * 4
    async with (
        Scripted(*steps, reply(body={"collections": []})) as service,
        Client(KEY, service.url, on_wait=lambda _: hurry()) as client,
    ):

        def hurry():
            asyncio.get_running_loop().call_later(0.01, client.end_waits)

        assert (await client.list_collections()).collections == []


@pytest.mark.parametrize("width", [130, 80, 40])
async def test_the_numbers_of_a_run_are_never_cut(width):
    tally = "148 done · 12 failed · 3 not shown yet · 4 not known · 9 left · 1,107 not sent"
    view = RunView("Removing", 1_300, 148, 19, tally, 12.0, "", False, False, 0, lambda _: [])
    async with dialog_opened(lambda: RunScreen(lambda: view, lambda: None), size=(width, 24)) as (
        pilot,
        _,
    ):
        shown = words_on(pilot)
        for number in (*tally.split(" · "), "12/s"):
            assert number in shown, screen_text(pilot)


def test_a_stopped_run_has_nothing_left():
    from tests.unit.ui.test_run_lines import run  # noqa: PLC0415 - the makings of a run
    from xcoll_tui.ui.presentation.run_lines import view_of  # noqa: PLC0415 - same

    over = run(done=48, failed=1, cancelled=107, stopped="It asks to wait 60 min.")
    cancelling = run(state="cancelling", done=48, failed=1, cancelled=107)
    for each in (over, cancelling):
        view = view_of(SimpleNamespace(**{**vars(each), "paused_until": None}), "Shelf", 0.0)
        assert view.tally == "48 done · 1 failed · 107 not sent"
