"""The edge of the terminal: bytes become events, whatever they are and wherever they are split.

Nothing that a terminal sends raises, and nothing of a code that is not understood becomes a letter,
for letters write and delete. What is pasted is text, whole and in order, whatever stands in it.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from time import monotonic

from textual import constants, events, messages
from textual._xterm_parser import IS_ITERM
from textual.message import Message

from xcoll_tui.ui.key_codes import ESCAPE, Mouse, keys_of_character, keys_of_sequence, text_of

TORN = 0.4
"""Seconds after an Esc within which its tail may come: a slow link tears codes, by 0.3 s or so."""

UNFINISHED = 1.0
"""Seconds without a byte after which a code, or a paste, that has no end is taken to have none."""

_LONGEST_STRING = 2.0
"""Seconds after which a string of the terminal's own, such as a title, is no longer waited for."""

_SPLIT_CHARACTER = 0.1
_LONGEST_CODE = 256

_ESC = 0x1B
_PASTE, _PASTE_END = b"\x1b[200~", b"\x1b[201~"
# From ESC [ to the last byte; rxvt ends some with $, the Linux console begins some with [, and
# Ghostty writes numbers below zero.
_CODE = rb"\x1b\[(?:\[[ -~]|[378]\$|2[34]\$|[ -?]*[@-Z\\-~])"
_CODE_BEGUN = rb"\x1b\[(?:\[|[ -?]*)"
_LEGACY_MOUSE = rb"\x1b\[M([ -\xff][!-\xff]{2})"
_LEGACY_MOUSE_BEGUN = rb"\x1b\[M(?:[ -\xff][!-\xff]?)?\Z"
_SS3 = rb"\x1bO[0-9;]*[ -/:<-~]"
_SS3_BEGUN = rb"\x1bO[0-9;]*\Z"
# What begins a string that goes on to BEL or ST: DCS, SOS, OSC, PM, APC.
_STRINGS = b"PX]^_"
_STRING_END = re.compile(rb"\x07|\x1b\\|[\x18\x1a]|(?=\x1b[^\\])")
# What a read begins with behind an ESC that came alone. Letters do not look like these: a number
# opens an OSC, one or a sign a DCS, and what ends in BEL or ST is a string whatever it holds.
_TORN_TAIL = re.compile(
    rb"[\[O]|\]\d{1,4}(?:;|\Z)|P[\d;<-?]*[!$+>|]|_G|[PX\]^_][^\x07\x1b]*(?:\x07|\x1b\\)", re.DOTALL
)
_CODE_IN_PASTE = r"\x1b\[([\d:;]*)([u~])"
_RESIZED = r"\x1b\[48;(\d{1,5})[\d:]*;(\d{1,5})[\d:]*;(\d{1,6})[\d:]*;(\d{1,6})[\d:]*t"
_MODE = r"\x1b\[\?(\d+);(\d)\$y"
_LARGEST_WINDOW = 10_000


class EscapeDoubtful(Message):
    """The Esc that comes next may turn out to be the head of a code."""


class EscapeSettled(Message):
    """The doubtful Esc was one, or was none: then what it did has to be undone."""

    def __init__(self, *, retracted: bool) -> None:
        super().__init__()
        self.retracted = retracted


class PictureLost(Message):
    """What stands on the terminal may not be what was drawn."""


class TerminalParser:
    """Makes events of bytes; `deadline` tells when to call `tick`, if nothing comes before."""

    def __init__(
        self,
        *,
        escape_delay: float = constants.ESCAPE_DELAY,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._escape_delay = escape_delay
        self._clock = clock
        self._events: list[Message] = []
        self._mouse = Mouse()
        self._held = bytearray()
        """What is not complete yet, outside of pastes."""
        self._begun = 0.0
        """When the head of it came."""
        self._latest = 0.0
        self._doubtful_until: float | None = None
        self._torn = False
        """Whether the ESC of what is held has been told as an Esc already."""
        self._paste: bytearray | None = None
        self._untold = False
        """Whether there is something in the paste."""
        self._overdue = False
        """Whether its end was waited for in vain."""

    def feed(self, data: bytes) -> list[Message]:
        """Take what was read; return the events that are complete with it."""
        now = self._clock()
        self._give_up_due(now)
        self._latest = now
        if self._overdue and self._paste is not None and _is_one_key(data):
            self._paste, self._overdue = None, False
        if self._paste is not None:
            data = self._feed_paste(self._paste, data)
        if self._doubtful_until is not None and not self._torn and data:
            if _TORN_TAIL.match(data):
                self._torn = True
                data = b"\x1b" + data
            else:
                self._settle(retracted=False)
        if not self._held:
            self._begun = now
        self._held += data
        while self._held and self._paste is None and self._take_one(now):
            self._begun = now
        return self._take_events()

    def tick(self) -> list[Message]:
        """Give up waiting for what is due; return what that makes of it."""
        self._give_up_due(self._clock())
        return self._take_events()

    @property
    def deadline(self) -> float | None:
        """When to call `tick`, by the clock; None while nothing is waited for."""
        due = (self._paste_due(), self._held_due(), self._doubt_due())
        return min((at for at in due if at is not None), default=None)

    def _take_events(self) -> list[Message]:
        taken, self._events = self._events, []
        return taken

    # What does not come

    def _paste_due(self) -> float | None:
        waiting = self._paste is not None and (self._untold or not self._overdue)
        return self._latest + UNFINISHED if waiting else None

    def _held_due(self) -> float | None:
        held = self._held
        if not held:
            return None
        if held[0] != _ESC:
            return self._begun + _SPLIT_CHARACTER
        if self._torn:
            return self._latest + TORN
        if len(held) == 1:
            return self._begun + self._escape_delay
        if len(held) == 2:
            return self._begun + max(TORN, self._escape_delay)
        due = self._latest + UNFINISHED
        return min(due, self._begun + _LONGEST_STRING) if held[1] in _STRINGS else due

    def _doubt_due(self) -> float | None:
        return None if self._torn else self._doubtful_until

    def _give_up_due(self, now: float) -> None:
        due = self._paste_due()
        if due is not None and now >= due and self._paste is not None:
            end_begun = _begun_end(self._paste)
            del self._paste[len(self._paste) - len(end_begun) :]
            self._tell_paste(self._paste)
            self._paste[:] = end_begun
            self._untold, self._overdue = False, True
        due = self._held_due()
        if due is not None and now >= due:
            self._give_up_held(now)
        due = self._doubt_due()
        if due is not None and now >= due:
            self._settle(retracted=False)

    def _give_up_held(self, now: float) -> None:
        held = self._held.decode(errors="replace")
        self._held.clear()
        if not held.startswith(ESCAPE):
            self._type(held)
        elif self._torn:
            self._end_torn(retracted=False)
            if len(held) == 2:
                self._type(held[1:])
        elif held == ESCAPE:
            self._events.append(EscapeDoubtful())
            self._type(held)
            self._doubtful_until = max(now, self._begun + TORN)
        elif len(held) == 2:
            self._press(held)

    def _settle(self, *, retracted: bool) -> None:
        if self._doubtful_until is not None:
            self._doubtful_until = None
            self._events.append(EscapeSettled(retracted=retracted))

    # Pastes

    def _feed_paste(self, paste: bytearray, data: bytes) -> bytes:
        """Add to the paste; return what stands behind its end."""
        looked_at = max(0, len(paste) - len(_PASTE_END))
        paste += data
        end = paste.find(_PASTE_END, looked_at)
        if end < 0:
            self._untold = True
            return b""
        rest = bytes(paste[end + len(_PASTE_END) :])
        del paste[end:]
        self._tell_paste(paste)
        self._paste, self._overdue = None, False
        return rest

    def _tell_paste(self, paste: bytearray) -> None:
        text = paste.decode(errors="replace")
        text = re.sub(_CODE_IN_PASTE, lambda code: text_of(code[1], code[2]) or code[0], text)
        if text:
            self._events.append(events.Paste(text))

    # What is typed, and what the terminal tells

    def _take_one(self, now: float) -> bool:
        """Make events of the head of what is held; False where more has to come first."""
        held = self._held
        if held[0] != _ESC:
            return self._take_text()
        if len(held) == 1:
            return False
        match held[1:2]:
            case b"[":
                return self._take_code(now)
            case b"O":
                return self._take_ss3()
            case b"\x1b":
                self._type(self._cut(1))
                return True
        return self._take_string() if held[1] in _STRINGS else self._take_meta()

    def _cut(self, size: int) -> str:
        cut = self._held[:size].decode("latin-1")
        del self._held[:size]
        return cut

    def _take_text(self) -> bool:
        end = self._held.find(_ESC)
        decoder = getincrementaldecoder("utf-8")("replace")
        self._type(decoder.decode(self._held[:end] if end >= 0 else self._held, final=end >= 0))
        pending = decoder.getstate()[0]
        del self._held[: end if end >= 0 else len(self._held) - len(pending)]
        return not pending

    def _take_meta(self) -> bool:
        decoder = getincrementaldecoder("utf-8")("replace")
        for size in range(1, len(self._held)):
            if text := decoder.decode(self._held[size : size + 1]):
                del self._held[: size + 1]
                self._press(ESCAPE + text[0])
                return True
        return False

    def _take_ss3(self) -> bool:
        match = re.match(_SS3, self._held)
        if match is not None:
            self._tell_code(self._cut(match.end()), plain=True)
        elif re.match(_SS3_BEGUN, self._held):
            return False
        else:
            self._press(self._cut(2))
        return True

    def _take_string(self) -> bool:
        end = _STRING_END.search(self._held, 2)
        if end is not None:
            self._end_torn(retracted=True)
            del self._held[: end.end()]
            return True
        if len(self._held) > _LONGEST_CODE:
            del self._held[2:-1]
        return False

    def _take_code(self, now: float) -> bool:
        held = self._held
        legacy = re.match(_LEGACY_MOUSE, held)
        if legacy is not None:
            if (mouse := self._mouse.legacy_event_of(legacy[1])) is not None:
                self._events.append(mouse)
            self._cut(legacy.end())
            return True
        if re.match(_LEGACY_MOUSE_BEGUN, held):
            return False
        if held.startswith(_PASTE):
            self._end_torn(retracted=True)
            self._latest = now
            rest, self._paste = bytes(held[len(_PASTE) :]), bytearray()
            held.clear()
            held += self._feed_paste(self._paste, rest)
            return bool(held)
        match = re.match(_CODE, held)
        if match is not None:
            code = self._cut(match.end())
            self._tell_code(code, plain=len(code) == len("\x1b[A"))
            return True
        begun = re.match(_CODE_BEGUN, held)
        if begun is not None and begun.end() < len(held):
            # Something else stands where it should go on: the code is none.
            self._end_torn(retracted=False)
            del held[: begun.end()]
            return True
        if len(held) > _LONGEST_CODE:
            del held[3:-1]
        return False

    def _tell_code(self, code: str, *, plain: bool) -> None:
        """Tell a complete code; plain is one without numbers, which a hand may have typed, too."""
        events = self._events_of(code)
        if not self._torn:
            self._events += events
        elif events or not plain:
            self._end_torn(retracted=True)
            self._events += events
        else:
            self._end_torn(retracted=False)
            self._type(code[1:])

    def _end_torn(self, *, retracted: bool) -> None:
        if self._torn:
            self._torn = False
            self._settle(retracted=retracted)

    def _events_of(self, code: str) -> list[Message]:
        if code == "\x1b[I":
            return [events.AppFocus()]
        if code == "\x1b[O":
            return [events.AppBlur()]
        if (mouse := self._mouse.event_of(code)) is not None:
            return [mouse]
        if (mode := re.fullmatch(_MODE, code)) is not None:
            return _events_of_mode(mode[1], int(mode[2]))
        if (resized := re.fullmatch(_RESIZED, code)) is not None:
            return self._events_of_size(*(int(number) for number in resized.groups()))
        return [events.Key(key.name, key.character) for key in keys_of_sequence(code)]

    def _events_of_size(self, rows: int, columns: int, height: int, width: int) -> list[Message]:
        if not (0 < rows < _LARGEST_WINDOW and 0 < columns < _LARGEST_WINDOW):
            return []
        self._mouse.cell = (width / columns or 1.0, height / rows or 1.0)
        return [events.Resize.from_dimensions((columns, rows), (width, height))]

    def _type(self, text: str) -> None:
        for character in text:
            for key in keys_of_character(character):
                self._events.append(events.Key(key.name, key.character))

    def _press(self, sequence: str) -> None:
        for key in keys_of_sequence(sequence):
            self._events.append(events.Key(key.name, key.character))


def _events_of_mode(mode: str, setting: int) -> list[Message]:
    if mode == "2026" and setting > 0:
        return [messages.TerminalSupportsSynchronizedOutput()]
    # iTerm announces reports of its size that do not come as the others send them.
    if mode == "2048" and constants.SMOOTH_SCROLL and not IS_ITERM:
        return [messages.InBandWindowResize.from_setting_parameter(setting)]
    return []


def _begun_end(paste: bytearray) -> bytes:
    """Return what may be the first part of the code that ends a paste."""
    sizes = range(len(_PASTE_END) - 1, 0, -1)
    return next((_PASTE_END[:size] for size in sizes if paste.endswith(_PASTE_END[:size])), b"")


def _is_one_key(data: bytes) -> bool:
    """Tell whether this is what a person presses, rather than a part of what was pasted."""
    if data[:1] == b"\x1b":
        code = re.fullmatch(_CODE, data) or re.fullmatch(_SS3, data)
        return len(data) == 1 or (code is not None and data != _PASTE_END)
    return len(data.decode(errors="replace")) == 1
