"""What we override of Textual, or rely on, is as it was when we read it.

When one of these fails, Textual has changed there: read what it does now, and the override of ours
that names the line (ui/driver.py, ui/terminal_app.py, ui/parser.py, ui/palette.py,
ui/graphemes.py, ui/toast_app.py, ui/picture.py, ui/reflow.py, ui/drawn_colours.py,
ui/frame_clock.py, ui/screens/whole_frame.py, ui/screens/pane_screen.py,
ui/widgets/lazy_components.py, ui/widgets/bare_lines.py, ui/widgets/framed.py,
ui/widgets/preview.py, ui/widgets/row_table.py). If that still holds,
`python -m tests.unit.ui.test_textual_pins` prints the new marks.
"""

import ast
import hashlib
import inspect
import sys
import textwrap

import pytest
from rich.segment import Segment
from textual import (
    _compositor,
    _styles_cache,
    command,
    dom,
    driver,
    keys,
    message_pump,
    screen,
    widget,
)
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.css import stylesheet
from textual.drivers.linux_driver import LinuxDriver
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import OptionList, Select

from xcoll_tui.ui.drawn_colours import _inner_outer
from xcoll_tui.ui.reflow import _reflow, _reflow_visible

PINNED = {
    "LinuxDriver.__init__": "51f53c304758",
    "LinuxDriver._sigtstp_application": "b3902a100eab",
    "LinuxDriver._sigcont_application": "f2e592761b87",
    "LinuxDriver._get_terminal_size": "84c61db468ee",
    "LinuxDriver.write": "41cfa5ef1560",
    "LinuxDriver.start_application_mode": "1074ff38f9fa",
    "LinuxDriver._patch_lflag": "eca6c10ed853",
    "LinuxDriver._patch_iflag": "c1463b652a68",
    "LinuxDriver.disable_input": "1447514d6036",
    "LinuxDriver.stop_application_mode": "8f097e7dbfa1",
    "LinuxDriver.close": "3a1ab6d75d8d",
    "LinuxDriver.run_input_thread": "1de756a2b09a",
    "LinuxDriver.process_message": "39b0b58b9b66",
    "Driver.send_message": "45a3306dc75e",
    "Driver.process_message": "d47a4e4d2bc3",
    "Driver.suspend_application_mode": "de8fbcb16651",
    "Driver.resume_application_mode": "3eb03f6396e2",
    "XTermParser.parse": "bf2b7a8e6955",
    "XTermParser.parse_mouse_code": "65a8592036c4",
    "XTermParser._parse_extended_key": "fc4d7d763530",
    "XTermParser._sequence_to_key_events": "06aa8ab76b15",
    "_character_to_key": "ba75029f74ba",
    "App.on_event": "a27626be4ad0",
    "App._on_key": "5c01021a266c",
    "App.exit": "86b14355c46e",
    "App.panic": "022c2e4340b6",
    "App._handle_exception": "18bf08c73b8a",
    "App._fatal_error": "3afcf71817c1",
    "App._print_error_renderables": "0322ef285ae0",
    "App._process_messages": "f95caaaee245",
    "App._shutdown": "41358e86bef3",
    "StylesCache.get_inner_outer": "e693f34a6d15",
    "App.get_driver_class": "3fafd7a48481",
    "App.action_command_palette": "40c65d52f3ef",
    "App.action_suspend_process": "1df9aaaa3fb6",
    "App.run_async": "9ea2f761af5f",
    "App._on_notify": "d2afa8bb7510",
    "App._unnotify": "6b36de2e5049",
    "App._refresh_notifications": "6bb5a8cb48bb",
    "App._display": "a398377ea468",
    "Compositor.reflow": "e94613e3a183",
    "Compositor.reflow_visible": "ccf466750850",
    "Compositor.full_map": "1c35b48c708c",
    "LayoutUpdate.render_segments": "5452b444ac64",
    "ChopsUpdate.render_segments": "1634b062b06a",
    "Strip.render_ansi": "1a981f89dbaa",
    "MessagePump.call_later": "86a7d7ec8051",
    "MessagePump.on_callback": "94809fc00dcb",
    "MessagePump.post_message": "ba8bcfa5bad6",
    "Screen.dismiss": "9ce545325093",
    "Screen._forward_event": "598c0b642f36",
    "Screen._invoke_later": "a8689c6691e9",
    "Screen._on_resize": "561f9537d83f",
    "Screen._on_timer_update": "2b9244db6453",
    "Screen._update_timer": "59b46e42d4c9",
    "Screen._on_screen_resume": "92267c98abb9",
    "Screen._screen_resized": "3b03e1bcdeef",
    "Screen._update_focus_styles": "4e1903f5e501",
    "Timer._run": "61cd5e547930",
    "Timer._tick": "6c86b5f18ef4",
    "StylesCache.render": "dd390b63eca4",
    "StylesCache.render_line": "57ddb123908a",
    "Stylesheet._process_component_classes": "f29ae44684d2",
    "DOMNode.get_component_styles": "d45ffbacb8bd",
    "Widget.notify_style_update": "57f32bea7c49",
    "Widget._forward_event": "41e0da017bcb",
    "Widget._on_focus": "18f093ef9417",
    "Widget._on_blur": "07a8e2e8ac4f",
    "Widget.watch_has_focus": "54d447fac309",
    "Widget._set_dirty": "702d76d7acc0",
    "Widget._size_updated": "202f7adab65d",
    "Widget.render_lines": "60811581af3e",
    "CommandPalette.compose": "de8ca86f3986",
    "CommandPalette._select_or_command": "83a8c4add56f",
    "CommandPalette._action_escape": "bb34c01a0ad0",
    "CommandPalette._start_no_matches_countdown": "5e14097b9940",
    "OptionList._on_click": "73e435ccda45",
    "OptionList.action_select": "34a86c195398",
    "OptionList._move_page": "f69eaa9b55d1",
    "Select.compose": "dd1c1237a36d",
    "Segment._split_cells": "872ca45a019f",
}


def mark_of(thing):
    """Return a mark of the code of a function, whatever is said in comments and docstrings."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            first.value = ast.Constant("")
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


THINGS = {
    thing.__qualname__: thing
    for thing in (
        LinuxDriver.__init__,
        LinuxDriver._sigtstp_application,
        LinuxDriver._sigcont_application,
        LinuxDriver._get_terminal_size,
        LinuxDriver.write,
        LinuxDriver.start_application_mode,
        LinuxDriver._patch_lflag,
        LinuxDriver._patch_iflag,
        LinuxDriver.disable_input,
        LinuxDriver.stop_application_mode,
        LinuxDriver.close,
        LinuxDriver.run_input_thread,
        LinuxDriver.process_message,
        driver.Driver.send_message,
        driver.Driver.process_message,
        driver.Driver.suspend_application_mode,
        driver.Driver.resume_application_mode,
        XTermParser.parse,
        XTermParser.parse_mouse_code,
        XTermParser._parse_extended_key,
        XTermParser._sequence_to_key_events,
        keys._character_to_key,
        App.on_event,
        App._on_key,
        App.exit,
        App.panic,
        App._handle_exception,
        App._fatal_error,
        App._print_error_renderables,
        App._process_messages,
        App._shutdown,
        _inner_outer,
        App.get_driver_class,
        App.action_command_palette,
        App.action_suspend_process,
        App.run_async,
        App._on_notify,
        App._unnotify,
        App._refresh_notifications,
        App._display,
        _reflow,
        _reflow_visible,
        _compositor.Compositor.full_map.fget,
        _compositor.LayoutUpdate.render_segments,
        _compositor.ChopsUpdate.render_segments,
        Strip.render_ansi,
        message_pump.MessagePump.call_later,
        message_pump.MessagePump.on_callback,
        message_pump.MessagePump.post_message,
        screen.Screen.dismiss,
        screen.Screen._forward_event,
        screen.Screen._invoke_later,
        screen.Screen._on_resize,
        screen.Screen._on_timer_update,
        screen.Screen._update_timer.fget,
        screen.Screen._on_screen_resume,
        screen.Screen._screen_resized,
        screen.Screen._update_focus_styles,
        Timer._run,
        Timer._tick,
        _styles_cache.StylesCache.render,
        _styles_cache.StylesCache.render_line,
        stylesheet.Stylesheet._process_component_classes,
        dom.DOMNode.get_component_styles,
        widget.Widget.notify_style_update,
        widget.Widget._forward_event,
        widget.Widget._on_focus,
        widget.Widget._on_blur,
        widget.Widget.watch_has_focus,
        widget.Widget._set_dirty,
        widget.Widget._size_updated,
        widget.Widget.render_lines,
        command.CommandPalette.compose,
        command.CommandPalette._select_or_command,
        command.CommandPalette._action_escape,
        command.CommandPalette._start_no_matches_countdown,
        OptionList._on_click,
        OptionList.action_select,
        OptionList._move_page,
        Select.compose,
        inspect.unwrap(Segment._split_cells),
    )
}


@pytest.mark.parametrize("name", THINGS)
def test_textual_is_as_we_read_it(name):
    assert mark_of(THINGS[name]) == PINNED[name], f"Textual changed {name}: see above"


def test_nothing_is_pinned_that_is_not_looked_at():
    assert set(PINNED) == set(THINGS)


def test_the_mark_is_one_of_code_and_not_of_words():
    def stay():
        """Say something."""
        return 1

    one = mark_of(stay)

    def stay():
        """Say something else."""
        # And more.
        return 1

    same = mark_of(stay)

    def stay():
        """Say something."""
        return 2

    assert one == same != mark_of(stay)


if __name__ == "__main__":
    for name, thing in THINGS.items():
        sys.stdout.write(f'    "{name}": "{mark_of(thing)}",\n')
