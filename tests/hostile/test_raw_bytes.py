"""What reaches the terminal, byte by byte, while hostile text is on the screen."""

import base64
import re

import pytest

from tests.conftest import KEY
from tests.contract.scripted import fault
from tests.e2e.terminal import xcoll
from tests.e2e.walk import cursor_row, type_filter, wait_framed
from tests.hostile.shelf import Shelf, document, file_id, served
from tests.hostile.texts import DANGERS, NAMES, SHORT

# Textual sets the shape of the mouse pointer, with a BEL at the end; frames are drawn downwards.
_OURS = re.compile("\x1b]22;[a-z-]*\x07|\x1b\\[B\x08")


def assert_harmless(raw):
    """Assert that nothing of theirs has been written that a terminal would act upon."""
    written = _OURS.sub("", raw.decode("utf-8"))
    found = [danger for danger in DANGERS if danger in written]
    assert not found, [written[max(0, written.index(each) - 60) :][:120] for each in found]


@pytest.mark.parametrize(("columns", "rows"), [(120, 45), (50, 12)])
def test_no_escape_code_of_theirs_reaches_the_terminal(columns, rows):
    everything = "".join(SHORT)
    # pyte draws no line to its end that holds a joined or a varied emoji.
    names = [text for name, (text, _) in NAMES.items() if name not in {"joined emoji", "flag"}]
    shelf = Shelf(
        [
            document(number, text, {"note": text}, error_message=text, status=text)
            for number, text in enumerate(names)
        ],
        {
            "collection_name": everything,
            "collection_description": everything,
            "field_definitions": [{"key": text, "description": text} for text in SHORT],
        },
        key_name=everything,
    )
    with (
        served(shelf) as service,
        xcoll(
            "--base-url",
            service.url,
            columns=columns,
            rows=rows,
            env={"XAI_MANAGEMENT_KEY": KEY},
        ) as terminal,
    ):
        terminal.wait_for("▌ report[final")
        terminal.press("2")
        terminal.wait_for(lambda screen: "Attach" in screen and cursor_row(screen))
        wait_framed(terminal)
        terminal.press("G")
        terminal.wait_for(lambda screen: "▌  file_" in screen)  # the last has no name
        wait_framed(terminal)
        terminal.press("g", "enter")
        terminal.wait_for(lambda screen: "─ report[final].pdf ─" in screen and "State" in screen)
        terminal.press("G", "tab")
        terminal.wait_for('"file_metadata": {')
        terminal.press("G", "escape")
        terminal.wait_for(lambda screen: "Facts/JSON" not in screen)
        terminal.press("h", "p")
        terminal.wait_for("Collection ID")
        terminal.press("pagedown", "pagedown", "G", "tab", "pagedown", "pagedown", "escape")
        terminal.wait_for(lambda screen: "Facts/JSON" not in screen)
        terminal.press("l", "right", "right", "right")
        wait_framed(terminal)
        shelf.override = lambda _: fault(403, 7, everything)
        terminal.press("R")
        terminal.wait_for("✗")
        shelf.override = lambda _: fault(400, 3, everything)
        type_filter(terminal, "name:x")
        terminal.wait_for(re.compile(r"/ name:x .*\n.*│ report\[final\]\.pdf\[@click").search)
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
    assert_harmless(terminal.raw)


def test_only_the_key_that_copies_writes_to_the_clipboard():
    with (
        served(Shelf([document(0, "\x1b]52;c;cHduZWQ=\x07.txt")])) as service,
        xcoll("--base-url", service.url, env={"XAI_MANAGEMENT_KEY": KEY}) as terminal,
    ):
        terminal.wait_for("␛]52;c;cHduZWQ=␇.txt")
        assert b"\x1b]52" not in terminal.raw
        terminal.press("2")
        terminal.wait_for("Attach")
        terminal.press("c")
        terminal.wait_for("ID sent to the terminal")
        copied = base64.b64encode(file_id(0).encode())
        assert terminal.raw.count(b"\x1b]52;c;") == 1
        assert b"\x1b]52;c;" + copied + b"\x07" in terminal.raw
        terminal.press("q")
        assert terminal.wait_end() == 0
