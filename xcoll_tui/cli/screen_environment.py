"""Variables that reach the screen: Textual and Python take them at their word."""

import codecs
import io
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress

from xcoll_tui.environment import Variable

_SIZES = ("COLUMNS", "LINES")
_LOCALES = ("PYTHONIOENCODING", "LC_ALL", "LC_CTYPE", "LANG")
# What may be said by the variables that Textual reads; what none of these patterns matches would
# crash it, or is not for the one who browses.
_HARMLESS = {
    "ESCDELAY": r"[0-9]{1,5}",
    "TEXTUAL_ANIMATIONS": r"(?i:none|basic|full)",
    "TEXTUAL_COLOR_SYSTEM": r"auto|standard|256|truecolor",
    "TEXTUAL_DIM_FACTOR": r"[0-9]{1,2}|100",
    "TEXTUAL_DISABLE_KITTY_KEY": r"[01]",
    "TEXTUAL_FILTERS": r"dim",
    "TEXTUAL_FPS": r"[1-9][0-9]{0,2}",
    "TEXTUAL_SMOOTH_SCROLL": r"[01]",
    "TEXTUAL_SPEEDUPS": r"[01]",
}
# These write down every key and paste, and so the management key, press keys by themselves, or end
# the program after a picture. The sample data have no key, and are there to be played with. Not
# TEXTUAL_DEBUG: on Windows it has every key written to a file, whatever is typed there.
_FOR_DEVELOPERS = {
    "TEXTUAL",
    "TEXTUAL_DEVTOOLS_HOST",
    "TEXTUAL_DEVTOOLS_PORT",
    "TEXTUAL_LOG",
    "TEXTUAL_PRESS",
    "TEXTUAL_SCREENSHOT",
    "TEXTUAL_SCREENSHOT_FILENAME",
    "TEXTUAL_SCREENSHOT_LOCATION",
    "TEXTUAL_SHOW_RETURN",
    "TEXTUAL_SLOW_THRESHOLD",
}


def prepare_screen(environment: MutableMapping[str, str], *, demo: bool) -> None:
    """Take out of the environment what must not reach the screen, and write the screen in UTF-8.

    Belongs before Textual is imported, which reads its variables then.
    """
    for variable in screen_variables(environment, demo=demo):
        if not variable.used:
            environment.pop(variable.name, None)
    stream = sys.__stderr__  # where Textual draws
    if isinstance(stream, io.TextIOWrapper) and not _is_utf_8(stream.encoding):
        # Terminals are, whatever a locale says that was left over or came by SSH.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def screen_variables(
    environment: MutableMapping[str, str], *, demo: bool = False
) -> Iterator[Variable]:
    """Tell of each variable that a screen goes by whether it is let through."""
    names = list(environment)
    for name in names:
        value = environment[name]
        if name in _SIZES:
            yield Variable(name, False, "the terminal tells its own size")
        elif name == "NO_COLOR":
            note = "the screen has no colours" if value else "it is empty, which is like unset"
            yield Variable(name, bool(value), note)
        elif name in {"TEXTUAL", "ESCDELAY"} or name.startswith("TEXTUAL_"):
            yield _judge_textual(name, value, demo=demo)


def wants_plain_glyphs(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal has ASCII only, as far as that can be known.

    That is so on the console of Linux, and where a locale names a character set that is not UTF-8.
    C and POSIX name none: they stand where nobody chose one, as by SSH and in containers.
    """
    if environment.get("TERM") == "linux":
        return True
    locale = next((environment[name] for name in _LOCALES[1:] if environment.get(name)), "")
    _, _, character_set = locale.partition(".")
    return bool(character_set) and not _is_utf_8(character_set.partition("@")[0])


def encoding_variables(environment: MutableMapping[str, str]) -> Iterator[Variable]:
    """Tell which variable asks for another encoding than UTF-8, in which the screen is written."""
    stream = sys.__stderr__
    if stream is None or _is_utf_8(stream.encoding):
        return
    name = next((name for name in _LOCALES if environment.get(name)), None)
    if name is not None:
        yield Variable(name, False, "the screen is written in UTF-8")


def _judge_textual(name: str, value: str, *, demo: bool) -> Variable:
    if name in _FOR_DEVELOPERS:
        note = "it is for the demo" if demo else "it is let through in the demo only"
        return Variable(name, demo, note)
    pattern = _HARMLESS.get(name)
    if pattern is None:
        return Variable(name, False, "xcoll does not use it")
    if re.fullmatch(pattern, value) is None:
        return Variable(name, False, "its value is unknown")
    return Variable(name, True, "it changes how the screen is drawn")


def _is_utf_8(encoding: str) -> bool:
    with suppress(LookupError):
        return codecs.lookup(encoding).name == "utf-8"
    return False
