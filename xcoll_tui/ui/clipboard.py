"""Copying: by the platform's own program where there is one at hand, else by the terminal's code.

What the terminal makes of its code nothing tells, so it is "sent"; a program tells that it took
the text. Behind SSH a program would fill the clipboard of a machine where nobody sits.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from shutil import which
from typing import TYPE_CHECKING, Any, NamedTuple

from xcoll_tui.ui.presentation.text import copied
from xcoll_tui.ui.work import restart_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

_PATIENCE = 1.0
"""Seconds that a program may take; the terminal is quicker than a person waits longer."""
_REMOTE = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")


class Program(NamedTuple):
    """A program that takes a text from its input."""

    name: str
    arguments: tuple[str, ...] = ()
    encoding: str = "utf-8"


_MAC = Program("pbcopy")
_WINDOWS = Program("clip.exe", encoding="utf-16")  # with a mark; without, it takes the code page
_WAYLAND = Program("wl-copy", ("--type", "text/plain"))
_X11 = Program("xclip", ("-selection", "clipboard", "-in"))


def programs_for(environment: Mapping[str, str], platform: str = sys.platform) -> list[Program]:
    """List the programs that may reach the clipboard of the person who sits here, best first."""
    if any(environment.get(name) for name in _REMOTE):
        return []
    if platform == "darwin":
        return [_MAC]
    if platform == "win32" or environment.get("WSL_DISTRO_NAME"):
        return [_WINDOWS]
    programs = []
    if environment.get("WAYLAND_DISPLAY"):
        programs.append(_WAYLAND)
    if environment.get("DISPLAY"):
        programs.append(_X11)
    return programs


def copy_text(app: "App[Any]", text: str, tell: "Callable[[str], None]", noun: str = "") -> None:
    """Copy a text, and tell by which way it went; `noun` says what it is where it is no ID."""
    text = text.encode("utf-8", "replace").decode()  # half a character cannot be sent
    programs = programs_for(os.environ)
    if programs:
        # A program may hang, and to look for one may take long as well.
        copy = partial(_copy_by, app, programs, text, noun, tell)
        restart_work(app, "clipboard", copy)
    else:
        _send(app, text, noun, tell)


def _send(app: "App[Any]", text: str, noun: str, tell: "Callable[[str], None]") -> None:
    app.copy_to_clipboard(text)
    tell(copied(text, noun))


async def _copy_by(
    app: "App[Any]",
    programs: list[Program],
    text: str,
    noun: str,
    tell: "Callable[[str], None]",
) -> None:
    import asyncio  # noqa: PLC0415 - not for the first frame

    name = await asyncio.to_thread(_run_first, programs, text, dict(os.environ))
    if name is None:
        _send(app, text, noun, tell)
    else:
        app._clipboard = text  # noqa: SLF001 - its own way would send it to the terminal as well
        tell(copied(text, noun, name))


def _run_first(programs: list[Program], text: str, environment: Mapping[str, str]) -> str | None:
    """Give a text to the first program that takes it; its name, or None for none. Blocks."""
    for program in programs:
        path = which(program.name, path=environment.get("PATH"))
        if path is None:
            continue
        try:
            result = subprocess.run(  # noqa: S603 - no shell, and nothing of the text is an argument
                [path, *program.arguments],
                input=text.encode(program.encoding),
                stdout=subprocess.DEVNULL,  # some stay, and would hold a pipe open
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
                # It serves the text until another is copied: also when this terminal is gone.
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if result.returncode == 0:
            return program.name
    return None
