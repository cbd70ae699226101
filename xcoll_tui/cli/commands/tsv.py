"""A row as tab-separated text: pure.

A tab, a line end, a backslash or a control character in a value stands as its escape, so that a
line is a row, and no terminal acts upon what a service has sent.
"""

import re
from collections.abc import Iterable

_ACTING = re.compile("[\x00-\x1f\\\\\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SHORT = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def tsv_line(values: Iterable[object]) -> str:
    """Write a row with its line end; None is an empty cell."""
    return "\t".join([_cell(value) for value in values]) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _ACTING.sub(_escape, str(value))


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
