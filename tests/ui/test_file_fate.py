"""What becomes of a file is said as far as the service has shown it, wherever it is at stake."""

import pytest

from tests.conftest import wait_until
from tests.contract.scripted import Scripted, reply
from tests.hostile.shelf import Shelf, document, file_id
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    back_on_main,
    dialog,
    entry,
    outcomes,
    run_over,
    service_with,
    shown,
    told,
    words_on,
)
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen

UNKNOWN = "is kept is not known; if it is not, undo cannot bring it back."
KEPT = "The file itself is kept, as seen here on 15 Apr"
DELETED = "This service deletes the file too, as seen here on 15 Apr"


def learn(pilot, verdict):
    """Have the session know what becomes of files here."""
    if verdict != "unknown":
        pilot.app.main.session.state.learned.note_files(verdict)


@pytest.mark.parametrize(
    ("verdict", "words", "undo"),
    [("unknown", UNKNOWN, True), ("kept", KEPT, True), ("deleted", DELETED, False)],
)
async def test_removing_says_it_and_promises_undo_only_where_it_may_succeed(
    server, browse, verdict, words, undo
):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        learn(pilot, verdict)
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, words)
        assert ("Undo: z" in words_on(pilot)) == undo
        assert question.query_one(".warning").display != undo
        await pilot.press("escape")
        await back_on_main(pilot)
        documents.table.mark([row.file_id for row in list(documents.table.listing.loaded_items())])
        question = await dialog(pilot, ConfirmScreen, "d")
        many = {"unknown": "are kept is not known", "kept": "are kept, as seen", "deleted": "too"}
        await shown(pilot, many[verdict])
        assert ("Undo: z" in words_on(pilot)) == undo


@pytest.mark.parametrize("verdict", ["unknown", "kept", "deleted"])
async def test_deleting_a_collection_says_it(server, browse, tmp_path, verdict):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        await pilot.press("1")
        learn(pilot, verdict)
        await dialog(pilot, ConfirmScreen, "d")
        words = {
            "unknown": "Whether the files themselves are kept is not known",
            "kept": "This service keeps the files of removed documents, as seen here on 15 Apr",
            "deleted": "these files may go too, and no backup brings them back",
        }
        await shown(pilot, words[verdict])


@pytest.mark.parametrize("verdict", ["unknown", "kept", "deleted"])
async def test_replacing_says_it_and_is_not_offered_where_the_file_goes(browse, verdict):
    with service_with(metadata_patch="ignore") as (server, _):
        async with browse(server.url, size=(120, 45)) as pilot:
            await open_collection(pilot, CONTRACTS)
            learn(pilot, verdict)
            form = await dialog(pilot, EditFieldsScreen, "e")
            entry(form, "counterparty").value = "Mine Ltd"
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            if verdict == "deleted":
                await shown(pilot, "Replacing it is not offered: this service deletes a file")
                assert form.in_form
            else:
                await shown(pilot, "Replace the document?")
                await shown(pilot, UNKNOWN if verdict == "unknown" else KEPT)


async def test_many_are_not_replaced_where_their_files_go(browse):
    with service_with(metadata_patch="ignore") as (server, service):
        async with browse(server.url, size=(120, 45)) as pilot:
            documents = await open_collection(pilot, INTERVIEWS)
            collection_id = pilot.app.main.session.opened
            learn(pilot, "deleted")
            await pilot.press("space", "space")
            marked = list(documents.table.marks)
            held = [service.fields(collection_id, each) for each in marked]
            form = await dialog(pilot, SetFieldScreen, "e")
            assert form.key == "role"
            await pilot.press("tab", "tab", *"editor", "ctrl+s")
            await shown(pilot, "Set this field?")
            await pilot.press("ctrl+s")
            run = await run_over(pilot)
            assert set(outcomes(run).values()) == {"not applied"}
            await pilot.press("r")
            await told(pilot, "They are not replaced: this service deletes a file")
            assert [service.fields(collection_id, each) for each in marked] == held


class Holey(Shelf):
    """A shelf of documents whose fields cannot be read, and can be removed."""

    def __init__(self):
        super().__init__([document(number, f"{number}.txt", "nonsense") for number in range(3)])
        self.removed = []
        self.override = self._remove

    def _remove(self, request):
        if request.method != "DELETE":
            return None
        self.removed.append(request.target.rpartition("/")[2])
        self.documents = [
            each for each in self.documents if each["file_metadata"]["file_id"] not in self.removed
        ]
        return reply()


@pytest.mark.parametrize("many", [False, True])
async def test_what_cannot_be_read_is_removed_only_when_that_was_agreed_to(browse, many):
    shelf = Holey()
    async with Scripted(shelf) as service, browse(service.url, size=(120, 40)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded == 3)
        await pilot.press("enter")
        table = pilot.app.main.documents.table
        if many:
            table.mark([file_id(0), file_id(1)])
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "There is no undo")
        await shown(pilot, "fields could not be read, so they cannot be kept.")
        assert question.query_one(".warning").display
        await pilot.press("escape")
        await back_on_main(pilot)
        assert shelf.removed == []
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        if many:
            run = await run_over(pilot)
            assert set(outcomes(run).values()) == {"removed"}
            await pilot.press("escape")
        await back_on_main(pilot)
        await wait_until(pilot, lambda: table.listing.loaded == (1 if many else 2))
        assert sorted(shelf.removed) == [file_id(0), file_id(1)][: 2 if many else 1]
