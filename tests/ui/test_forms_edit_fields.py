"""Editing the fields of a document: what is typed is exact, shown before it is sent, never lost."""

import asyncio
from functools import partial

import pytest
from msgspec.structs import replace
from textual import events
from textual.widgets import RadioSet

from tests.conftest import screen_text, wait_until
from tests.ui.forms import DEFINITIONS, NOW, document, opened
from xcoll_tui.api.errors import Unreachable
from xcoll_tui.ui.presentation.fields_draft import FieldsDraft
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen

BASE = {"ticker": "TSLA", "form": "10-Q", "notes": "first\nsecond\x1b[31m", "empty": ""}


@pytest.fixture
def sent():
    return []


@pytest.fixture
def edit(sent):
    def open_form(fields=BASE, definitions=DEFINITIONS, size=(120, 40), check_unique=None):
        make = partial(
            EditFieldsScreen,
            document(**fields),
            definitions,
            sent.append,
            now=NOW,
            check_unique=check_unique,
        )
        return opened(make, size)

    return open_form


def row(form, key):
    """Return the row of the form with this key."""
    fields = form._fields
    return next(each for each in (*fields._defined, *fields._others) if each.key == key)


def entry(form, key):
    return row(form, key)._input


async def test_the_changes_are_shown_and_agreed_to_before_anything_is_sent(edit, sent):
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s")
        screen = screen_text(pilot)
        assert "Save these changes?" in screen
        assert "~ ticker  TSLA" in screen
        assert "→ TSLAX" in screen
        assert "notes" not in screen
        assert sent == []
        await pilot.press("enter")
        assert sent == [FieldsDraft({**BASE, "ticker": "TSLAX"}, BASE)]
        assert "◌ Saving…" in screen_text(pilot)
        await pilot.press("enter", "ctrl+s", "y")
        assert len(sent) == 1
        assert pilot.app.results == []
        form.done()
        await pilot.pause()
        assert pilot.app.results == sent


async def test_text_of_the_service_is_shown_as_text_and_comes_back_exactly(edit, sent):
    fields = {**BASE, "[b]k[/b]": "[@click=app.quit]x[/]", "tab\t": "\u202eabc\\n"}
    async with edit(fields) as (pilot, form):
        screen = screen_text(pilot)
        assert "[/]tsla␛.txt" in screen
        assert "[b]k[/b]" in screen
        assert "[@click=app.quit]x[/]" in screen
        assert r"first\nsecond\u{1b}[31m" in screen
        assert "Shown as escapes" in screen
        assert form._fields.values() == fields
        assert not form.changed
        entry(form, "ticker").value = "A"
        entry(form, "tab\t").insert_text_at_cursor("!")
        await pilot.press("ctrl+s", "ctrl+s")
        assert sent[0].fields == {**fields, "ticker": "A", "tab\t": "\u202eabc\\n!"}


async def test_all_that_is_pasted_is_kept_and_can_be_seen(edit):
    async with edit() as (pilot, form):
        ticker = entry(form, "ticker")
        ticker.cursor_position = 2
        pilot.app.post_message(events.Paste("1\\\n2\x1b]52;c;x\x07\n"))
        await wait_until(pilot, lambda: ticker.escaped)
        assert ticker.text == "TS1\\\n2\x1b]52;c;x\x07LA", "no code is cut in half"
        assert r"TS1\\\n2\u{1b}]52;c;x\u{7}LA" in screen_text(pilot)
        assert "\x1b" not in screen_text(pilot)
        await pilot.press("!")
        assert ticker.text == "TS1\\\n2\x1b]52;c;x\x07!LA"


async def test_what_cannot_be_sent_is_told_where_it_stands(edit, sent):
    async with edit() as (pilot, form):
        entry(form, "ticker").value = ""
        await pilot.press("ctrl+n", *"form", "tab", "x", "ctrl+n", "tab", "v", "ctrl+s")
        screen = screen_text(pilot)
        assert "✗ This field is required: enter a value." in screen
        assert "✗ There already is a field form: change that one." in screen
        assert "✗ Enter a name for the field, or remove it." in screen
        assert set(form._fields.problems()) == {"ticker", "form", ""}
        assert pilot.app.focused is entry(form, "ticker")
        await pilot.press("A")
        assert "This field is required" not in screen_text(pilot)
        assert "There already is a field form" in screen_text(pilot)
        assert sent == []


async def test_fields_are_added_removed_and_put_back(edit):
    async with edit(size=(120, 45)) as (pilot, form):
        await pilot.press("ctrl+n", *"new", "enter", *"value")
        await pilot.click(row(form, "empty")._button)
        await pilot.click(row(form, "notes")._button)
        assert screen_text(pilot).count("Will be removed.") == 2
        button = row(form, "notes")._button
        button.focus()
        await wait_until(pilot, lambda: not button.has_class("-active"))
        await pilot.press("enter")
        assert form._fields.values() == {
            "ticker": "TSLA", "form": "10-Q", "notes": BASE["notes"], "new": "value"
        }  # fmt: skip
        await pilot.press("ctrl+s")
        screen = screen_text(pilot)
        assert "+ new    value" in screen
        assert "− empty  empty" in screen
        await pilot.press("escape")
        await pilot.click(row(form, "new")._button)
        await pilot.click(row(form, "empty")._button)
        assert not form.changed


async def test_a_defined_field_left_empty_is_not_set(edit):
    async with edit({"ticker": "A", "form": ""}) as (_, form):
        assert form._fields.values() == {"ticker": "A", "form": ""}
        entry(form, "accession").value = "1"
        assert form._fields.values()["accession"] == "1"
        entry(form, "accession").value = ""
        assert "accession" not in form._fields.values()


async def test_with_nothing_changed_nothing_is_sent(edit, sent):
    async with edit() as (pilot, _):
        await pilot.press("ctrl+s")
        assert "Nothing has changed" in screen_text(pilot)
        await pilot.press("escape")
        assert (sent, pilot.app.results) == ([], [None])


async def test_a_refusal_lands_on_its_field_with_what_was_typed(edit, sent):
    async with edit() as (pilot, form):
        entry(form, "form").value = "10-K"
        await pilot.press("ctrl+s", "enter")
        form.refuse("form", "form [b] must be one of 10-Q, 8-K.")
        await pilot.pause()
        assert "✗ form [b] must be one of 10-Q, 8-K." in screen_text(pilot)
        assert pilot.app.focused is entry(form, "form")
        assert entry(form, "form").text == "10-K"
        await pilot.press("!", "ctrl+s")
        assert "must be one of" not in screen_text(pilot)
        await pilot.press("ctrl+s")
        assert sent[1].fields["form"] == "10-K!"
        form.refuse("elsewhere", "The service is down.")
        await pilot.pause()
        assert "✗ The service is down." in screen_text(pilot)
        assert entry(form, "form").text == "10-K!"


async def test_mine_or_theirs_is_chosen_field_by_field(edit, sent):
    theirs = {"ticker": "TSLA.US", "form": "8-K", "notes": BASE["notes"], "empty": ""}
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s", "ctrl+s")
        form.conflict(theirs)
        await pilot.pause()
        screen = screen_text(pilot)
        assert "(•) Mine    TSLAX" in screen
        assert "( ) Theirs  TSLA.US" in screen
        assert "( ) Mine    10-Q" in screen
        assert "(•) Theirs  8-K" in screen
        assert "notes" not in screen
        await pilot.press("escape")
        assert entry(form, "ticker").text == "TSLAX"
        form.conflict(theirs)
        await pilot.pause()
        await pilot.press("down", "space", "tab", "space", "ctrl+s")
        merged = {**BASE, "ticker": "TSLA.US", "form": "10-Q"}
        assert sent[1:] == [FieldsDraft(merged, theirs)]


async def test_a_conflict_may_be_shown_before_its_choices_stand(edit, sent, monkeypatch):
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s", "ctrl+s")
        # As on a busy machine: the screen has been drawn, and they are still to come.
        monkeypatch.setattr(form, "call_after_refresh", lambda act, *said: act(*said))
        form.conflict({**BASE, "ticker": "TSLA.US"})
        await wait_until(pilot, lambda: isinstance(pilot.app.focused, RadioSet))
        assert "(•) Mine    TSLAX" in screen_text(pilot)
        await pilot.press("ctrl+s")
        assert len(sent) == 2


async def test_when_all_is_theirs_nothing_is_left_to_send(edit, sent):
    theirs = {**BASE, "ticker": "TSLA.US"}
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s", "ctrl+s")
        form.conflict(theirs)
        await pilot.pause()
        await pilot.press("down", "space", "ctrl+s")
        assert (len(sent), pilot.app.results) == (1, [None])


async def test_replacing_is_offered_and_not_taken_by_enter(edit, sent):
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s", "ctrl+s")
        form.offer_replace("The service kept the old fields.", "The file is kept.")
        await pilot.pause()
        screen = screen_text(pilot)
        assert "The service kept the old fields." in screen
        assert "no search finds it" in screen
        await pilot.press("ctrl+s", "enter")
        assert len(sent) == 1
        assert entry(form, "ticker").text == "TSLAX"
        form.offer_replace("The service kept the old fields.", "The file is kept.")
        await pilot.pause()
        await pilot.press("y")
        assert sent[1:] == [FieldsDraft({**BASE, "ticker": "TSLAX"}, BASE, replace=True)]


async def test_a_unique_value_that_is_taken_is_told_before_anything_is_sent(edit, sent):
    asked = []

    async def check(key, value):
        asked.append((key, value))
        return "other[/].txt" if value == "1" else None

    async with edit(check_unique=check) as (pilot, form):
        entry(form, "accession").value = "1"
        await pilot.press("ctrl+s")
        await wait_until(
            pilot, lambda: "✗ other[/].txt already has this value" in screen_text(pilot)
        )
        assert pilot.app.focused is entry(form, "accession")
        await pilot.press("2", "ctrl+s")
        await wait_until(pilot, lambda: "+ accession  12" in screen_text(pilot))
        assert asked == [("accession", "1"), ("accession", "12")]
        assert sent == []


async def test_a_check_that_fails_leaves_the_decision_to_the_service(edit, sent):
    async def check(*_):
        raise Unreachable("The service cannot be reached.")

    async with edit(check_unique=check) as (pilot, form):
        entry(form, "accession").value = "1"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "Could not check whether accession" in screen_text(pilot))
        await pilot.press("enter")
        assert sent[0].fields["accession"] == "1"


async def test_the_answer_of_a_check_that_was_left_is_dropped(edit):
    answer = asyncio.Event()

    async def check(*_):
        await answer.wait()
        return "other.txt"

    async with edit(check_unique=check) as (pilot, form):
        entry(form, "accession").value = "1"
        await pilot.press("ctrl+s")
        assert "Checking whether" in screen_text(pilot)
        await pilot.press("escape")
        assert form.in_form
        answer.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert form.in_form
        assert "has this value" not in screen_text(pilot)
        assert entry(form, "accession").text == "1"


async def test_esc_asks_before_it_loses_what_was_typed(edit):
    async with edit() as (pilot, form):
        await pilot.press("X", "escape")
        assert "Close without saving?" in screen_text(pilot)
        await pilot.press("enter")
        assert (entry(form, "ticker").text, pilot.app.results) == ("TSLAX", [])
        assert pilot.app.focused is entry(form, "ticker")
        await pilot.press("escape", "y")
        assert pilot.app.results == [None]


async def test_by_mouse_a_double_click_does_not_agree_to_what_was_not_read(edit, sent):
    async with edit() as (pilot, form):
        entry(form, "ticker").value = "X"
        save = form._buttons[1]
        await pilot.click(save, times=2)
        assert "Save these changes?" in screen_text(pilot)
        assert sent == []
        await pilot.click(form._buttons[0])
        assert form.in_form
        await pilot.click(".form-add")
        await pilot.pause()
        await pilot.click(form._buttons[0])
        assert "Close without saving?" in screen_text(pilot)
        await pilot.click(form._buttons[1])
        assert pilot.app.results == [None]


async def test_a_write_under_way_can_be_left_and_then_nothing_happens_here(edit):
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s", "ctrl+s", "escape")
        assert "Still under way" in screen_text(pilot)
        await pilot.press("escape")
        assert pilot.app.results == [None]
        for answer in (
            form.done,
            partial(form.refuse, "ticker", "No."),
            partial(form.conflict, {}),
        ):
            answer()
        form.offer_replace("No.", "")
        form.progress("…")
        await pilot.pause()
        assert pilot.app.results == [None]


async def test_what_is_done_under_another_dialog_closes_when_that_is_gone(edit, sent):
    async with edit() as (pilot, form):
        await pilot.press("X", "ctrl+s", "ctrl+s")
        over = EditFieldsScreen(document(), [], sent.append, now=NOW)
        await pilot.app.push_screen(over)
        form.done()
        await pilot.pause()
        assert pilot.app.screen is over
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.results)
        assert pilot.app.results == [sent[0]]


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5)], ids=str)
async def test_it_works_in_small_terminals(edit, sent, size):
    async with edit(size=size) as (pilot, form):
        await pilot.press("X", "tab", "down", "pagedown", "ctrl+n", "ctrl+s")
        if size[1] >= 10:
            assert "Save" in screen_text(pilot)
            assert "TSLAX" in screen_text(pilot)
        await pilot.press("ctrl+s")
        form.conflict({"ticker": "B"})
        await pilot.pause()
        await pilot.press("pagedown", "tab", "escape")
        form.refuse("ticker", "A long sentence that tells what is wrong with it. " * 5)
        await pilot.pause()
        assert len(sent) == 1


async def test_a_document_without_fields_starts_with_a_new_one(edit, sent):
    async with edit({}, definitions=[]) as (pilot, _):
        await pilot.press("k", "enter", "v", "ctrl+s", "enter")
        assert sent == [FieldsDraft({"k": "v"}, {})]


async def test_what_is_no_text_and_what_is_not_defined_is_marked(sent):
    odd = replace(
        document(ticker="12", pages="null", form="10-Q"), odd_fields={"ticker": 12, "pages": None}
    )
    make = partial(EditFieldsScreen, odd, DEFINITIONS, sent.append, now=NOW)
    async with opened(make) as (pilot, form):
        helps = {each: str(row(form, each)._help.render()) for each in ("ticker", "form", "pages")}
        assert helps["ticker"].startswith("not text; kept as it is unless you change it · ")
        assert helps["form"] == ""
        assert helps["pages"] == (
            "not defined here; the service may reject it · "
            "not text; kept as it is unless you change it"
        )
        assert entry(form, "pages").value == "null"
        row(form, "pages").toggle()
        await pilot.pause()
        assert "Will be removed." in screen_text(pilot)
        row(form, "pages").toggle()
        await pilot.pause()
        assert str(row(form, "pages")._help.render()) == helps["pages"]


async def test_nothing_is_called_undefined_while_the_definitions_are_not_known(sent):
    make = partial(EditFieldsScreen, document(**BASE), None, sent.append, now=NOW)
    async with opened(make) as (pilot, _):
        assert "not defined here" not in screen_text(pilot)
