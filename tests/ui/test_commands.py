"""The footer, the palette and the help: what can be done here, and how it is found."""

import re

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import SUPPORT, open_collection
from tests.ui.writing import INTERVIEWS, dialog, shown
from xcoll_tui.ui.palette import Palette
from xcoll_tui.ui.screens.help import HelpScreen


def footer(pilot):
    return screen_text(pilot).split("\n")[-1]


async def palette(pilot, text=""):
    """Open the palette, and search in it."""
    await pilot.press("colon")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, Palette))
    await pilot.press(*text)


async def test_marks_change_the_footer(server, browse):
    async with browse(server.url, size=(110, 30)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        await wait_until(pilot, lambda: "F Failed" in footer(pilot))
        assert footer(pilot).split()[:4] == ["⏎", "Open", "a", "Attach"]
        assert footer(pilot).endswith("? Help")
        await pilot.press("space")
        await wait_until(pilot, lambda: "1 marked" in footer(pilot))
        assert "c Copy ID  esc" in footer(pilot)
        await pilot.press("asterisk")
        await wait_until(pilot, lambda: "57 marked" in footer(pilot))
        wanted = "57 marked  d Remove  e Set a field  i Re-index  c Copy IDs  esc Unmark"
        assert footer(pilot).strip().startswith(wanted)
        assert footer(pilot).endswith("? Help")
        await pilot.press("slash", *"nurse", "enter")
        await wait_until(pilot, lambda: "esc Clear filter" in footer(pilot))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "esc Unmark" in footer(pilot))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "a Attach" in footer(pilot))
        assert not documents.table.marks


async def test_where_little_is_allowed_the_marks_can_be_copied(server, browse):
    async with browse(server.url, read_only=True, size=(160, 30)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await pilot.press("space")
        await wait_until(pilot, lambda: "1 marked  c Copy ID" in footer(pilot))
        assert "Remove" not in footer(pilot)
        assert "Undo" not in footer(pilot)


async def test_the_palette_has_a_line_for_each_action_and_none_for_the_cursor(server, browse):
    async with browse(server.url, size=(100, 60)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await palette(pilot)
        await wait_until(pilot, lambda: "Recreate from backup" in screen_text(pilot))
        assert re.search(r"  Re-index +i  ", screen_text(pilot))
        assert "Page down" not in screen_text(pilot)
        assert pilot.app.screen.query_one("#--container").region.width == 70


async def test_the_key_of_every_palette_opens_it_too(server, browse):
    async with browse(server.url) as pilot:
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Palette))


async def test_a_collection_is_found_and_opened(server, browse):
    async with browse(server.url) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await palette(pilot, "coll supp")
        await wait_until(pilot, lambda: f"Collection {SUPPORT}" in screen_text(pilot))
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.main.documents.heading == SUPPORT)
        await wait_until(pilot, lambda: pilot.app.focused is pilot.app.main.documents.table)


async def test_a_theme_is_found_and_worn(server, browse):
    async with browse(server.url, size=(40, 12)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        await palette(pilot, "theme nord")
        await wait_until(pilot, lambda: "Theme nord" in screen_text(pilot))
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.theme == "nord")


async def test_what_cannot_be_done_says_why_and_does_nothing(server, browse):
    async with browse(server.url) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await pilot.press("1")
        await palette(pilot, "mark up")
        await wait_until(pilot, lambda: "Mark up to here" in screen_text(pilot))
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await shown(pilot, "This works on documents: 2 goes to them.")


async def test_the_palette_says_when_nothing_fits(server, browse):
    async with browse(server.url) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await palette(pilot, "[b]zzq")
        await shown(pilot, 'No match for "[b]zzq". Esc goes back.')
        await pilot.press("enter", "escape")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_the_help_is_searched(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await dialog(pilot, HelpScreen, "question_mark")
        await pilot.press("slash", *"undo")
        await wait_until(pilot, lambda: "Refresh" not in screen_text(pilot))
        assert "undo any write" in screen_text(pilot)
        await pilot.press(*"zzz")
        await shown(pilot, "No match.")
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Refresh" in screen_text(pilot))
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
