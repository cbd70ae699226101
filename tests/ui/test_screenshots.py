"""The pictures in screenshots/ and the snapshots of each screen are what the program shows.

A walk is one start of the program with many stops: each is compared in two sizes and two themes,
what is written there has to stand out from its background, and some are pictures, too.
"""

import pytest
from msgspec.structs import replace
from textual.widgets import Input, TextArea

from tests.conftest import KEY, screen_text, wait_until
from tests.ui.entering import FakeKeyring, enter
from tests.ui.screenshots import assert_picture
from tests.ui.snapshots import settled, take_snapshots
from tests.ui.test_browsing import SUPPORT, open_collection
from tests.ui.writing import (
    INTERVIEWS,
    PAPERS,
    SCANS,
    back_on_main,
    dialog,
    entry,
    run_over,
    service_with,
    shown,
    toasts,
)
from xcoll_tui.credentials import Profile
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.bulk import limiter
from xcoll_tui.ui.palette import Palette
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.choose_columns import ChooseColumnsScreen
from xcoll_tui.ui.screens.chunk import ChunkScreen
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.details import DetailsScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.evaluation import EvaluationScreen
from xcoll_tui.ui.screens.file import FileScreen
from xcoll_tui.ui.screens.files import FilesScreen
from xcoll_tui.ui.screens.help import HelpScreen
from xcoll_tui.ui.screens.log_in import LogInScreen
from xcoll_tui.ui.screens.search import SearchScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen
from xcoll_tui.ui.screens.sort import SortScreen
from xcoll_tui.ui.screens.undo_log import UndoLogScreen
from xcoll_tui.ui.screens.upload import UploadScreen

# Many stops each, on machines that may be busy.
pytestmark = pytest.mark.timeout(180)

SEC = "SEC Filings"
LONG = '{"auditor": "Ernst & Young", "restated": [2019, 2020], "remark": "see the amended filing"}'
UNKNOWN = "file_00000000-0000-4000-8000-000000000000"
MEDIUM = (120, 36)


@pytest.fixture
def update(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-screenshots"))


@pytest.fixture(autouse=True)
def _no_blinking(monkeypatch):
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None)
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda _: None)


class Walk:
    """One start of the program: what differs is collected, and told at the end."""

    def __init__(self, pilot, *, update):
        self.pilot = pilot
        self._update = update
        self._problems = []

    async def stop(self, name, *, picture=None, again=None):
        """Compare what is in front, and take a picture in a size."""
        self._problems += await take_snapshots(self.pilot, name, update=self._update, again=again)
        if picture is not None:
            await self.take_picture(name, picture)

    async def take_picture(self, name, size, theme="xcoll"):
        """Take a picture in a size and a theme."""
        await self.fit(size)
        self.pilot.app.theme = theme
        await settled(self.pilot)
        try:
            assert_picture(self.pilot, name, update=self._update)
        except AssertionError as error:
            self._problems.append(str(error))

    async def fit(self, size):
        """Change the size of the terminal."""
        if tuple(self.pilot.app.size) != size:
            await self.pilot.resize_terminal(*size)

    async def leave(self, *keys):
        """Close what is in front."""
        await self.pilot.press(*(keys or ("escape",)))
        await back_on_main(self.pilot)

    def end(self):
        """Tell what differs."""
        assert not self._problems, "\n\n".join(self._problems)


def is_settled(header):
    """Tell whether the header knows the key and nothing is on its way."""
    return "Emulator" in header and header.endswith("just read")


async def open_filings(pilot):
    """Put the focus on the filings."""
    documents = await open_collection(pilot, SEC)
    await wait_until(pilot, lambda: is_settled(screen_text(pilot).split("\n")[0]))
    return documents


async def test_what_is_browsed(server: Server, browse, update):
    async with browse(server.url, size=(160, 45)) as pilot:
        walk = Walk(pilot, update=update)
        await open_filings(pilot)
        await pilot.press("down", "space", "space", "g")
        await wait_until(pilot, lambda: "└" in screen_text(pilot))
        await walk.stop("main")
        for columns, rows in ((160, 45), (120, 36), (80, 24)):
            await walk.take_picture(f"main-{columns}x{rows}", (columns, rows))
        await walk.take_picture("main-light", (160, 45), "xcoll-light")
        await pilot.press("escape")

        await walk.fit(MEDIUM)
        pilot.app.main.refuse("An example of what is said in passing: nothing was done.")
        await wait_until(pilot, lambda: "An example" in screen_text(pilot))
        await walk.stop("refusal")
        pilot.app.clear_notifications()

        await dialog(pilot, SortScreen, "s")
        await walk.stop("sort")
        await walk.leave()
        await dialog(pilot, ChooseColumnsScreen, "C")
        await walk.stop("columns")
        await walk.leave()
        await dialog(pilot, HelpScreen, "question_mark")
        await walk.stop("help", picture=(120, 40))
        await walk.leave()

        walk.end()


async def test_what_is_found(server: Server, browse, update):
    async with browse(server.url, size=(160, 45)) as pilot:
        walk = Walk(pilot, update=update)
        documents = await open_filings(pilot)
        await dialog(pilot, DetailsScreen, "enter")
        await wait_until(pilot, lambda: "SHA-256" in screen_text(pilot))
        await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
        await walk.stop("details", picture=MEDIUM)
        await walk.leave()

        await pilot.press("slash", *"ticker:aapl >150kb")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "match" in screen_text(pilot))
        await walk.stop("filter", picture=MEDIUM)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "match" not in screen_text(pilot))

        table = documents.table
        session = pilot.app.main.session
        session.documents.put(replace(table.row, fields={"ticker": "AAPL", "note": LONG}))
        await walk.fit((150, 30))
        await pilot.press("tab")
        await walk.take_picture("preview", (150, 30))
        await pilot.press("escape")
        walk.end()


async def test_what_is_searched_and_uploaded(server: Server, browse, update, tmp_path):
    for name, text in (("minutes.md", "# Minutes"), ("empty.txt", ""), ("plan.txt", "the plan")):
        (tmp_path / name).write_text(text)
    options = {"size": (160, 45), "inference_key": KEY, "state": tmp_path / "state"}
    async with browse(server.url, **options) as pilot:
        walk = Walk(pilot, update=update)
        await open_collection(pilot, SUPPORT)
        screen = await dialog(pilot, SearchScreen, "t")
        screen._query.value = "How do I reset two-factor?"
        await pilot.press("enter")
        await shown(pilot, "10 chunks of")
        await pilot.press("space")
        await shown(pilot, "The question is kept")
        await walk.stop("search", picture=MEDIUM)
        await pilot.press("v")
        await shown(pilot, "Documents: hybrid")
        await walk.stop("compare")
        await pilot.press("enter")
        chunk = await dialog(pilot, ChunkScreen)
        await wait_until(pilot, lambda: "audience" in str(chunk._facts.content))
        await walk.stop("chunk")
        await pilot.press("escape")
        evaluation = await dialog(pilot, EvaluationScreen, "E")
        await wait_until(pilot, lambda: evaluation.is_over)
        await walk.stop("evaluation")
        await walk.leave("escape", "escape")

        files = await dialog(pilot, FilesScreen, "3")
        await wait_until(pilot, lambda: files._table.row)
        await pilot.press("W")
        await wait_until(pilot, lambda: not files._looking)
        await walk.stop("files")
        await pilot.press("enter")
        await dialog(pilot, FileScreen)
        await walk.stop("file")
        await walk.leave("escape", "escape")

        form = await dialog(pilot, UploadScreen, "u")
        form._paths.text = str(tmp_path / "*.*")
        await pilot.press("ctrl+s")
        await shown(pilot, "Upload 2 files?")
        await walk.stop("upload")
        await pilot.press("escape")
        await walk.leave("escape", "y")
        walk.end()


async def test_what_failed(server: Server, browse, update):
    async with browse(server.url, size=(120, 30)) as pilot:
        walk = Walk(pilot, update=update)
        await open_collection(pilot, SCANS)
        await pilot.press("F")
        await wait_until(pilot, lambda: "12 × File format not supported." in screen_text(pilot))
        await walk.stop("triage", picture=(120, 30))
        await pilot.press("F", "1")
        await open_filings(pilot)
        server.faults[:] = [parse_fault("GET:*/documents*:403")]
        await pilot.press("R")
        await wait_until(pilot, lambda: "HTTP 403" in screen_text(pilot))
        await walk.stop("error", picture=MEDIUM)
        server.faults[:] = [parse_fault("GET:*/documents*:timeout")]
        await pilot.press("1", "end", "home", "down")
        await wait_until(pilot, lambda: "Loading…" in screen_text(pilot))
        await walk.stop("loading")
        server.faults[:] = []
        walk.end()


async def test_the_palette(server: Server, browse, update):
    async with browse(server.url, size=MEDIUM) as pilot:
        walk = Walk(pilot, update=update)
        await open_filings(pilot)

        async def search():
            if isinstance(pilot.app.screen, Palette):
                await walk.leave()
            await dialog(pilot, Palette, "colon")
            await pilot.press(*"re")
            await wait_until(pilot, lambda: "Refresh" in screen_text(pilot))

        await search()
        await walk.stop("palette", again=search)
        await walk.leave()
        pilot.app.theme = "xcoll"
        await search()
        await walk.take_picture("palette", MEDIUM)
        await walk.leave()
        walk.end()


async def test_what_is_written(browse, update, tmp_path, monkeypatch):
    monkeypatch.setattr(limiter, "MOST", 1)  # so that they end in the order in which they begin
    with service_with(index_seconds=0) as (server, _):
        async with browse(server.url, size=MEDIUM, state=tmp_path) as pilot:
            walk = Walk(pilot, update=update)
            await open_collection(pilot, PAPERS)
            form = await dialog(pilot, EditFieldsScreen, "e")
            entry(form, "doi").value = ""
            await pilot.press("ctrl+s")
            await shown(pilot, "This field is required")
            await walk.stop("edit", picture=MEDIUM)
            await walk.leave("escape", "y")

            await pilot.press("1")
            documents = await open_collection(pilot, INTERVIEWS)
            here, new = documents.table.cursor_key, server.file_ids
            form = await dialog(pilot, AttachScreen, "a")
            form._file_ids.text = f"{new[7]}, {new[8]}\n{UNKNOWN}\n{here} file_12\n{new[7]}"
            await pilot.press("ctrl+s")
            await shown(pilot, "Already here")
            await walk.stop("attach", picture=MEDIUM)
            await pilot.press("ctrl+s")
            await run_over(pilot)
            await walk.stop("run", picture=MEDIUM)
            await walk.leave()

            await pilot.press("down", "i")
            await wait_until(pilot, lambda: toasts(pilot))
            await dialog(pilot, ActivityScreen, "at")
            await walk.stop("activity", picture=MEDIUM)
            await walk.leave()
            await dialog(pilot, UndoLogScreen, "U")
            await walk.stop("undo-log")
            await walk.leave()

            walk.end()


async def test_what_is_asked_before(server: Server, browse, update, tmp_path, monkeypatch):
    async with browse(server.url, size=(160, 45), state=tmp_path) as pilot:
        walk = Walk(pilot, update=update)
        await open_collection(pilot, INTERVIEWS)
        await pilot.press("space", "space", "space")
        await dialog(pilot, SetFieldScreen, "e")
        await walk.stop("set-field")
        await walk.leave()
        for key, name in (("i", "re-index"), ("d", "remove")):
            await dialog(pilot, ConfirmScreen, key)
            await walk.stop(name)
            await walk.leave()

        await pilot.press("1")
        await dialog(pilot, CollectionFormScreen, "e")
        await walk.stop("collection")
        await walk.leave()
        # Not the folder of this test, which is another one each time.
        folder = "~/.local/state/xcoll/backups"
        monkeypatch.setattr(pilot.app.main.session.backups, "folder", folder)
        await dialog(pilot, ConfirmScreen, "d")
        await walk.stop("delete", picture=MEDIUM)
        await walk.leave()
        walk.end()


async def test_log_in(server, update, tmp_path):
    async with enter(server, tmp_path, FakeKeyring(), Profile(), size=(100, 30)) as pilot:
        walk = Walk(pilot, update=update)
        await dialog(pilot, LogInScreen)
        await wait_until(pilot, lambda: pilot.app.focused is not None)
        await walk.stop("log-in", picture=(100, 30))
        walk.end()
