"""The key leaves the program by no way out of its screen: dialogs, copies, logs, children, crashes.

What a person types into a line that is no key's is theirs to see, so a key that was typed into the
filter stands there until it is cleared. From the filter it goes nowhere: to no request, no log, no
activity, no copy.
"""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.leaks import INFERENCE_KEY, KEY, UNMARKED, Cage, copied_in, leaks_in, leaks_under
from tests.e2e.walk import cursor_row
from tests.hostile.shelf import Shelf, document, served
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server

# Textual and asyncio write down all they do.
LOUD = {
    "TEXTUAL_LOG": "textual.log",
    "TEXTUAL": "devtools,debug",
    "TEXTUAL_DEBUG": "1",
    "PYTHONASYNCIODEBUG": "1",
}
# And every library that logs; a child of the program tells what it inherited.
WRAPPED = """
import logging, subprocess, sys
from xcoll_tui.session.session import Session
logging.basicConfig(filename="everything.log", level=logging.DEBUG)
start = Session.start
async def start_with_a_child(self, collection_id=None):
    tell = "import os; open('child', 'w').write(repr(dict(os.environ)))"
    subprocess.run([sys.executable, "-c", tell], check=True)
    await start(self, collection_id)
Session.start = start_with_a_child
"""


@pytest.fixture
def cage(tmp_path):
    """Folders without a keyring."""
    return Cage(tmp_path)


def leave(terminal, cage, *, but=()):
    """End the program, and look for the key."""
    cmdline = Path(f"/proc/{terminal.process.pid}/cmdline")
    if cmdline.exists():
        assert leaks_in(cmdline.read_bytes()) == []
    terminal.press("ctrl+q")
    assert terminal.wait_end() == 0
    terminal.assert_restored()
    cage.assert_clean(terminal.raw, but=but)


def look_at_requests(terminal):
    """Open the activity, copy the request under the cursor, and return what was copied."""
    before = len(copied_in(terminal.raw))
    terminal.press("@")
    terminal.wait_for("Activity: Requests")
    terminal.press("c")
    terminal.wait_for("sent to the terminal")
    terminal.wait_for(lambda _: len(copied_in(terminal.raw)) > before)
    terminal.press("escape")
    terminal.wait_for(lambda screen: "Activity: Requests" not in screen)
    return copied_in(terminal.raw)[-1].decode()


def test_a_key_that_is_given_goes_nowhere_however_loud_the_libraries_are(cage):
    with (
        Server(seed="small", key=KEY) as server,
        cage.open(
            *("--base-url", server.url, "--log", "xcoll.log"),
            script=WRAPPED,
            XAI_MANAGEMENT_KEY=KEY,
            XAI_API_KEY=INFERENCE_KEY,
            **LOUD,
        ) as terminal,
    ):
        terminal.wait_for("feedback-2025-w01")
        assert f"…{KEY[-4:]}" in terminal.text
        terminal.press("?")
        terminal.wait_for("─ Keys")
        terminal.press("escape")
        terminal.wait_for(lambda screen: "─ Keys" not in screen)
        terminal.press(":")
        terminal.wait_for("Search for commands")
        terminal.press("escape")
        terminal.wait_for(lambda screen: "Search for commands" not in screen)
        assert 'Bearer $XAI_MANAGEMENT_KEY"' in look_at_requests(terminal)
        server.faults.append(parse_fault("*:*:403"))
        terminal.press("R")
        terminal.wait_for("The key lacks")
        leave(terminal, cage)
    # What would have told was on.
    logged = (cage.work / "everything.log").read_text()
    assert "httpcore" in logged
    assert "asyncio" in logged
    child = (cage.work / "child").read_text()
    assert "TMPDIR" in child
    assert "GET /v1/collections" in (cage.work / "xcoll.log").read_text()
    assert not {"textual.log", "keys.log"} & {path.name for path in cage.work.iterdir()}


@pytest.mark.parametrize("source", ["XAI_MANAGEMENT_API_KEY", "XCOLL_KEY_FILE"])
def test_a_key_from_another_place_goes_nowhere_either(source, cage):
    file = cage.write("key", f"{KEY}\n")
    given = str(file) if source == "XCOLL_KEY_FILE" else KEY
    with (
        Server(seed="none", key=KEY) as server,
        cage.open("--base-url", server.url, script=WRAPPED, **LOUD, **{source: given}) as terminal,
    ):
        terminal.wait_for(f"…{KEY[-4:]} from {source}")
        terminal.wait_for("No collections")
        leave(terminal, cage, but=(file,))
    assert (cage.work / "child").exists()


def test_a_demo_hands_no_key_to_its_children(cage):
    with cage.open("--demo", "--documents", "10", script=WRAPPED, XAI_MANAGEMENT_KEY=KEY) as screen:
        screen.wait_for("Filings")
        leave(screen, cage)
    assert (cage.work / "child").exists()


# Typed


def select_with_the_mouse(terminal):
    """Drag over the masked key, and copy what is selected by every key that copies."""
    lines = terminal.text.split("\n")
    row = next(number for number, line in enumerate(lines, 1) if "•" * 20 in line)
    first = lines[row - 1].index("•") + 1
    terminal.press(
        f"\x1b[<0;{first};{row}M",
        f"\x1b[<32;{first + 10};{row}M",
        f"\x1b[<32;{first + 30};{row}M",
        f"\x1b[<0;{first + 30};{row}m",
    )
    terminal.press("\x03", "\x18", "\x1b[99;9u", "\x1b[120;9u")


def test_a_key_that_is_typed_into_the_dialog_goes_into_the_keyring_only(service, tmp_path):
    cage = Cage(tmp_path, service.env)
    with (
        Server(seed="small", key=KEY, faults=["*:*:401"]) as server,
        cage.open(
            *("--base-url", server.url, "--log", "xcoll.log"), script=WRAPPED, **LOUD
        ) as terminal,
    ):
        terminal.wait_for("Enter a management key")
        terminal.wait_for("xai-token-…")
        terminal.press(f"\x1b[200~{KEY}\x1b[201~")
        terminal.wait_for("•" * len(KEY))
        terminal.press("\x1b[1;2H", "\x03")  # everything is selected, and copied
        terminal.wait_for("The key cannot be copied.")
        terminal.press("\x18")
        select_with_the_mouse(terminal)
        terminal.press("enter")
        terminal.wait_for("The service does not accept the key")
        assert leaks_under(*service.files) == []
        terminal.press("\x05", "\x15")
        terminal.wait_for("xai-token-…")  # the line is empty
        terminal.press(f"text:{KEY}")
        terminal.wait_for("•" * len(KEY))
        server.faults.clear()
        terminal.press("enter")
        terminal.wait_for("The service accepts the key.")
        terminal.wait_for("It is stored in Secret Service")
        terminal.press("enter")
        terminal.wait_for("feedback-2025-w01")
        look_at_requests(terminal)
        copied = copied_in(terminal.raw)
        assert len(copied) == 1, copied
        leave(terminal, cage)
    # The next time it comes from there.
    with (
        Server(seed="small", key=KEY) as server,
        cage.open("--base-url", server.url, script=WRAPPED, **LOUD) as terminal,
    ):
        terminal.wait_for("from Secret Service")
        terminal.wait_for("feedback-2025-w01")
        leave(terminal, cage)
    assert leaks_under(*service.files) == []


def test_the_second_key_that_is_typed_goes_into_the_keyring_only(service, tmp_path):
    cage = Cage(tmp_path, service.env)
    with (
        Server(seed="small", key=KEY, inference_key=INFERENCE_KEY) as hosts,
        cage.open(
            *("--base-url", hosts.url, "--inference-url", hosts.url, "--log", "xcoll.log"),
            script=WRAPPED,
            XAI_MANAGEMENT_KEY=KEY,
            **LOUD,
        ) as terminal,
    ):
        terminal.wait_for("feedback-2025-w01")
        terminal.press("3")
        terminal.wait_for("Enter an inference key")
        terminal.press(f"text:{KEY}", "enter")
        terminal.wait_for("as management keys do")
        terminal.press("\x05", "\x15", f"\x1b[200~{INFERENCE_KEY}\x1b[201~")
        terminal.wait_for("•" * len(INFERENCE_KEY))
        terminal.press("\x1b[1;2H", "\x03", "\x18")
        terminal.wait_for("The key cannot be copied.")
        select_with_the_mouse(terminal)
        terminal.press("enter")
        terminal.wait_for("It is stored in Secret Service")
        terminal.press("enter")
        terminal.wait_for("00+ · created")
        terminal.press("/", f"text:{INFERENCE_KEY}", "enter")
        terminal.wait_for("holds the inference key")
        terminal.press("escape")
        terminal.wait_for(lambda screen: not leaks_in(screen.encode()))
        since = len(terminal.raw)
        terminal.press("escape", "ctrl+q")
        assert terminal.wait_end() == 0
        cage.assert_clean(terminal.raw[since:])
    assert {item["service"] for item in service.items()} == {"xcoll:default"}
    assert leaks_under(*service.files) == []


def test_what_was_typed_and_left_is_nowhere(cage):
    with cage.open("--base-url", "http://127.0.0.1:9", **LOUD) as terminal:
        terminal.wait_for("Enter a management key")
        terminal.wait_for("xai-token-…")
        terminal.press(f"\x1b[200~{KEY}\n{UNMARKED}\x1b[201~", "enter")
        terminal.wait_for("Only the first pasted line was taken as the key.")
        terminal.wait_for("cannot be reached")
        terminal.press("escape")
        terminal.wait_for("Close without saving?")
        terminal.press("y")
        terminal.wait_for("K enters one.")
        terminal.press("ctrl+q")
        assert terminal.wait_end() == 4
        cage.assert_clean(terminal.raw)


# Typed in the wrong place


def test_a_key_in_the_filter_stands_there_and_goes_no_further(cage):
    with (
        Server(seed="small", key=KEY) as server,
        cage.open(
            *("--base-url", server.url, "--log", "xcoll.log"), XAI_MANAGEMENT_KEY=KEY
        ) as terminal,
    ):
        terminal.wait_for("feedback-2025-w01")
        terminal.press("w")  # the preview: the complaint is in one piece without it
        for typed in (KEY, KEY[:-3], KEY[12:-4]):  # whole, or not quite deleted again
            terminal.press("2")
            terminal.wait_for("Attach")
            terminal.press("/")
            terminal.wait_for("Apply")
            terminal.press(f'text:name:"{typed}"', "enter")
            terminal.wait_for("holds the management key")
            terminal.press("escape", "escape")
            terminal.wait_for(
                lambda screen: "Apply" not in screen and not leaks_in(screen.encode())
            )
            terminal.press("2")
            terminal.wait_for("Attach")
            terminal.press("R")
            terminal.wait_for(lambda screen: "holds the management key" not in screen)
        # A few characters of it are no key yet, and are sent; written down they are none the less.
        terminal.press("2")
        terminal.wait_for("Attach")
        terminal.press("/")
        terminal.wait_for("Apply")
        terminal.press(f'text:name:"{KEY[:22]}"', "enter")
        terminal.wait_for("0 of 156 match")
        terminal.press("escape", "escape")
        terminal.wait_for(lambda screen: "Apply" not in screen and not leaks_in(screen.encode()))
        terminal.wait_for("─ 156 · ")
        since = len(terminal.raw)
        terminal.press("@")
        terminal.wait_for("Activity: Requests")
        terminal.press("j", "j", "c")  # the one before both pages is the filter's
        terminal.wait_for("sent to the terminal")
        terminal.press("escape", "ctrl+q")
        assert terminal.wait_end() == 0
        cage.assert_clean(terminal.raw[since:])
        assert b"[key]" in copied_in(terminal.raw)[-1]
    assert "[key]" in (cage.work / "xcoll.log").read_text()


# A service that tells the key back


def test_a_service_that_tells_the_key_back_is_not_repeated_on_the_screen(cage):
    told = f"{KEY} {quote(KEY, safe='')} {base64.b64encode(f'Bearer {KEY}'.encode()).decode()}"
    said = json.dumps({"code": 7, "message": f"Not with {told}."}).encode()
    head = b"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\n"
    shelf = Shelf([document(0, "a.txt")], key_name=f"My {told}")
    with (
        served(shelf) as listening,
        cage.open(
            *("--base-url", listening.url, "--log", "xcoll.log"),
            script=WRAPPED,
            XAI_MANAGEMENT_KEY=KEY,
            PYTHONASYNCIODEBUG="1",
        ) as terminal,
    ):
        terminal.wait_for("My [key] [key] [key]")
        terminal.wait_for(cursor_row)
        shelf.override = lambda _: head + b"content-length: %d\r\n\r\n%s" % (len(said), said)
        terminal.press("R")
        # The pane cuts what the service says; all of it is in the list of requests.
        terminal.wait_for("with [key] [key] [k…")
        look_at_requests(terminal)
        leave(terminal, cage)
