"""The pictures in screenshots/ are what the program shows, to the byte."""

import pytest
from msgspec.structs import replace

from tests.conftest import screen_text, wait_until
from tests.ui.entering import FakeKeyring, enter
from tests.ui.screenshots import assert_picture
from tests.ui.writing import dialog
from xcoll_tui.credentials import Profile
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.ui.screens.log_in import LogInScreen

SEC = "SEC Filings"
LONG = '{"auditor": "Ernst & Young", "restated": [2019, 2020], "remark": "see the amended filing"}'


@pytest.fixture
def update(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-screenshots"))


@pytest.fixture
def filings(server, browse):
    """The program with the SEC filings open and the focus on them."""

    class Open:
        def __init__(self, size):
            self.context = browse(server.url, size=size)

        async def __aenter__(self):
            pilot = await self.context.__aenter__()
            collections = pilot.app.main.collections.table
            await wait_until(pilot, lambda: collections.listing.loaded)
            names = [row.collection_name for row in collections.listing.loaded_items()]
            collections.move_to(names.index(SEC))
            await pilot.press("enter")
            await wait_until(pilot, lambda: f"2 {SEC}" in screen_text(pilot))
            await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
            await wait_until(pilot, lambda: is_settled(screen_text(pilot).split("\n")[0]))
            return pilot

        async def __aexit__(self, *error):
            await self.context.__aexit__(*error)

    return Open


def is_settled(header):
    """Tell whether the header knows the key and nothing is on its way."""
    return "Emulator" in header and header.endswith("now")


async def previewed(pilot):
    """Wait until the preview shows the row under the cursor, where there is one."""
    main = pilot.app.main
    await wait_until(
        pilot,
        lambda: not main.preview.display or main.preview._document is main.documents.table.row,
    )


@pytest.mark.parametrize(
    "size", [(160, 45), (120, 36), (80, 24)], ids=["160x45", "120x36", "80x24"]
)
async def test_main_screen(filings, update, size):
    async with filings(size) as pilot:
        await pilot.press("down", "space", "space", "g")
        await wait_until(pilot, lambda: "└" in screen_text(pilot))
        await previewed(pilot)
        assert_picture(pilot, f"main-{size[0]}x{size[1]}", update=update)


async def test_preview(filings, update):
    """A document of the collection that lacks a field, with the focus on the preview."""
    async with filings((150, 30)) as pilot:
        table = pilot.app.main.documents.table
        session = pilot.app.main.session
        session.documents.put(replace(table.row, fields={"ticker": "AAPL", "note": LONG}))
        await pilot.press("tab")
        await previewed(pilot)
        assert_picture(pilot, "preview", update=update)


async def test_details(filings, update):
    async with filings((120, 36)) as pilot:
        await pilot.press("enter")
        await wait_until(pilot, lambda: "SHA-256" in screen_text(pilot))
        await wait_until(pilot, lambda: "Reading afresh" not in screen_text(pilot))
        assert_picture(pilot, "details", update=update)


async def test_filter(filings, update):
    async with filings((120, 36)) as pilot:
        await pilot.press("slash", *'fields.form:"10-K"', "enter")
        await wait_until(pilot, lambda: "match" in screen_text(pilot))
        assert_picture(pilot, "filter", update=update)


async def test_error(filings, update, server: Server):
    async with filings((120, 36)) as pilot:
        server.faults[:] = [parse_fault("GET:*/documents:403")]
        await pilot.press("R")
        await wait_until(pilot, lambda: "HTTP 403" in screen_text(pilot))
        assert_picture(pilot, "error", update=update)


async def test_help(filings, update):
    async with filings((120, 40)) as pilot:
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: "Filters" in screen_text(pilot))
        assert_picture(pilot, "help", update=update)


async def test_log_in(server, update, tmp_path):
    async with enter(server, tmp_path, FakeKeyring(), Profile(), size=(100, 30)) as pilot:
        await dialog(pilot, LogInScreen)
        await wait_until(pilot, lambda: pilot.app.focused is not None)
        assert_picture(pilot, "log-in", update=update)
