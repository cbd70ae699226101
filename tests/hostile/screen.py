"""What must hold of every screen, whatever is written on it."""

import unicodedata

from rich.cells import cell_len

_FRAMED = ", ".join(
    f"#{name}"
    for name in (
        "activity", "choose", "chunk", "confirm", "details", "file", "files", "form", "help",
        "pick", "run", "search", "steps", "undo-log",
    )
)  # fmt: skip


def strips_of(pilot):
    return pilot.app.screen._compositor.render_strips()


def _cells(strip):
    if all(cell_len(character) == 1 for character in set(strip.text)):
        return strip.text
    cells = []
    for segment in strip:
        for character in segment.text:
            width = cell_len(character)
            cells += [character, *[""] * (width - 1)] if width else []
    return cells


def assert_intact(pilot):
    """Assert that each line is as wide as the screen, frames stand, and all is printable text."""
    width, height = pilot.app.size
    strips = strips_of(pilot)
    assert len(strips) == height
    for strip in strips:
        assert strip.cell_length == width, strip.text
        assert sum(cell_len(segment.text) for segment in strip) == width, strip.text
        for character in set(strip.text):
            category = unicodedata.category(character)
            assert category not in {"Cc", "Cs", "Zl", "Zp"}, (character, strip.text)
            assert category != "Cf" or character == "\u200d", (character, strip.text)
    dialogs = pilot.app.screen.query(f"{_FRAMED}, Palette > Vertical")
    panes = pilot.app.screen.query("Pane, Preview")
    toasts = [toast.region for toast in pilot.app.screen.query("Toast")]
    for framed in dialogs or [pane for pane in panes if pane.display]:
        _assert_frame(strips, framed.region, toasts)


def _assert_frame(strips, region, toasts):
    left, right = region.x, region.right - 1
    for y in range(region.y, region.bottom):
        if any(toast.overlaps(region) and toast.y <= y < toast.bottom for toast in toasts):
            continue
        cells = _cells(strips[y])
        ends = "╭╮" if y == region.y else "╰╯" if y == region.bottom - 1 else "││"
        if len(cells) == strips[y].cell_length:  # joined emoji count less than their parts
            assert (cells[left], cells[right]) == tuple(ends), strips[y].text
        else:
            assert ends[0] in strips[y].text
            assert ends[1] in strips[y].text
