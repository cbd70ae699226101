"""Which variables reach the screen, and what becomes of the others."""

import io
import sys

import pytest

from xcoll_tui.cli.screen_environment import (
    encoding_variables,
    prepare_screen,
    screen_variables,
    wants_plain_glyphs,
)

LET_THROUGH = {
    "ESCDELAY": ["0", "25", "99999"],
    "NO_COLOR": ["1", "0", " "],
    "TEXTUAL_ANIMATIONS": ["none", "BASIC", "full"],
    "TEXTUAL_COLOR_SYSTEM": ["auto", "standard", "256", "truecolor"],
    "TEXTUAL_DIM_FACTOR": ["0", "100"],
    "TEXTUAL_DISABLE_KITTY_KEY": ["1", "0"],
    "TEXTUAL_FILTERS": ["dim"],
    "TEXTUAL_FPS": ["1", "120"],
    "TEXTUAL_SMOOTH_SCROLL": ["0"],
    "TEXTUAL_SPEEDUPS": ["0"],
    "COLORTERM": ["truecolor"],
    "TERM": ["xterm"],
}
TAKEN_OUT = {
    "COLUMNS": ["80", "0", "-1", "abc", ""],
    "LINES": ["24", "", "9" * 400],
    "NO_COLOR": [""],
    "ESCDELAY": ["", "x", "-1", "9" * 400, "1.5"],
    "TEXTUAL_COLOR_SYSTEM": ["", "nope", "AUTO", "windows"],
    "TEXTUAL_DIM_FACTOR": ["-1", "101", "x"],
    "TEXTUAL_DRIVER": ["", "nope", "os:getcwd"],
    "TEXTUAL_FPS": ["0", "-1", "1000", "9" * 400],
    "TEXTUAL_THEME": ["nope", "nord"],
    "TEXTUAL_ALLOW_SIGNALS": ["1"],
    "TEXTUAL_DEBUG": ["1"],
    "TEXTUAL_OF_A_LATER_VERSION": ["1"],
}
FOR_THE_DEMO = {
    "TEXTUAL": ["devtools,debug", "headless"],
    "TEXTUAL_LOG": ["textual.log"],
    "TEXTUAL_PRESS": ["d,y"],
    "TEXTUAL_SCREENSHOT": ["0"],
    "TEXTUAL_SCREENSHOT_LOCATION": ["/tmp"],
    "TEXTUAL_SHOW_RETURN": ["1"],
}


def left_of(name, value, *, demo=False):
    """Return what is left of an environment with this in it."""
    environment = {"HOME": "/", name: value}
    prepare_screen(environment, demo=demo)
    assert environment.pop("HOME") == "/"
    return environment


@pytest.mark.parametrize("demo", [False, True])
def test_what_crashes_nothing_and_writes_nothing_down_is_let_through(demo):
    for name, values in LET_THROUGH.items():
        for value in values:
            assert left_of(name, value, demo=demo) == {name: value}
    for name, values in TAKEN_OUT.items():
        for value in values:
            assert left_of(name, value, demo=demo) == {}, (name, value)


def test_what_is_for_developers_is_for_the_demo():
    for name, values in FOR_THE_DEMO.items():
        for value in values:
            assert left_of(name, value) == {}
            assert left_of(name, value, demo=True) == {name: value}


def test_each_variable_is_told_with_the_reason():
    environment = {
        "COLUMNS": "80",
        "NO_COLOR": "",
        "TEXTUAL_LOG": "x",
        "TEXTUAL_FPS": "30",
        "A": "",
    }
    assert [(each.name, each.used) for each in screen_variables(environment)] == [
        ("COLUMNS", False),
        ("NO_COLOR", False),
        ("TEXTUAL_LOG", False),
        ("TEXTUAL_FPS", True),
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-16", "cp437", "utf-8", "utf8"])
def test_the_screen_is_written_in_utf_8(encoding, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "__stderr__", io.TextIOWrapper(raw, encoding=encoding))
    told = list(encoding_variables({"PYTHONIOENCODING": "", "LC_ALL": "de_DE.ISO-8859-1"}))
    assert [each.name for each in told] == ([] if "8" in encoding else ["LC_ALL"])
    prepare_screen({}, demo=False)
    sys.__stderr__.write("│ é …")
    sys.__stderr__.flush()
    assert raw.getvalue() == "│ é …".encode()
    assert list(encoding_variables({"LC_ALL": "C"})) == []


@pytest.mark.parametrize(
    ("environment", "plain"),
    [
        ({}, False),
        ({"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "C.utf8"}, False),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C.UTF-8", "LC_ALL": "de_DE.ISO8859-15@euro"}, True),
        ({"LC_ALL": "C", "LANG": "de_DE.ISO-8859-1"}, False),
        ({"LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, False),
    ],
)
def test_glyphs_are_plain_where_there_are_no_others(environment, plain):
    assert wants_plain_glyphs(environment) is plain
