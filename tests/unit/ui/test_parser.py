"""The edge of the terminal: any bytes, split anywhere, at any pace, and never a letter too many."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events, messages

from xcoll_tui.ui.parser import EscapeDoubtful, EscapeSettled, TerminalParser


class Hand:
    """Writes to a parser, and notes what comes of it; its time passes only when it says so."""

    def __init__(self):
        self.now = 0.0
        self.seen = []
        self.parser = TerminalParser(escape_delay=0.1, clock=lambda: self.now)

    def write(self, *parts, after=0.0):
        """Write parts, waiting before each of the later ones."""
        for number, part in enumerate(parts):
            if number:
                self.wait(after)
            self.seen += map(told, self.parser.feed(part))
        return self

    def wait(self, seconds):
        """Let time pass."""
        until = self.now + seconds
        while (due := self.parser.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            self.seen += map(told, self.parser.tick())
        self.now = until
        return self

    def rest(self):
        """Let time pass until nothing is waited for."""
        while self.parser.deadline is not None:
            self.wait(self.parser.deadline - self.now)
        return self.seen


def told(message):  # noqa: PLR0911 - a table
    match message:
        case events.Key():
            return message.character if message.is_printable else message.key
        case events.Paste():
            return f"paste {message.text}"
        case events.MouseEvent():
            return f"{type(message).__name__} {message.button} {int(message.x)},{int(message.y)}"
        case events.Resize():
            return f"size {message.size.width}x{message.size.height}"
        case EscapeSettled():
            return "none" if message.retracted else "sure"
        case EscapeDoubtful():
            return "doubtful"
    return type(message).__name__


def seen(*parts, after=0.0):
    return Hand().write(*parts, after=after).rest()


KEYS = {
    b"a": ["a"],
    b"\r": ["enter"],
    b"\x7f": ["backspace"],
    b"\x1b[A": ["up"],
    b"\x1bOA": ["up"],
    b"\x1bOP": ["f1"],
    b"\x1b[11~": ["f1"],
    b"\x1b[[A": ["f1"],
    b"\x1b[Z": ["shift+tab"],
    b"\x1b[3$": ["shift+delete"],
    b"\x1b[25~": ["f13"],
    b"\x1b[1;2R": ["shift+f3"],
    b"\x1bx": ["alt+x"],
    b"\x1b\r": ["alt+enter"],
    b"\x1b\x7f": ["ctrl+w"],
    "é漢👍".encode(): ["é", "漢", "👍"],
    # As the kitty protocol writes keys: with and without the text, with locks, let go, repeated.
    b"\x1b[97;1;97u": ["a"],
    b"\x1b[97u": ["a"],
    b"\x1b[97;2u": ["A"],
    b"\x1b[97:65;2u": ["A"],
    b"\x1b[49:33;2u": ["!"],
    b"\x1b[97;65;65u": ["A"],
    b"\x1b[97;129;97u": ["a"],
    b"\x1b[97;193u": ["a"],
    b"\x1b[13;129u": ["enter"],
    b"\x1b[1;129A": ["up"],
    b"\x1b[1;69A": ["ctrl+up"],
    b"\x1b[5;129~": ["pageup"],
    b"\x1b[115;133u": ["ctrl+s"],
    b"\x1b[27;129u": ["escape"],
    b"\x1b[57404;129;53u": ["5"],
    b"\x1b[57412;129;45u": ["-"],
    b"\x1b[97;1:2u": ["a"],
    b"\x1b[97;1:3u": [],
    b"\x1b[1;1:3A": [],
    b"\x1b[57441;2u": [],
    b"\x1b[57360;129u": [],
    b"\x1b[27;5;106~": ["ctrl+j"],
    b"\x1b[1092;1;1092u": ["ф"],
    # The terminal, and the mouse.
    b"\x1b[I\x1b[O": ["AppFocus", "AppBlur"],
    b"\x1b[?2026;2$y": ["TerminalSupportsSynchronizedOutput"],
    b"\x1b[?2026;0$y": [],
    b"\x1b[48;45;160;900;1600t": ["size 160x45"],
    b"\x1b[48;0;0;0;0t": [],
    b"\x1b[<0;10;5M\x1b[<0;10;5m": ["MouseDown 1 9,4", "MouseUp 1 9,4"],
    b"\x1b[<35;3;4M": ["MouseMove 0 2,3"],
    b"\x1b[<65;3;4M": ["MouseScrollDown 0 2,3"],
    b"\x1b[<128;3;4M": [],
    b"\x1b[<0;-3;4M": [],
    b"\x1b[<0;99999999999;4M": [],
    b"\x1b[32;100;5M": ["MouseDown 1 99,4"],
    b"\x1b[M !!\x1b[M#!!": ["MouseDown 1 0,0", "MouseUp 1 0,0"],
    b"\x1b[M \xff\xfe": ["MouseDown 1 222,221"],
    b"\x1b[M \xc3\x28q": ["MouseDown 1 162,7", "q"],
}


@pytest.mark.parametrize(("written", "wanted"), KEYS.items(), ids=[repr(each) for each in KEYS])
def test_a_key_is_what_it_is_wherever_it_is_split(written, wanted):
    assert seen(written) == wanted
    for at in range(1, len(written)):
        assert seen(written[:at], written[at:]) == wanted


# What is no text becomes no text: at most a mark in its place.
GARBAGE = [
    b"\xff",
    b"\xc3",
    b"\xe9",
    b"\xed\xa0\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xc2\x9b",
    b"\x9b",
    b"\x1b[99999999999999999999u",
    b"\x1b[1114112u",
    b"\x1b[55296u",
    b"\x1b[0u",
    b"\x1b[97;1;1114112u",
    b"\x1b[97;1;55296u",
    b"\x1b[;;;;u",
    b"\x1b[:::u",
    b"\x1b[1;2;3;4;5;6u",
    b"\x1b[" + b"1;" * 5_000 + b"m",
    b"\x1b[>0;276;0c",
    b"\x1b[?62;22c",
    b"\x1b[12;40R",
    b"\x1b[0n",
    b"\x1b[8;24;80t",
    b"\x1b[<0;1M",
    b"\x1b[<;;M",
    b"\x1b[<999999999999999999999;1;1M",
    b"\x1b[[x",
    b"\x1b[ q",
    b"\x1b[!p",
    b"\x1b[200",
    b"\x1b[1;",
    b"\x1b[M",
    b"\x1b[M a",
    b"\x1bO1",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b]52;c;aGVsbG8=\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1bP>|a terminal\x1b\\",
    b"\x1b_Gi=1;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\x1b\\",
    b"\x1bPdiq no end",
    b"\x1b]diq no end",
    b"\x1b]" + b"diq" * 5_000 + b"\x07",
    b"\x1b[201~",
]


@pytest.mark.parametrize("written", GARBAGE, ids=[repr(each[:20]) for each in GARBAGE])
def test_what_nobody_knows_is_no_letter_and_no_end(written):
    for at in range(min(len(written), 30) + 1):
        got = seen(written[:at], written[at:]) if 0 < at < len(written) else seen(written)
        assert set(got) <= {"\ufffd"}, (at, got)
        assert Hand().write(written).wait(3).write(b"q").rest()[-1] == "q"


def test_a_byte_that_is_not_utf_8_spoils_nothing_beside_it():
    assert "".join(seen(b"/caf\xe9 menu")) == "/caf\ufffd menu"
    assert "".join(seen(b"caf\xe9")) == "caf\ufffd"
    assert seen(b"\x1b[200~caf\xe9 menu\x1b[201~") == ["paste caf\ufffd menu"]


_BYTES = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=4),
        st.sampled_from(
            [
                *(b"\x1b", b"\x1b[", b"\x1bO", b"\x1b]", b"\x1bP", b"200~", b"201~", b"M"),
                *(b"<0;1;2M", b";", b":", b"1", b"u", b"\x07", b"\\", b"q", b"$y", b"\x18"),
                "é👍".encode(),
            ]
        ),
    ),
    min_size=1,
    max_size=12,
).map(b"".join)


@settings(max_examples=300)
@given(_BYTES, st.randoms(use_true_random=False))
def test_any_bytes_mean_the_same_however_they_are_split(written, chance: random.Random):
    hand, at = Hand(), 0
    while at < len(written):
        end = at + chance.randint(1, 3)
        hand.write(written[at:end])
        at = end
    assert hand.rest() == seen(written)


@settings(max_examples=200)
@given(_BYTES, st.lists(st.sampled_from([0, 0.05, 0.15, 0.25, 0.5, 1.5]), min_size=3, max_size=9))
def test_any_bytes_at_any_pace_end_nothing_and_leave_keys_as_they_are(written, pauses):
    hand, at = Hand(), 0
    for pause in pauses:
        hand.write(written[at : at + 3] or b"\x1b").wait(pause)
        at += 3
    hand.wait(4)
    hand.seen.clear()
    # A paste that has no end takes a first key for its own only if it comes with others.
    assert hand.write(b"q").rest()[-1] == "q"


# Pastes


PASTED = {
    "a\rb\nc": "a\rb\nc",
    "\x1b[0mi": "\x1b[0mi",
    "\x1b[31mz\x1b[0m\r\x1b[31mi\x1b[0m": "\x1b[31mz\x1b[0m\r\x1b[31mi\x1b[0m",
    "one\x1b[13;1utwo\x1b[13uthree": "one\ntwo\nthree",
    "one\x1b[106;5utwo\x1b[9;1u": "one\ntwo\t",
    "\x1b[97;1;97u": "a",
    "\x1b[27;5;106~": "\n",
    "\x1b[200~inner": "\x1b[200~inner",
    "\x1b": "\x1b",
    "\x1b[": "\x1b[",
    "\x1b[201": "\x1b[201",
    "\x1b]0;title\x07": "\x1b]0;title\x07",
    "\x1bP\x1b\\\x1bO": "\x1bP\x1b\\\x1bO",
    "a\x00b": "a\x00b",
    "e\u0301é\u200b\ufeff": "e\u0301é\u200b\ufeff",
    "q" * 100_000: "q" * 100_000,
}


@pytest.mark.parametrize(("text", "wanted"), PASTED.items(), ids=[repr(t[:20]) for t in PASTED])
def test_what_is_pasted_is_text_whole_and_in_order(text, wanted):
    written = b"\x1b[200~" + text.encode() + b"\x1b[201~"
    for rest, then in ((b"", []), (b"q", ["q"]), (b"\x1b[A", ["up"])):
        assert seen(written + rest) == [f"paste {wanted}", *then]
    for at in range(1, min(40, len(written))):
        assert seen(written[:at], written[at:]) == [f"paste {wanted}"]
        assert seen(written[:-at], written[-at:]) == [f"paste {wanted}"]


def test_the_end_of_a_paste_may_come_in_a_later_read():
    assert seen(b"\x1b[200~one ", b"two", b" three\x1b[2", b"01~q", after=0.9) == [
        "paste one two three",
        "q",
    ]


def test_a_paste_that_stalls_is_told_and_goes_on_as_a_paste():
    hand = Hand().write(b"\x1b[200~one\x1b[20").wait(1.5)
    assert hand.seen == ["paste one"]
    assert hand.write(b"1~i").rest() == ["paste one", "i"]
    hand = Hand().write(b"\x1b[200~one").wait(1.5).write(b" two, idz").wait(1.5)
    assert hand.write(b"ziq\x1b[201~").rest() == ["paste one", "paste  two, idz", "paste ziq"]


def test_a_paste_that_never_ends_leaves_the_keyboard_to_the_person():
    for key, name in ((b"q", "q"), (b"\x1b[A", "up"), (b"\x1b[113;1;113u", "q")):
        hand = Hand().write(b"\x1b[200~one").wait(1.5).write(key).wait(1)
        assert hand.seen == ["paste one", name]
        assert hand.write(b"ab").rest()[-2:] == ["a", "b"]


def test_large_pastes_are_read_in_a_time_that_grows_with_their_size():
    parser = TerminalParser()
    parser.feed(b"\x1b[200~")
    looked_at = 0
    for _ in range(400):
        assert parser.feed(b"x" * 4096) == []
        looked_at += 4096
    (paste,) = parser.feed(b"\x1b[201~")
    assert len(paste.text) == looked_at


# Esc, and codes that a slow link tears


TAILS = {
    b"[A": "up",
    b"[F": "end",
    b"OP": "f1",
    b"[5~": "pageup",
    b"[1;5C": "ctrl+right",
    b"[I": "AppFocus",
    b"[<0;3;4M": "MouseDown 1 2,3",
    b"[97;1;97u": "a",
    b"[200~ig\x1b[201~": "paste ig",
}


def test_a_lone_esc_acts_after_a_tenth_of_a_second():
    hand = Hand().write(b"\x1b").wait(0.099)
    assert hand.seen == []
    assert hand.wait(0.001).seen == ["doubtful", "escape"]
    assert hand.rest() == ["doubtful", "escape", "sure"]


@pytest.mark.parametrize("after", [0.05, 0.099])
@pytest.mark.parametrize("tail", TAILS)
def test_a_tail_that_comes_in_time_is_no_esc_at_all(tail, after):
    assert seen(b"\x1b", tail, after=after) == [TAILS[tail]]


@pytest.mark.parametrize("after", [0.11, 0.2, 0.3])
@pytest.mark.parametrize("tail", TAILS)
def test_a_tail_that_comes_late_takes_the_esc_back(tail, after):
    assert seen(b"\x1b", tail, after=after) == ["doubtful", "escape", "none", TAILS[tail]]


# Strings with which a terminal answers: colours, the clipboard, its name, a picture, a title.
STRINGS = [
    b"]11;rgb:1111/2222/3333\x07",
    b"]52;c;aWdp\x1b\\",
    b"]lig\x1b\\",
    b"P>|XTerm(388)\x1b\\",
    b"P1$r0m\x1b\\",
    b"P1+r544e=6967\x1b\\",
    b"_Gi=31;OK\x1b\\",
    b"^ig\x1b\\",
    b"Xig\x1b\\",
]


@pytest.mark.parametrize("after", [0.05, 0.11, 0.2, 0.3])
@pytest.mark.parametrize("tail", STRINGS)
def test_a_string_that_a_slow_link_tore_is_no_letter(tail, after):
    assert [message for message in seen(b"\x1b", tail, after=after) if message != "none"] == (
        [] if after < 0.1 else ["doubtful", "escape"]
    )
    assert Hand().write(b"\x1b" + tail).rest() == []


@pytest.mark.parametrize("tail", STRINGS[:1] + STRINGS[3:4] + STRINGS[6:7])
def test_a_string_torn_in_many_places_is_no_letter(tail):
    assert seen(b"\x1b", tail[:4], tail[4:9], tail[9:], after=0.2) == ["doubtful", "escape", "none"]


@pytest.mark.parametrize("code", [b"\x1b[A", b"\x1bOA", b"\x1b[1;1A"])
@pytest.mark.parametrize("begun", [b"\x1b]11;ig", b"\x1bPig", b"\x1b_Gig", b"\x1bX"])
def test_a_code_ends_a_string_and_is_itself(begun, code):
    assert Hand().write(begun + code).rest() == ["up"]
    assert seen(begun, code, after=0.2) == ["up"]


def test_a_code_torn_in_many_places_is_still_that_code():
    assert seen(b"\x1b", b"[", b"200~i", b"g\x1b", b"[201~", after=0.2) == [
        "doubtful",
        "escape",
        "none",
        "paste ig",
    ]
    assert seen(b"\x1b[", b"200~ig\x1b[201~", after=0.25) == ["paste ig"]
    assert seen(b"\x1b[1;", b"5", b"C", after=0.9) == ["ctrl+right"]
    assert seen(b"\x1bO", b"P", after=0.25) == ["f1"]


@pytest.mark.parametrize(
    "tail",
    [
        b"j",
        b"q",
        b"[",
        b"]",
        b"O",
        b"P",
        b"_",
        b"[x",
        b"]x",
        b"Px",
        b"P1",
        b"_x",
        b"XY",
        b"/abc",
        b"\x1b",
    ],
)
def test_a_person_who_types_behind_an_esc_is_understood(tail):
    keys = [character if character != "\x1b" else "escape" for character in tail.decode()]
    got = [each for each in seen(b"\x1b", tail, after=0.2) if each not in {"doubtful", "sure"}]
    assert got == ["escape", *keys]


def test_two_escs_are_two():
    assert seen(b"\x1b\x1b")[0] == "escape"
    assert [each for each in seen(b"\x1b\x1b") if each == "escape"] == ["escape"] * 2
    assert seen(b"\x1b\x1b[A") == ["escape", "up"]


def test_the_beginning_of_a_code_that_goes_no_further_is_no_letter():
    assert seen(b"\x1b[") == ["alt+left_square_bracket"]
    assert seen(b"\x1bO") == ["alt+O"]
    for begun in (b"\x1b[1", b"\x1b[1;2", b"\x1b[<0;1", b"\x1b[200", b"\x1bO2", b"\x1b]11;"):
        assert seen(begun) == []


@pytest.mark.parametrize(
    "code", ["[{}~", "[{}u", "[{}A", "[97;{}u", "[1;{}H", "[<0;{};1M", "[{}m", "[27;5;{}~"]
)
@pytest.mark.parametrize("digits", [10, 100, 5_000])
def test_a_number_that_nobody_sends_is_no_key(code, digits):
    # Python itself reads no number of more than 4,300 digits.
    written = code.format("9" * digits).encode()
    assert Hand().write(b"\x1b" + written).rest() == []


def test_in_band_sizes_are_supported_as_the_terminal_says():
    (message,) = TerminalParser().feed(b"\x1b[?2048;2$y")
    assert isinstance(message, messages.InBandWindowResize)
    assert (message.supported, message.enabled) == (True, False)
    parser = TerminalParser()
    parser.feed(b"\x1b[48;45;160;900;1600t")
    (move,) = parser.feed(b"\x1b[<35;801;401M")
    assert (int(move.x), int(move.y)) == (80, 20)
