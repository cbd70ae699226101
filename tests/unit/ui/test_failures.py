"""Reasons in words: grouped as they are, and nothing made up of those that nobody knows."""

from collections import Counter

import pytest

from xcoll_tui.api.models import Document, FileMetadata
from xcoll_tui.session.lists.failures import Failures
from xcoll_tui.ui.presentation.failures import NO_REASON, advice_on, reason_of, summary_of

UNREADABLE = "File format not supported. The file does not contain readable text."


def document(message=None, status="DOCUMENT_STATUS_FAILED", content_type="application/pdf", **file):
    metadata = FileMetadata(file_id="file_1", name="a.pdf", content_type=content_type, **file)
    return Document(metadata, {}, status, error_message=message)


@pytest.mark.parametrize(
    ("counts", "complete", "words"),
    [
        ({}, True, ""),
        ({"Too long": 2, "Unsupported": 7}, True, "7 × Unsupported · 2 × Too long"),
        ({"a": 1, "": 5}, True, "5 × no reason given · 1 × a"),
        ({"a": 4, "b": 3, "c": 2, "d": 1}, True, "4 × a · 3 × b · 2 × c · 1 of 1 other reason"),
        (Counter("aaaabbbccde"), True, "4 × a · 3 × b · 2 × c · 2 of 2 other reasons"),
        ({"a": 60, "b": 40}, False, "Of the 100 that are loaded: 60 × a · 40 × b · L loads all"),
        ({"\x1b[2J" * 40: 1}, True, f"1 × {'␛[2J' * 20}…"),
    ],
)  # fmt: skip
def test_failures_are_grouped_by_reason(counts, complete, words):
    assert summary_of(Counter(counts), complete=complete) == words


def test_the_groups_follow_each_row():
    failures = Failures()
    for key, reason in (("a", "x"), ("b", "x"), ("c", "y"), ("d", None)):
        failures.note(key, reason)
    assert (len(failures), failures.counts) == (3, {"x": 2, "y": 1})
    changes = failures.changes
    failures.note("a", "x")
    assert failures.changes == changes
    failures.note("a", None)  # it is being indexed again
    failures.note("c", "")
    assert failures.counts == {"x": 1, "": 1}
    failures.keep({"c"}.__contains__)
    assert (len(failures), failures.counts) == (1, {"": 1})
    assert failures.changes > changes


def test_what_is_known_of_a_reason_is_told_and_no_more():
    assert reason_of(document(status="DOCUMENT_STATUS_PROCESSED")) is None
    assert advice_on(document(status="DOCUMENT_STATUS_PROCESSED")) == ""
    assert reason_of(document()) == NO_REASON
    assert reason_of(document(upload_error_message="Cut short.")) == "Cut short."
    known = advice_on(document(UNREADABLE))
    assert "text recognition" in known
    assert "octet-stream" not in known
    raw = advice_on(document(UNREADABLE, content_type="application/octet-stream; x"))
    assert "Upload it again as what it is" in raw
    assert "xcoll does not know this reason" in advice_on(document("Password protected."))
    assert "temporary" in advice_on(document())
