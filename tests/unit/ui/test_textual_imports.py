"""The program starts without what no first frame shows, and has it when it is asked for."""

import ast
import subprocess
import sys
from inspect import getsource

import textual.app
import textual.design
import textual.notifications
import textual.theme

from xcoll_tui.ui.textual_imports import _LEFT_OUT

_FIRST = """
import sys
from xcoll_tui.ui.textual_imports import import_app_alone
import_app_alone()
from xcoll_tui.ui.app import XcollApp
"""


def run(program):
    """Run a program in an interpreter that has loaded nothing yet; return what it prints."""
    command = [sys.executable, "-c", _FIRST + program]
    return subprocess.run(command, check=True, stdout=-1, text=True, timeout=60).stdout.split()


def test_what_no_first_frame_shows_is_not_imported():
    slow = {"textual.command", "textual.types", "textual.widgets._input", "platformdirs"}
    slow |= {"rich.table", "uuid", "platform"}
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
import_app_alone()
import textual.app
print(textual.command is sys.modules["textual.command"], "textual.command" in before)
"""
    assert run(program) == ["True", "False"]


def test_where_downloads_go_is_known_when_it_is_asked():
    program = """
from textual import app
import platformdirs
print(app.user_downloads_path() == platformdirs.user_downloads_path())
"""
    assert run(program) == ["True"]


def test_a_notification_has_a_name_and_a_design_a_table():
    program = """
from textual.notifications import Notification
from textual import app, design
ones = {Notification("a").identity for _ in range(3)}
print(len(ones), len(app.uuid.uuid4().hex), type(design.Table(box=None)).__name__)
print(type(design.Table.grid()).__name__, design.show_design.__name__)
"""
    assert run(program) == ["3", "32", "Table", "Table", "show_design"]


def test_textual_takes_no_more_of_it_than_we_know():
    """Else it may be used as it is imported: read what for, before you add it here."""
    taken = {}
    for module in (
        textual.app,
        textual.design,
        textual.notifications,
        textual.theme,
    ):
        for node in ast.parse(getsource(module)).body:
            names = taken.setdefault(module.__name__, set())
            if isinstance(node, ast.ImportFrom) and node.module in _LEFT_OUT:
                names.update(alias.name for alias in node.names)
            if isinstance(node, ast.Import):
                names.update({*_LEFT_OUT} & {alias.name for alias in node.names})
    app = {"CommandListItem", "CommandPalette", "Provider", "SimpleProvider"}
    assert taken == {
        "textual.app": {*app, "user_downloads_path", "uuid"},
        "textual.design": {"Table"},
        "textual.notifications": {"uuid4"},
        "textual.theme": {"DiscoveryHit", "Hit", "Hits", "Provider"},
    }
