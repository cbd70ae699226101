"""A walk through the program by its keys alone, as a newcomer would take it."""

import re
import time

from rich.cells import cell_len

from tests.e2e.terminal import Terminal

_CURSOR_ROW = re.compile(r"▌[ ✓] (?!└)(\S+)")


def cursor_row(text: str) -> str:
    """Return the name of the document under the cursor; "" while there is none."""
    names = _CURSOR_ROW.findall(text)
    return names[-1] if names else ""


def is_framed(screen: str, columns: int, rows: int) -> bool:
    """Tell whether the main screen's frames stand where they belong, whatever is in them."""
    lines = screen.split("\n")
    if len(lines) != rows or not lines[0].startswith(" xcoll") or not lines[-1].endswith("? Help"):
        return False
    framed = lines[1:-1]
    left = "".join(line[:1] for line in framed)
    right = "".join(line[-1:] for line in framed)
    return (
        left == "╭" + "│" * (rows - 4) + "╰"
        and right == "╮" + "│" * (rows - 4) + "╯"
        and all(cell_len(line) == columns for line in framed)
    )


def wait_framed(terminal: Terminal) -> None:
    """Wait until the whole main screen stands: a frame may be written in several pieces."""
    terminal.wait_for(lambda screen: is_framed(screen, terminal.columns, terminal.rows))


def refresh_until(terminal: Terminal, wanted: str, seconds: float = 20) -> None:
    """Press R until the screen holds a text: what is still being filled needs more than one."""
    deadline = time.monotonic() + seconds
    while wanted not in terminal.text:
        terminal.press("R")
        terminal.pump(0.2)
        if time.monotonic() > deadline:
            raise AssertionError(f"never seen: {wanted!r}; the screen is:\n{terminal.text}")


def clear_filter(terminal: Terminal, total: str) -> None:
    """Clear the filter of the documents and wait for all of them."""
    terminal.press("escape")
    terminal.wait_for(f"of {total}")
    terminal.wait_for("Filter…")


def type_filter(terminal: Terminal, text: str) -> None:
    """Open the filter, type it and press Enter."""
    terminal.press("/")
    terminal.wait_for("Apply")
    terminal.press(f"text:{text}", "enter")
    terminal.wait_for(lambda screen: "Apply" not in screen and f"/ {text}"[:30] in screen)


def open_big_collection(terminal: Terminal, total: str) -> str:
    """Open the third collection, the big one; return the name of its first document."""
    terminal.wait_for("Filings")
    terminal.press("j", "j")
    terminal.wait_for(re.compile(r"▌ Filings").search)
    terminal.press("enter")
    terminal.wait_for(re.compile(r"2 Filings").search)
    terminal.wait_for("Attach")
    refresh_until(terminal, f"of {total}")
    terminal.wait_for(cursor_row)
    wait_framed(terminal)
    return cursor_row(terminal.text)


def walk(terminal: Terminal, total: str) -> None:
    """Go everywhere that reading leads; ``total`` is how many documents the big one holds."""
    first = open_big_collection(terminal, total)
    _move(terminal, first, total)
    _filter(terminal, first, total)
    _sort(terminal, first)
    _read_details(terminal)
    _ask_for_help(terminal)
    _resize(terminal)


def _move(terminal: Terminal, first: str, total: str) -> None:
    terminal.press("G")
    terminal.wait_for(f"300 of {total}")  # a page, one ahead, and the last
    terminal.wait_for(lambda screen: cursor_row(screen) > "v")  # the tickers end with v
    wait_framed(terminal)
    terminal.press("g")
    terminal.wait_for(lambda screen: cursor_row(screen) == first)
    terminal.press("pagedown")
    terminal.wait_for(lambda screen: first < cursor_row(screen) < "v")
    terminal.press("pageup", "down", "up")
    terminal.wait_for(lambda screen: cursor_row(screen) == first)


def _filter(terminal: Terminal, first: str, total: str) -> None:
    type_filter(terminal, "tsla")
    terminal.wait_for(lambda screen: "match" in screen and cursor_row(screen).startswith("tsla"))
    clear_filter(terminal, total)
    terminal.wait_for(lambda screen: cursor_row(screen) == first)

    type_filter(terminal, 'fields.form:"10-K" AND name:"amd"')
    terminal.wait_for(lambda screen: "match" in screen and cursor_row(screen).startswith("amd"))
    clear_filter(terminal, total)
    terminal.wait_for(lambda screen: cursor_row(screen) == first)

    type_filter(terminal, "size_bytes:>x")
    terminal.wait_for("is not a number")
    assert cursor_row(terminal.text) == first  # the rows stay
    wait_framed(terminal)
    terminal.press("escape")
    terminal.wait_for(lambda screen: "is not a number" not in screen)

    terminal.press("F")
    terminal.wait_for(lambda screen: "✗ failed" in screen and "● ready" not in screen)
    terminal.wait_for("└ File format not")
    wait_framed(terminal)
    terminal.press("F")  # the cursor stays on the row that was found
    terminal.wait_for("● ready")
    terminal.press("g")
    terminal.wait_for(lambda screen: cursor_row(screen) == first)


def _sort(terminal: Terminal, first: str) -> None:
    terminal.press("s")
    terminal.wait_for("─ Sort by")
    terminal.press("enter")
    terminal.wait_for(lambda screen: cursor_row(screen) != first and "─ Sort by" not in screen)
    smallest = cursor_row(terminal.text)
    terminal.press("S")
    terminal.wait_for(lambda screen: cursor_row(screen) not in (first, smallest))
    largest = cursor_row(terminal.text)
    # Typed ahead: the list opens on the next one.
    terminal.press("s", "enter")
    terminal.wait_for(lambda screen: cursor_row(screen) not in (first, largest))
    terminal.press("s", "enter")
    terminal.wait_for(lambda screen: cursor_row(screen) == first)


def _read_details(terminal: Terminal) -> None:
    named = cursor_row(terminal.text)
    terminal.press("enter")
    terminal.wait_for(lambda screen: f"─ {named}" in screen and "Reading it again" not in screen)
    assert "Status" in terminal.text
    terminal.press("G")
    terminal.wait_for("Processing")  # the last line
    terminal.press("tab")
    terminal.wait_for('"file_metadata": {')
    terminal.press("escape")
    terminal.wait_for(lambda screen: "file_metadata" not in screen)

    terminal.press("h")
    terminal.wait_for(lambda screen: "1 Collections" in screen and "Open" in screen)
    terminal.press("p")
    terminal.wait_for(lambda screen: "─ Filings archive" in screen and "Collection ID" in screen)
    terminal.press("G")
    terminal.wait_for("Year of the filing")  # the last of the field definitions
    terminal.press("escape")
    terminal.wait_for(lambda screen: "Year of the filing" not in screen)


def _ask_for_help(terminal: Terminal) -> None:
    terminal.press("?")
    terminal.wait_for("─ Keys")
    terminal.press("escape")
    terminal.wait_for(lambda screen: "─ Keys" not in screen)
    terminal.press("l")
    terminal.wait_for("Attach")
    before = cursor_row(terminal.text)
    terminal.press(":")
    terminal.wait_for("Search for commands")
    terminal.press("text:reverse")
    terminal.wait_for("Reverse the sort order")
    terminal.press("enter")
    terminal.wait_for(
        lambda screen: "Search for commands" not in screen and cursor_row(screen) > before
    )
    wait_framed(terminal)


def _resize(terminal: Terminal) -> None:
    columns, rows = terminal.columns, terminal.rows
    for other in ((100, 30), (50, 12), (columns, rows)):
        terminal.resize(*other)
        wait_framed(terminal)
