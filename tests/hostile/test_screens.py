"""Every screen that lists what others named, opened once over the worst of names."""

from tests.conftest import KEY, screen_text, wait_until
from tests.contract.scripted import Scripted, fault, reply
from tests.hostile.screen import assert_intact
from tests.hostile.shelf import COLLECTION_ID, Shelf, collection, document, file_id
from tests.hostile.test_text import opened
from tests.hostile.texts import NAMES, SHORT, TEXTS
from tests.ui.writing import back_on_main, dialog, shown
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.ui.palette import Palette
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.details import DetailsScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.export import ExportScreen
from xcoll_tui.ui.screens.file import FileScreen
from xcoll_tui.ui.screens.files import FilesScreen
from xcoll_tui.ui.screens.pick import PickScreen
from xcoll_tui.ui.screens.run import RunScreen
from xcoll_tui.ui.screens.search import SearchScreen
from xcoll_tui.ui.screens.undo_log import UndoLogScreen

ALL = "".join(SHORT)
ID = f"file_/../{ALL}"
_STEP = 7
HALF = "lone\ud800half"
"""Half a character, which JSON may hold."""


class Library(Shelf):
    """A shelf among others of such names, whose files are listed; removing every second fails."""

    def _answer(self, request):
        path = request.target.partition("?")[0]
        if request.method == "DELETE":
            found = next(each for each in self.documents if _number(each) in path)
            if int(_number(found)) % 2:
                return fault(403, 7, f"{found['file_metadata']['name']} {ALL}")
            self.documents.remove(found)
            return reply(body={})
        if path == "/v1/collections":
            own = collection(documents_count=len(self.documents), **self.collection)
            others = [
                collection(collection_id=f"{text}/{number}", collection_name=text)
                for number, text in enumerate(TEXTS)
            ]
            return reply(body={"collections": [own, *others]})
        if path == "/v1/files":
            files = [
                {"id": f"{ID} {number}", "filename": text, "bytes": 1, "content_type": text}
                for number, text in enumerate([*TEXTS, ALL])
            ]
            return reply(body={"data": files})
        if path == "/v1/documents/search":
            matches = [
                {
                    "file_id": file_id(number),
                    "chunk_content": text,
                    "score": 0.5,
                    "fields": {text: text},
                }
                for number, text in enumerate(TEXTS)
            ]
            return reply(body={"matches": matches})
        return super()._answer(request)


def _number(row):
    return row["file_metadata"]["file_id"][-12:]


async def walk(pilot, table):
    """Go through a table, by steps at which all of its rows are seen; return what was there."""
    read = []
    for at in range(0, len(table.listing), _STEP):
        table.move_to(at)
        await pilot.pause()
        assert_intact(pilot)
        read.append(screen_text(pilot))
    return "\n".join(read)


def assert_told(read):
    """Assert that all names that fit a cell were shown as text."""
    for name, (text, as_shown) in NAMES.items():
        if as_shown and text in SHORT:
            assert as_shown[:20] in read, (name, read)


async def test_each_screen_shows_names_as_text(browse):
    rows = [
        document(number, text, {"note": text, ALL: text}, error_message=text)
        for number, text in [*enumerate([*TEXTS, HALF]), (99, ALL)]
    ]
    shelf = Library(rows, {"collection_name": ALL, "collection_description": ALL}, key_name=ALL)
    async with (
        Scripted(shelf) as service,
        browse(service.url, size=(160, 40), inference_key=KEY) as pilot,
    ):
        documents = await opened(pilot)
        await pilot.press("w")
        session = pilot.app.main.session
        items = [Item(row.file_id, row.name) for row in documents.table.listing.loaded_items()]
        run = session.bulk.remove(COLLECTION_ID, items)
        await run.wait()
        assert run.done + run.failed == len(rows)
        assert documents.table.listing.get(file_id(99)) is not None

        palette = await dialog(pilot, Palette, "colon")
        await pilot.press(*"Collection")
        await shown(pilot, "Collection report[final].pdf")
        for _ in range(len(TEXTS) // _STEP):
            await pilot.press("pagedown")
            assert_intact(pilot)
        assert palette.is_active
        await pilot.press("escape", "escape")
        await back_on_main(pilot)

        activity = await dialog(pilot, ActivityScreen, "at")
        await walk(pilot, activity._table)
        await pilot.press("tab")
        await walk(pilot, activity._table)
        await pilot.press("c", "tab", "g", "enter")
        assert pilot.app.clipboard.startswith("curl ")
        running = await dialog(pilot, RunScreen)
        assert_told(await walk(pilot, running._table))
        await pilot.press("c", "escape", "escape")
        await back_on_main(pilot)
        undo_log = await dialog(pilot, UndoLogScreen, "U")
        await walk(pilot, undo_log._table)
        await pilot.press("enter")
        await dialog(pilot, ConfirmScreen)
        assert_intact(pilot)
        await pilot.press("escape", "escape")
        await back_on_main(pilot)

        files = await dialog(pilot, FilesScreen, "3")
        await wait_until(pilot, lambda: len(files._table.listing) == len(TEXTS) + 1)
        assert_told(await walk(pilot, files._table))
        await pilot.press("c")
        assert pilot.app.clipboard.startswith("file_/../")
        await pilot.press("G", "enter")
        await dialog(pilot, FileScreen)
        assert_intact(pilot)
        await pilot.press("escape", "escape")
        await back_on_main(pilot)

        await pilot.press("2", "G")
        pick = await dialog(pilot, PickScreen, "y")
        await walk(pilot, pick._table)
        await pilot.press("escape")
        for kind, key in (
            (DetailsScreen, "enter"),
            (EditFieldsScreen, "e"),
            (ExportScreen, "ctrl+e"),
            (AttachScreen, "a"),
            (SearchScreen, "t"),
        ):
            screen = await dialog(pilot, kind, key)
            assert_intact(pilot)
            if kind is SearchScreen:
                await pilot.press(*"x", "enter")
                await wait_until(pilot, lambda screen=screen: len(screen._table.listing))
                await walk(pilot, screen._table)
            await pilot.press("escape")
            await back_on_main(pilot)
        assert pilot.app.is_running
