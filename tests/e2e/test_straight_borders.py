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


def borders_of(line):
    return [character for character in line if character in "│╭╮╰╯"]


def test_names_of_any_width_leave_the_borders_straight(server):
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=f"{server.url}/v1", headers=headers) as client:
        for number, text in enumerate(DISPUTED):
            name = f"!{number:02} {text} x {text}{text} end"
            body = {"collection_name": name, "collection_description": f"{text} and {text}" * 8}
            assert client.post("/collections", json=body).status_code == 200
    with Tmux(100, 32) as tmux:
        tmux.wait_for("ready:")
        command = f"$PYTHON -m xcoll_tui --base-url {server.url}"
        tmux.type(f"cd {ROOT}; clear; XAI_MANAGEMENT_KEY={KEY} {command}")
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
        tmux.press("C-q")
        tmux.wait_for(lambda screen: screen.rstrip().endswith("ready:"))
