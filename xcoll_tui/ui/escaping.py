"""Text that cannot be shown as it is, written so that it can be seen and edited: pure.

A field's value may hold newlines, escape codes or characters that hide or reorder text. An input
would send them to the terminal, or lose them. Escaped, each of them is visible, and none is lost.
"""

import re
import unicodedata

from xcoll_tui.ui.text import clean

_NAMED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LETTERS = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_SEQUENCE = re.compile(r"\\(?:([\\nrt])|u\{([0-9a-fA-F]{1,6})\})")


def is_plain(text: str) -> bool:
    """Tell whether ``text`` can be shown just as it is."""
    return clean(text, len(text) + 1) == text


def escape(text: str) -> str:
    r"""Write what cannot be shown as ``\n``, ``\r``, ``\t`` or ``\u{HEX}``, a backslash twice."""
    shown = "".join(_written(character) for character in text)
    if is_plain(shown):
        return shown
    # What is left are marks heaped upon one another, and joiners beside no emoji.
    return "".join(
        _coded(character) if unicodedata.category(character) in {"Mn", "Me", "Cf"} else character
        for character in shown
    )


def unescape(text: str) -> str:
    """Read what ``escape`` wrote; a backslash that starts no sequence stays as it is."""
    return _SEQUENCE.sub(_meant, text)


def _written(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    return character if is_plain(character) else _coded(character)


def _coded(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _meant(match: re.Match[str]) -> str:
    letter, code = match.groups()
    if letter is not None:
        return _LETTERS[letter]
    number = int(code, 16)
    # A lone surrogate is no character: no request could carry it.
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return match.group()
    return chr(number)
