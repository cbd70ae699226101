"""What was seen last stands there as old until the service answers, and nothing is done to it."""

import threading
import time

import pytest

from tests.conftest import KEY, NOW, OneService, screen_text, wait_until
from tests.ui.entering import FakeKeyring, enter, header_of
from tests.ui.test_browsing import SUPPORT, open_collection
from tests.ui.test_profiles import OTHER_KEY, pick, two
from tests.ui.writing import NOTES, dialog, shown, told, words_on
from xcoll_tui.api.models import Collection
from xcoll_tui.credentials import Profile
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.place import Place
from xcoll_tui.session.screen_state import ScreenState
from xcoll_tui.session.seen_collections import SeenCollections, read_seen, write_seen
from xcoll_tui.ui import last_seen
from xcoll_tui.ui.screens.log_in import LogInScreen

LATER = NOW + 3 * 3600


@pytest.fixture
def hold(server):
    """Let the service answer nothing until the event that this returns is set."""
    events = []

    def begin():
        events.append(threading.Event())
        server.app.state.executor.submit(events[-1].wait, 60)
        return events[-1]

    yield begin
    for event in events:
        event.set()


def keep(folder, *names, place=OneService.kept_as, team=""):
    """Keep collections of these names, as a session an hour ago would have."""
    rows = tuple(
        Collection(collection_id=f"collection_{number}", collection_name=name, documents_count=7)
        for number, name in enumerate(names)
    )
    write_seen(folder, place, SeenCollections(NOW - 3600, rows, complete=False, team=team))
    return ScreenState(folder)


async def see_old(pilot):
    """Wait until old rows stand there, and return their table."""
    collections = pilot.app.main.collections
    await wait_until(pilot, lambda: collections.seen is not None)
    await pilot.pause()
    assert collections.table.stale
    return collections.table


async def see_fresh(pilot):
    """Wait until the service's rows stand there, and return their table."""
    collections = pilot.app.main.collections
    await wait_until(pilot, lambda: collections.feed is not None and collections.feed.loaded_at)
    await wait_until(pilot, lambda: collections.seen is None)
    assert not collections.table.stale
    return collections.table


async def see_nothing(pilot):
    """Wait until no row stands there, and nothing of what was seen."""
    collections = pilot.app.main.collections
    await wait_until(pilot, lambda: collections.seen is None and not collections.table.listing)
    await pilot.pause()
    assert "Plans" not in screen_text(pilot)


async def test_the_next_start_shows_them_until_the_service_answers(server, browse, tmp_path, hold):
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await open_collection(pilot, SUPPORT)
    go_on, state = hold(), ScreenState(tmp_path)
    later = browse(server.url, screen_state=state, clock=lambda: LATER, size=(160, 12))
    async with later as pilot:
        table = await see_old(pilot)
        await wait_until(pilot, lambda: "read 3 h ago · loading…" in header_of(pilot))
        assert " 3 h ago · 12 ─╮" in screen_text(pilot)
        assert f"{SUPPORT} 1,204" in words_on(pilot)
        # What is going to be opened is pointed at already.
        assert table.row.collection_name == SUPPORT
        before = table.cursor_key, table.scroll_offset.y, table.size.width
        assert before[1] > 0
        assert "2 Documents" in screen_text(pilot)
        go_on.set()
        assert await see_fresh(pilot) is table
        await wait_until(pilot, lambda: f"2 {SUPPORT}" in screen_text(pilot))
        assert (table.cursor_key, table.scroll_offset.y, table.size.width) == before
        await wait_until(pilot, lambda: "just read" in header_of(pilot))
        assert "3 h ago" not in screen_text(pilot)


async def test_the_row_that_was_gone_to_is_opened_as_soon_as_it_can_be(
    server, browse, tmp_path, hold
):
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await open_collection(pilot, SUPPORT)
    go_on = hold()
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        table = await see_old(pilot)
        await pilot.press("g", "j", "G", "k", "k", "pageup", "pagedown", "slash", "x", "escape")
        names = [row.collection_name for row in map(table.listing.row, range(len(table.listing)))]
        table.move_to(names.index(NOTES))
        await pilot.press("enter")
        go_on.set()
        await wait_until(pilot, lambda: f"2 {NOTES}" in screen_text(pilot))
        assert await see_fresh(pilot) is table
        assert table.row.collection_name == NOTES
        await wait_until(pilot, lambda: pilot.app.main.documents.table.row is not None)
        await pilot.pause()
        assert table.row.collection_name == NOTES


async def test_nothing_is_done_to_them(server, browse, tmp_path, hold):
    hold()
    state = keep(tmp_path, "Plans")
    async with browse(server.url, screen_state=state) as pilot:
        await see_old(pilot)
        await wait_until(pilot, lambda: pilot.app.main.session)
        main = pilot.app.main
        for key in ("d", "e", "p", "c", "y"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            await told(pilot, "These rows are from last time;")
            assert pilot.app.screen is main
        assert main.targets == ()
        assert pilot.app.clipboard == ""


async def test_text_of_the_file_is_text(server, browse, tmp_path, hold):
    hold()
    state = keep(tmp_path, "[b]x[/]", "[@click=app.quit]", "a\x1b[2J\ud800b", "")
    async with browse(server.url, screen_state=state) as pilot:
        await see_old(pilot)
        for text in ("[b]x[/]", "[@click=app.quit]", "a␛[2J�b", "collection_3", " 1 h ago ─╮"):
            assert text in screen_text(pilot)


async def test_where_nothing_usable_is_answered_they_stay_with_their_age(server, browse, tmp_path):
    server.faults[:] = [Fault("GET", "/v1/*", "garbage")]
    state = keep(tmp_path, "Plans")
    async with browse(server.url, screen_state=state) as pilot:
        table = await see_old(pilot)
        await shown(pilot, "Rows as of 1 h ago. R tries again.")
        await wait_until(pilot, lambda: "read 1 h ago" in header_of(pilot))
        assert "loading" not in header_of(pilot)
        assert table.stale
        assert "Plans" in screen_text(pilot)
        await pilot.press("d")
        await told(pilot, "These rows are from last time;")
    seen = read_seen(tmp_path, OneService.kept_as, now=NOW)
    assert seen.at == NOW - 3600  # what was not read again is as old as it was


@pytest.mark.parametrize("status", [401, 403])
async def test_where_the_key_is_refused_they_go(server, browse, tmp_path, status):
    server.faults[:] = [Fault("*", "*", status)]
    state = keep(tmp_path, "Plans")
    async with browse(server.url, screen_state=state) as pilot:
        await wait_until(pilot, lambda: str(status) in screen_text(pilot))
        await see_nothing(pilot)
        assert "h ago" not in screen_text(pilot)


async def test_of_a_team_that_turns_out_to_be_another_they_go(server, browse, tmp_path):
    server.faults[:] = [Fault("GET", "/v1/*", "garbage")]
    state = keep(tmp_path, "Plans", team="another team")
    async with browse(server.url, screen_state=state) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.session)
        await wait_until(pilot, lambda: pilot.app.main.session.collections.problem is not None)
        await see_nothing(pilot)


@pytest.mark.parametrize("team_id", ["our team", "another team"])
async def test_of_a_team_that_is_not_the_profile_s_they_are_not_shown(server, tmp_path, team_id):
    keep(tmp_path, "Plans", place=f"default {Place.of(server.url).host}", team="our team")
    keyring = FakeKeyring(default=KEY)
    keyring.hangs.add("read")
    profile = Profile(base_url=server.url, team_id=team_id)
    state = ScreenState(tmp_path)
    async with enter(server, tmp_path, keyring, profile, screen_state=state) as pilot:
        await wait_until(pilot, lambda: keyring.calls)
        assert ("Plans" in screen_text(pilot)) is (team_id == "our team")


async def test_without_a_key_they_go(server, tmp_path):
    keep(tmp_path, "Plans", place=f"default {Place.of(server.url).host}")
    state = ScreenState(tmp_path)
    async with enter(server, tmp_path, FakeKeyring(), screen_state=state) as pilot:
        await dialog(pilot, LogInScreen)
        await see_nothing(pilot)
        await pilot.press("escape")
        await shown(pilot, "No key yet.")
        await see_nothing(pilot)


async def test_a_switch_shows_what_was_seen_of_the_other_profile(server, tmp_path):
    with Server(seed="none", key=OTHER_KEY, clock=lambda: NOW) as other:
        keep(tmp_path, "Plans", place=f"other {Place.of(other.url).host}")
        keyring = FakeKeyring(default=KEY, other=OTHER_KEY)
        state = ScreenState(tmp_path)
        profiles = two(server, other)
        async with enter(server, tmp_path, keyring, *profiles, screen_state=state) as pilot:
            await open_collection(pilot, SUPPORT)
            keyring.hangs.add("read")
            await pick(pilot, "other")
            await wait_until(pilot, lambda: "Plans" in screen_text(pilot))
            assert SUPPORT not in screen_text(pilot)
            keyring.go_on.set()
            await shown(pilot, "No collections yet.")
            await see_nothing(pilot)
    seen = read_seen(tmp_path, f"default {Place.of(server.url).host}", now=time.time())
    assert SUPPORT in {row.collection_name for row in seen.rows}


async def test_a_terminal_that_is_killed_has_kept_them(server, browse, tmp_path, monkeypatch):
    monkeypatch.setattr(last_seen, "KEPT_AFTER", 0.01)
    state = ScreenState(tmp_path)
    async with browse(server.url, screen_state=state) as pilot:
        await wait_until(pilot, lambda: read_seen(tmp_path, OneService.kept_as, now=NOW))
        seen = read_seen(tmp_path, OneService.kept_as, now=NOW)
        assert (len(seen.rows), seen.complete, seen.at) == (12, True, NOW)
        # The service may not have told yet whose they are.
        assert seen.team in {"", pilot.app.main.session.state.place.team}


async def test_what_is_only_looked_at_keeps_nothing(server, browse, tmp_path):
    state = ScreenState(tmp_path, keeps=False)
    async with browse(server.url, screen_state=state) as pilot:
        await open_collection(pilot, SUPPORT)
    assert list(tmp_path.iterdir()) == []


async def test_the_first_frame_is_as_wide_as_the_names_need(server, browse, tmp_path, hold):
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await open_collection(pilot, SUPPORT)
        needed = pilot.app.main.collections.size.width
    go_on = hold()
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        collections = pilot.app.main.collections
        assert collections.size.width == needed != 30
        go_on.set()
        await see_fresh(pilot)
        assert collections.size.width == needed
    # What was expected may be wrong; the session that sees it makes it right.
    go_on = hold()
    wide = ScreenState(tmp_path)
    wide.note_width(53)
    wide.save()
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        collections = pilot.app.main.collections
        assert collections.size.width > needed
        go_on.set()
        await see_fresh(pilot)
        await wait_until(pilot, lambda: collections.size.width == needed)
    assert ScreenState(tmp_path).collections_width < 53
