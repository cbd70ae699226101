"""A person at the terminal: one who uses keys only, and one who only clicks."""

import re

from tests.e2e.terminal import xcoll
from tests.e2e.walk import cursor_row, is_framed

# Files that are attached nowhere; CONTRIBUTING tells them.
ONE = "file_1430455e-d75e-4413-8593-950f10277bf4"  # Fjord - SOW 3 (signed).docx
TWO = "file_05e83d81-9b46-4c52-b5f3-968801b58152"  # reset-two-factor.md
UNKNOWN = "file_00000000-0000-4000-8000-000000000000"
LEFT = 32  # so wide is the pane of the collections
FIRST_ROW = re.compile(r"│ Filter….*\n│▌")
DOI = re.compile(r"10\.5555/\d{4}\.\d+")


def demo():
    return xcoll("--demo", "--documents", "300")


def titled(name, *facts):
    """Tell whether the pane of the documents is that of a collection, with these facts."""
    wanted = re.compile(rf"─ 2 {re.escape(name)} ─+ {' · '.join(map(re.escape, facts))}")
    return lambda screen: bool(wanted.search(screen))


def ends_well(terminal):
    """Assert that the program ends, and leaves nothing behind."""
    assert terminal.wait_end() == 0
    terminal.assert_restored()
    assert b"Traceback" not in terminal.raw


def back_on_main(terminal):
    """Wait until no dialog stands over the panes: one has its upper edge between theirs."""

    def holds(screen):
        framed = is_framed(screen, terminal.columns, terminal.rows)
        return framed and not any("╭" in line for line in screen.split("\n")[2:])

    terminal.wait_for(holds)


def collection_row(text):
    """Return what stands in the row under the cursor of the collections."""
    found = re.search(r"^│▌ (.*?) *│", text, re.MULTILINE)
    return found.group(1) if found else ""


def collection_line(text):
    """Return on which line of the screen that row stands, None for none."""
    marked = (y for y, line in enumerate(text.split("\n")) if line.startswith("│▌"))
    return next(marked, None)


class Keyboard:
    """A person who uses keys only."""

    def __init__(self, terminal):
        self.terminal = terminal

    def open(self, name):
        """Go to a collection by its name, and open it."""
        terminal = self.terminal
        terminal.press("1")
        terminal.wait_for("n New")
        terminal.press("g")
        terminal.wait_for(FIRST_ROW.search)
        for _ in range(20):
            if collection_row(terminal.text).startswith(name[:16]):
                break
            before = collection_line(terminal.text)
            terminal.press("j")
            # A frame may show no cursor while it moves, or a name that the pane has more room for:
            # pressing again then goes one row too far.
            terminal.wait_for(
                lambda text, before=before: collection_line(text) not in (None, before)
            )
        terminal.press("enter")
        terminal.wait_for(lambda text: "a Attach" in text and f"─ 2 {name} ─" in text)
        terminal.wait_for(cursor_row)

    def save(self, asked, *keys):
        """Go on to the question, and answer it."""
        self.terminal.press("ctrl+s")
        self.terminal.wait_for(asked)
        self.terminal.press(*keys)


class Mouse:
    """A person who clicks only, and pastes by the menu of the terminal."""

    def __init__(self, terminal):
        self.terminal = terminal

    def open(self, name):
        """Double-click a collection."""
        terminal = self.terminal
        terminal.click_on(name[:16], times=2, within=LEFT)
        terminal.wait_for(lambda text: "a Attach" in text and f"─ 2 {name} ─" in text)
        terminal.wait_for(cursor_row)

    def choose(self, title):
        """Click on the header, which opens the commands; turn the wheel, and click on one."""
        terminal = self.terminal
        back_on_main(terminal)
        terminal.click(2, 0)
        terminal.wait_for("Search for commands")
        for _ in range(30):
            terminal.rest(0.05)
            place = terminal.find(f"  {title}  ")
            if place is not None:
                terminal.click(place[0] + 3, place[1])
                return
            before = terminal.text
            terminal.turn_wheel(terminal.columns // 2, terminal.rows // 2, 6)
            terminal.wait_for(lambda text, before=before: text != before)
        raise AssertionError(f"no command {title}:\n{terminal.text}")

    def paste(self, label, text):
        """Click into the input behind a label, and paste."""
        terminal = self.terminal
        terminal.wait_for(label)
        terminal.rest(0.15)  # what was chosen before may move the fields
        x, y = terminal.find(label)
        terminal.click(x + 70, y)  # behind what stands there already
        self.paste_here(text)

    def paste_here(self, text):
        """Paste where the focus is."""
        terminal = self.terminal
        terminal.rest()
        terminal.paste(text)
        terminal.wait_for(text)

    def pick(self, label, choice):
        """Open the choices behind a label, and click on one."""
        terminal = self.terminal
        terminal.wait_for(label)
        terminal.rest(0.15)  # what was chosen before may move the fields
        x, y = terminal.find(label)
        terminal.click(x + 26, y)
        terminal.click_on(f"{choice} ", last=True)
        terminal.wait_for(re.compile(f"{label} +{choice} +▼").search)
