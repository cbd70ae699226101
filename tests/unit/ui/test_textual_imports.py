"""The program starts without what no first frame shows, and has it when it is asked for."""

import ast
import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from textual.css import _help_text

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
    slow |= {*_LEFT_OUT, "platform"}
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


def test_what_faulty_css_and_keylines_need_is_there():
    program = """
from textual import layout, suggestions
from textual.css import _style_properties
print(suggestions.get_suggestion("colr", ["width", "color"]), layout.Canvas(3, 2).width)
print(type(_style_properties.scalar_help_text("width", context="inline")).__name__)
print("textual.canvas" in sys.modules, "difflib" in sys.modules)
"""
    assert run(program) == ["color", "3", "HelpText", "True", "True"]


def test_fractions_are_made_of_what_they_always_were():
    program = """
from fractions import Fraction
print(Fraction(6, 4), Fraction(0.5), "decimal" in sys.modules)
from decimal import Decimal
print(Fraction("1.25"), Fraction(Decimal("0.125")), Fraction(1, 8) == Decimal("0.125"))
try:
    Fraction(object())
except TypeError:
    print("refused")
"""
    assert run(program) == ["3/2", "1/2", "False", "5/4", "1/8", "True", "refused"]


def test_no_more_of_it_is_taken_than_we_know():
    """Else it may be used as it is imported: read what for, before you add it here."""
    taken = {}
    for name in run("print(*sys.modules)"):
        package = name.partition(".")[0]
        if package not in {"textual", "rich", "fractions"} or name in _LEFT_OUT:
            continue
        source = Path(find_spec(name).origin).read_text(encoding="utf-8")
        names = set()
        for node in ast.parse(source).body:
            if isinstance(node, ast.ImportFrom) and node.module in _LEFT_OUT:
                names |= {f"{node.module} {alias.name}" for alias in node.names}
            if isinstance(node, ast.Import):
                names |= {*_LEFT_OUT} & {alias.name for alias in node.names}
        if names:
            taken[name] = names
    helps = {name for names in taken.values() for name in names if name.endswith("_help_text")}
    assert all(inspect.isfunction(getattr(_help_text, name.split()[1])) for name in helps)
    palette = {"CommandListItem", "CommandPalette", "Provider", "SimpleProvider"}
    assert {name: names - helps for name, names in taken.items() if names - helps} == {
        "fractions": {"decimal Decimal"},
        "textual.app": {
            *(f"textual.command {name}" for name in palette),
            "platformdirs user_downloads_path",
            "uuid",
        },
        "textual.design": {"rich.table Table"},
        "textual.layout": {"textual.canvas Canvas", "textual.canvas Rectangle"},
        "textual.notifications": {"uuid uuid4"},
        "textual.suggestions": {"difflib get_close_matches"},
        "textual.theme": {
            f"textual.command {name}" for name in ("DiscoveryHit", "Hit", "Hits", "Provider")
        },
    }
