"""Pictures of the real program: compared byte by byte, and shown in the README."""

import difflib
import re

from textual.pilot import Pilot

from tests.conftest import SCREENSHOTS, screen_text

_FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")


def picture(pilot: Pilot[None]) -> str:
    """Return the screen as SVG, without fonts from elsewhere."""
    svg = _FONTS.sub("", pilot.app.export_screenshot(title="xcoll"))
    return svg.replace("font-family: Fira Code;", "font-family: Fira Code, monospace;")


def assert_picture(pilot: Pilot[None], name: str, *, update: bool) -> None:
    """Compare the screen with `screenshots/NAME.svg`, or write that file again."""
    path = SCREENSHOTS / f"{name}.svg"
    svg = picture(pilot)
    if update:
        path.write_text(svg, encoding="utf-8")
        return
    assert path.exists(), f"{path.name} is missing; make it with --update-screenshots"
    before = path.read_text(encoding="utf-8")
    if svg != before:
        words = [re.sub(r"<[^>]+>", " ", text).split("\n") for text in (before, svg)]
        changed = [line for line in difflib.unified_diff(*words, lineterm="", n=0) if line.strip()]
        raise AssertionError(
            f"{path.name} is not what the program shows; look, and if it is meant, renew it with "
            f"--update-screenshots.\n{chr(10).join(changed[:20])}\n{screen_text(pilot)}"
        )
