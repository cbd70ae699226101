"""What the codes of a terminal stand for: keys, the mouse, the window; pure.

The names of the keys are Textual's, from its own tables. What its parser makes of numbers is not
taken over: it fails at those that are no character, and takes some function keys for controls.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS, MODIFIER_FUNCTIONAL_KEYS
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key
from textual.message import Message

ESCAPE = "\x1b"
_KEY = r"\x1b\[([\d:;]*)([~uA-FHP-S])"
_MOUSE = r"\x1b\[(<?)(\d+);(\d+);(\d+)([Mm])"
_LOCKS = {"caps_lock", "num_lock", "scroll_lock", "iso_level3_shift", "iso_level5_shift"}
_SHIFT, _ALT, _CTRL = 1, 2, 4
_MODIFIERS = {_SHIFT: "shift", _ALT: "alt", _CTRL: "ctrl", 8: "super", 16: "hyper", 32: "meta"}
_ALL_MODIFIERS = 0b11_1111
"""Without CapsLock and NumLock, which are no part of a key."""
_CHARACTERS = {"backspace": "\x7f", "enter": "\r", "tab": "\t"}
_RELEASED = "3"
_LARGEST = 10_000
"""No window is as wide or as high: what comes of more is no place in it."""


class Key(NamedTuple):
    """A key by its name, and the text that it types."""

    name: str
    character: str | None


@lru_cache(maxsize=1024)
def keys_of_character(character: str) -> tuple[Key, ...]:
    """Return what one character stands for that came by itself: mostly itself."""
    if 0x7F < ord(character) < 0xA0:
        return ()  # the C1 controls are no keys
    entry = ANSI_SEQUENCES_KEYS.get(character)
    if isinstance(entry, tuple):
        return tuple(Key(key.value, character) for key in entry)
    return (Key(name_of_character(character), character),)


@lru_cache(maxsize=1024)
def keys_of_sequence(sequence: str) -> tuple[Key, ...]:
    """Return the keys of a sequence that begins with ESC; none where nobody knows it."""
    match = re.fullmatch(_KEY, sequence)
    if match is not None:
        keys = _extended(match[1], match[2])
        if keys is not None:
            return keys
    entry = ANSI_SEQUENCES_KEYS.get(sequence)
    if isinstance(entry, tuple):
        return tuple(Key(key.value, None) for key in entry if key is not Keys.Ignore)
    if isinstance(entry, str):
        return keys_of_character(entry)
    if len(sequence) == 2 and entry is None:
        return tuple(Key(f"alt+{key.name}", None) for key in keys_of_character(sequence[1]))
    return ()


def text_of(parameters: str, final: str) -> str | None:
    """Return the text that a key code stands for where it was pasted; None where it is none."""
    keys = _extended(parameters, final) or ()
    text = ""
    for name, character in keys:
        if character is not None:
            text += "\n" if name == "enter" else character
        elif name.startswith("ctrl+") and len(name) == len("ctrl+x"):
            text += chr(ord(name[-1].upper()) & 0x1F)
        else:
            return None
    return text or None


def _extended(parameters: str, final: str) -> tuple[Key, ...] | None:
    """Read `code:shifted:base ; modifiers:event ; text`, as the kitty protocol writes it.

    None where it is none of that: the old tables may know it. An empty tuple is a key that means
    nothing to us, such as one that was let go.
    """
    code_field, modifier_field, text_field, *more = [*parameters.split(";"), "", "", ""]
    modifiers, _, event = modifier_field.partition(":")
    if any(more):
        return None
    codes = [_number(part) for part in code_field.split(":")]
    if any(part and _number(part) is None for part in (code_field.split(":")[0], modifiers)):
        return ()  # a number that nobody sends is not the one that is left out
    if final == "~" and codes == [27] and text_field:  # xterm's modifyOtherKeys
        codes, final, text_field = [_number(text_field)], "u", ""
    name = FUNCTIONAL_KEYS.get(f"{1 if codes[0] is None else codes[0]}{final}")
    if name is None and final != "u":
        return None
    if event == _RELEASED or name in MODIFIER_FUNCTIONAL_KEYS or name in _LOCKS:
        return ()
    bits = max(0, (_number(modifiers) or 1) - 1) & _ALL_MODIFIERS
    typed = [_character(_number(part)) for part in text_field.split(":") if part]
    if typed and not bits & ~(_SHIFT | _ALT):
        return tuple(Key(name_of_character(text), text) for text in typed if text is not None)
    return _modified(codes, bits) if name is None else (_with_modifiers(name, bits),)


def _modified(codes: Sequence[int | None], bits: int) -> tuple[Key, ...]:
    character = _character(codes[0])
    if character is None:
        return ()
    shifted = _shifted(character, codes) if bits & _SHIFT else None
    if shifted is not None:
        character, bits = shifted, bits & ~_SHIFT
    if not bits:
        return (Key(name_of_character(character), character),)
    return (_with_modifiers(name_of_character(character), bits),)


def _with_modifiers(name: str, bits: int) -> Key:
    tokens = sorted(token for bit, token in _MODIFIERS.items() if bits & bit)
    return Key("+".join([*tokens, name]), None if bits else _CHARACTERS.get(name))


def _shifted(character: str, codes: Sequence[int | None]) -> str | None:
    if len(codes) > 1 and codes[1] is not None:
        return _character(codes[1])
    return character.upper() if len(character.upper()) == 1 and character.islower() else None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and len(digits) < 10 else None


def _character(code: int | None) -> str | None:
    """Return the character of a code point that can be typed."""
    if code is None or not 0x20 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return None
    character = chr(code)
    return character if character.isprintable() else None


def name_of_character(character: str) -> str:
    """Return what Textual calls the key that writes a character."""
    name = character if character.isalnum() else _character_to_key(character)
    return KEY_NAME_REPLACEMENTS.get(name, name)


class Mouse:
    """Reads reports of the mouse; remembers where it was, and which button is down."""

    def __init__(self) -> None:
        self.cell: tuple[float, float] = (1.0, 1.0)
        """The size of a cell in what the reports count: 1 by 1 unless they count pixels."""
        self._last = (0, 0)
        self._button = 1

    def event_of(self, sequence: str) -> Message | None:
        """Return the event of a report as SGR or urxvt writes it; None where it is none."""
        match = re.fullmatch(_MOUSE, sequence)
        if match is None or any(len(number) > 6 for number in match.groups()):
            return None
        sgr, buttons, x, y, final = match.groups()
        code = int(buttons) - (0 if sgr else 32)
        return self._event(code, int(x) - 1, int(y) - 1, released=None if not sgr else final == "m")

    def legacy_event_of(self, report: bytes) -> Message | None:
        """Return the event of the three bytes behind ESC [ M."""
        code, x, y = (byte - 32 for byte in report)
        return self._event(code, x - 1, y - 1, released=None)

    def _event(self, code: int, left: int, top: int, *, released: bool | None) -> Message | None:
        x, y = left / self.cell[0], top / self.cell[1]
        if code < 0 or code >= 128 or not (0 <= x < _LARGEST and 0 <= y < _LARGEST):
            return None  # a button that is none of ours, or outside the window
        button = (code + 1) & 3
        kind: type[events.MouseEvent]
        if code & 64:
            kind = (
                events.MouseScrollUp,
                events.MouseScrollDown,
                events.MouseScrollLeft,
                events.MouseScrollRight,
            )[code & 3]
            button = 0
        elif code & 32:
            kind = events.MouseMove
        elif button == 0:
            # Only SGR tells which button was let go; and there it is no button that moves.
            kind = events.MouseMove if released is not None else events.MouseUp
            button = 0 if released is not None else self._button
        elif released:
            kind = events.MouseUp
        else:
            kind, self._button = events.MouseDown, button
        last_x, last_y = self._last
        self._last = int(x), int(y)
        return kind(
            None,
            x,
            y,
            int(x) - last_x,
            int(y) - last_y,
            button,
            bool(code & 4),
            bool(code & 8),
            bool(code & 16),
            screen_x=x,
            screen_y=y,
        )
