"""What people keep around a key: notes below it, quotation marks, names, variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.credentials import Secret, parse_key, read_key

KEY = "xai-token-canary-in-the-mine-r42q"
QUOTES, NAMED = "in quotation marks", "comes after its name"
BEARER, PLACEHOLDER, JSON = "begins with “Bearer”", "is a placeholder", "is JSON"
PAGE, MESSAGE = "is a web page", "is an error message, not a key"

WRAPPED = {
    f'"{KEY}"': QUOTES,
    f"'{KEY}'": QUOTES,
    f"'\"{KEY}\"'": QUOTES,
    f"`{KEY}`": QUOTES,
    f"“{KEY}”": QUOTES,
    f"«{KEY}»": QUOTES,
    f"‘{KEY}’": QUOTES,
    f"‹{KEY}›": QUOTES,
    f"„{KEY}“": QUOTES,
    f"「{KEY}」": QUOTES,
    f'"{KEY}': QUOTES,
    f"{KEY}'": QUOTES,
    '""': QUOTES,
    f"Bearer {KEY}": BEARER,
    f"bearer: {KEY}": BEARER,
    f"BEARER\t{KEY}": BEARER,
    f"Authorization: Bearer {KEY}": BEARER,
    f'"Bearer {KEY}"': BEARER,
    f"Authorization: {KEY}": NAMED,
    f"XAI_MANAGEMENT_KEY={KEY}": NAMED,
    f'XAI_MANAGEMENT_KEY="{KEY}"': NAMED,
    f"XAI_MANAGEMENT_KEY = {KEY}": NAMED,
    f"export XAI_MANAGEMENT_KEY={KEY}": NAMED,
    f"set XAI_MANAGEMENT_KEY={KEY}": NAMED,
    f'$env:XAI_MANAGEMENT_KEY="{KEY}"': PLACEHOLDER,
    f"key={KEY}": NAMED,
    f"key: {KEY}": NAMED,
    f"api-key:{KEY}": NAMED,
    f'"key":"{KEY}"': NAMED,
    "password: canary": NAMED,
    "SECRET=canary": NAMED,
    f'{{"key":"{KEY}"}}': JSON,
    f'["{KEY}"]': JSON,
    "${XAI_MANAGEMENT_KEY}": PLACEHOLDER,
    "${XAI_MANAGEMENT_KEY:-none}": PLACEHOLDER,
    '"${XAI_MANAGEMENT_KEY}"': PLACEHOLDER,
    "XAI_MANAGEMENT_KEY=${CANARY}": PLACEHOLDER,
    "$XAI_MANAGEMENT_KEY": PLACEHOLDER,
    "$(pass show xai)": PLACEHOLDER,
    "$((1))": PLACEHOLDER,
    "%XAI_MANAGEMENT_KEY%": PLACEHOLDER,
    "{{ xai_key }}": PLACEHOLDER,
    "{{xai_key}}": PLACEHOLDER,
    "{% raw %}": PLACEHOLDER,
    "<your-management-key>": PLACEHOLDER,
    "<!DOCTYPE html><html><title>canary</title></html>": PAGE,
    "<html>": PAGE,
    "<?xml version='1.0'?><canary/>": PAGE,
    "Error: xai/canary is not in the password store.": MESSAGE,
    "error: canary": MESSAGE,
    "gpg: decryption failed: No secret key": MESSAGE,
    "[ERROR] 2026/11/27 canary isn't signed in": MESSAGE,
    "op://vault/item/field": PLACEHOLDER,
}
PLAIN = [KEY, "a", "k=", "abcd==", "xai-token-x+/=.Zz9", "xai-token-a:b", "50%", "a$b", "Bearers"]


@pytest.mark.parametrize("text", WRAPPED)
def test_what_stands_around_a_key_is_named_and_the_key_is_not(text):
    for read in (parse_key, read_key):
        with pytest.raises(InvalidKey, match=WRAPPED[text]) as refusal:
            read(f" {text}\n")
        assert "canary" not in str(refusal.value)
        assert str(refusal.value).endswith(".")
        assert refusal.value.__context__ is refusal.value.__cause__ is None


@pytest.mark.parametrize("text", PLAIN)
def test_what_may_be_a_key_is_taken_as_it_is(text):
    assert parse_key(text) == Secret(text)
    assert read_key(text) == (Secret(text), "")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", " \n \n"])
@pytest.mark.parametrize("notes", ["login: me", KEY, "{", "\x1b[0m", "x" * 5_000])
def test_the_first_line_of_several_is_the_key_and_it_is_said(notes, end):
    secret, note = read_key(f"\n{KEY}{end}{notes}{end}")
    assert secret == Secret(KEY)
    assert note == "Only the first line was taken as the key."
    with pytest.raises(InvalidKey):
        parse_key(f"{KEY}{end}{notes}")


@given(st.text(max_size=60))
def test_no_text_is_more_than_a_key_or_a_sentence(text):
    try:
        secret, note = read_key(text)
    except InvalidKey:
        return
    assert secret.reveal() == secret.reveal().strip()
    assert bool(note) is (len(text.strip().replace("\r", "\n").split("\n")) > 1)
