"""What is pasted into a line: nothing of it is lost, and nothing unusual is kept unseen."""

from functools import partial

import pytest
from textual import events
from textual.widgets import Input

from tests.conftest import screen_text, wait_until
from tests.ui.forms import DEFINITIONS, NOW, document, opened
from tests.ui.test_browsing import open_collection
from tests.ui.writing import SCANS, entry, words_on
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen, Question
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.log_in import LogInScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen

LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"]


async def paste(pilot, text):
    """Paste where the focus is, as a terminal does it."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await pilot.pause()


def edit(**fields):
    made = partial(EditFieldsScreen, document(**fields), DEFINITIONS, print, now=NOW)
    return opened(made)


async def test_a_value_loses_the_line_ends_and_controls_around_it():
    around = [*LINE_ENDS, "\t", "\x00", "\x1b", "\x7f", "\ufeff", "\u200b", "\u200e", "\r\n\r\n"]
    async with edit(ticker="") as (pilot, form):
        ticker = entry(form, "ticker")
        for end in around:
            await paste(pilot, f"{end}FY25{end}")
            assert (ticker.text, ticker.value) == ("FY25", "FY25"), ascii(end)
            ticker.value = ""
        await paste(pilot, "\r\n")
        assert ticker.text == ""


@pytest.mark.parametrize(
    ("pasted", "shown", "said"),
    [
        ("FY25\xa0", r"FY25\u{a0}", r"\u{a0} is “no-break space”"),
        ("\u3000FY25", r"\u{3000}FY25", r"\u{3000} is “ideographic space”"),
        ("FY\r25", r"FY\r25", r"\r is a carriage return"),
        ("a\nb\tc\r", r"a\nb\tc", r"\n is a new line, \t is a tab"),
        ("a\x00b", r"a\u{0}b", r"\u{0} is a control character"),
        ("\x1b[31mred\x1b[0m\r", r"\u{1b}[31mred\u{1b}[0m", r"\u{1b} is an escape code"),
        ("\x1b]8;;x\x07a\x1b]8;;\x07", r"\u{1b}]8;;x\u{7}a\u{1b}]8;;\u{7}", "an escape code"),
        ("a\x1b[31mb", r"a\u{1b}[31mb", r"\u{1b} is an escape code"),
        ("a\u200bb", r"a\u{200b}b", r"\u{200b} is “zero width space”"),
        ("a\u202eb", r"a\u{202e}b", r"\u{202e} is “right-to-left override”"),
        ("FY25 ", "FY25 ", "What was pasted ends with a space."),
        (" a ", " a ", "What was pasted begins and ends with a space."),
        ("cafe\u0301", "cafe\u0301", ""),
        ("caf\xe9", "caf\xe9", ""),
        ("10\xa0000\xa0€", "10\xa0000\xa0€", ""),
        ("👩\u200d💻", "👩\u200d💻", ""),
    ],
)
async def test_what_is_unusual_in_a_value_is_kept_shown_and_said(pasted, shown, said):
    async with edit(ticker="") as (pilot, form):
        ticker = entry(form, "ticker")
        await paste(pilot, pasted)
        assert ticker.text == pasted.rstrip("\r")
        assert ticker.value == shown
        assert said in words_on(pilot)
        if not said:
            assert "Shown as escapes" not in screen_text(pilot)
            assert "with a space" not in screen_text(pilot)


async def test_a_blank_at_the_end_is_said_of_what_was_pasted_only():
    async with edit(ticker="") as (pilot, form):
        await paste(pilot, "a ")
        assert "ends with a space" in screen_text(pilot)
        await pilot.press("b", "space")
        assert "with a space" not in screen_text(pilot)
        assert entry(form, "ticker").text == "a b "


async def test_what_was_emptied_is_escaped_no_more_until_it_is_put_back():
    async with edit(ticker="a\nb") as (pilot, form):
        ticker = entry(form, "ticker")
        await pilot.press("end", "ctrl+u", *r"C:\n")
        assert ticker.text == r"C:\n"
        assert "Shown as escapes" not in screen_text(pilot)
        await pilot.press("ctrl+u")
        await pilot.click(form._fields._defined[0]._button)
        assert ticker.text == "a\nb"
        await pilot.press("end", "!")
        assert ticker.text == "a\nb!"


async def test_what_was_copied_within_the_program_is_pasted_alike():
    async with edit(ticker="") as (pilot, form):
        pilot.app.copy_to_clipboard("FY25\n")
        await pilot.press("ctrl+v")
        assert entry(form, "ticker").text == "FY25"


async def test_names_numbers_and_keys_are_trimmed_alike():
    async with opened(partial(CollectionFormScreen, print)) as (pilot, form):
        await paste(pilot, "\ufeffNew\rname\r")
        assert form.value().collection_name == "New\rname"
        assert r"New\rname" in screen_text(pilot)
        form._fields.add_row()
        await wait_until(pilot, lambda: form.focused is form._fields._rows[0].control)
        await paste(pilot, "\u200bticker\r\n")
        assert [each.key for each in form.value().field_definitions] == ["ticker"]
    async with opened(partial(SetFieldScreen, ["a", "b"], DEFINITIONS)) as (pilot, form):
        form._value_input.focus()
        await paste(pilot, "10-K\r")
        assert form._value_input.text == "10-K"
    async with opened(partial(LogInScreen, print, "x.ai")) as (pilot, form):
        await paste(pilot, "\u200e xai-token-1 \xa0\r\n")
        assert form._key_input.value == "xai-token-1"


async def test_a_name_that_is_asked_for_can_be_pasted():
    question = Question("Delete?", "Plans", "", "is lost.", "Delete", typed="Plans")
    async with opened(partial(ConfirmScreen, question)) as (pilot, form):
        await paste(pilot, "\r\nPlans\r\n")
        assert form._input.text == "Plans"
        assert not form._act.disabled


async def test_a_filter_takes_a_paste_as_a_whole(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        name = documents.table.row.name
        await pilot.press("slash")
        await paste(pilot, f"\r\n{name}\r")
        await wait_until(pilot, lambda: documents.feed.query.text == name)
        await wait_until(pilot, lambda: documents.table.listing.loaded == 1)
        await pilot.press("home")
        await paste(pilot, "x\u200b")
        assert documents.filter_bar._line.text == "x" + name
        await paste(pilot, "a\rb")
        await wait_until(pilot, lambda: r"\r is a carriage return" in screen_text(pilot))
        assert rf"xa\rb{name}" in screen_text(pilot)
        await wait_until(pilot, lambda: documents.feed.query.text == f"xa\rb{name}")
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Shown as escapes" not in screen_text(pilot))


async def test_a_value_of_a_megabyte_leaves_the_keys_quick():
    value = "é  [/] " * 200_000 + "."
    async with edit(ticker="x", form=value) as (pilot, form):
        ticker, longest = entry(form, "ticker"), entry(form, "form")
        assert not form.changed
        assert longest.text == value
        await paste(pilot, value)
        assert ticker.text == "x" + value
        assert f"{len(value):,} characters" in screen_text(pilot)
        assert "deleted as a whole" in words_on(pilot)
        await pilot.press("z")
        assert ticker.text == "x" + value + "z"
        # It is measured and drawn with each key, so it has to be short.
        assert len(ticker.value) + len(longest.value) < 200
        await pilot.press("ctrl+u")
        await paste(pilot, value)
        await paste(pilot, value)
        assert ticker.text == value * 2
        await pilot.press("backspace")
        assert ticker.text == value
        await pilot.press("left", "!")
        assert ticker.text == value + "!"
        await pilot.press("ctrl+s")
        assert "1,399,702 more characters" in words_on(pilot)


async def test_many_fields_are_shown_page_by_page_and_leave_the_keys_quick():
    fields = {f"field {number:03}": f"{number} " * 250 for number in range(70)}
    async with edit(**fields) as (pilot, form):
        assert form._fields.values() == fields
        assert not form.changed
        assert "Fields 1–15 of 73" in screen_text(pilot)
        await pilot.press("x", "tab", "y")
        # All that is in the form is laid out with each key.
        assert len(form.query(Input)) <= 30
        form._fields._pager._next.focus()
        await pilot.press("enter")
        assert "Fields 16–30 of 73" in screen_text(pilot)
        row = form._fields._open(20)
        row._input.value = "changed"
        assert form._fields.values() == {
            **fields,
            "ticker": "x",
            "accession": "y",
            row.key: "changed",
        }
        form._fields.show_problem("field 065", "No.")
        await wait_until(pilot, lambda: form.focused is entry(form, "field 065"))
        assert "✗ No." in screen_text(pilot)
        assert "Fields 61–73 of 73" in screen_text(pilot)
        await pilot.press("ctrl+n", *"new")
        assert form._fields.values()["new"] == ""
        entry(form, "ticker").value = ""
        await pilot.press("ctrl+s")
        assert form.focused is entry(form, "ticker")
        assert entry(form, "ticker").region.area
        assert not entry(form, "field 065").region.area


async def test_nothing_is_pasted_into_a_filter_that_was_left(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        await pilot.press("slash", "enter")
        await paste(pilot, "x\r")
        assert documents.feed.query.text == ""
