"""Text that is out to do harm stays text: in the rows, the titles, the dialogs, the complaints."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted, fault
from tests.hostile.screen import assert_intact
from tests.hostile.shelf import COLLECTION_ID, Shelf, document, file_id
from tests.hostile.texts import NAMES, SHORT, TEXTS, TOGETHER
from xcoll_tui.api.models import KeyInfo
from xcoll_tui.ui.screens.details import DetailsScreen


def hostile_documents():
    """One document a text, which is its name, its field's value, its reason and its ID's end."""
    return [
        document(
            number,
            text,
            {"note": text},
            status="DOCUMENT_STATUS_FAILED",
            error_message=text,
            file_metadata={"content_type": text, "hash": text, "processing_status": text},
        )
        for number, text in enumerate(TEXTS)
    ]


async def opened(pilot):
    """Wait for the rows of the shelf, and go to them."""
    documents = pilot.app.main.documents
    await wait_until(pilot, lambda: documents.feed and documents.feed.loaded_at is not None)
    await wait_until(pilot, lambda: pilot.app.main.session.key_info is not None)
    await pilot.press("2")
    return documents


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (40, 10)])
async def test_rows_show_it_in_place(browse, size):
    async with (
        Scripted(Shelf(hostile_documents())) as service,
        browse(service.url, size=size) as pilot,
    ):
        documents = await opened(pilot)
        await pilot.press("w")  # off: the rows need all of the width
        table = documents.table
        assert table.listing.loaded == len(TEXTS)
        for index, (text, shown) in enumerate(NAMES.values()):
            table.move_to(index)
            await pilot.pause()
            assert_intact(pilot)
            assert table.row.name == text.encode("utf-8", "replace").decode()
            line = next(
                line
                for line in screen_text(pilot).split("\n")
                if "▌  └" not in line and "▌  " in line
            )
            if shown and size[0] == 200:
                assert shown in line, text
                assert line.count(shown[:12]) >= 2, text  # the name, and the field
        assert pilot.app.clipboard == ""
        assert pilot.app.is_running


async def test_the_preview_shows_it(browse):
    async with (
        Scripted(Shelf(hostile_documents())) as service,
        browse(service.url, size=(150, 45)) as pilot,
    ):
        table = (await opened(pilot)).table
        preview = pilot.app.main.preview
        for index, (text, shown) in enumerate(NAMES.values()):
            table.move_to(index)
            pilot.app.main.follow_cursor()
            await wait_until(pilot, lambda: preview._document is table.row)
            assert_intact(pilot)
            words = "".join(span.text for line in preview.lines for span in line)
            if shown and text in SHORT:  # there, lines stay lines, and tabs are blanks
                assert without_blanks(words).count(without_blanks(shown)) >= 3, text
        assert pilot.app.clipboard == ""
        assert pilot.app.is_running


def without_blanks(text):
    return "".join(character for character in text if character not in " ␊␍␉")


async def test_a_click_on_it_does_what_a_click_on_a_row_does(browse):
    shelf = Shelf([document(0, "[@click=app.quit]click me[/]", {"k": "[@click=app.quit]me[/]"})])
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        await pilot.press("w")  # off: the rows need all of the width
        lines = screen_text(pilot).split("\n")
        y = next(y for y, line in enumerate(lines) if "click me" in line)
        for x in (lines[y].index("click me"), lines[y].index("]me[") + 1):
            await pilot.click(offset=(x, y))
        assert pilot.app.is_running
        assert documents.table.cursor_key == file_id(0)


async def test_titles_show_it(browse):
    shelf = Shelf([document(0, "a.txt")])
    async with Scripted(shelf) as service, browse(service.url, size=(130, 20)) as pilot:
        documents = await opened(pilot)
        session = pilot.app.main.session
        for text, shown in NAMES.values():
            shelf.collection = {"collection_name": text, "collection_description": text}
            await session.read_collection(COLLECTION_ID)
            session.key_info = KeyInfo(name=text)
            documents.refresh_rows()
            name = text.encode("utf-8", "replace").decode() or COLLECTION_ID
            await wait_until(pilot, lambda name=name: documents.heading == name)
            await wait_until(pilot, lambda: not documents.feed.refreshing)
            assert_intact(pilot)
            header, title, *_ = screen_text(pilot).split("\n")
            if shown:
                assert f"2 {shown}" in title
            if shown and text in SHORT:
                assert shown in header


@pytest.mark.parametrize("key", ["enter", "p"], ids=["document", "collection"])
async def test_dialogs_show_it(browse, key):
    definitions = [
        {"key": text, "required": i % 2 == 0, "description": text} for i, text in enumerate(TEXTS)
    ]
    shelf = Shelf(
        [
            document(
                0,
                "".join(SHORT),
                {text: text for text in SHORT if text},
                error_message="".join(SHORT),
                file_metadata={"content_type": "".join(SHORT), "expires_at": SHORT[3]},
            )
        ],
        {
            "collection_name": "".join(SHORT),
            "collection_description": "".join(SHORT),
            "field_definitions": definitions,
            "index_configuration": {"model_name": "".join(SHORT)},
        },
    )
    async with Scripted(shelf) as service, browse(service.url, size=(130, 40)) as pilot:
        await opened(pilot)
        await pilot.press("2" if key == "enter" else "1", key)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
        await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
        facts = await read_through(pilot)
        for name, (text, shown) in NAMES.items():
            if shown and text in SHORT:
                assert facts.count(shown) >= 2, name  # in what is joined, and by itself
        await pilot.press("tab")
        received = await read_through(pilot)
        assert '"collection_name"' in received or '"file_metadata": {' in received
        assert "report[final].pdf" in received
        assert "[@click=app.quit]x[/]" in received
        assert pilot.app.clipboard == ""
        await pilot.press("escape")
        assert pilot.app.screen is pilot.app.main


async def read_through(pilot):
    """Page to the end of a dialog; return what was read."""
    read = []
    scroll = pilot.app.screen.query_one("#details-scroll")
    scroll.scroll_home(animate=False)
    while True:
        await pilot.pause()
        assert_intact(pilot)
        read.append(screen_text(pilot))
        if scroll.scroll_offset.y >= scroll.max_scroll_y:
            return "\n".join(read)
        await pilot.press("pagedown")


async def test_a_banner_and_a_complaint_show_it(browse):
    shelf = Shelf([document(0, "a.txt")])
    async with Scripted(shelf) as service, browse(service.url, size=(150, 30)) as pilot:
        documents = await opened(pilot)
        for text in [*TOGETHER, "long" * 2_500, "長" * 10_000]:
            shelf.override = lambda _, text=text: fault(403, 7, text)
            before = documents.feed.problem
            await pilot.press("R")
            await wait_until(pilot, lambda before=before: documents.feed.problem is not before)
            assert_intact(pilot)
            assert "lacks the permission" in screen_text(pilot)
        shelf.override = lambda _: None
        await pilot.press("R")
        await wait_until(pilot, lambda: not documents.feed.problem)
        for text in [*TOGETHER, "long" * 2_500, "長" * 10_000]:
            shelf.override = lambda _, text=text: fault(400, 3, text)
            before = documents.feed.refused
            await pilot.press("slash", *("name:x" if before is None else ()), "enter")
            await wait_until(pilot, lambda before=before: documents.feed.refused is not before)
            await wait_until(pilot, lambda: documents.feed.refused)
            assert_intact(pilot)
            assert documents.filter_bar.complaint[:20] in screen_text(pilot)
            assert documents.feed.problem is None
        await pilot.press("escape")
        await wait_until(pilot, lambda: documents.table.listing.loaded == 1)


async def test_an_id_is_copied_only_when_asked_and_told_as_text(browse):
    hostile = "file_\x1b]0;pwned\x07[@click=app.quit]x[/]\u202e"
    shelf = Shelf([document(0, "a.txt", file_metadata={"file_id": hostile})])
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
        await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
        assert pilot.app.clipboard == ""
        await pilot.press("c")
        assert pilot.app.clipboard == hostile
        await wait_until(pilot, lambda: "file_␛]0;pwned␇" in screen_text(pilot))
        assert_intact(pilot)


async def test_a_row_that_goes_is_told_as_text(browse):
    hostile = "file_[@click=app.quit]x[/]\x1b]0;pwned\x07"
    shelf = Shelf([document(0, "a.txt", file_metadata={"file_id": hostile}), document(1, "b")])
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        documents = await opened(pilot)
        shelf.override = lambda r: fault(404, 5, "Gone.") if r.target.endswith("07") else None
        await pilot.press("enter")
        await wait_until(pilot, lambda: documents.table.listing.loaded == 1)
        await pilot.press("escape")
        await wait_until(
            pilot, lambda: "file_[@click=app.quit]x[/]␛]0;pwned␇" in screen_text(pilot)
        )
        assert_intact(pilot)


async def test_five_hundred_field_keys_do_not_fill_the_screen(browse):
    rows = [
        document(number, f"{number}.txt", {f"key {number * 5 + i}": "value" for i in range(5)})
        for number in range(100)
    ]
    async with Scripted(Shelf(rows)) as service, browse(service.url, size=(160, 30)) as pilot:
        documents = await opened(pilot)
        assert_intact(pilot)
        assert len(documents.table.layout_of.columns) < 20
        for _ in range(20):
            await pilot.press("right")
            assert_intact(pilot)
        for _ in range(20):
            await pilot.press("left")
        assert "0.txt" in screen_text(pilot)


async def test_hundreds_of_defined_fields_can_be_looked_through(browse):
    definitions = [{"key": f"[k{number}]\x1b[3{number % 8}m"} for number in range(500)]
    shelf = Shelf([document(0, "a.txt")], {"field_definitions": definitions})
    async with Scripted(shelf) as service, browse(service.url, size=(100, 20)) as pilot:
        await opened(pilot)
        await pilot.press("right", "right", "right", "right", "right", "right")
        assert_intact(pilot)
        assert "[k" in screen_text(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
        assert_intact(pilot)


async def test_a_hostile_collection_id_opens_that_collection_only(browse):
    hostile = "../collections?x=1#\x1b]0;pwned\x07 é"
    shelf = Shelf([document(0, "a.txt")], {"collection_id": hostile})
    async with Scripted(shelf) as service, browse(service.url) as pilot:
        await opened(pilot)
        assert pilot.app.main.documents.table.listing.loaded == 1
        asked = [target for target in service.targets if "/documents" in target]
        escaped = "..%2Fcollections%3Fx%3D1%23%1B%5D0%3Bpwned%07%20%C3%A9"
        assert asked
        assert all(f"/v1/collections/{escaped}/documents" in target for target in asked)
        assert COLLECTION_ID not in "".join(service.targets)
        assert_intact(pilot)
