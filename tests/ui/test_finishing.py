"""Replacements that broke off: told as they are, finished with either version, or dropped."""

import json
from contextlib import contextmanager

import pytest

from tests.conftest import NOW, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    back_on_main,
    dialog,
    service_with,
    shown,
    toasts,
    told,
    words_on,
    written,
)
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import Owner
from xcoll_tui.ui.screens.choose import ChooseScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.pick import PickScreen
from xcoll_tui.ui.screens.steps import StepsScreen

OLD = {"counterparty": "Fjord Ltd", "draft": "yes"}
NEW = {"counterparty": "Fjord plc", "note": "signed"}


class Broken:
    """Records of replacements that broke off, as a session that died left them."""

    def __init__(self, folder, server, service):
        self.folder, self.server, self.service = folder, server, service
        self.collection_id = service.collections()[CONTRACTS]["collection_id"]

    def leave(self, number, file_id, *, owner="0a", collection_id=None):
        """Leave a record of one document."""
        record = {
            "xcoll_unfinished": 2,
            "id": f"{number:04x}",
            "owner": owner,
            "place": str(Place.of(self.server.url)),
            "collection_id": collection_id or self.collection_id,
            "collection_name": CONTRACTS,
            "file_id": file_id,
            "name": f"broken-{number}.docx",
            "old": OLD,
            "new": NEW,
            "at": NOW - 600 - number,
            "phase": "removing",
        }
        folder = self.folder / "unfinished"
        folder.mkdir(exist_ok=True)
        (folder / f"{number:04x}.json").write_text(json.dumps(record))

    @property
    def left(self):
        return sorted(path.stem for path in self.folder.glob("unfinished/*.json"))


@pytest.fixture
def broken(server, service, tmp_path):
    return Broken(tmp_path, server, service)


@contextmanager
def another_session(folder):
    """Hold the lock of a session that lives, and return its ID."""
    owner = Owner(folder)
    owner.acquire()
    try:
        yield owner.id
    finally:
        owner.release()


async def listed(pilot):
    """Open the list, and wait until it knows what the service shows."""
    screen = await dialog(pilot, PickScreen, "exclamation_mark")
    await wait_until(pilot, lambda: not any("looking…" in row.facts for row in rows_of(screen)))
    return screen


def rows_of(screen):
    return [screen._rows.row(index) for index in range(len(screen._rows))]


async def steps_over(pilot):
    steps = await dialog(pilot, StepsScreen)
    await wait_until(pilot, lambda: steps.over)
    return words_on(pilot)


@pytest.mark.parametrize(("letter", "wanted"), [("n", NEW), ("o", OLD)])
async def test_what_is_out_is_attached_with_either_version(browse, broken, letter, wanted):
    server, service, tmp_path = broken.server, broken.service, broken.folder
    mine = server.file_ids[6]
    broken.leave(1, mine)
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await told(pilot, "A replacement was interrupted halfway", "! shows it")
        await open_collection(pilot, CONTRACTS)
        await listed(pilot)
        await shown(pilot, "broken-1.docx", f"not shown now · {CONTRACTS} · 10 min ago")
        await shown(pilot, "“Fjord Ltd” → “Fjord plc”")
        assert "not attached again" not in words_on(pilot)
        await pilot.press("enter")
        await dialog(pilot, ChooseScreen)
        await shown(pilot, "The service does not show it in the collection now.")
        await shown(pilot, "n New fields", "o Old fields", "x Drop it")
        await shown(pilot, "− draft", "+ note")
        await pilot.press(letter)
        assert "is attached again" in await steps_over(pilot)
        assert service.fields(broken.collection_id, mine) == wanted
        assert broken.left == []
        await pilot.press("escape")
        await back_on_main(pilot)
        await pilot.press("exclamation_mark")
        await told(pilot, "Nothing to finish: no replacement was interrupted.")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (NEW, "with the new fields"),
        (OLD, "with the old fields"),
        ({"counterparty": "Other"}, "with other fields"),
    ],
)
async def test_what_the_service_shows_is_said_and_can_be_dropped(browse, broken, held, words):
    server, service, tmp_path = broken.server, broken.service, broken.folder
    mine = server.file_ids[6]
    service.attach(broken.collection_id, mine, {"counterparty": "x", **held})
    service.edit(broken.collection_id, mine, held)
    broken.leave(1, mine)
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        made = written(pilot)
        await listed(pilot)
        await shown(pilot, f"shown {words} · {CONTRACTS}")
        await pilot.press("enter")
        await dialog(pilot, ChooseScreen)
        # Enter and Esc choose nothing.
        await pilot.press("enter")
        await back_on_main(pilot)
        assert broken.left == ["0001"]
        await listed(pilot)
        await pilot.press("enter")
        await dialog(pilot, ChooseScreen)
        await pilot.press("x")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "Delete both versions?", "broken-1.docx")
        await pilot.press("y")
        await told(pilot, "both versions deleted")
        assert broken.left == []
        assert made == []
        assert service.fields(broken.collection_id, mine) == held


async def test_one_whose_collection_is_gone_can_only_be_dropped(server, browse, tmp_path, broken):
    broken.leave(1, server.file_ids[6], collection_id="collection_gone")
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        await listed(pilot)
        await shown(pilot, "its collection is gone")
        await pilot.press("enter")
        screen = await dialog(pilot, ChooseScreen)
        assert [way.letter for way in screen._ways] == ["x"]
        await pilot.press("n")
        assert pilot.app.screen is screen
        await pilot.press("x")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "xcoll knows of no other copy of these fields.")
        await pilot.press("y")
        await told(pilot, "both versions deleted")
        assert broken.left == []


async def test_what_another_xcoll_is_at_work_on_is_left_alone(server, browse, tmp_path, broken):
    with another_session(tmp_path) as owner:
        broken.leave(1, server.file_ids[6], owner=owner)
        async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
            await open_collection(pilot, CONTRACTS)
            await wait_until(pilot, lambda: pilot.app.main.session.key_info)
            assert not any("interrupted" in toast for toast in toasts(pilot))
            await listed(pilot)
            await shown(pilot, "Another xcoll is working on it")
            await pilot.press("enter")
            await told(pilot, "broken-1.docx", "Another xcoll is working on it")
            assert broken.left == ["0001"]


@pytest.mark.parametrize("letter", ["n", "x"])
async def test_all_are_settled_at_once(browse, broken, letter):
    server, service, tmp_path = broken.server, broken.service, broken.folder
    for number, file_id in enumerate(server.file_ids[:3]):
        broken.leave(number, file_id)
    with another_session(tmp_path) as owner:
        broken.leave(9, server.file_ids[5], owner=owner)
        async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
            await told(pilot, "3 replacements were interrupted")
            await open_collection(pilot, CONTRACTS)
            await listed(pilot)
            await pilot.press("A")
            await dialog(pilot, ChooseScreen)
            await shown(pilot, "3 replacements at once")
            await pilot.press(letter)
            if letter == "n":
                assert "3 finished." in await steps_over(pilot)
            else:
                await dialog(pilot, ConfirmScreen)
                await pilot.press("y")
                await told(pilot, "3 replacements dropped.")
            assert broken.left == ["0009"]
    held = [service.fields(broken.collection_id, file_id) for file_id in server.file_ids[:3]]
    assert held == [NEW if letter == "n" else None] * 3


async def test_all_stop_where_a_file_turns_out_to_be_gone(browse, tmp_path):
    with service_with(remove="delete-file") as (server, service):
        broken = Broken(tmp_path, server, service)
        gone, *others = server.file_ids[:3]
        service.attach(broken.collection_id, gone, OLD)
        service.remove(broken.collection_id, gone)
        for number, file_id in enumerate((others[0], gone, others[1])):
            broken.leave(3 - number, file_id)
        async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
            await open_collection(pilot, INTERVIEWS)
            await listed(pilot)
            await pilot.press("A")
            await dialog(pilot, ChooseScreen)
            await pilot.press("n")
            words = await steps_over(pilot)
            assert "1 finished, 1 not, 1 not touched, because a file was gone" in words
            assert broken.left == ["0001", "0002"]
            assert service.fields(broken.collection_id, others[0]) == NEW
            assert service.fields(broken.collection_id, others[1]) is None
