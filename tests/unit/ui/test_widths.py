"""Widths: what the panes and the columns get, and where names are cut."""

import pytest

from xcoll_tui.ui.presentation.text import fit_name
from xcoll_tui.ui.presentation.widths import PREVIEW_FROM, Widths, share_width
from xcoll_tui.ui.widgets.columns import Cell, Column, ColumnLayout

ROW = ("aapl-20180331.txt", "✗ failed", "199 KiB", "plain", "2025-04-01", "AAPL")
LABELS = (("Name", 20), ("Status", 10), ("Size", 8), ("Type", 5), ("Created", 10), ("ticker", 4))


def cell_at(index):
    return lambda row: Cell(row[index])


def placed(width, *, tight, row=ROW):
    columns = [
        Column(label, label, cell_at(index), minimum, 60)
        for index, (label, minimum) in enumerate(LABELS)
    ]
    layout = ColumnLayout(columns, tight=tight)
    layout.measure([row])
    return {place.column.key: place.width for place in layout.place(width)[0]}


def test_at_80_columns_each_column_takes_what_its_content_needs():
    # 80 less the left pane, the frame, the scrollbar, the bar and the mark, and the › in the header
    width = 80 - share_width(80, 40, None).left - 2 - 1 - 3 - 1
    assert placed(width, tight=True) == {
        "Name": 15,
        "Status": 8,
        "Size": 7,
        "Type": 5,
        "Created": 10,
    }


def test_where_one_pane_shows_at_a_time_the_name_keeps_its_room():
    assert list(placed(60 - 2 - 1 - 3 - 1, tight=False)) == ["Name", "Status", "Size", "Type"]
    assert list(placed(40 - 2 - 1 - 3 - 1, tight=False)) == ["Name", "Status"]


def test_no_name_is_cut_while_other_columns_have_room_to_give():
    row = ("feedback-2025-w01-amer.csv", "● ready", "167 KiB", "csv", "2026-05-03", "AMER")
    # At 100 columns two cells between the columns are one too many, and one is enough.
    beside = placed(100 - share_width(100, 40, None).left - 2 - 1 - 3 - 1, tight=True, row=row)
    assert beside["Name"] >= len(row[0])
    # In one pane it takes what the status does not need.
    alone = placed(47, tight=False, row=row)
    assert alone == {"Name": len(row[0]), "Status": 9, "Size": 8}


@pytest.mark.parametrize(
    ("columns", "longest", "preview", "widths"),
    [
        (80, 40, None, Widths(24, 0)),
        (119, 40, None, Widths(32, 0)),
        (120, 37, None, Widths(37, 0)),
        (120, 60, None, Widths(40, 0)),
        (120, 9, None, Widths(32, 0)),
        (149, 37, None, Widths(37, 0)),
        (150, 37, None, Widths(37, 37)),
        (150, 37, False, Widths(37, 0)),
        (400, 37, None, Widths(37, 72)),
        (120, 60, True, Widths(36, 30)),
        (PREVIEW_FROM, 60, True, Widths(32, 30)),
        (PREVIEW_FROM - 1, 60, True, Widths(32, 0)),
    ],
)
def test_the_width_is_shared_out(columns, longest, preview, widths):
    assert share_width(columns, longest, preview) == widths


@pytest.mark.parametrize(
    ("name", "beside", "shown"),
    [
        ("short.txt", ["short.pdf"], "short.txt      "),
        ("feedback-2025-w01-amer.csv", ["invoice.csv"], "feedback-2025-…"),
        ("feedback-2025-w01-amer.csv", ["feedback-2025-w01-apac.csv"], "fee…01-amer.csv"),
        ("feedback-2025-w01-apac.csv", ["feedback-2025-w01-amer.csv"], "fee…01-apac.csv"),
        # The ends do not differ: nothing is won by showing them.
        ("a" * 20 + "one" + "z" * 14, ["a" * 20 + "two" + "z" * 14], "a" * 14 + "…"),
        # Those of another subject end in the same: less of the beginning tells them apart.
        (
            "Attention at one-survey.pdf",
            ["Attention at one-limits.pdf", "Attention in two-survey.pdf"],
            "A…ne-survey.pdf",
        ),
        ("twice" * 9, ["twice" * 9], "twicetwicetwic…"),
        ("社内ナレッジ共有資料-1月", ["社内ナレッジ共有資料-2月"], "社…有資料-1月"),
        ("x\x1b[2J" + "y" * 20 + "\x1b1", ["x\x1b[2J" + "y" * 20 + "\x1b2"], "x␛[…yyyyyyyyy␛1"),
    ],
)
def test_a_name_is_cut_where_it_can_be_told_from_its_neighbours(name, beside, shown):
    assert fit_name(name, 15, beside).rstrip() == shown.rstrip()
    assert len(fit_name("y" * 10_000, 15, ["y" * 10_001])) == 15
