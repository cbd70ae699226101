"""Why rows could not be read again stands before what to do, and neither hides the other."""

import pytest

from xcoll_tui.ui.presentation.troubles import with_remedy

REASON = "✗ The key lacks the permission (HTTP 403: No ListDocuments for this team at all)."
REMEDY = "Rows as of 5 min ago. R tries again."


@pytest.mark.parametrize(("width", "lines"), [(200, 4), (50, 4), (50, 2), (34, 2), (28, 4)])
def test_the_reason_comes_first_and_the_remedy_is_never_cut(width, lines):
    shown = with_remedy(REASON, REMEDY, width, lines).split("\n")
    assert len(shown) <= lines
    assert all(len(line) <= width for line in shown)
    text = " ".join(shown)
    assert text.startswith("✗ The key lacks")
    assert text.endswith(REMEDY)
    assert (REASON in text) == (len(REASON) + len(REMEDY) < width * lines - 20)


def test_where_nothing_stands_below_it_nothing_is_cut():
    assert with_remedy(REASON, REMEDY, 20, None) == f"{REASON} {REMEDY}"
