"""What setting a field overwrites: each value with how often it stands there, and nothing else."""

import pytest

from xcoll_tui.ui.presentation.overwritten import overwritten

BOXES = [{"box": "B1"}] * 4 + [{"box": "B2"}] * 3


@pytest.mark.parametrize(
    ("value", "documents", "line"),
    [
        ("B9", BOXES, "box: B1 ×4, B2 ×3 → B9"),
        (None, BOXES, "box: B1 ×4, B2 ×3 → not set"),
        ("B2", BOXES, "box: B1 ×4 → B2 · 3 so already"),
        ("B9", [*BOXES, {}, {"other": "B1"}], "box: B1 ×4, B2 ×3, not set ×2 → B9"),
        (None, [*BOXES, {}], "box: B1 ×4, B2 ×3 → not set · 1 without it already"),
        ("B9", [{"box": "B9"}] * 2, "box: 2 so already"),
        ("B9", [None, None], "box: not known ×2 → B9"),
        (
            "new",
            [{"box": str(number % 7)} for number in range(15)],
            "box: 0 ×3, 1 ×2, 2 ×2, 3 ×2, 4 ×2, 2 other values ×4 → new",
        ),
        ("B9", [{"box": 7}, {"box": None}], "box: 7 ×1, null ×1 → B9"),
    ],
)
def test_what_is_overwritten(value, documents, line):
    assert overwritten("box", value, documents).plain == line


def test_text_of_the_service_is_only_text():
    line = overwritten("[b]\x1b", "[i]", [{"[b]\x1b": "[/]" * 100}, {"[b]\x1b": "a\nb"}]).plain
    assert line.startswith("[b]␛: ")
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.endswith("→ [i]")
    assert len(line) < 120
