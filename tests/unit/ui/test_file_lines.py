"""The words about the team's files: where one is used, and what goes with it."""

import pytest

from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.session.files.files import FileUse
from xcoll_tui.ui.presentation.file_lines import (
    age_words,
    expiry_words,
    loss_words,
    orphans_words,
    type_words,
    used_in_words,
)

NAMES = {"c1": "One", "c2": "Two"}
NOWHERE = FileUse((), frozenset())


def use(*inside, asked=()):
    return FileUse(inside, frozenset((*inside, *asked)))


@pytest.mark.parametrize(
    ("found", "team", "words"),
    [
        (use("c1"), None, "One"),
        (use("c1", "c2"), NAMES, "2 collections"),
        (NOWHERE, NAMES, "not known"),
        (use(asked=["c1"]), NAMES, "not known"),
        (use(asked=["c1", "c2"]), NAMES, "orphan"),
        (use(asked=["c1", "c2"]), None, "not known"),
        (NOWHERE, {}, "orphan"),
    ],
)
def test_a_file_is_an_orphan_only_where_every_collection_was_looked_at(found, team, words):
    assert used_in_words(found, team, NAMES.get) == words


@pytest.mark.parametrize(
    ("found", "problem", "words", "names"),
    [
        (use("c1", asked=["c2"]), "", "ALL documents made of it: it leaves 1 collection.", ["One"]),
        (use(asked=["c1", "c2"]), "", "No collection of the team holds it.", []),
        (use(asked=["c1"]), "", "It is in none of 1 collection looked at; others may hold it.", []),
        (NOWHERE, "No answer.", "which could not be read: No answer.", []),
    ],
)
def test_what_goes_with_a_file_is_said_as_far_as_it_is_known(found, problem, words, names):
    consequence, named = loss_words(found, NAMES, NAMES.get, problem)
    assert words in consequence
    assert list(named) == names


def test_orphans_are_counted_and_so_is_what_is_not_known():
    assert orphans_words(0, 0, 1, "W") == "No orphan among 1 loaded file."
    assert "Of 1,200 it is not known: W looks them up." in orphans_words(2, 1_200, 1_500, "W")


def test_moments_and_types_that_are_odd_are_shown_as_they_are():
    assert age_words(10**30, 0) == str(10**30)
    assert (expiry_words(None, 0), expiry_words(3_600, 0)) == ("never", "in 1 h")
    assert expiry_words(3_600, 3_600) == "expired"
    assert type_words(StoredFile(id="f", filename="a.tar.gz")) == "gz"
    assert type_words(StoredFile(id="f", filename=".hidden")) == ""
