"""Every write in a real terminal: by the keyboard alone, and by the mouse alone.

Run by hand, for it takes more than a minute: `pytest tests/endurance/test_writing.py`. The suite
tries the same through the screen, and the race in a real terminal.
"""

import re

from tests.e2e.hands import (
    DOI,
    LEFT,
    ONE,
    TWO,
    UNKNOWN,
    Keyboard,
    Mouse,
    back_on_main,
    collection_row,
    demo,
    ends_well,
    titled,
)
from tests.e2e.walk import cursor_row


def test_documents_by_the_keyboard_alone():
    with demo() as terminal:
        by = Keyboard(terminal)
        terminal.wait_for("Interview")
        _attach_by_keyboard(by)
        _remove_and_undo_by_keyboard(by)
        _edit_by_keyboard(by)
        _reindex_by_keyboard(by)
        terminal.press("q")
        ends_well(terminal)


def test_a_collection_by_the_keyboard_alone():
    with demo() as terminal:
        by = Keyboard(terminal)
        terminal.wait_for("Interview")
        _create_by_keyboard(by)
        _change_by_keyboard(by)
        _delete_and_recreate_by_keyboard(by)
        terminal.press("q")
        ends_well(terminal)


def _attach_by_keyboard(by):
    terminal = by.terminal
    by.open("Interview transcripts")
    terminal.wait_for(titled("Interview transcripts", "57"))
    terminal.press("c")
    terminal.wait_for(lambda _: terminal.copied().startswith("file_"))
    terminal.press("a")
    terminal.wait_for("Attach files to Interview transcripts")
    terminal.paste(f"{TWO}\n{UNKNOWN}, {terminal.copied()}\n")
    terminal.wait_for("3 IDs")
    terminal.press("ctrl+s")
    terminal.wait_for("Attach 2 files?")
    assert "Already here: interview-001" in terminal.text
    terminal.press("ctrl+s")
    terminal.wait_for("1 done · 1 failed")
    terminal.wait_for("No such file for this team")
    terminal.press("escape")
    terminal.wait_for(titled("Interview transcripts", "58"))
    back_on_main(terminal)


def _remove_and_undo_by_keyboard(by):
    terminal = by.terminal
    first = cursor_row(terminal.text)
    terminal.press("space", *["down"] * 8, "v")
    terminal.wait_for("10 marked")
    terminal.press("d")
    terminal.wait_for("Remove 10 documents")
    terminal.press("y")
    terminal.wait_for("10 done · 0 failed")
    terminal.press("escape")
    terminal.wait_for(titled("Interview transcripts", "48"))
    back_on_main(terminal)
    terminal.wait_for(lambda text: first not in text)
    terminal.press("z")
    terminal.wait_for("Undone for 10 documents")
    terminal.wait_for(titled("Interview transcripts", "58"))
    terminal.press("g")
    terminal.wait_for(lambda text: cursor_row(text) == first)


def _edit_by_keyboard(by):
    terminal = by.terminal
    by.open("Research papers")
    terminal.wait_for(titled("Research papers", "120"))
    own, taken = DOI.findall(terminal.text)[:2]
    terminal.press("e")
    terminal.wait_for("Edit fields · Attention")
    terminal.press("ctrl+u", "ctrl+s")
    terminal.wait_for("This field is required")
    terminal.paste(taken)
    terminal.wait_for(lambda text: "This field is required" not in text)
    terminal.press("ctrl+s")
    terminal.wait_for("has this value, and")
    terminal.press("ctrl+u")
    terminal.wait_for(lambda text: "has this value, and" not in text)
    terminal.type("10.5555/new")
    terminal.press("ctrl+n")
    terminal.wait_for(re.compile("name +value +✕").search)
    terminal.type("note")
    terminal.step("enter")
    terminal.type("by keyboard")
    by.save("Save these changes?", "enter")
    terminal.wait_for("are saved")
    terminal.wait_for(lambda text: own not in text)
    terminal.press("enter")
    terminal.wait_for("by keyboard")
    terminal.press("escape")
    back_on_main(terminal)


def _reindex_by_keyboard(by):
    terminal = by.terminal
    by.open("Incoming scans")
    terminal.press("F")
    terminal.wait_for(lambda text: "failed only" in text and "● ready" not in text)
    terminal.press("*")
    terminal.wait_for("12 marked")
    terminal.press("i")
    terminal.wait_for("12 documents")
    terminal.press("y")
    terminal.wait_for("12 done · 0 failed")
    terminal.press("escape")
    back_on_main(terminal)
    terminal.press("F")
    terminal.wait_for(titled("Incoming scans", "38"))


def _create_by_keyboard(by):
    terminal = by.terminal
    terminal.wait_for("n New")
    terminal.press("n")
    terminal.wait_for("─ New collection")
    terminal.press("ctrl+s")
    terminal.wait_for("A collection needs a name")
    terminal.type("A new one")
    terminal.step("tab")
    terminal.type("everything")
    terminal.step("tab")
    terminal.type("grok-embedding-small")
    terminal.step("tab", "enter", "down", "down", "enter")
    terminal.wait_for("Euclidean")
    terminal.step("tab", "enter", "down", "down", "enter")
    terminal.wait_for("Size, characters")
    terminal.step("tab")
    terminal.type("500")
    terminal.step("tab")
    terminal.press("text:50")
    terminal.wait_for(re.compile("Overlap, characters +50 ").search)
    terminal.press("ctrl+n")
    terminal.wait_for("name of the field")
    terminal.type("kk")
    for number in (1, 2, 3):
        terminal.step("tab")
        terminal.press("space")
        terminal.wait_for(lambda text, number=number: text.count("[✓]") == number)
    terminal.step("tab", "tab")
    terminal.type("what it is")
    terminal.press("ctrl+n")
    terminal.wait_for("name of the field")
    terminal.type("oo")
    terminal.press("ctrl+s")
    terminal.wait_for(lambda text: collection_row(text).startswith("A new one"))
    back_on_main(terminal)
    terminal.press("p")
    _see_collection(terminal)
    terminal.press("escape")
    back_on_main(terminal)

    # A document in it, with what it asks for.
    terminal.press("enter")
    terminal.wait_for(titled("A new one", "0"))
    terminal.press("a")
    terminal.wait_for("Attach files to A new one")
    terminal.paste(ONE)
    terminal.wait_for("1 ID")
    terminal.step("tab")
    terminal.type("only one")
    by.save("Attach 1 file?", "ctrl+s")
    terminal.wait_for("1 done · 0 failed")
    terminal.press("escape")
    terminal.wait_for(titled("A new one", "1"))


def _change_by_keyboard(by):
    """Give it another name, and a field less."""
    terminal = by.terminal
    terminal.press("1")
    terminal.wait_for("n New")
    terminal.press("e")
    terminal.wait_for("Edit collection · A new one")
    terminal.type(" indeed")
    # Back over the buttons below, and what the last field is for, to its button.
    terminal.step(*["shift+tab"] * 5)
    terminal.press("enter")
    terminal.wait_for("Will be deleted")
    by.save("− Field oo", "y")
    terminal.wait_for(lambda text: collection_row(text).startswith("A new one inde"))
    back_on_main(terminal)


def _delete_and_recreate_by_keyboard(by):
    terminal = by.terminal
    terminal.press("d")
    terminal.wait_for("Type A new one indeed to continue")
    terminal.press("text:A new one indeed")
    terminal.wait_for(lambda text: text.count("A new one indeed") > 2)
    terminal.step("enter")
    terminal.press("enter")
    terminal.wait_for("Backup: ")
    terminal.wait_for("esc Close")
    terminal.press("escape")
    back_on_main(terminal)
    terminal.wait_for(lambda text: "A new one" not in text)
    terminal.press("B")
    terminal.wait_for("Recreate from backup")
    terminal.wait_for("1 documents")
    terminal.press("enter")
    terminal.wait_for("esc Close")
    terminal.press("escape")
    terminal.wait_for(lambda text: collection_row(text).startswith("A new one inde"))
    back_on_main(terminal)
    terminal.press("enter")
    terminal.wait_for(titled("A new one indeed", "1"))
    terminal.wait_for("only one")


def test_documents_by_the_mouse_alone():
    with demo() as terminal:
        by = Mouse(terminal)
        terminal.wait_for("Interview")
        _attach_by_mouse(by)
        _remove_and_undo_by_mouse(by)
        _edit_by_mouse(by)
        _reindex_by_mouse(by)
        by.choose("Quit")
        ends_well(terminal)


def test_a_collection_by_the_mouse_alone():
    with demo() as terminal:
        by = Mouse(terminal)
        terminal.wait_for("Interview")
        _create_by_mouse(by)
        _change_by_mouse(by)
        _delete_and_recreate_by_mouse(by)
        by.choose("Quit")
        ends_well(terminal)


def _attach_by_mouse(by):
    terminal = by.terminal
    by.open("Interview transcripts")
    terminal.wait_for(titled("Interview transcripts", "57"))
    by.choose("Copy the ID")
    terminal.wait_for(lambda _: terminal.copied().startswith("file_"))
    terminal.click_on("a Attach")
    terminal.wait_for("Attach files to Interview transcripts")
    terminal.paste(f"{TWO}\n{UNKNOWN}, {terminal.copied()}\n")
    terminal.wait_for("3 IDs")
    terminal.click_on("Next   ")
    terminal.wait_for("Attach 2 files?")
    assert "Already here: interview-001" in terminal.text
    terminal.click_on("Attach 2 files  ")
    terminal.wait_for("1 done · 1 failed")
    terminal.wait_for("No such file for this team")
    terminal.click_on("r Retry the failures")
    terminal.wait_for("0 done · 1 failed")
    terminal.click_on("esc Close")
    terminal.wait_for(titled("Interview transcripts", "58"))
    back_on_main(terminal)


def _remove_and_undo_by_mouse(by):
    terminal = by.terminal
    first = cursor_row(terminal.text)
    x, y = terminal.find(first)
    for number in range(10):
        terminal.click(x - 2, y + number)
        terminal.wait_for(f"{number + 1} marked")
    terminal.click_on("d Remove")
    terminal.click_on("Remove 10 documents  ")
    terminal.wait_for("10 done · 0 failed")
    terminal.click_on("esc Close")
    terminal.wait_for(titled("Interview transcripts", "48"))
    back_on_main(terminal)
    terminal.wait_for(lambda text: first not in text)
    by.choose("Undo")
    terminal.wait_for("Undone for 10 documents")
    terminal.wait_for(titled("Interview transcripts", "58"))
    terminal.turn_wheel(x, y + 9, -6)
    terminal.wait_for(first)


def _edit_by_mouse(by):
    terminal = by.terminal
    by.open("Research papers")
    terminal.wait_for(titled("Research papers", "120"))
    own, taken = DOI.findall(terminal.text)[:2]
    terminal.click_on("e Edit")
    terminal.wait_for("Edit fields · Attention")
    terminal.click_on("✕")
    terminal.wait_for("↶")
    terminal.click_on("Review…")
    terminal.wait_for("This field is required")
    by.paste_here(taken)
    terminal.wait_for(lambda text: "This field is required" not in text)
    terminal.click_on("Review…")
    terminal.wait_for("has this value, and")
    terminal.click_on("✕")
    terminal.wait_for(lambda text: "has this value, and" not in text)
    by.paste_here("10.5555/new")
    terminal.click_on("+ Add a field")
    terminal.wait_for(re.compile("name +value +✕").search)
    by.paste_here("note")
    terminal.click_on("value   ")
    by.paste_here("by mouse")
    terminal.click_on("Review…")
    terminal.wait_for("Save these changes?")
    terminal.click_on("Save   ", last=True)
    terminal.wait_for("are saved")
    terminal.wait_for(lambda text: own not in text)
    terminal.click_on("⏎ Open")
    terminal.wait_for("by mouse")
    terminal.click_on("esc Close")
    back_on_main(terminal)


def _reindex_by_mouse(by):
    terminal = by.terminal
    by.open("Incoming scans")
    by.choose("Failed only")
    terminal.wait_for(lambda text: "failed only" in text and "● ready" not in text)
    by.choose("Mark all loaded rows")
    terminal.wait_for("12 marked")
    terminal.click_on("i Re-index")
    terminal.click_on("Re-index 12 documents  ")
    terminal.wait_for("12 done · 0 failed")
    terminal.click_on("esc Close")
    back_on_main(terminal)


def _create_by_mouse(by):
    terminal = by.terminal
    terminal.click_on("n New")
    terminal.wait_for("─ New collection")
    terminal.click_on("Create   ")
    terminal.wait_for("A collection needs a name")
    by.paste_here("A new one")
    by.paste("Description", "everything")
    by.paste("Embedding model", "grok-embedding-small")
    by.pick("Metric", "Euclidean")
    by.pick("Strategy", "Characters")
    by.paste("Size, characters", "500")
    by.paste("Overlap, characters", "50")
    terminal.click_on("+ Add a field")
    terminal.wait_for("name of the field")
    by.paste_here("kk")
    for number, rule in enumerate(("required", "unique", "in search text"), 1):
        terminal.click_on(f"[ ] {rule}")
        terminal.wait_for(lambda text, number=number: text.count("[✓]") == number)
    terminal.click_on("what it is for")
    by.paste_here("what it is")
    terminal.click_on("+ Add a field")
    terminal.wait_for("name of the field")
    by.paste_here("oo")
    terminal.click_on("Create   ")
    terminal.wait_for(lambda text: collection_row(text).startswith("A new one"))
    back_on_main(terminal)
    terminal.click_on("p Properties")
    _see_collection(terminal)
    terminal.click_on("esc Close")
    back_on_main(terminal)

    # A document in it, with what it asks for.
    terminal.click_on("A new one", times=2, within=LEFT)
    terminal.wait_for(titled("A new one", "0"))
    terminal.click_on("a Attach")
    terminal.wait_for("Attach files to A new one")
    by.paste_here(ONE)
    by.paste("kk *", "only one")
    terminal.click_on("Next   ")
    terminal.click_on("Attach 1 file  ")
    terminal.wait_for("1 done · 0 failed")
    terminal.click_on("esc Close")
    terminal.wait_for(titled("A new one", "1"))


def _change_by_mouse(by):
    """Give it another name, and a field less."""
    terminal = by.terminal
    terminal.click_on("A new one", within=LEFT)
    terminal.wait_for("n New")
    terminal.click_on("e Edit")
    terminal.wait_for("Edit collection · A new one")
    by.paste("Name *", " indeed")
    x, y = terminal.find("✕", last=True)
    terminal.click(x, y)
    terminal.wait_for("Will be deleted")
    terminal.click_on("Review…")
    terminal.wait_for("− Field oo")
    terminal.click_on("Delete and save")
    terminal.wait_for(lambda text: collection_row(text).startswith("A new one inde"))
    back_on_main(terminal)


def _delete_and_recreate_by_mouse(by):
    terminal = by.terminal
    terminal.click_on("d Delete")
    terminal.wait_for("Type A new one indeed to continue")
    terminal.paste("A new one indeed")
    terminal.wait_for(lambda text: text.count("A new one indeed") > 2)
    terminal.click_on("Delete   ", last=True)
    terminal.wait_for("Backup: ")
    terminal.click_on("esc Close")
    back_on_main(terminal)
    terminal.wait_for(lambda text: "A new one" not in text)
    by.choose("Recreate from backup")
    terminal.wait_for("1 documents")
    terminal.click_on("⏎ Recreate")
    terminal.click_on("esc Close")
    terminal.wait_for(lambda text: collection_row(text).startswith("A new one inde"))
    back_on_main(terminal)
    terminal.click_on("⏎ Open")
    terminal.wait_for(titled("A new one indeed", "1"))
    terminal.wait_for("only one")


def _see_collection(terminal):
    """Read in the properties what the collection was created with."""
    terminal.wait_for("Field definitions")
    said = " ".join(terminal.text.split())
    for each in (
        "Description everything",
        "Model grok-embedding-small",
        "Strategy chars",
        "Max chunk size chars 500",
        "Chunk overlap chars 50",
        "kk required, unique, goes into the search text · what it is",
        "oo optional",
    ):
        assert each in said, terminal.text
