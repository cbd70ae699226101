"""A key that is held down: the same write is made once while it is under way."""

import asyncio

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted, reply
from tests.hostile.shelf import Shelf, document, file_id
from tests.hostile.test_text import opened
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    SCANS,
    dialog,
    move_clock,
    service_with,
    toasts,
    told,
    written,
)
from xcoll_tui.ui.palette import Palette
from xcoll_tui.ui.screens.dialog import Dialog
from xcoll_tui.ui.screens.undo_log import UndoLogScreen


def dialogs(pilot):
    """Return how many dialogs stand over the panes."""
    return sum(isinstance(screen, Dialog) for screen in pilot.app.screen_stack)


async def test_a_document_is_indexed_once_while_that_is_under_way(browse):
    with service_with(index_seconds=10) as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, INTERVIEWS)
            made = written(pilot)
            await pilot.press(*"iiii")
            await told(pilot, "The service was asked to re-index")
            await pilot.press(*"iiii")
            await told(pilot, "is already being re-indexed")
            assert [method for method, _ in made] == ["PATCH"]
            assert len(toasts(pilot)) == 2
            # Another document is another write.
            await pilot.press("down", *"iii")
            await wait_until(pilot, lambda: len(made) == 2)
            # When it is over it can be asked for again.
            move_clock(server, 60)
            await told(pilot, "is re-indexed.")
            await wait_until(
                pilot,
                lambda: (
                    not pilot.app.main.session.document_writes.is_reindexing(
                        pilot.app.main.documents.table.cursor_key
                    )
                ),
            )
            await pilot.press("i")
            await wait_until(pilot, lambda: len(made) == 3)


@pytest.mark.parametrize(("pane", "key"), ["1e", "1d", "2e", "2a"])
async def test_one_dialog_opens_however_slow_the_service_is(browse, tmp_path, key, pane):
    slow = asyncio.Event()
    shelf = Shelf([document(0, "a.txt"), document(1, "b.txt")])

    async def later(answer):
        await slow.wait()
        return answer

    async with (
        Scripted(shelf) as service,
        browse(service.url, size=(120, 40), state=tmp_path) as pilot,
    ):
        await opened(pilot)
        await pilot.press(pane)
        heard = len(service.heard)
        shelf.override = lambda r: (
            later(reply(body=shelf.documents[0]))
            if f"/documents/{file_id(0)}" in r.target
            else None
        )
        await pilot.press(key, key, key, key)
        slow.set()
        await pilot.pause()
        await wait_until(pilot, lambda: dialogs(pilot) or toasts(pilot))
        assert dialogs(pilot) <= 1, screen_text(pilot)
        reads = [each for each in service.heard[heard:] if file_id(0) in each.target]
        assert len(reads) <= 1
        assert not [each for each in service.heard if each.method != "GET"]


async def test_a_new_collection_is_made_once(browse):
    with service_with() as (server, service):
        async with browse(server.url, size=(120, 50)) as pilot:
            await open_collection(pilot, SCANS)
            made = written(pilot)
            form = await dialog(pilot, Dialog, "n")
            form._name_input.value = "Once"
            await pilot.press(*["ctrl+s"] * 6)
            await wait_until(pilot, lambda: "Once" in service.collections())
            await wait_until(pilot, lambda: not pilot.app.main.session.busy)
            assert [method for method, _ in made] == ["POST"]


async def test_keys_behind_one_that_opens_a_dialog_are_meant_for_the_dialog(browse, monkeypatch):
    with service_with() as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, INTERVIEWS)
            read, refresh = asyncio.Event(), pilot.app.main.session.undo_stack.refresh

            async def read_slowly():
                await read.wait()
                await refresh()

            monkeypatch.setattr(pilot.app.main.session.undo_stack, "refresh", read_slowly)
            await pilot.press("U", "escape", "colon")
            read.set()
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, Palette))
            assert pilot.app.main.pane is pilot.app.main.documents
            assert not any(isinstance(screen, UndoLogScreen) for screen in pilot.app.screen_stack)


async def test_a_dialog_that_is_long_in_coming_holds_no_key_for_ever(browse, monkeypatch):
    with service_with() as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, INTERVIEWS)
            never = asyncio.Event()
            monkeypatch.setattr(pilot.app.main.session.undo_stack, "refresh", never.wait)
            await pilot.press("U", "1")
            await wait_until(pilot, lambda: pilot.app.main.pane is pilot.app.main.collections)
