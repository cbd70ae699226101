"""What is written cell by cell is, in the end, what a full redraw shows."""

import pyte

from tests.e2e.terminal import xcoll
from tests.e2e.walk import cursor_row, wait_framed

JUNK = pyte.screens.Char("#", fg="ff0000", bg="00ff00")


def cells(terminal):
    """Return what is seen below the header, where ages grow; the ink of a blank is not."""
    lines = (terminal.screen.buffer[y] for y in range(1, terminal.rows))
    return [[seen(line[x]) for x in range(terminal.columns)] for line in lines]


def seen(cell):
    blank = cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse)
    return pyte.screens.Char(" ", bg=cell.bg) if blank else cell


def assert_redraw_alters_nothing(terminal):
    """Assert it though another program has written over all of the screen."""
    terminal.rest(0.3)
    before = cells(terminal)
    for y in range(terminal.rows):
        for x in range(terminal.columns):
            terminal.screen.buffer[y][x] = JUNK
    written = len(terminal.raw)
    terminal.press("ctrl+l")
    terminal.wait_for(lambda _: b"\x1b[2J" in terminal.raw[written:] and "╭" in terminal.text)
    terminal.rest(0.1)
    assert cells(terminal) == before


def test_after_any_keys_the_screen_is_what_a_full_redraw_shows():
    with xcoll("--demo", "--documents", "300", columns=100, rows=24) as terminal:
        terminal.wait_for(cursor_row)
        terminal.wait_for("of 156")
        terminal.press("tab", "j", "space", "space", "k", "tab", "tab", "v", "pagedown", "tab")
        terminal.wait_for("2 marked")
        assert_redraw_alters_nothing(terminal)
        terminal.press("/", "text:日本e\u0301", "backspace", "escape", "s")
        terminal.wait_for("Sort")
        terminal.resize(60, 18)
        terminal.pump(0.02)
        terminal.resize(100, 24)
        assert_redraw_alters_nothing(terminal)  # in a dialog, too
        dark = cells(terminal)[-1][0].bg
        terminal.press("escape", ":", "text:theme light", "enter")
        terminal.wait_for(lambda _: cells(terminal)[-1][0].bg != dark)
        wait_framed(terminal)
        assert_redraw_alters_nothing(terminal)
