"""Any text in what screens list, in what is copied, and in what a command writes.

Texts are those of `test_names.py`; with `--long` ten times as many are tried.
"""

import asyncio
import csv
import io
import json
import shlex
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len
from rich.style import Style
from textual.content import Content
from textual.style import Style as MatchStyle

from tests.hostile.test_names import TEXT, assert_shown
from tests.unit.session.fakes import make_collection, make_document
from tests.unit.ui.test_run_lines import run
from xcoll_tui.api.models import FieldDefinition, RequestRecord
from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.cli.commands.results import Result, Results
from xcoll_tui.cli.commands.rows import COLLECTIONS, DOCUMENTS
from xcoll_tui.cli.commands.show import _page
from xcoll_tui.cli.commands.tsv import tsv_line
from xcoll_tui.session.bulk.undo import UndoPlan
from xcoll_tui.session.files.files import FileUse
from xcoll_tui.session.writes.activity import Activity
from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.undo_entry import UndoEntry, UndoItem
from xcoll_tui.ui.palette_commands import WIDTH, Commands
from xcoll_tui.ui.presentation import (
    activity_lines,
    copies,
    export_wish,
    facts,
    file_lines,
    pane_titles,
    run_lines,
    undo_lines,
)
from xcoll_tui.ui.presentation.fact_lines import fact_lines
from xcoll_tui.ui.screens import activity, pick, undo_log
from xcoll_tui.ui.screens import run as run_screen
from xcoll_tui.ui.widgets.columns import Cell, ColumnLayout
from xcoll_tui.ui.widgets.file_table import FileTable
from xcoll_tui.ui.widgets.row_painter import RowPainter

NOW = 1_700_000_000.0
half = settings(max_examples=settings().max_examples // 2)
WRITABLE = TEXT.map(lambda text: text.encode("utf-8", "replace").decode())
"""As answers are read: half characters are replaced there."""


def assert_drawn(columns, row, width, note=""):
    """Draw a row as its table does; assert that it is as wide as it is to be, and only text."""
    layout = ColumnLayout(columns)
    layout.measure([row])
    painter = RowPainter(layout, lambda _: Style(), markable=True)
    painter.place(width)
    options = {"cursor": True, "marked": True, "stale": False, "beside": [row]}
    for strip in (painter.row(row, Style(), **options), painter.note(note, Style())):
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert_shown(strip.text)


def outcome_of(name, value, *, operation=Operation.EDIT):
    """An outcome all of whose texts are somebody else's."""
    target = Target(value or "c", value or "f", name, name)
    fields = {"wanted_fields": {name: value}, "current_fields": {name: f"{value}x", value: name}}
    return Outcome(operation, target, Verdict.CONFLICT, name, **fields)


@half
@given(TEXT, TEXT, st.integers(8, 150))
def test_the_activity_shows_it(name, value, width):
    kept = Activity(emit=lambda _: None, clock=lambda: NOW)
    entry = kept.begin(Operation.EDIT, Target(value, value or None, name, name))
    kept.end(entry, outcome_of(name, value))
    kept.begin(Operation.ATTACH, Target(name, value or None, "", value))
    kept.requests.append(RequestRecord("GET", f"/v1/{name}", 200, value, 0.1, NOW, name))
    stack = SimpleNamespace(newest=None)
    requests = activity_lines.request_lines(kept, lambda: NOW, "https://host", "KEY")
    for line in (*activity_lines.write_lines(kept, stack, lambda: NOW), *requests):
        assert_drawn(activity._COLUMNS, line, width, line.message)
    # A command is four words, whatever the path holds.
    assert shlex.split(requests[0].copied)[3:] == [f"https://host/v1/{name}"]


@half
@given(TEXT, TEXT, st.sampled_from(["attach", "remove", "edit", "update", "delete collection"]))
def test_the_undo_log_shows_it(name, value, kind):
    entry = UndoEntry("1", "o", NOW, "remove", value, name, 1, note=name, failure=value)
    entry.items[value] = UndoItem(value, name, old={name: value}, verdict="unknown")
    plan = UndoPlan(entry, kind, (entry.items[value],))
    for failure, why_not in ((value, ""), ("", ""), ("", name)):
        entry.failure = failure
        shown = replace(plan, why_not=why_not)
        stack = SimpleNamespace(
            entries=[entry],
            plan=lambda _, shown=shown: shown,
            is_own=lambda _: True,
            is_undo=lambda _: False,
        )
        (row,) = undo_lines.undo_rows(stack, NOW)
        assert_drawn(undo_log._COLUMNS, row, 80, row.note)
    assert_shown(undo_lines.earlier_words([entry], NOW))
    assert_shown(undo_lines.quoted(name))


@half
@given(TEXT, TEXT, st.integers(8, 150))
def test_a_run_shows_it(name, value, width):
    outcomes = {
        value: outcome_of(name, value),
        name: outcome_of(value, name, operation=Operation.REINDEX),
    }
    running = run(failed=2, stopped=value)
    running.outcomes = outcomes
    running.corrected = list(outcomes)
    view = run_lines.view_of(running, name, NOW)
    rows = [*view.rows_from(0), *view.rows_corrected(0)]
    assert len(rows) == 2 * len(outcomes)
    for row in rows:
        assert_drawn(run_screen._COLUMNS, row, width, row.message)


@cache
def _files_table():
    return FileTable("Used in", lambda _: Cell(""), NOW)


@half
@given(TEXT, TEXT, st.integers(8, 150))
def test_the_files_of_a_team_show_it(name, value, width):
    file = StoredFile(value, name, 3, 0, 1, value, name, value, name)
    here, nowhere = FileUse((value,), frozenset((value,))), FileUse((), frozenset())
    for use in (here, nowhere):
        used = file_lines.used_in_words(use, None, lambda _: name)
        columns = list(_files_table().layout_of.columns)
        columns[1] = columns[1]._replace(cell=lambda _, used=used: Cell(used))
        assert_drawn(columns, file, width)
    consequence, names = file_lines.loss_words(here, {value}, lambda _: name)
    assert_shown("".join([consequence, *names]))
    shown = fact_lines([file_lines.file_section(file, NOW)], width)
    assert_shown(shown.plain, lines=True)
    assert all(span.style != "b" and not span.style.startswith("@") for span in shown.spans)


@half
@given(TEXT, TEXT, st.integers(8, 200))
def test_what_is_picked_from_and_titles_show_it(name, value, width):
    row = pick.Pickable(value, name, value, name)
    assert_drawn(pick._COLUMNS, row, width, row.note)
    parts = pane_titles.lay_out_title("2 ", name, ["3 of 7", "name ▲"], width, 20)
    for text, _ in parts:
        assert_shown(text)


def palette_of(collections, width, opened=None):
    """The commands of the palette, over a main screen that has nothing but collections."""
    listing = SimpleNamespace(loaded_items=lambda: iter(collections))
    session = SimpleNamespace(collections=SimpleNamespace(listing=listing), opened=opened)
    main = SimpleNamespace(
        session=session,
        situation=lambda: None,
        hints_by_id={},
        go_to_collection=lambda _: None,
    )
    app = SimpleNamespace(size=SimpleNamespace(width=width), theme="", main=main)
    main.app = app
    return Commands(main, MatchStyle(bold=True))


@half
@given(TEXT, TEXT, st.sampled_from([40, 80, 160]))
def test_the_palette_shows_it_on_one_line(name, value, width):
    collection = structs.replace(
        make_collection(0), collection_id=value or "c", collection_name=name
    )
    palette = palette_of([collection], width, opened=value or "c")

    async def lines():
        found = [hit async for hit in palette.discover()]
        found += [hit async for hit in palette.search("Collection")]
        return [hit for hit in found if hit.text.startswith("Collection ")]

    hits = asyncio.run(lines())
    assert len(hits) == 2
    for hit in hits:
        line = hit.prompt
        assert isinstance(line, Content)
        assert_shown(line.plain)
        assert cell_len(line.plain) <= min(WIDTH, width) - 7


@half
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3))
def test_what_is_copied_is_what_was_there_a_row_each(pairs):
    rows = [
        make_document(n, name=name, fields={"k": value}) for n, (name, value) in enumerate(pairs)
    ]
    assert len(copies.ids(rows).split("\n")) == len(rows)
    if len(rows) > 1:
        assert len(copies.names(rows).split("\n")) == len(rows)
        assert all(copies.names(rows).split("\n"))
    read = json.loads(copies.as_json(rows))
    read = read if isinstance(read, list) else [read]
    assert [each["fields"].get("k", "") for each in read] == [value for _, value in pairs]
    cells = list(csv.reader(io.StringIO(copies.as_csv(rows), newline="")))
    assert len(cells) == len(rows) + (len(rows) > 1)
    for record, (name, value) in zip(cells[-len(rows) :], pairs, strict=True):
        for cell, text in ((record[1], name), (record[-1], value)):
            assert text in {cell, cell.removeprefix("'")}
            assert cell[:1] not in {"=", "@", "\t", "\r", "\n", "＝", "＠"}
    commands = copies.curl_lines(rows, pairs[0][0], "https://host", "KEY")
    assert len(commands.split("\n")) == len(rows)
    assert commands.isascii()


@half
@given(WRITABLE, WRITABLE, st.sampled_from(["csv", "jsonl", "json"]))
def test_the_file_of_an_export_has_a_name_that_every_system_takes(name, collection_id, form):
    made = export_wish.file_name_of(name, collection_id, form)
    assert_shown(made)
    assert made.endswith(f".{form}")
    assert not set(made) & set('/\\:*?"<>|')
    assert len(made.encode()) <= 255
    assert made[0] not in ".-~ "


@half
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_row_of_a_command_is_one_line_of_so_many_cells(texts):
    line = tsv_line(texts)
    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    assert len(line.split("\t")) == len(texts)
    assert not any(ord(character) < 0x20 for character in line.replace("\t", "")[:-1])
    assert not any(0x7F <= ord(character) < 0xA0 for character in line)


@half
@given(WRITABLE, WRITABLE)
def test_json_of_a_command_is_one_line_that_a_terminal_may_see(name, value):
    document = make_document(0, name=name, fields={name: value}, error_message=value)
    collection = structs.replace(
        make_collection(0), collection_name=name, collection_description=value
    )
    for row, kind in ((document, DOCUMENTS), (collection, COLLECTIONS)):
        line = kind.to_json(row)
        assert len(line.splitlines()) == 1
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in line)
        read = json.loads(line)
    assert (read["collection_name"], read["collection_description"] or "") == (name, value)


@half
@given(TEXT, TEXT, st.booleans())
def test_pages_and_results_of_a_command_show_it(name, value, bold):
    document = make_document(0, name=name, fields={name: value}, error_message=value)
    defined = [FieldDefinition(key=name, description=value)]
    shown = facts.document_facts(document, defined, NOW)
    page = _page(shown, bold=bold).replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert_shown(page, lines=True)
    written = []
    output = SimpleNamespace(form="table", width=60, write=written.append, flush=lambda: None)
    Results(output).write([Result("c", value, name, "failed", value)])
    assert_shown("".join(written), lines=True)
