"""The title of a pane: what is left out of it where there is no room."""

from xcoll_tui.ui.presentation.pane_titles import lay_out_title

FACTS = ["100 of 480", "name ▲", "3 indexing", "9 failed"]


def facts_in(room):
    return lay_out_title("2 ", "SEC Filings", FACTS, room, 10, sort="name ▲")[-1][0]


def test_what_is_indexing_never_hides_what_failed_while_there_is_room_for_both():
    assert facts_in(70) == "100 of 480 · name ▲ · 3 indexing · 9 failed"
    # The sort stands over the rows, too.
    assert facts_in(52) == "100 of 480 · 3 indexing · 9 failed"
    assert facts_in(42) == "100 of 480 · 3 indexing"
    assert facts_in(20) == "100 of 480"
