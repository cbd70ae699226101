"""JSON in colours: pure."""

import re

from textual.content import Content, Span

from xcoll_tui.ui.presentation.text import clean_lines

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\\n]|\\.)*")(?=\s*:)'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<literal>\b(?:true|false|null)\b)"
    r"|(?P<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)"
)
_TONES = {
    "key": "$accent",
    "string": "$success",
    "number": "$warning",
    "literal": "$warning",
}
_MOST = 4_000
"""So many tokens get a colour; the rest of what is longer stays plain."""


def colour_json(text: str) -> Content:
    """Show JSON with its keys, strings and other values told apart; what is none stays as it is."""
    shown = clean_lines(text)
    spans = []
    for number, token in enumerate(_TOKEN.finditer(shown)):
        if number >= _MOST:
            break
        spans.append(Span(*token.span(), _TONES[token.lastgroup or "string"]))
    return Content(shown, spans=spans)
