"""Faults that were found by hand once, each as the test that shows it gone."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted, fault, reply
from tests.e2e.terminal import xcoll
from tests.e2e.walk import open_big_collection
from tests.hostile.screen import assert_intact
from tests.hostile.shelf import Shelf, document
from xcoll_tui.api.errors import Refused
from xcoll_tui.api.urls import accept_base_url
from xcoll_tui.ui.screens.details import DetailsScreen


async def opened(pilot):
    documents = pilot.app.main.documents
    await wait_until(pilot, lambda: documents.feed and documents.feed.loaded_at is not None)
    await pilot.press("2")
    return documents


async def test_an_id_is_copied_when_asked_and_told_as_text(browse):
    hostile = "file_\x1b]0;pwned\x07[@click=app.quit]x[/]\u202e"
    shelf = Shelf([document(0, "a.txt", file_metadata={"file_id": hostile})])
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        await opened(pilot)
        assert pilot.app.clipboard == ""
        await pilot.press("c")
        assert pilot.app.clipboard == hostile
        await wait_until(pilot, lambda: "sent to the terminal" in screen_text(pilot))
        assert_intact(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
        await pilot.press("c")
        await wait_until(pilot, lambda: "␛]0;pwned␇" in screen_text(pilot))
        assert_intact(pilot)


async def test_a_first_page_that_is_empty_but_has_a_token_is_followed(browse):
    rows = [document(0, "late.txt")]
    shelf = Shelf(rows)
    shelf.override = lambda request: (
        reply(body={"documents": [], "pagination_token": "more"})
        if "/documents?" in request.target and "pagination_token" not in request.target
        else None
    )
    shelf._page = lambda _query: reply(body={"documents": rows})
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        await wait_until(pilot, lambda: "late.txt" in screen_text(pilot))


async def test_two_quick_presses_of_s_sort_by_the_second_next_column(browse):
    shelf = Shelf([document(0, "a.txt")])
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        await pilot.press("s", "enter", "s", "enter")
        await wait_until(pilot, lambda: not documents.feed.loading and documents.feed.asked is None)
        await wait_until(pilot, lambda: documents.feed.query.sort_by != "DOCUMENTS_SORT_BY_NAME")
        assert documents.feed.query.sort_by == "DOCUMENTS_SORT_BY_AGE"


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_a_realistic_403_leaves_r_and_rows_on_the_screen(browse, size):
    shelf = Shelf([document(number, f"{number}.txt") for number in range(3)])
    async with Scripted(shelf) as service, browse(service.url, size=size) as pilot:
        documents = await opened(pilot)
        shelf.override = lambda _: fault(
            403, 7, "Permission denied: the key lacks team-token:endpoint:ListDocuments."
        )
        await pilot.press("R")
        await wait_until(pilot, lambda: documents.feed.problem)
        said = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "0.txt" in said
        assert "R tries again" in said


def test_a_password_with_a_slash_in_the_url_is_not_repeated():
    with pytest.raises(Refused) as caught:
        accept_base_url("https://me:hunter2/x@x.example")
    assert "hunter2" not in str(caught.value)


async def test_a_wide_team_name_does_not_hide_the_key_and_the_host(browse):
    shelf = Shelf([document(0, "a.txt")], key_name="長" * 60)
    async with Scripted(shelf) as service, browse(service.url, size=(100, 24)) as pilot:
        await opened(pilot)
        await wait_until(pilot, lambda: pilot.app.main.session.key_info)
        assert "…r42q" in screen_text(pilot).split("\n")[0]


def test_keys_typed_at_once_after_the_slash_go_into_the_filter():
    with xcoll("--demo", "--documents", "300", columns=120, rows=30) as terminal:
        open_big_collection(terminal, "300")
        terminal.press("text:/abt\r")  # as a paste, a slow line or a quick typist sends it
        terminal.wait_for("/ abt", seconds=3)


def test_a_key_typed_at_once_after_enter_is_no_part_of_the_filter():
    with xcoll("--demo", "--documents", "300", columns=120, rows=30) as terminal:
        open_big_collection(terminal, "300")
        terminal.press("/")
        terminal.wait_for("Apply")
        terminal.press("text:abt\rq")
        assert terminal.wait_end(3) == 0
