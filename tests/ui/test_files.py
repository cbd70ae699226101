"""The team's files as a pane: where each is used, orphans, deleting one, and where to go."""

from tests.conftest import KEY, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import INTERVIEWS, PAPERS, back_on_main, dialog, shown, told
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.session.events import RequestMade
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.file import FileScreen
from xcoll_tui.ui.screens.files import FilesScreen


async def filtered(pilot, screen, text):
    """Show the files of a name."""
    await pilot.press("slash")
    screen._filter.value = text
    await pilot.press("enter")
    await wait_until(pilot, lambda: screen._source.view().query.text == text)
    await wait_until(pilot, lambda: not screen._source.view().loading)


async def test_files_are_looked_up_deleted_and_followed_to_a_document(server, browse, service):
    async with browse(server.url, size=(80, 24), inference_key=KEY) as pilot:
        documents = await open_collection(pilot, PAPERS)
        paper = documents.table.row
        screen = await dialog(pilot, FilesScreen, "3")
        await shown(pilot, "3 Files of the team", "100+ · created ▼", "not known")
        await pilot.press("s")
        await shown(pilot, "name ▲")
        await pilot.press("S")
        await shown(pilot, "name ▼")
        await pilot.press("R", "L")
        await wait_until(pilot, lambda: screen._source.view().complete)
        await pilot.press("G", "g")
        await filtered(pilot, screen, "two-factor")
        await pilot.press("c", "o")
        assert pilot.app.clipboard == server.file_ids[3]
        await shown(pilot, "No orphan among 1 loaded file. Of 1 it is not known: W looks them up.")
        await pilot.press("W")
        await shown(pilot, "1 orphan among 1 loaded file.", "reset-two-factor.md", "orphan")

        # What is asked about is deleted only with a `y`, and the dialog says what goes with it.
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "No collection of the team holds it.", "There is no undo")
        await pilot.press("enter")
        await dialog(pilot, FilesScreen)
        await pilot.press("escape")
        await shown(pilot, "1 match · name ▼")
        server.faults[:] = [parse_fault("GET:*/documents:batchGet:403")]
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "which could not be read", "ALL documents made of it")
        server.faults[:] = []
        assert question._cancel.has_focus
        await pilot.press("y")
        await told(pilot, "reset-two-factor.md", "is deleted.")
        await shown(pilot, "No file matches.")

        await filtered(pilot, screen, paper.name)
        await pilot.press("enter")
        await dialog(pilot, FileScreen)
        await shown(pilot, paper.file_id, PAPERS, "All 12 collections of the team were looked at.")
        await pilot.press("g")
        await back_on_main(pilot)
        await wait_until(pilot, lambda: documents.table.cursor_key == paper.file_id)

        # It is there again as it was left; and 2 goes to the other pane.
        screen = await dialog(pilot, FilesScreen, "3")
        await shown(pilot, paper.name, "1 match")
        await pilot.press("d")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, f"it leaves 1 collection. {PAPERS}")
        await pilot.press("escape", "1")
        await back_on_main(pilot)
        assert pilot.app.main.pane is pilot.app.main.collections
        assert service.fields(documents.collection.collection_id, paper.file_id) is not None


async def test_without_a_key_or_a_right_nothing_is_deleted_and_it_says_why(server, browse):
    async with browse(server.url, size=(80, 24)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await dialog(pilot, FilesScreen, "3")
        await shown(pilot, "search needs a key. Set XAI_API_KEY.")
        await pilot.press("escape")
        await back_on_main(pilot)
    options = {"size": (80, 24), "inference_key": KEY, "read_only": True}
    async with browse(server.url, **options) as pilot:
        await open_collection(pilot, INTERVIEWS)
        screen = await dialog(pilot, FilesScreen, "3")
        await wait_until(pilot, lambda: screen._table.row)
        made = []
        pilot.app.main.session.subscribe(
            lambda event: made.append(event) if isinstance(event, RequestMade) else None
        )
        await pilot.press("d")
        await told(pilot, "read-only")
        assert pilot.app.screen is screen
        assert made == []
