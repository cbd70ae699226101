"""What stands in the upper edge of a pane: pure."""

from collections.abc import Sequence

from rich.cells import cell_len

from xcoll_tui.ui.presentation.text import clean, fit


def lay_out_title(
    number: str,
    heading: str,
    facts: Sequence[str],
    room: int,
    comfort: int,
    *,
    sort: str = "",
    ink: str = "$foreground",
) -> tuple[tuple[str, str], ...]:
    """Return the number, the name, the line behind it and the facts, as they fit, with styles.

    Those are by the names of the theme, so that they follow it.
    Facts are left out, the last ones first, rather than ``comfort`` cells of the name; before them
    the ``sort``, which the heads of the columns tell, too. ``ink`` is the name's.
    """
    kept = [*facts]
    comfort = min(comfort, cell_len(clean(heading, 20))) + len(number) + 4
    while len(kept) > 1 and comfort + cell_len(" · ".join(kept)) > room:
        kept.remove(sort if sort in kept[1:] else kept[-1])
    words = " · ".join(kept)
    name = clean(heading, 200)
    name_room = max(4, room - len(number) - cell_len(words) - 3)
    name = fit(name, min(cell_len(name), name_room)).rstrip()
    dashes = max(1, room - len(number) - cell_len(name) - cell_len(words) - 2)
    parts = ((number, "$quiet"), (name, f"bold {ink}"))
    return (*parts, (f" {'─' * dashes} ", ""), (words, "$quiet")) if words else parts
