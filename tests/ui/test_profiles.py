"""Switching profiles: client, session and header change, and nothing of the old team stays."""

import pytest

from tests.conftest import KEY, NOW, screen_text, wait_until
from tests.ui.entering import FakeKeyring, enter, header_of, type_key
from tests.ui.test_browsing import open_collection
from tests.ui.writing import INTERVIEWS, back_on_main, dialog, shown, toasts, words_on
from xcoll_tui.credentials import Profile, Secret
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.writes.outcome import Target
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.log_in import LogInScreen
from xcoll_tui.ui.screens.pick import PickScreen

OTHER_KEY = "xai-token-of-the-other-team-o7h3"


@pytest.fixture
def other():
    """Another team's service, with collections of its own: none."""
    with Server(seed="none", key=OTHER_KEY, clock=lambda: NOW) as running:
        yield running


def two(server, other, **facts):
    """Two profiles, on one service each."""
    return Profile(base_url=server.url), Profile("other", base_url=other.url, **facts)


async def pick(pilot, name):
    """Open the list of profiles, and choose one."""
    picker = await dialog(pilot, PickScreen, "P")
    index = next(i for i, row in enumerate(picker._rows._rows) if row.key == name)
    picker._table.move_to(index)
    await pilot.press("enter")


async def loaded(pilot):
    """Wait until a session's collections are there."""
    await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
    main = pilot.app.main
    await wait_until(pilot, lambda: main.session and main.session.collections.loaded_at)
    return main.session


async def test_a_switch_leaves_nothing_of_the_old_team(server, other, tmp_path):
    keyring = FakeKeyring(default=KEY, other=OTHER_KEY)
    async with enter(server, tmp_path, keyring, *two(server, other)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        await pilot.press("space", "c")
        old = pilot.app.main
        session, name = old.session, documents.table.row.name
        await wait_until(pilot, lambda: name in screen_text(pilot))
        await pick(pilot, "other")
        await wait_until(pilot, lambda: pilot.app.main is not old)
        assert (await loaded(pilot)) is not session
        await wait_until(pilot, lambda: "No collections" in screen_text(pilot))
        shown_now = screen_text(pilot)
        assert "Interview" not in shown_now
        assert name not in shown_now
        assert toasts(pilot) == []
        assert "other · key …o7h3 from Fake Keyring" in header_of(pilot)
        assert other.url.partition("//")[2] in header_of(pilot)
        # The old one is over: no request, no row, no worker of it goes on.
        assert session._context.subscribers == []
        with pytest.raises(RuntimeError, match="closed"):
            await session._service.validate_key()
        assert not old.is_attached
        # And back again, each key read once.
        await pick(pilot, "default")
        await wait_until(pilot, lambda: "default · key" in header_of(pilot))
        await loaded(pilot)
        await wait_until(pilot, lambda: "Interview transcri" in screen_text(pilot))


async def test_many_switches_leave_one_screen(server, other, tmp_path):
    keyring = FakeKeyring(default=KEY, other=OTHER_KEY)
    async with enter(server, tmp_path, keyring, *two(server, other)) as pilot:
        await loaded(pilot)
        for name in ("other", "default") * 3:
            await pick(pilot, name)
            await wait_until(pilot, lambda name=name: f" {name} · " in header_of(pilot))
            await loaded(pilot)
        alive = [s for stack in pilot.app._screen_stacks.values() for s in stack if s.is_attached]
        assert alive == [pilot.app.main]


async def test_the_list_says_where_each_goes_and_which_is_in_use(server, other, tmp_path):
    profiles = two(server, other, team_id="team-7", read_only=True)
    async with enter(server, tmp_path, FakeKeyring(default=KEY), *profiles) as pilot:
        await loaded(pilot)
        await dialog(pilot, PickScreen, "P")
        await shown(pilot, "● default", "This one is in use.", "team team-7 · read-only")
        host = other.url.partition("//")[2]
        assert host in words_on(pilot)
        await pilot.press("enter")  # the one in use: nothing happens
        session = pilot.app.main.session
        await back_on_main(pilot)
        assert pilot.app.main.session is session


async def test_a_profile_without_a_key_asks_for_one_and_keeps_it_under_its_name(
    server, other, tmp_path
):
    keyring = FakeKeyring(default=KEY)
    async with enter(server, tmp_path, keyring, *two(server, other)) as pilot:
        await loaded(pilot)
        await pick(pilot, "other")
        await dialog(pilot, LogInScreen)
        assert "Interview" not in screen_text(pilot)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "K enters one." in screen_text(pilot))
        await dialog(pilot, LogInScreen, "K")
        await type_key(pilot, OTHER_KEY)
        await shown(pilot, "as xcoll:other of the user", "xcoll auth logout --profile other")
        await pilot.press("enter")
        await loaded(pilot)
        assert keyring.held == {"default": Secret(KEY), "other": Secret(OTHER_KEY)}


async def test_writes_under_way_are_asked_about_first(server, other, tmp_path):
    keyring = FakeKeyring(default=KEY, other=OTHER_KEY)
    async with enter(server, tmp_path, keyring, *two(server, other)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        main = pilot.app.main
        server.faults[:] = [Fault("PATCH", "*", "timeout")]
        await pilot.press("i")
        await wait_until(pilot, lambda: main.session.busy)
        await pick(pilot, "other")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "Switch anyway?", "1 write under way")
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is main)
        assert main.session.busy
        await pick(pilot, "other")
        await dialog(pilot, ConfirmScreen)
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app.main is not main)
        await loaded(pilot)
        assert "other" in header_of(pilot)


async def test_a_profile_that_is_read_only_refuses_every_write(server, tmp_path):
    profile = Profile(base_url=server.url, read_only=True)
    async with enter(server, tmp_path, FakeKeyring(default=KEY), profile) as pilot:
        await open_collection(pilot, INTERVIEWS)
        assert " read-only " in header_of(pilot)
        for key in ("a", "e", "d", "i", "n", "z"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            said = "The profile default is read-only"
            assert [each for each in toasts(pilot) if said in each], key
        session = pilot.app.main.session
        outcome = await session.document_writes.remove(pilot.app.main.documents.table.cursor_key)
        assert not outcome.ok


async def test_what_broke_off_is_told_in_every_profile_of_its_host(server, tmp_path):
    profiles = (Profile(base_url=server.url), Profile("second", base_url=f"{server.url}/v1/"))
    keyring = FakeKeyring(default=KEY, second=KEY)
    async with enter(server, tmp_path, keyring, *profiles) as pilot:
        session = await loaded(pilot)
        target = Target("collection_1", "file_1", "report", "Reports")
        entry = await session.state.recovery.begin(target, {"a": "b"}, {"a": "c"}, 1)
        await pick(pilot, "second")
        await wait_until(pilot, lambda: " second · " in header_of(pilot))
        session = await loaded(pilot)
        assert session.unfinished == [entry]
        assert not session.unfinished[0].is_live


async def test_one_profile_alone_says_how_to_make_another(server, tmp_path):
    async with enter(server, tmp_path, FakeKeyring(default=KEY)) as pilot:
        await loaded(pilot)
        await dialog(pilot, PickScreen, "P")
        await shown(pilot, "xcoll auth login --profile NAME creates one")
