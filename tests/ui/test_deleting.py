"""Deleting a collection and bringing it back: what is in no backup, and what was begun before."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from msgspec import structs

from tests.conftest import NOW, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.test_finishing import another_session
from tests.ui.test_settling import Pauses
from tests.ui.test_writing_collections import steps_over, type_name
from tests.ui.writing import (
    INTERVIEWS,
    back_on_main,
    dialog,
    dialog_of,
    move_clock,
    service_with,
    shown,
    told,
    words_on,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.session.place import Place
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.pick import PickScreen
from xcoll_tui.ui.screens.steps import StepsScreen

PROBLEM = (
    "The state folder /state/xcoll cannot be used: Read-only file system. Make it writable, or "
    "name another one in XDG_STATE_HOME."
)


@asynccontextmanager
async def interviews(browse, server, tmp_path, **options):
    """Run the program with the cursor on a collection of 57 documents."""
    async with browse(server.url, size=(120, 40), state=tmp_path, **options) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await pilot.press("1")
        yield pilot


async def started(pilot):
    """Wait until the session knows the key and the collections."""
    main = pilot.app.main
    await wait_until(pilot, lambda: main.session is not None and main.session.key_info)
    await wait_until(pilot, lambda: main.session.collections.loaded_at is not None)


def attach_behind(pilot, service, file_ids):
    """Attach one of these files behind each backup, as somebody else does."""
    backups, left = pilot.app.main.session.backups, list(file_ids)
    make, collection_id = backups.make, pilot.app.main.session.opened

    async def make_and_attach(*arguments, **options):
        backup = await make(*arguments, **options)
        if left:
            service.attach(collection_id, left.pop(), {"role": "late"})
        return backup

    backups.make = make_and_attach


def backed_up(path):
    """Return the fields of a backup by file ID."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["file_id"]: line["fields"] for line in lines[1:-1]}


async def delete(pilot):
    await type_name(pilot, INTERVIEWS)
    await pilot.press("enter", "enter")
    await steps_over(pilot)
    words = words_on(pilot)
    await pilot.press("escape")
    await back_on_main(pilot)
    return words


async def test_what_comes_behind_a_backup_is_in_the_next_one(server, browse, service, tmp_path):
    async with interviews(browse, server, tmp_path) as pilot:
        attach_behind(pilot, service, server.file_ids[:1])
        words = await delete(pilot)
        assert "1 came: backing up again." in words
        assert "from now on, or did a moment ago, may be in no backup." in words
        assert INTERVIEWS not in service.collections()
        sizes = sorted(len(backed_up(path)) for path in tmp_path.glob("backups/*.jsonl"))
        assert sizes == [57, 58]


async def test_one_that_changes_all_the_time_is_asked_about(server, browse, service, tmp_path):
    async with interviews(browse, server, tmp_path) as pilot:
        attach_behind(pilot, service, server.file_ids[:5])
        made = written(pilot)
        await type_name(pilot, INTERVIEWS)
        await pilot.press("enter", "enter")
        await shown(pilot, "The backup is not whole", "It is being changed all the time.")
        assert len(list(tmp_path.glob("backups/*.jsonl"))) == 3
        await pilot.press("escape")
        await back_on_main(pilot)
        assert made == []
        assert INTERVIEWS in service.collections()


async def test_what_comes_while_a_doubt_is_asked_about_is_seen(server, browse, service, tmp_path):
    async with interviews(browse, server, tmp_path) as pilot:
        collection_id, backups = pilot.app.main.session.opened, pilot.app.main.session.backups
        make, unreadable = backups.make, [2]

        async def make_doubtful(*arguments, **options):
            backup = await make(*arguments, **options)
            if not unreadable:
                return backup
            footer = structs.replace(backup.footer, unreadable=unreadable.pop())
            return replace(backup, footer=footer)

        backups.make = make_doubtful
        await type_name(pilot, INTERVIEWS)
        await pilot.press("enter", "enter")
        await shown(pilot, "The backup is not whole", "2 of its documents could not be read")
        service.attach(collection_id, server.file_ids[0], {"role": "late"})
        dialog_of(pilot, ConfirmScreen)._input.value = "without backup"
        await pilot.press("enter", "enter")
        await steps_over(pilot)
        assert "1 came: backing up again." in words_on(pilot)
        assert INTERVIEWS not in service.collections()
        newest = max(tmp_path.glob("backups/*.jsonl"), key=lambda path: len(backed_up(path)))
        assert backed_up(newest)[server.file_ids[0]] == {"role": "late"}


async def test_nothing_is_deleted_while_it_is_written_to(browse, tmp_path):
    pauses = Pauses()
    with service_with(lag=5) as (server, service):
        move_clock(server, 60)
        async with interviews(browse, server, tmp_path, sleep=pauses.sleep) as pilot:
            session = pilot.app.main.session
            await pilot.press("2")
            await dialog(pilot, ConfirmScreen, "d")
            await pilot.press("y")
            await wait_until(pilot, lambda: session.writes_to(session.opened))
            await pilot.press("1", "d")
            await told(pilot, f"1 write to {INTERVIEWS} is under way", "@ lists them.")
            assert pilot.app.screen is pilot.app.main
            move_clock(server, 120)
            pauses.gate.set()
            await back_on_main(pilot)
            await dialog(pilot, ConfirmScreen, "d")
            assert INTERVIEWS in service.collections()


@pytest.mark.parametrize("problem", ["", PROBLEM])
async def test_without_a_state_folder_no_backup_is_promised(server, browse, service, problem):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await pilot.press("1")
        pilot.app.main.session.state.problem = problem
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "There will be no backup, and nothing brings it back.")
        await shown(pilot, problem or "There is no state folder")
        assert "B recreates it" not in words_on(pilot)
        assert question.query_one(".warning").display
        question._input.value = INTERVIEWS
        await pilot.press("enter", "enter")
        await shown(pilot, "There is no backup", "Type without backup to continue:")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert INTERVIEWS in service.collections()


async def test_what_a_restore_made_is_undone_by_deleting_it(server, browse, service, tmp_path):
    async with interviews(browse, server, tmp_path) as pilot:
        await delete(pilot)
        await dialog(pilot, PickScreen, "B")
        await pilot.press("enter")
        await steps_over(pilot)
        await pilot.press("escape")
        await back_on_main(pilot)
        held = service.collections()
        made = written(pilot)
        question = await dialog(pilot, ConfirmScreen, "z")
        await shown(pilot, "Delete collection?", INTERVIEWS, "57 documents leave the index")
        await pilot.press("z", "y", "escape")
        await back_on_main(pilot)
        assert made == []
        assert service.collections() == held
        question = await dialog(pilot, ConfirmScreen, "z")
        question._input.value = INTERVIEWS
        await pilot.press("enter", "enter")
        await steps_over(pilot)
        await pilot.press("escape")
        await back_on_main(pilot)
        assert INTERVIEWS not in service.collections()
        pilot.app.clear_notifications()
        await pilot.press("z")
        await told(pilot, "There is nothing to undo. U lists what was written.")


async def test_a_restored_collection_that_is_gone_is_undone_already(
    server, browse, service, tmp_path
):
    async with interviews(browse, server, tmp_path) as pilot:
        await delete(pilot)
        await dialog(pilot, PickScreen, "B")
        await pilot.press("enter")
        await steps_over(pilot)
        await pilot.press("escape")
        await back_on_main(pilot)
        service.delete_collection(service.collections()[INTERVIEWS]["collection_id"])
        await pilot.press("z")
        await told(pilot, "is already deleted.")
        assert pilot.app.main.session.undo_stack.newest is None


async def test_a_restore_that_broke_off_goes_on_where_it_began(server, browse, service, tmp_path):
    async with interviews(browse, server, tmp_path) as pilot:
        await delete(pilot)
        server.faults[:] = [Fault("POST", "*/documents/*", 403, skip=20)]
        await dialog(pilot, PickScreen, "B")
        await pilot.press("enter")
        await steps_over(pilot)
        assert "could not be attached" in words_on(pilot)
        (begun,) = [each for name, each in service.collections().items() if name == INTERVIEWS]
        assert begun["documents_count"] == 20
    server.faults.clear()
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await started(pilot)
        made = written(pilot)
        await dialog(pilot, PickScreen, "B")
        await pilot.press("enter")
        await steps_over(pilot)
        await shown(
            pilot, "Continuing an earlier restore in", "with all 57 documents of the backup"
        )
        assert service.collection(begun["collection_id"])["documents_count"] == 57
        assert not any(path.endswith("/collections") for _, path in made)
        assert list(tmp_path.glob("restores/*.json")) == []


def leave_restore(folder, server, *, owner="0a", collection_id=""):
    """Leave the record of a restore whose answer was lost, as a session that died left it."""
    (backup,) = folder.glob("backups/*.jsonl")
    record = {
        "xcoll_restore": 1,
        "id": "0001",
        "owner": owner,
        "place": str(Place.of(server.url)),
        "backup": backup.name,
        "collection_id": collection_id,
        "asked_at": NOW - 10,
    }
    (folder / "restores").mkdir(exist_ok=True)
    (folder / "restores" / "0001.json").write_text(json.dumps(record))


@pytest.mark.parametrize("chosen", ["this one", "another", "none"])
async def test_which_collection_a_lost_answer_made_is_asked(browse, tmp_path, chosen):
    with service_with() as (server, service):
        async with interviews(browse, server, tmp_path) as pilot:
            await delete(pilot)
            server.faults[:] = [Fault("POST", "*/documents/*", 403)]
            await dialog(pilot, PickScreen, "B")
            await pilot.press("enter")
            await steps_over(pilot)
        server.faults.clear()
        made = service.collections()[INTERVIEWS]["collection_id"]
        for path in tmp_path.glob("restores/*.json"):
            path.unlink()
        leave_restore(tmp_path, server)
        async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
            await started(pilot)
            first = await dialog(pilot, PickScreen, "B")
            await pilot.press("enter")
            await wait_until(pilot, lambda: pilot.app.screen is not first)
            await dialog(pilot, PickScreen)
            await shown(pilot, "An earlier restore may have created one of these", made)
            if chosen == "none":
                await pilot.press("escape")
                await back_on_main(pilot)
                assert service.collection(made)["documents_count"] == 0
                return
            if chosen == "another":
                await pilot.press("end")
            await pilot.press("enter")
            await steps_over(pilot)
            await shown(pilot, "with all 57 documents")
            counts = {"this one": 57, "another": 0}
            assert service.collection(made)["documents_count"] == counts[chosen]
            assert list(tmp_path.glob("restores/*.json")) == []


async def test_a_restore_at_work_in_another_xcoll_is_left_alone(browse, tmp_path):
    with service_with() as (server, service), another_session(tmp_path) as owner:
        async with interviews(browse, server, tmp_path) as pilot:
            await delete(pilot)
            leave_restore(tmp_path, server, owner=owner, collection_id="collection_other")
            made = written(pilot)
            await dialog(pilot, PickScreen, "B")
            await pilot.press("enter")
            await steps_over(pilot)
            await shown(pilot, "Another xcoll is recreating a collection from this backup.")
            assert made == []
            assert INTERVIEWS not in service.collections()


async def test_a_restore_that_cannot_be_recorded_is_not_begun(server, browse, service, tmp_path):
    async with interviews(browse, server, tmp_path) as pilot:
        await delete(pilot)
        (tmp_path / "restores").write_text("no folder")
        await dialog(pilot, PickScreen, "B")
        await pilot.press("enter")
        await steps_over(pilot)
        assert dialog_of(pilot, StepsScreen).over
        await shown(pilot, "It stopped:", "XDG_STATE_HOME")
        assert INTERVIEWS not in service.collections()
