"""What a terminal may send: pastes with codes in them, bursts, torn codes, odd bytes."""

import os
import re
import time

import pytest

from tests.e2e.ending import start, until_drawn
from tests.e2e.hands import ends_well

CHANGES = ("Re-index", "Attach files", "Edit", "Remove", "Delete", "undo", "New collection")


@pytest.fixture
def terminal():
    with start() as terminal:
        until_drawn(terminal, 0)
        terminal.press("2")
        terminal.wait_for("156 · name")
        terminal.wait_for("a Attach")
        yield terminal
        terminal.press("ctrl+q")
        ends_well(terminal)


def let_pass(terminal, seconds):
    """Read for a time: the terminal is slow, or nothing is to happen."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.pump(0.005)


def write(terminal, *parts, after=0.0):
    """Write parts to the terminal, and wait between them."""
    for number, part in enumerate(parts):
        let_pass(terminal, after if number else 0)
        os.write(terminal.process.fd, part if isinstance(part, bytes) else part.encode())


def assert_at_rest(terminal):
    """Assert that nothing was begun: no dialog, no filter, the same rows."""
    let_pass(terminal, 0.3)
    body = "\n".join(terminal.text.split("\n")[1:-1])
    assert not any(word in body for word in CHANGES), terminal.text
    assert re.search(r"─ (?:100 of )?156 · name ▲", body), terminal.text


# Pastes

AT_ROWS = [
    "\x1b[0mi",
    "\x1b[31mz",
    "ig\ndizq",
    "\x1b[32mfirst\x1b[0m\r\n\x1b[31msecond\x1b[0m",
    "\x1b[200~iq",
    "\x1b",
    "\x1b[97;1;97u",
    "\x1bOP\x1b[A",
    "\x1b]0;i\x07i",
]


def test_a_paste_at_the_rows_says_where_it_belongs_and_does_nothing(terminal):
    for text in AT_ROWS:
        terminal.paste(text)
    terminal.wait_for("Paste into")
    terminal.paste("q" * 20_000)
    assert_at_rest(terminal)


def test_a_paste_that_is_torn_or_never_ends_does_nothing_at_the_rows_either(terminal):
    write(terminal, "\x1b[200~i", "g\x1b[2", "01~", after=0.3)
    write(terminal, "\x1b[200~izdq, and no end")
    terminal.wait_for("Paste into")
    let_pass(terminal, 1.2)
    assert_at_rest(terminal)
    terminal.press("j")
    terminal.wait_for(lambda text: re.search(r"▌  feedback-2025-w01-apac", text))


def test_what_is_pasted_into_an_input_stands_there_in_order(terminal):
    terminal.press("n")
    terminal.wait_for("New collection")
    terminal.rest()
    write(terminal, "\x1b[200~one \x1b[31mtwo\x1b[0m thr", "ee\x1b[20", "1~ four", after=0.2)
    terminal.wait_for(lambda text: re.search(r"one .*two.* three four", text))
    terminal.press("escape")
    terminal.wait_for("Close without saving")
    terminal.press("y")


def test_line_ends_may_be_written_as_keys(terminal):
    terminal.press("a")
    terminal.wait_for("Attach files")
    terminal.rest()
    terminal.paste("file_a\x1b[13;1ufile_b\x1b[106;5ufile_c\nfile_d")
    terminal.wait_for("4 IDs")
    terminal.press("escape")
    terminal.wait_for("Close without attaching")
    terminal.press("y")


# Bursts

BURSTS = {
    "abx\x7fc": "abc",
    "ab\x1b[Dx": "axb",
    "ab\x1b[Hx": "xab",
    "ab\x1b[H\x1b[Fx": "abx",
    "old\x15new": "new",
    "ab\x1b[3~\x1b[D\x1b[3~c": "ac",
    "one two\x17three": "one three",
    "a\x7fb\x7fc\x7fd": "d",
    "abc\x1b[D\x1b[D\x0bx": "ax",
}


def test_keys_in_one_burst_act_in_order_in_the_filter(terminal):
    for burst, wanted in BURSTS.items():
        write(terminal, f"/{burst}")
        terminal.wait_for(lambda text, wanted=wanted: f"│ {wanted} " in text)
        terminal.rest()
        assert f"│ {wanted} " in terminal.text
        terminal.press("escape")
        terminal.wait_for("Filter…  ")


def test_keys_in_one_burst_act_in_order_in_a_form(terminal):
    for burst, wanted in BURSTS.items():
        write(terminal, f"n{burst}\tsecond\x1b[Z\x1b[F!")
        terminal.wait_for(lambda text, wanted=wanted: f" {wanted}! " in text and " second " in text)
        write(terminal, "\x1b[27uy")
        terminal.wait_for(lambda text: "New collection" not in text)


def test_keys_in_one_burst_act_in_order_where_file_ids_are_given(terminal):
    write(terminal, "afile_1x\x7f\rfile_2\x1b[A\x1b[Hmy_")
    terminal.wait_for("my_file_1 ")
    terminal.wait_for("2 IDs")
    write(terminal, "\x1b[27uy")
    terminal.wait_for(lambda text: "Attach files" not in text)


def test_a_command_is_typed_ahead_and_run_once(terminal):
    write(terminal, ":activ\r")
    terminal.wait_for("Activity: ")
    write(terminal, "\x1b[27u:keys\x1b[27u/abc\r")
    terminal.wait_for("0 of 156 match")


@pytest.mark.parametrize("ahead", ["q:", "qq", "q?\x1b[27u", "qi", "q\x1b"])
def test_nothing_acts_behind_the_end(ahead):
    with start() as terminal:
        until_drawn(terminal, 0)
        write(terminal, ahead + "\x1b[<0;40;4M\x1b[<0;40;4m")
        ends_well(terminal)
        assert b"Warning" not in terminal.raw


def test_a_write_and_the_end_in_one_burst_is_carried_out_or_asked_about():
    for _ in range(3):
        with start() as terminal:
            until_drawn(terminal, 0)
            terminal.press("2")
            terminal.wait_for("156 · name")
            write(terminal, "iq")
            terminal.wait_for(lambda text: b"\x1b[?1049l" in terminal.raw or "Quit anyway" in text)
            if b"\x1b[?1049l" not in terminal.raw:
                terminal.press("y")
            ends_well(terminal)
            assert b"Warning" not in terminal.raw
            assert b"never awaited" not in terminal.raw


# Odd bytes


def test_a_byte_that_is_no_text_is_shown_as_such_and_all_goes_on(terminal):
    write(terminal, b"/caf\xe9 menu")
    terminal.wait_for("caf\ufffd menu")
    terminal.press("escape")
    terminal.wait_for("Filter…  ")
    write(terminal, b"/\x1b[200~caf\xe9 \xff menu\x1b[201~")
    terminal.wait_for("caf\ufffd \ufffd menu")
    terminal.press("escape")
    terminal.wait_for("Filter…  ")
    for garbage in (b"\x1b[M \xff\xff", b"\xe1", b"\x9b", b"\x1b[97;1:3u", b"\x1b[1114112u"):
        write(terminal, garbage)
    write(terminal, b"\x1b]11;rgb:i/d/z\x07\x1bPidz\x1b\\\x1b_idz\x1b\\\x1b[?62;22c\x1b[12;40R")
    assert_at_rest(terminal)


def test_a_crash_of_any_kind_exits_with_1():
    crashing = (
        "import sys\n"
        "from xcoll_tui.__main__ import main\n"
        "from xcoll_tui.ui.parser import TerminalParser\n"
        "feed = TerminalParser.feed\n"
        "def fail(self, data):\n"
        "    if data == b'j': raise ValueError('a bug of ours')\n"
        "    return feed(self, data)\n"
        "TerminalParser.feed = fail\n"
        "sys.argv[0] = 'xcoll'\n"
        "main()\n"
    )
    with start(program=crashing) as terminal:
        until_drawn(terminal, 0)
        terminal.press("j")
        assert terminal.wait_end() == 1
        terminal.assert_restored()
        assert b"a bug of ours" in terminal.raw


# Torn codes


@pytest.mark.parametrize("tail", ["[200~ig\x1b[201~", "OP", "[1;5C", "]52;c;ig\x07"])
def test_a_code_that_a_slow_link_tore_is_no_letter_at_the_rows(tail, terminal):
    write(terminal, "\x1b", tail, after=0.15)
    let_pass(terminal, 0.5)
    if tail == "OP":
        terminal.wait_for("Keys")
        terminal.press("escape")
        let_pass(terminal, 0.5)
    assert_at_rest(terminal)


def test_what_a_torn_esc_had_cleared_comes_back(terminal):
    write(terminal, "/lease")
    terminal.wait_for("│ lease ")
    write(terminal, "\x1b", "[D", after=0.15)
    write(terminal, "X")
    terminal.wait_for("│ leasXe ")
    terminal.press("escape")
    terminal.wait_for("Filter…  ")
    let_pass(terminal, 0.5)
    terminal.press("space")
    terminal.wait_for("1 marked")
    write(terminal, "\x1b", "[A", after=0.15)
    let_pass(terminal, 0.5)
    assert "1 marked" in terminal.text


def test_what_is_typed_behind_a_torn_esc_goes_where_the_cursor_was(terminal):
    write(terminal, "/lease")
    terminal.wait_for("│ lease ")
    let_pass(terminal, 0.5)  # the filter is in force
    write(terminal, "P\x1b", "]11;rgb:1111/2222/3333\x07XY", after=0.15)
    terminal.wait_for("│ leasePXY ")
    write(terminal, "\x1b[D\x1b[D\x1b", "[IZ", after=0.15)
    terminal.wait_for("│ leasePZXY ")


def test_a_torn_esc_leaves_dialogs_as_they_were(terminal):
    for key, title, typed in (
        ("n", "New collection", "name"),
        (":", "Search for commands", "acti"),
        ("p", "File ID", ""),
        ("?", "Keys", ""),
    ):
        terminal.press(key)
        terminal.wait_for(title)
        terminal.rest()
        write(terminal, typed)
        write(terminal, "\x1b", "[D", after=0.15)
        let_pass(terminal, 0.5)
        if typed:
            write(terminal, "X")
            terminal.wait_for(f"{typed[:-1]}X{typed[-1]}")
        assert title in terminal.text or typed
        write(terminal, "\x1b[27uy" if title == "New collection" else "\x1b[27u")
        terminal.wait_for(lambda text: "156 · name" in text.split("\n")[1])
        terminal.rest()


def test_a_torn_esc_leaves_a_question_as_it_was(terminal):
    terminal.press("n")
    terminal.wait_for("New collection")
    terminal.rest()
    write(terminal, "a name")
    write(terminal, "\x1b[27u")
    terminal.wait_for("Close without saving")
    for tail in ("[D", "[200~y\x1b[201~", "OP"):
        write(terminal, "\x1b", tail, after=0.15)
        let_pass(terminal, 0.5)
        terminal.wait_for("Close without saving")
    write(terminal, "Y")
    terminal.wait_for(lambda text: "New collection" not in text)


def test_a_lone_esc_acts_at_once(terminal):
    write(terminal, "/lease")
    terminal.wait_for("│ lease ")
    began = time.monotonic()
    write(terminal, "\x1b")
    terminal.wait_for(lambda text: "│ lease " not in text)
    assert time.monotonic() - began < 2  # a tenth of a second, and what a busy machine takes


# Keyboards


def test_locks_change_no_key_and_letters_of_other_scripts_are_explained(terminal):
    write(terminal, "\x1b[106;129;106u")  # j with NumLock
    terminal.wait_for(lambda text: re.search(r"▌  feedback-2025-w01-apac", text))
    write(terminal, "\u0439")
    terminal.wait_for("Keys are Latin letters; : finds every action.")
    write(terminal, "d")
    terminal.wait_for("Remove")
    write(terminal, "Y")
    terminal.wait_for("155")
