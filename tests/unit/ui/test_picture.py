"""Only what changes is written, and the terminal shows all of it."""

import pyte
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from xcoll_tui.ui.picture import Picture

WIDTH, HEIGHT = 24, 3
STYLES = [
    Style.parse(text)
    for text in ("#ff0000 on #000011", "bold #00ff00 on #000011", "#ffffff on #222222", "reverse",
                 "underline #00ff00", "none", "italic #ff0000 on #222222")
]  # fmt: skip
TEXTS = st.text("ab ─▲●é漢字📚", min_size=1, max_size=9) | st.just("   ")
SEGMENTS = st.tuples(TEXTS, st.sampled_from([*STYLES, None])).map(lambda pair: Segment(*pair))
LINES = st.builds(
    lambda segments: Strip(segments).adjust_cell_length(WIDTH, STYLES[0]),
    st.lists(SEGMENTS, min_size=1, max_size=7),
)
SCREENS = st.lists(LINES, min_size=HEIGHT, max_size=HEIGHT)
CUTS = st.sets(st.integers(1, WIDTH - 1), max_size=4)


def cut(strip, cuts):
    ends = [*sorted(cuts), WIDTH]
    return dict(zip([0, *ends], strip.divide(ends), strict=False)), ends


def whole(strips, cuts=frozenset()):
    return LayoutUpdate(
        [cut(strip, cuts)[0].values() for strip in strips], Region(0, 0, WIDTH, HEIGHT)
    )


def partly(strips, cuts, spans):
    chops, ends = zip(*[cut(strip, cuts) for strip in strips], strict=True)
    return ChopsUpdate(chops, spans, list(ends))


class Shown:
    """Two terminals: one is given the changes, the other everything."""

    def __init__(self):
        self.picture = Picture()
        self.screens = [pyte.Screen(WIDTH, HEIGHT) for _ in range(2)]
        self.streams = [pyte.Stream(screen) for screen in self.screens]

    def show(self, strips, update):
        changes = self.picture.changes(update, ColorSystem.TRUECOLOR, WIDTH)
        self.streams[0].feed(changes)
        for y, strip in enumerate(strips):
            text = "".join(
                f"\x1b[0;{Strip.render_ansi(style or Style.null(), ColorSystem.TRUECOLOR)}m{text}"
                for text, style, _ in strip
            )
            self.streams[1].feed(f"\x1b[{y + 1};1H{text}\x1b[0m")
        return changes

    def cells(self, number):
        lines = self.screens[number].buffer
        return [self.seen(lines[y][x]) for y in range(HEIGHT) for x in range(WIDTH)]

    def seen(self, cell):
        if cell.data == " " and not (cell.reverse or cell.underscore):
            return (" ", cell.bg)
        return cell


@settings(max_examples=60, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(st.lists(st.tuples(SCREENS, CUTS, st.booleans()), min_size=1, max_size=4))
def test_the_terminal_shows_what_all_of_it_would(steps):
    shown = Shown()
    for number, (lines, cuts, is_whole) in enumerate(steps):
        # A cut through a wide character leaves blanks.
        strips = [Strip.join(cut(line, cuts)[0].values()) for line in lines]
        spans = [(y, 0, WIDTH) for y in range(HEIGHT)]
        update = whole(strips, cuts) if is_whole or not number else partly(strips, cuts, spans)
        shown.show(strips, update)
        assert shown.cells(0) == shown.cells(1)


def test_what_joins_stays_with_what_it_joins():
    before = [line(("cafe x", 0)), line(("👍 x", 0)), line()]
    after = [line(("cafe\u0301 x", 0)), *before[1:]]
    shown = Shown()
    for strips in (before, after, before):
        shown.show(strips, whole(strips))
        assert shown.cells(0) == shown.cells(1)


def test_a_mark_joins_what_it_stands_behind_though_its_look_is_another():
    shown = Shown()
    for cursor, rest in [(0, "\u0301 x"), (1, "\u0301 x"), (1, "\u0301 y"), (0, "x")]:
        strips = [line(("caf", 0), ("e", cursor), (rest, 2)), line(), line()]
        shown.show(strips, whole(strips))
        assert shown.cells(0) == shown.cells(1)


def test_a_mark_with_nothing_before_it_joins_no_border():
    shown = Shown()
    for text in ("\u0301ab", "\u0301ac"):
        strips = [line(("│", 0), (text, 1)), line(), line()]
        shown.show(strips, whole(strips, {1}))
        assert shown.screens[0].display[0].rstrip() == "│" + text[1:]


def line(*pieces):
    segments = [Segment(text, STYLES[index]) for text, index in pieces]
    return Strip(segments).adjust_cell_length(WIDTH, STYLES[0])


def test_what_stays_is_not_written_again():
    before = [line(("abc", 0), ("rows 1 of 90", 1)), line(("x", 0)), line(("漢字", 2))]
    after = [line(("abc", 0), ("rows 2 of 90", 1)), *before[1:]]
    shown = Shown()
    shown.show(before, whole(before))
    assert shown.show(before, whole(before, {4, 9})) == ""
    assert shown.show(after, whole(after)) == "\x1b[1;9H\x1b[0;1;38;2;0;255;0;48;2;0;0;17m2\x1b[0m"
    shown.picture.forget()
    assert len(shown.show(after, whole(after))) > 100


@pytest.mark.parametrize(("of", "to"), [(0, 2), (2, 0)])
def test_a_look_is_written_as_far_as_it_is_another(of, to):
    strips = [line(("one", of), ("two", to), ("     ", of)), line(), line()]
    text = Shown().show(strips, whole(strips))
    assert text.count("\x1b[0;") == 1  # no reset between colours
    assert "38;2" not in text.partition("two")[2].partition("\x1b[2;")[0]  # a blank has no ink


@pytest.mark.parametrize("column", [0, 7, WIDTH - 1])
def test_the_edge_of_a_frame_goes_straight_down(column):
    def edge(look):
        left, right = "x" * column, "x" * (WIDTH - 1 - column)
        return [line((left, 0), ("│", look), (right, 0))] * HEIGHT

    shown = Shown()
    shown.show(edge(0), whole(edge(0)))
    text = shown.show(edge(2), whole(edge(2)))
    assert shown.cells(0) == shown.cells(1)
    assert text.count("\x1b[B\b│") == (HEIGHT - 1 if column < WIDTH - 1 else 0)


def test_bold_ends_without_a_reset_where_that_is_shorter():
    key, name, both = (
        Style.parse(f"{attributes} #00ff00 on #000011") for attributes in ("bold", "", "bold dim")
    )
    for first, second in ((key, name), (name, key), (both, key), (key, both)):
        strip = Strip([Segment("k ", first), Segment("Name", second), Segment("k", first)])
        strips = [strip.adjust_cell_length(WIDTH, name), line(), line()]
        shown = Shown()
        text = shown.show(strips, whole(strips))
        assert shown.cells(0) == shown.cells(1)
        assert text.partition("\x1b[2;")[0].count("0;255;0") == 1
