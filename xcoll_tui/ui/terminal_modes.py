"""What is written to a terminal to switch its modes on and off."""

from textual.constants import DISABLE_KITTY_KEY
from textual.drivers.linux_driver import (
    KITTY_DISAMBIGUATE_ESCAPE_CODES,
    KITTY_REPORT_ALL_KEYS,
    KITTY_REPORT_ASSOCIATED_TEXT,
)

ENTER = (
    "\x1b[?1049h"  # the alternate screen
    "\x1b[?25l"  # no cursor
    "\x1b[?7l"  # no line wrap
    "\x1b[?2004h"  # bracketed paste
    "\x1b[?1004h"  # tell of the focus
)
MOUSE_ON = "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"
_KEYBOARD = KITTY_DISAMBIGUATE_ESCAPE_CODES | KITTY_REPORT_ALL_KEYS | KITTY_REPORT_ASSOCIATED_TEXT
KEYBOARD_ON = "" if DISABLE_KITTY_KEY else f"\x1b[>{_KEYBOARD}u"
KEYBOARD_ON_AGAIN = "" if DISABLE_KITTY_KEY else f"\x1b[={_KEYBOARD}u"
REPORTS_OFF = (
    "\x1b[?1003l\x1b[?1000l\x1b[?1016l\x1b[?1015l\x1b[?1006l"  # the mouse, what reports most first
    "\x1b[?1004l\x1b[?2004l\x1b[?2048l"
)
# Before the alternate screen is left: each has its own.
KEYBOARD_OFF = "" if DISABLE_KITTY_KEY else "\x1b[<u"
LEAVE = "\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"
ASK_SYNCHRONIZED, ASK_IN_BAND = "\x1b[?2026$p", "\x1b[?2048$p"
