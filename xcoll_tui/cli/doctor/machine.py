"""What of this machine plays a part: Python, the terminal, the locale; nothing is asked of it."""

import locale
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from xcoll_tui import __version__
from xcoll_tui.cli.doctor.finding import FACT, OK, PROBLEM, Finding

_PACKAGES = ("textual", "httpx", "keyring", "msgspec")


def machine_findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is found without asking anybody."""
    yield Finding("Program", "xcoll", FACT, __version__)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Finding("Program", "Python", FACT, f"{python} on {platform.system()}")
    yield Finding("Program", "packages", FACT, ", ".join(map(_package, _PACKAGES)))
    yield from _terminal(environment)


def _package(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} missing"


def _terminal(environment: Mapping[str, str]) -> Iterator[Finding]:
    term = environment.get("TERM", "")
    usable = term not in {"", "dumb"}
    yield Finding("Terminal", "TERM", OK if usable else PROBLEM, term or "not set")
    places = [
        name
        for name, variable in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION"))
        if environment.get(variable)
    ]
    kind = environment.get("TERM_PROGRAM", "")
    inside = f"in {', '.join(places)}" if places else "in neither tmux nor SSH"
    yield Finding("Terminal", "surroundings", FACT, f"{kind}, {inside}" if kind else inside)
    yield Finding("Terminal", "size", FACT, _size())
    yield Finding("Terminal", "colours", FACT, _colours(environment, term))
    clipboard = "OSC 52, which the terminal may refuse"
    if "tmux" in places:
        clipboard = "OSC 52, for which tmux needs set-clipboard on"
    yield Finding("Terminal", "clipboard", FACT, clipboard)
    names = [
        f"{name}={value}"
        for name in ("LC_ALL", "LC_CTYPE", "LANG")
        if (value := environment.get(name))
    ]
    encoding = locale.getpreferredencoding(do_setlocale=False)
    is_utf_8 = encoding.lower().replace("-", "") == "utf8"
    words = f"{', '.join(names) or 'no variable'}; {encoding}"
    yield Finding("Terminal", "locale", OK if is_utf_8 else FACT, words)


def _size() -> str:
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            size = os.get_terminal_size(-1 if stream is None else stream.fileno())
        except (OSError, ValueError):
            continue
        return f"{size.columns}x{size.lines}"
    return "no terminal"


def _colours(environment: Mapping[str, str], term: str) -> str:
    if environment.get("NO_COLOR"):
        return "none (NO_COLOR)"
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "16 million (COLORTERM)"
    return "256" if "256" in term else "16 or fewer"
