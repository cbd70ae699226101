"""Terminals of 8, 16 and 256 colours: what is written can be read, in both themes."""

from functools import cache

import pytest

from tests.e2e.terminal import xcoll

# What xterm makes of the names of colours, the bright ones last.
NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
XTERM = "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
XTERM += " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
COLOURS = dict(zip([*NAMES, *(f"bright{name}" for name in NAMES)], XTERM.split(), strict=True))
FRAMES = set("+-|#│╭╮╰╯─▔▁▌▎▊▁▂▃▄▅▆▇█▍▐▕")
READABLE = 1.9


def brightness(colour):
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def contrast(one, other):
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def unreadable(terminal, top=0):
    """Return what can hardly be told from its ground, with its colours; from a line on."""
    found = {}
    for y in range(top, terminal.rows):
        for x in range(terminal.columns):
            cell = terminal.screen.buffer[y][x]
            if not cell.data.strip() or cell.data in FRAMES:
                continue
            ink = COLOURS.get(cell.fg, "e5e5e5" if cell.fg == "default" else cell.fg)
            ground = COLOURS.get(cell.bg, "000000" if cell.bg == "default" else cell.bg)
            if contrast(ink, ground) < READABLE:
                found.setdefault((y, cell.fg, cell.bg), []).append(cell.data)
    return {place: "".join(text) for place, text in found.items()}


@pytest.mark.parametrize(("term", "theme"), [("xterm", "xcoll"), ("linux", "xcoll-light")])
def test_what_is_written_can_be_read_in_few_colours(term, theme):
    env = {"TERM": term, "COLORTERM": ""}
    with xcoll("--demo", "--documents", "300", "--theme", theme, env=env, columns=100) as terminal:
        terminal.wait_for("of 156")
        for keys, wanted in (
            ("", "of 156"),
            ("jjd", "to continue"),  # with a button that is not to be pressed yet
            ("\x1b[27un", "New collection"),
            ("\x1b[27u2", "a Attach"),
            ("d", "y Remove"),
            ("\x1b[27ue", "Edit fields"),
            ("\x1b[27u?", "Keys"),
            ("\x1b[27ua\x1b[200~File ID,ID\nfile_1,x\nfile_2,y\x1b[201~", "2 IDs"),
            ("\x1b[27uyU", "too old to undo"),
            ("\x1b[27u:", "Search for commands"),
            ("\x1b[27u/", "esc Clear"),
        ):
            terminal.press(f"text:{keys}")
            terminal.wait_for(wanted)
            terminal.rest(0.1)
            assert unreadable(terminal) == {}, (wanted, terminal.text)


@pytest.mark.parametrize("theme", ["xcoll", "xcoll-light"])
def test_a_button_that_cannot_be_pressed_can_be_read_in_256_colours(theme):
    env = {"TERM": "xterm-256color", "COLORTERM": ""}
    with xcoll("--demo", "--documents", "300", "--theme", theme, env=env, columns=100) as terminal:
        terminal.wait_for("of 156")
        assert unreadable(terminal) == {}
        terminal.press("text:jjd")
        terminal.wait_for("to continue")
        terminal.rest(0.1)
        places = [
            place for place in unreadable(terminal) if "Delete" in unreadable(terminal)[place]
        ]
        assert not [y for y, _, _ in places if "Cancel" in terminal.text.split("\n")[y]]
