"""A key in memory gives nothing of itself away, and what can be no key is refused."""

import copy
import json
import pickle
import pprint
import traceback

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.api.keys import ManagementKey, accept_key
from xcoll_tui.credentials import LONGEST_KEY, Secret, parse_key

TEXT = "xai-token-canary-in-the-mine-r42q"
SECRET = Secret(TEXT)


def test_it_reveals_itself_when_asked():
    assert SECRET.reveal() == TEXT
    assert isinstance(SECRET, ManagementKey)
    assert accept_key(SECRET) is SECRET


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        format,
        pprint.pformat,
        pretty_repr,
        lambda it: f"{it}|{it!r}|{it:>20}",
        lambda it: "%s" % it,  # noqa: UP031 - one more way to show it
        lambda it: repr({"key": [it]}),
        lambda it: repr(dir(it)),
        lambda it: repr(it.__reduce__),
    ],
)
def test_no_way_of_showing_it_shows_it(show):
    assert TEXT[:-4] not in show(SECRET)
    assert "canary" not in show(SECRET)


def test_what_is_shown_are_the_last_four():
    assert SECRET.masked == str(SECRET) == f"{SECRET}" == "…r42q"
    assert repr(SECRET) == "Secret('…r42q')"
    assert f"{SECRET:>8}" == "   …r42q"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "…"),
        ("abcd", "…"),
        ("abcdefghijkl", "…"),
        ("abcdefghijklm", "…jklm"),
        ("abcdefghijkl\x1b", "…"),
        ("abcdefghijkl\u202e", "…"),
    ],
)
def test_of_a_short_key_or_an_unprintable_one_nothing_is_shown(text, shown):
    assert Secret(text).masked == shown


@given(st.text())
def test_no_more_than_four_characters_are_ever_shown(text):
    shown = repr(Secret(text)).removeprefix("Secret('…").removesuffix("')")
    assert len(Secret(text).masked) <= 5
    assert shown == "" or (len(text) > 12 and text.endswith(Secret(text).masked[1:]))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(protocol):
    with pytest.raises(TypeError, match="not pickled") as refusal:
        pickle.dumps([SECRET], protocol)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "take",
    [
        lambda: SECRET.__reduce_ex__(4),
        SECRET.__reduce__,
        SECRET.__getstate__,
        lambda: vars(SECRET),
        lambda: json.dumps({"key": SECRET}),
        lambda: msgspec.json.encode({"key": SECRET}),
        lambda: msgspec.to_builtins(SECRET),
        lambda: list(SECRET),
        lambda: len(SECRET),
        lambda: SECRET + "",
        lambda: bytes(SECRET),
        lambda: setattr(SECRET, "note", "more"),
    ],
)
def test_it_is_taken_apart_in_no_way(take):
    with pytest.raises((TypeError, AttributeError)) as refusal:
        take()
    assert "canary" not in str(refusal.value)


def test_copies_are_the_same_object():
    assert copy.copy(SECRET) is SECRET
    assert copy.deepcopy({"key": SECRET})["key"] is SECRET


@pytest.mark.parametrize("text", ["", "key", "clé", "\udc80", "🗝"])
def test_it_equals_another_secret_of_the_same_text(text):
    assert Secret(text) == Secret("".join(text))
    assert hash(Secret(text)) == hash(Secret("".join(text)))
    assert Secret(text) != Secret(text + "x")
    assert {Secret(text): 1}[Secret(text)] == 1


def test_it_equals_no_text():
    assert SECRET != TEXT
    assert TEXT != SECRET
    assert TEXT.encode() != SECRET
    assert {SECRET: 1}.get(TEXT) is None
    assert hash(SECRET) != hash(TEXT)


def test_it_is_made_of_text_only():
    with pytest.raises(TypeError) as refusal:
        Secret(b"canary")
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize("around", ["", " ", "\n", "\r\n", "\t", " \n\t", "\u3000"])
def test_white_space_around_a_key_is_dropped(around):
    assert parse_key(f"{around}{TEXT}{around}") == SECRET


def test_the_longest_key_is_taken():
    assert parse_key("k" * LONGEST_KEY + "\n").reveal() == "k" * LONGEST_KEY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("canary in the mine", "a space"),
        ("canary\nmine", "line break"),
        ("canary\tmine", "control character"),
        ("canary\x00mine", "control character"),
        ("canary\xa0mine", "invisible character"),
        ("canary\u200bmine", "invisible character"),
        ("canary\ud800mine", "invisible character"),
        ("\ufeffcanary", "invisible character"),
        ("canary-日本", "HTTP headers cannot contain"),
        ("canary" * 200, "longer than 1,000 characters"),
    ],
)
def test_what_can_be_no_key_is_refused_without_being_repeated(text, said):
    with pytest.raises(InvalidKey, match=said) as refusal:
        parse_key(text)
    error = refusal.value
    assert "canary" not in str(error)
    assert str(error).endswith(".")
    assert error.__cause__ is error.__context__ is None
    # The first frame is this test's, which holds it; no later one may.
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack[1:]
    assert frames
    assert "canary" not in "".join(map(repr, (frame.locals for frame in frames)))


@given(st.text(max_size=1_100))
def test_what_is_parsed_can_be_sent(text):
    try:
        secret = parse_key(text)
    except InvalidKey:
        return
    key = secret.reveal()
    assert key == text.strip()
    assert key.encode("latin-1").decode("latin-1") == key
    assert len(key.encode("utf-16-le")) <= 2_560
    assert key.isprintable()
    assert " " not in key
