"""What is drawn, in ASCII: for fonts and locales that have no more."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_IN_PLACE = {
    "●": "*",  # ready
    "✗": "!",  # failed
    "◌◔◑◕": "~",  # indexing
    "○": "o",  # unknown
    "✓": "+",  # marked
    "✕×": "x",
    "▲↑": "^",
    "▼↓": "v",
    "▌": ">",  # the cursor
    "‹←⏎↵↶": "<",
    "›→": ">",
    "⟳": "@",
    "⇧": "^",
    "─━–—−·▔": "-",
    "│┃▐": "|",
    "╭╮╰╯┌┐└┘├┤┬┴┼": "+",
    "…": "~",
    "“”„": '"',
    "‘’": "'",
    "•": "*",
    "█▉▊▋▇▆▅▄": "#",
    "▍▎▏▃▂▁": " ",
}
PLAIN = str.maketrans({glyph: plain for glyphs, plain in _IN_PLACE.items() for glyph in glyphs})


class PlainGlyphs(LineFilter):
    """Write in ASCII what the program draws, on its way to the terminal.

    What is copied, exported and compared is not touched. A name that has one of these characters
    is shown with what stands for it.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's own
        """Put ASCII in the place of each glyph; all of them are one cell wide."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(PLAIN), segment.style, segment.control)
            for segment in segments
        ]
