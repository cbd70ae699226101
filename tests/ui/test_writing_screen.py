"""What holds for all writing: read-only, the activity, leaving, and the mouse alone."""

import asyncio

from textual.command import CommandList

from tests.conftest import KEY, screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    back_on_main,
    dialog,
    dialog_of,
    entry,
    outcomes,
    run_over,
    shown,
    toasts,
    words_on,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen


async def test_read_only_refuses_each_key_that_writes_with_a_sentence(server, browse):
    async with browse(server.url, size=(120, 30), read_only=True) as pilot:
        await open_collection(pilot, INTERVIEWS)
        made, main = written(pilot), pilot.app.main
        footer = screen_text(pilot).split("\n")[-1]
        assert not any(word in footer for word in ("Attach", "Edit", "Remove", "Re-index"))
        for keys in (["a", "e", "d", "i", "n", "z", "B", "exclamation_mark"], ["1", "e", "d"]):
            for key in keys:
                pilot.app.clear_notifications()
                await pilot.press(key)
                if key == "1":
                    continue
                assert pilot.app.screen is main
                assert [each for each in toasts(pilot) if "--read-only" in each], key
        assert made == []
        assert not main.session.activity.entries
        outcome = await main.session.writes.remove(main.documents.table.cursor_key)
        assert not outcome.ok  # refused below the screen as well
        assert made == []


async def test_the_activity_tells_writes_and_requests_and_copies_them_without_the_key(
    server, browse
):
    async with browse(server.url, size=(160, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        row = documents.table.row
        await pilot.press("i")
        await wait_until(pilot, lambda: pilot.app.main.session.activity.entries)
        await back_on_main(pilot)
        server.faults[:] = [Fault("DELETE", "*", 403)]
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        await wait_until(pilot, lambda: len(pilot.app.main.session.activity.entries) == 2)
        await back_on_main(pilot)
        pilot.app.main.action_activity()
        await dialog(pilot, ActivityScreen)
        await shown(
            pilot,
            f"remove {row.name} · {INTERVIEWS} ✗ failed",
            f"re-index {row.name} · {INTERVIEWS} ● done",
            "is still in the collection",
        )
        await pilot.press("c")
        assert pilot.app.clipboard == row.file_id
        await pilot.press("tab")
        await shown(pilot, "Activity: Requests", "PATCH /v1/collections/", " ms")
        lines = dialog_of(pilot, ActivityScreen)._sources[1]()
        number = next(i for i, line in enumerate(lines) if line.what.startswith("DELETE"))
        assert lines[number].outcome == "403"
        pilot.app.screen._table.move_to(number)
        await pilot.press("c")
        curl = pilot.app.clipboard
        head = 'curl -X DELETE -H "Authorization: Bearer $XAI_MANAGEMENT_API_KEY" '
        assert curl.startswith(head)
        assert f"{server.url}/v1/collections/" in curl
        assert curl.rstrip("'").endswith(row.file_id)
        for text in (curl, screen_text(pilot), *(line.copied for line in lines)):
            assert KEY not in text
        await pilot.press("escape", "escape")
        assert pilot.app.screen is pilot.app.main


async def test_quitting_while_a_write_is_under_way_asks(server, browse):
    async with browse(server.url, size=(120, 30), silence=2) as pilot:
        await open_collection(pilot, INTERVIEWS)
        session = pilot.app.main.session
        server.faults[:] = [Fault("PATCH", "*", "timeout", times=1)]
        await pilot.press("i")
        await wait_until(pilot, lambda: session.writes.busy)
        await dialog(pilot, ConfirmScreen, "q")
        await shown(pilot, "Quit all the same?", "1 write", "under way")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert pilot.app.is_running
        # Nothing is under way any more: it ends without a question.
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)


async def test_quitting_all_the_same(server, browse):
    async with browse(server.url, size=(120, 30), silence=2) as pilot:
        await open_collection(pilot, INTERVIEWS)
        server.faults[:] = [Fault("PATCH", "*", "timeout", times=1)]
        await pilot.press("i")
        await wait_until(pilot, lambda: pilot.app.main.session.writes.busy)
        await dialog(pilot, ConfirmScreen, "q")
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app._exit)


# The mouse alone


async def click_footer(pilot, label):
    footer = screen_text(pilot).split("\n")[-1]
    await pilot.click(pilot.app.main.footer, offset=(footer.index(label), 0))


async def click_button(pilot, label, times=1):
    buttons = [each for each in pilot.app.screen.query("Button") if str(each.label) == label]
    assert len(buttons) == 1, words_on(pilot)
    # A button takes no second press until the first has been seen, a fifth of a second.
    await wait_until(pilot, lambda: not buttons[0].has_class("-active"))
    await pilot.click(buttons[0], times=times)


async def choose_command(pilot, title):
    """Open the palette by a click on the header, find a command by the wheel, and click it."""
    await pilot.click(pilot.app.main.header)
    await wait_until(pilot, lambda: pilot.app.screen.query(CommandList))
    found = pilot.app.screen.query_one(CommandList)
    await wait_until(pilot, lambda: found.option_count > 30)
    for _ in range(60):
        lines = screen_text(pilot).split("\n")
        at = next((y for y, line in enumerate(lines) if line.strip(" ▎▊│▌▐┃") == title), None)
        if at is not None:
            await pilot.click(offset=(lines[at].index(title) + 1, at))
            return
        found.scroll_relative(y=3, animate=False)  # what the wheel does
        await pilot.pause()
    raise AssertionError(f"no command {title!r}:\n{screen_text(pilot)}")


async def test_attach_edit_remove_and_undo_by_the_mouse(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id, session = pilot.app.main.session.opened, pilot.app.main.session
        mine = server.file_ids[2]
        await click_footer(pilot, "Attach")
        form = await dialog(pilot, AttachScreen)
        form._file_ids.text = mine  # pasted
        await click_button(pilot, "Next")
        await shown(pilot, "Attach 1 file?")
        await click_button(pilot, "Attach 1 file", times=2)
        run = await run_over(pilot)
        assert outcomes(run) == {mine: "attached"}
        await pilot.press("escape")
        await back_on_main(pilot)
        assert len(session.activity.entries) == 1

        await wait_until(pilot, lambda: documents.table.listing.get(mine))
        documents.table.scroll_home(animate=False)
        await pilot.pause()
        at = documents.table.listing.index_of(mine)
        await pilot.click(documents.table, offset=(10, 1 + at))
        assert documents.table.cursor_key == mine
        await click_footer(pilot, "Edit")
        form = await dialog(pilot, EditFieldsScreen)
        entry(form, "role").value = "reader"
        await click_button(pilot, "Save…")
        await shown(pilot, "Save these changes?")
        await click_button(pilot, "Save")
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) == {"role": "reader"}

        made = written(pilot)
        await click_footer(pilot, "Remove")
        await dialog(pilot, ConfirmScreen)
        await click_button(pilot, "Remove", times=2)
        await wait_until(pilot, lambda: documents.table.listing.get(mine) is None)
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) is None
        assert [method for method, _ in made] == ["DELETE"]
        await choose_command(pilot, "Undo")
        await wait_until(pilot, lambda: documents.table.listing.get(mine))
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) == {"role": "reader"}


async def test_marked_ones_are_removed_by_the_mouse(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        for line in (1, 2):
            await pilot.click(documents.table, offset=(1, line))
        marked = list(documents.table.marks)
        assert len(marked) == 2
        await click_footer(pilot, "Remove")
        await dialog(pilot, ConfirmScreen)
        await click_button(pilot, "Remove 2 documents", times=2)
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(marked, "removed")
        assert service.collection(collection_id)["documents_count"] == 55


async def test_a_collection_is_created_and_deleted_by_the_mouse(server, browse, service, tmp_path):
    async with browse(server.url, size=(120, 50), state=tmp_path) as pilot:
        main = pilot.app.main
        await wait_until(pilot, lambda: main.collections.table.listing.loaded)
        await click_footer(pilot, "New")
        form = await dialog(pilot, CollectionFormScreen)
        form._name_input.value = "By mouse"
        await click_button(pilot, "Create")
        await back_on_main(pilot)
        assert "By mouse" in service.collections()
        await wait_until(pilot, lambda: main.collections.table.row.collection_name == "By mouse")
        await click_footer(pilot, "Delete")
        question = await dialog(pilot, ConfirmScreen)
        question._input.value = "By mouse"
        await wait_until(pilot, lambda: not question._act.disabled)
        await click_button(pilot, "Delete")
        await wait_until(pilot, lambda: "By mouse" not in service.collections())
        assert len(await asyncio.to_thread(lambda: list(tmp_path.rglob("*.jsonl")))) == 1
