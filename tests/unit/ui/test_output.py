"""What is written: straight borders whatever terminals make of a character, and no hanging."""

import os
import re
import threading
import unicodedata

import pytest
from rich.cells import cell_len

from xcoll_tui.ui.output import Output, pin_columns

_TOKEN = re.compile(
    r"\x1b\[(\d+);(\d+)H|\x1b\[(\d+)G|\x1b\[[\d;]*m|([\x20-\uffff\U00010000-\U0010ffff])"
)
DISPUTED = [
    "❤️",
    "☺️",
    "1️⃣",
    "#️⃣",
    "👍🏽",
    "👩‍👩‍👧",
    "🏳️‍🌈",
    "🇩🇪",
    "↔️",
    "⚠️ x ⚠️",
    "🫠",
    "e\u0301",
    "ก็",
    "م\u064e",
    "\u1f9d1",
]


def draw(text, width_of):
    """Return the cells of one line on a terminal that counts characters in its own way."""
    cells, x = {}, 0
    for match in _TOKEN.finditer(text):
        if match[2]:
            x = int(match[2]) - 1
        elif match[3]:
            x = int(match[3]) - 1
        elif match[4]:
            width = width_of(match[4])
            cells[x] = match[4]
            for covered in range(x + 1, x + width):
                cells[covered] = ""
            x += width
    return cells


# One that counts each character by itself, one that gives all two cells, one that knows nothing.
TERMINALS = {
    "narrow": lambda c: 1 if c.isprintable() and ord(c) < 0x1F000 else 2,
    "wide": lambda c: 1 if ord(c) < 0x300 or 0x2500 <= ord(c) < 0x2600 else 2,
    "ancient": lambda _: 1,
}


@pytest.mark.parametrize("disputed", DISPUTED)
@pytest.mark.parametrize("terminal", TERMINALS)
def test_what_stands_behind_a_disputed_character_stays_in_its_column(disputed, terminal):
    for before, after in (("│ ", "│"), ("│ a", " │ b │"), ("│" + disputed, "│")):
        line = f"{before}{disputed}{after}"
        written = pin_columns(f"\x1b[5;3H\x1b[1m{before}{disputed}\x1b[0m{after}\n")
        cells = draw(written, TERMINALS[terminal])
        wanted = 2 + cell_len(line) - len(after)
        assert "".join(cells.get(wanted + i, " ") for i in range(len(after))) == after, written


@pytest.mark.parametrize(
    ("before", "column"), [("│\x1b[B\b", 5), ("│\x1b[B\x1b[9G", 9), ("│\x1b[B\b│\x1b[B\b", 5)]
)
def test_the_column_is_known_behind_the_edge_of_a_frame(before, column):
    written = pin_columns(f"\x1b[1;5H{before}❤️│")
    assert written == f"\x1b[1;5H{before}  \x1b[{column}G❤️\x1b[{column + 2}G│"


@pytest.mark.parametrize("disputed", DISPUTED)
def test_nothing_of_what_stood_there_is_left_between(disputed):
    cells = dict.fromkeys(range(40), "X")
    cells |= draw(pin_columns(f"\x1b[1;1H│{disputed}│"), lambda _: 1)
    assert "X" not in [cells[x] for x in range(1 + cell_len(disputed))]


@pytest.mark.parametrize("disputed", DISPUTED)
def test_nothing_is_written_over_what_stands_behind_the_part_that_is_drawn(disputed):
    # A dialog is drawn without the border of the screen behind it; tmux counts each by itself.
    def by_itself(character):
        if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
            return 0
        return 2 if ord(character) >= 0x1F000 else 1

    for before in ("a ", "", disputed):
        cells = draw(pin_columns(f"\x1b[3;5H{before}{disputed}│"), by_itself)
        end = 4 + cell_len(before + disputed)
        assert cells[end] == "│"
        assert max(cells) == end


def test_plain_frames_are_written_as_they_are():
    for text in (
        "\x1b[1;1H│ ● ready ✓ ✗ ◐ ▌ … ⏎ é ñ ß Ж λ 漢字 ひらがな 한글 │\n\x1b[2;1H╰───╯",
        "\x1b]8;id=1;https://x\x1b\\link\x1b]8;;\x1b\\",
        "\x1b[?2026h\x1b[?2026l",
        "",
    ):
        assert pin_columns(text) == text


def test_a_frame_without_a_place_is_left_alone():
    assert pin_columns("👍🏽 before anything is moved") == "👍🏽 before anything is moved"


# The thread


def test_what_is_written_comes_out_in_order_and_whole():
    reading, writing = os.pipe()
    output = Output(writing, lambda: None)
    wanted = "".join(f"frame {number}\n" for number in range(200))
    read = []
    reader = threading.Thread(target=lambda: read.append(_read_all(reading)))
    reader.start()
    for number in range(200):
        output.write(f"frame {number}\n")
    assert output.wait_written(5)
    output.write("\ud800 é\n")
    output.close(5)
    os.close(writing)
    reader.join(5)
    assert read == [(wanted + "? é\n").encode()]


def _read_all(fileno):
    data = b""
    while part := os.read(fileno, 65_536):
        data += part
    return data


def test_a_terminal_that_is_gone_is_told_once_and_blocks_nobody():
    reading, writing = os.pipe()
    os.close(reading)
    gone = threading.Event()
    output = Output(writing, gone.set)
    for number in range(200):
        output.write(f"frame {number}")
    assert gone.wait(5)
    assert not output.wait_written(1)
    output.close(1)
    os.close(writing)


def test_a_terminal_that_takes_nothing_is_not_waited_for_once_there_is_hurry():
    reading, writing = os.pipe()
    output = Output(writing, lambda: None)
    output.hurry()
    for _ in range(40):
        output.write("x" * 100_000)
    assert not output.wait_written(0.05)
    output.close(0.05)
    os.close(reading)
    os.close(writing)
