"""Text that cannot be shown as it is, written so that it can be seen and edited: pure.

A field's value may hold newlines, escape codes or characters that hide or reorder text. An input
would send them to the terminal, or lose them. Escaped, each of them is visible, and none is lost.
"""

import re
import unicodedata

from xcoll_tui.ui.presentation.text import OFFENDER, clean

_NAMED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LETTERS = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_SEQUENCE = re.compile(r"\\(?:([\\nrt])|u\{([0-9a-fA-F]{1,6})\})")
_UNSHOWN = re.compile(rf"\\|{OFFENDER}")
# They look like an ordinary one, and nobody sees them at an end.
_BLANKS = "\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_BLANK = re.compile(f"[{_BLANKS}]")
_MARKS = {"Mn", "Me", "Cf"}

_WORDS = {"\n": "a new line", "\r": "a carriage return", "\t": "a tab", "\x1b": "an escape code"}
_EXPLAINED_AT_MOST = 3


def is_plain(text: str) -> bool:
    """Tell whether ``text`` can be shown just as it is."""
    head, _, tail = _parts(text)
    return is_visible(text) and not _BLANK.search(head) and not _BLANK.search(tail)


def is_visible(text: str) -> bool:
    """Tell whether each character of ``text`` can be shown, be it only as a blank."""
    return clean(text, len(text) + 1) == text


def escape(text: str) -> str:
    r"""Write what cannot be shown as ``\n``, ``\r``, ``\t`` or ``\u{HEX}``, a backslash twice."""
    head, inner, tail = _parts(text)
    inner = _UNSHOWN.sub(_written, inner)
    if not is_visible(inner):
        inner = _without_marks(inner)
    return _BLANK.sub(_coded, head) + inner + _BLANK.sub(_coded, tail)


def escape_lines(text: str) -> str:
    """Do what ``escape`` does, but for new lines and tabs, which an editor of lines can show."""
    shown = _UNSHOWN.sub(lambda match: match[0] if match[0] in "\n\t" else _written(match), text)
    return shown if is_visible(shown.translate({10: None, 9: None})) else _without_marks(shown)


def unescape(text: str) -> str:
    """Read what ``escape`` wrote; a backslash that starts no sequence stays as it is."""
    return _SEQUENCE.sub(_meant, text)


def explain_escapes(text: str) -> str:
    r"""Say what the escapes of a text mean: “Shown as escapes: \n is a new line, …”."""
    head, inner, tail = _parts(text)
    escapes = dict.fromkeys(match.group() for match in _UNSHOWN.finditer(inner))
    escapes.update(dict.fromkeys(_BLANK.findall(head + tail)))
    escapes.pop("\\", None)
    named = [f"{_write(character)} is {_name(character)}" for character in escapes]
    if len(named) > _EXPLAINED_AT_MOST:
        rest = len(named) - _EXPLAINED_AT_MOST
        named[_EXPLAINED_AT_MOST:] = [f"{rest} more like {'it' if rest == 1 else 'them'}"]
    named.append(r"\\ is a backslash")
    return f"Shown as escapes: {', '.join(named)}."


def _parts(text: str) -> tuple[str, str, str]:
    """Part a text into the blanks before it, what they surround, and those behind it."""
    start = len(text) - len(text.lstrip(f" {_BLANKS}"))
    end = max(start, len(text.rstrip(f" {_BLANKS}")))
    return text[:start], text[start:end], text[end:]


def _without_marks(text: str) -> str:
    """Write what is left: marks heaped upon one another, and joiners beside no emoji."""
    return "".join(
        _code(character) if unicodedata.category(character) in _MARKS else character
        for character in text
    )


def _written(match: re.Match[str]) -> str:
    return _write(match.group())


def _coded(match: re.Match[str]) -> str:
    return _code(match.group())


def _write(character: str) -> str:
    return _NAMED.get(character) or _code(character)


def _code(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _name(character: str) -> str:
    name = unicodedata.name(character, "").lower()
    return _WORDS.get(character) or (f"“{name}”" if name else "a control character")


def _meant(match: re.Match[str]) -> str:
    letter, code = match.groups()
    if letter is not None:
        return _LETTERS[letter]
    number = int(code, 16)
    # A lone surrogate is no character: no request could carry it.
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return match.group()
    return chr(number)
