"""Borders in tmux, which counts some characters otherwise than we do."""

import re
import shutil

import httpx
import pytest

from tests.conftest import KEY
from tests.e2e.test_tmux import Tmux
from tests.isolation import ROOT

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
DISPUTED = [
    "❤️",
    "1️⃣",
    "👍🏽",
    "🏳️‍🌈",
    "👩‍👩‍👧",
    "⚠️",
    "🇩🇪",
    "☺️",
    "🫠",
    "e\u0301",
    "ก็",
    "📚",
    "漢字",
    "↔️",
]


TITLE = "#{pane_title}"


def borders_of(line):
    return [character for character in line if character in "│╭╮╰╯"]


def name_of(number):
    text = DISPUTED[number]
    return f"!{number:02} {text} x {text}{text} end"


def furnish(client):
    """Make a collection of each name, and in the third a document of each."""
    collection_ids = []
    for number, text in enumerate(DISPUTED):
        body = {"collection_name": name_of(number)}
        body["collection_description"] = f"{text} and {text}" * 8
        answer = client.post("/collections", json=body)
        collection_ids.append(answer.json()["collection_id"])
    for number, text in enumerate(DISPUTED):
        uploaded = client.post("/files", files={"file": (name_of(number), b"x", "text/plain")})
        path = f"/collections/{collection_ids[2]}/documents/{uploaded.json()['id']}"
        assert client.post(path, json={"fields": {text: text}}).status_code == 200


def assert_straight(screen, title):
    """Assert that the right border of the frame with a title stands in one column."""
    lines = screen.split("\n")
    top = next((y for y, line in enumerate(lines) if f"╭─{title}" in line), None)
    assert top is not None, screen
    # What stands behind a frame is the end of the panes, which is plain.
    behind = len(lines[top]) - lines[top].index("╮", lines[top].index(f"╭─{title}"))
    for line in lines[top + 1 :]:
        assert line[-behind] in "│╯", (title, line, screen)
        if line[-behind] == "╯":
            return
    raise AssertionError(f"{title} has no end:\n{screen}")


def test_names_of_any_width_leave_the_borders_straight(server):
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=f"{server.url}/v1", headers=headers) as client:
        furnish(client)
    with Tmux(100, 32) as tmux:
        tmux.wait_for("ready:")
        title = tmux.run("display-message", "-p", TITLE)
        command = f"$PYTHON -m xcoll_tui --base-url {server.url} --inference-url {server.url}"
        keys = f"XAI_MANAGEMENT_KEY={KEY} XAI_API_KEY={KEY}"
        tmux.type(f"cd {ROOT}; clear; {keys} {command}")
        tmux.press("Enter")
        tmux.wait_for(f"!{len(DISPUTED) - 1:02}")
        rows = [line for line in tmux.screen.split("\n") if re.search(r"│.. ?!\d\d ", line)]
        assert len(rows) == len(DISPUTED)
        for row in rows:
            assert borders_of(row) == ["│"] * 4, row
            assert row.endswith("│"), row
        # Moving draws parts of lines over what is there.
        for _ in DISPUTED:
            tmux.press("j")
        for _ in DISPUTED[2:]:
            tmux.press("k")
        tmux.wait_for(lambda screen: re.search(r"│▌. ?!02 ", screen))
        for row in tmux.screen.split("\n")[1:-2]:
            assert row == "" or row.endswith(("│", "╮", "╯")), row
        # The details show it whole, and have borders of their own.
        tmux.press("p")
        screen = tmux.wait_for("Collection ID")
        inner = [line for line in screen.split("\n") if " and " in line]
        assert inner
        for row in inner:
            assert len(borders_of(row)) >= 4, row
            assert row.endswith("│"), row
        tmux.press("Escape")
        go_through_screens(tmux)
        assert tmux.run("display-message", "-p", TITLE) == title
        tmux.press("C-q")
        tmux.wait_for(lambda screen: screen.rstrip().endswith("ready:"))


def go_through_screens(tmux):
    """Open each screen that lists names, and look at its frame."""

    def look(key, title, words):
        tmux.press(key)
        tmux.wait_for(lambda screen: f"╭─{title}" in screen and re.search(words, screen))
        assert_straight(tmux.screen, title)

    def leave(title):
        tmux.press("Escape")
        tmux.wait_for(lambda screen: f"╭─{title}" not in screen)

    tmux.wait_for(lambda screen: screen.count(f"!{len(DISPUTED) - 1:02}") == 2)
    tmux.press("2", "*")
    look("d", " Remove from", "14 documents")
    look("y", " 14 removed", "14 done")
    leave(" 14 removed")
    look("@", " Activity: Writes", "14 removed")
    look("Tab", " Activity: Requests", "GET")
    leave(" Activity")
    look("U", " Undo", "14 documents")
    look("Enter", " Undo:", "!03")
    leave(" Undo")
    look("3", " 3 Files", "Created")
    look("s", " 3 Files", "▌ +!00")
    look("Enter", " !00", "File ID")
    leave(" !00")
    leave(" 3 Files")
    tmux.press("1")
    look("y", " Copy", "curl")
    leave(" Copy")
    tmux.press(":")
    tmux.wait_for("╭───")
    tmux.type("Collection")
    look("!", "───", "Collection !03")
    leave("───")
