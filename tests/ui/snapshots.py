"""What the program shows, cell by cell, in two sizes and two themes; and how well it can be read.

A snapshot is text: the lines as they are, then the styles of each line in runs, as ``ink/paper``
by the names of the theme, the letters of the style (b bold, i italic, u underlined, s struck, r
reversed), and the number of cells. Where the themes differ in more than their colours both stand
there, with ``|`` between. Of a dialog only its frame is kept: what lies behind it is not read.
"""

import difflib
from collections.abc import Awaitable, Callable
from itertools import groupby
from pathlib import Path

from rich.color import Color as RichColor
from textual.color import Color
from textual.containers import Vertical
from textual.pilot import Pilot

from tests.conftest import wait_until
from xcoll_tui.ui.palette import Palette
from xcoll_tui.ui.screens.dialog import Dialog

FOLDER = Path(__file__).parent / "snapshots"
SIZES = ((80, 24), (160, 45))
Again = Callable[[], Awaitable[object]]
THEMES = ("xcoll", "xcoll-light")
READABLE = 4.5
_NAMES = (
    ("foreground", "text"),
    ("quiet", "quiet"),
    ("accent", "accent"),
    ("warning", "warning"),
    ("error", "error"),
    ("success", "success"),
    ("stale", "stale"),
    ("border-quiet", "line"),
    ("background", "back"),
    ("panel", "panel"),
    ("boost", "boost"),
    ("row-cursor", "cursor"),
)
_LINES = set("─│╭╮╰╯━┃▌▐▁▂▃▄▅▆▇█▏▎▍▋▊▉▔•")
"""What is drawn and not read."""


async def take_snapshots(
    pilot: Pilot[None], name: str, *, update: bool, again: Again | None = None
) -> list[str]:
    """Compare what is in front with `snapshots/NAME-SIZE.txt`; tell what differs or is unreadable.

    `again` shows it anew where it keeps the colours that it was first drawn in. The program is left
    in the size and the theme that came last: to go back takes time.
    """
    app, problems = pilot.app, []
    sizes = sorted(SIZES, key=lambda size: size != tuple(app.size))
    for columns, rows in sizes:
        if tuple(app.size) != (columns, rows):
            await pilot.resize_terminal(columns, rows)
        looks = {}
        for theme in sorted(THEMES, key=lambda theme: theme != app.theme):
            if app.theme != theme:
                app.theme = theme
                if again is not None:
                    await again()
            await settled(pilot)
            looks[theme] = _look_of(pilot)
            where = f"{name} at {columns}x{rows} in {theme}"
            problems += [f"{where}: {problem}" for problem in _unreadable(looks[theme])]
        path = FOLDER / f"{name}-{columns}x{rows}.txt"
        problems += _compare(path, _written(*(looks[theme] for theme in THEMES)), update=update)
    return problems


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what is shown stays as it is."""
    shown: list[object] = [None]
    main = pilot.app.main

    def is_settled() -> bool:
        preview = main.preview
        if preview.display and preview._document is not main.documents.table.row:
            return False
        screen = pilot.app.screen
        before, shown[0] = shown[0], [list(strip) for strip in screen._compositor.render_strips()]
        return before == shown[0]

    await wait_until(pilot, is_settled)


def _look_of(pilot: Pilot[None]) -> list[list[tuple[str, str, str, float]]]:
    """Return for each line its cells: character, colours by name, letters, and contrast."""
    screen = pilot.app.screen
    strips = screen._compositor.render_strips()
    region = None
    if isinstance(screen, Palette):
        region = screen.query_one("#--container").region
    elif isinstance(screen, Dialog):
        region = screen.query(Vertical).first().region
    if region is not None:
        strips = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
    variables = pilot.app.get_css_variables()
    palette = [(label, Color.parse(variables[name])) for name, label in _NAMES]
    names: dict[RichColor, str] = {}
    seen: dict[object, tuple[str, str, float]] = {}

    def name_of(colour: RichColor) -> str:
        if colour not in names:
            exact = Color.from_rich_color(colour)
            near = ((_distance(exact, other), label) for label, other in palette)
            distance, label = min(near, key=lambda pair: pair[0])
            # Textual's way through other colour spaces changes a shade by one.
            names[colour] = label if distance <= 3 else exact.hex.lower()
            if not exact.a:
                names[colour] = "none"
        return names[colour]

    lines = []
    for strip in strips:
        cells = []
        for segment in strip:
            style = segment.style
            if style not in seen:
                ink, paper = style.color, style.bgcolor
                letters = "".join(
                    letter
                    for letter, is_so in (
                        ("b", style.bold),
                        ("i", style.italic),
                        ("u", style.underline),
                        ("s", style.strike),
                        ("r", style.reverse),
                    )
                    if is_so
                )
                contrast = _contrast(Color.from_rich_color(ink), Color.from_rich_color(paper))
                seen[style] = (f"{name_of(ink)}/{name_of(paper)}", letters, contrast)
            cells += [(character, *seen[style]) for character in segment.text]
        lines.append(cells)
    return lines


def _unreadable(look: list[list[tuple[str, str, str, float]]]) -> list[str]:
    """Tell which texts cannot be read well."""
    problems = []
    for line in look:
        for (colours, contrast), cells in groupby(line, key=lambda cell: (cell[1], cell[3])):
            text = "".join(cell[0] for cell in cells)
            read = "".join(character for character in text if character not in _LINES).strip()
            if read and contrast < READABLE:
                problems.append(f"{contrast:.2f} is the contrast of {read[:40]!r} ({colours})")
    return sorted(set(problems))


def _written(dark, light) -> str:
    text = ["".join(cell[0] for cell in line).rstrip() for line in dark]
    assert text == ["".join(cell[0] for cell in line).rstrip() for line in light]
    styles = [_runs(one, other) for one, other in zip(dark, light, strict=True)]
    return "\n".join([*text, "", *styles, ""])


def _runs(dark, light) -> str:
    styles, before = [], None
    for one, other in zip(dark, light, strict=True):
        style = _style(one) if _style(one) == _style(other) else f"{_style(one)}|{_style(other)}"
        if one[0] == " " and before is not None and "u" not in one[2] and "r" not in one[2]:
            # Of a blank only the paper is seen.
            papers = [_style(cell).partition("/")[2].partition(" ")[0] for cell in (one, other)]
            if all(paper in before.split("/", 1)[1] for paper in papers) and "|" not in before:
                style = before
        styles.append(style)
        before = style
    return ", ".join(f"{style} {len(list(run))}" for style, run in groupby(styles))


def _style(cell) -> str:
    return f"{cell[1]} {cell[2]}".rstrip()


def _compare(path: Path, shown: str, *, update: bool) -> list[str]:
    if update:
        path.write_text(shown, encoding="utf-8")
        return []
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if shown == before:
        return []
    lines = difflib.unified_diff(before.splitlines(), shown.splitlines(), lineterm="", n=0)
    return [f"{path.name} is not what is shown:\n" + "\n".join(list(lines)[:12])]


def _distance(one: Color, other: Color) -> int:
    return max(abs(a - b) for a, b in zip(one.rgb, other.rgb, strict=True))


def _contrast(ink: Color, paper: Color) -> float:
    lighter, darker = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    parts = [channel / 255 for channel in colour.rgb]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
