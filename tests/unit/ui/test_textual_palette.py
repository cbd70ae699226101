"""The program starts without Textual's palette, and has it when it is asked for."""

import ast
import subprocess
import sys
from inspect import getsource

import textual.app
import textual.theme

_FIRST = """
import sys
from xcoll_tui.ui.textual_palette import import_app_without_palette
import_app_without_palette()
from xcoll_tui.ui.app import XcollApp
"""


def run(program):
    """Run a program in an interpreter that has loaded nothing yet; return what it prints."""
    command = [sys.executable, "-c", _FIRST + program]
    return subprocess.run(command, check=True, stdout=-1, text=True, timeout=60).stdout.split()


def test_what_no_first_frame_shows_is_not_imported():
    slow = {"textual.command", "textual.types", "textual.widgets._input", "textual.widgets._select"}
    assert slow.isdisjoint(run("print(*sys.modules)"))


def test_the_palette_of_textual_is_there_when_it_is_used():
    program = """
from textual import app
name = app.CommandPalette.Opened.__name__
from textual import command
from xcoll_tui.ui.palette import Palette
print(name, issubclass(Palette, command.CommandPalette), command.CommandPalette.is_open.__name__)
print(type(app.CommandPalette(providers=[])) is command.CommandPalette)
"""
    assert run(program) == ["Opened", "True", "is_open", "True"]


def test_what_was_imported_before_stays_as_it_is():
    program = """
before = dict(sys.modules)
import textual.command
import_app_without_palette()
import textual.app
print(textual.command is sys.modules["textual.command"], "textual.command" in before)
"""
    assert run(program) == ["True", "False"]


def test_textual_takes_no_more_of_it_than_we_know():
    """Else it may be used as it is imported: read what for, before you add it here."""
    taken = {}
    for module in (textual.app, textual.theme):
        for node in ast.parse(getsource(module)).body:
            if isinstance(node, ast.ImportFrom) and node.module == "textual.command":
                taken[module.__name__] = {alias.name for alias in node.names}
    assert taken == {
        "textual.app": {"CommandListItem", "CommandPalette", "Provider", "SimpleProvider"},
        "textual.theme": {"DiscoveryHit", "Hit", "Hits", "Provider"},
    }
