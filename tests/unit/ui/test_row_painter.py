"""Lines of rows: what is being done to a row is never cut, whatever room there is."""

import pytest
from rich.style import Style

from xcoll_tui.ui.widgets.columns import Cell, Column, ColumnLayout
from xcoll_tui.ui.widgets.row_painter import RowPainter

LONG, SHORT = "◌ removed? looking…", "◌ removed?"


def column(index, label, **options):
    return Column(label, label, lambda row: row[index], **options)


def drawn(width, *, last):
    """Draw a row with a status, with one column behind it or none."""
    columns = [
        column(0, "Name", minimum=8, maximum=60, stretch=True),
        column(1, "", minimum=3, maximum=9, measured=lambda _: Cell("1,204")),
    ]
    if not last:
        columns.append(column(2, "Size", minimum=8, maximum=9))
    layout = ColumnLayout(columns)
    row = (Cell("a collection with a long name"), Cell(LONG, "", SHORT), Cell("199 KiB"))
    layout.measure([row])
    painter = RowPainter(layout, lambda _: Style.null(), markable=False)
    painter.place(width)
    strip = painter.row(row, Style.null(), cursor=False, marked=False, stale=False)
    assert strip.cell_length == width
    return strip.text


@pytest.mark.parametrize(("width", "last"), [(24, True), (30, True), (80, True), (40, False)])
def test_what_is_being_done_is_not_cut(width, last):
    text = drawn(width, last=last)
    assert SHORT in text
    assert text.startswith("  a c")
    assert "  ◌" in text


def test_all_of_it_is_said_where_it_may_lie_over_what_is_behind():
    columns = [
        column(0, "Name", minimum=8),
        column(1, "Status", minimum=10, measured=column(0, "").cell),
    ]
    columns += [column(2, "Size", minimum=8), column(2, "Type", minimum=8)]
    layout = ColumnLayout(columns)
    row = (Cell("name"), Cell(LONG, "", SHORT), Cell("199 KiB"))
    painter = RowPainter(layout, lambda _: Style.null(), markable=False)
    painter.place(60)
    strip = painter.row(row, Style.null(), cursor=False, marked=False, stale=False)
    assert LONG in strip.text
