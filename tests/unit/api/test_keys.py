import base64
from urllib.parse import quote

import pytest

from xcoll_tui.api.errors import ApiError, InvalidKey
from xcoll_tui.api.keys import KeyMask, accept_key, is_in_url


class Holder:
    def __init__(self, text):
        self.text = text

    def reveal(self):
        return self.text


@pytest.mark.parametrize("text", ["k", "xai-token-abc", "xai-inference", "two words", "clé"])
def test_any_sendable_key_is_taken_as_it_is(text):
    assert accept_key(text).reveal() == text
    assert accept_key(Holder(text)).reveal() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "secret\n",
        " secret",
        "sec\nret",
        "sec\x00ret",
        "sec\x85ret",
        "sec\u200bret",
        "secrét€",
    ],
)
def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(text):
    for key in (text, Holder(text)):
        with pytest.raises(InvalidKey) as caught:
            accept_key(key)
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, ApiError)
        assert "sec" not in str(caught.value)
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize("key", [None, 7, b"secret"])
def test_what_is_no_key_at_all_is_refused(key):
    with pytest.raises(InvalidKey) as caught:
        accept_key(key)
    assert "secret" not in str(caught.value)


def test_a_key_given_as_text_is_kept_out_of_reprs():
    assert "secret" not in repr(accept_key("secret"))


def test_the_key_is_hidden_wherever_it_occurs():
    holder = accept_key("secret")
    assert KeyMask(holder).hide("secret: not secret") == "[key]: not [key]"


def test_a_key_too_short_to_be_one_garbles_nothing():
    assert KeyMask(accept_key("a")).hide("not allowed") == "not allowed"


@pytest.mark.parametrize("target", ["/v1/{}", "/v1/x?filter=name%3A{}%20AND", "?a={}&b"])
def test_a_url_that_holds_the_key_is_told(target):
    key = "xai-token-a/b+c=d"
    for form in (key, "xai-token-a%2Fb%2Bc%3Dd"):
        assert is_in_url(target.format(form), accept_key(key))
    assert not is_in_url(target.format(key[:-1]), accept_key(key))


def test_a_short_key_is_found_in_a_url_by_chance_only():
    assert not is_in_url("/v1/collections", accept_key("collections"))


MARKED = "xai-token-Qm7+Rv2/Zk9=Wt4+Hx8/Np3=Jd6r42q"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"a {MARKED} b", "a [key] b"),
        (f"a {MARKED[:-3]}, {MARKED[12:]} b", "a [key], [key] b"),
        (f"?filter=name%3A{quote(MARKED, safe='')}%20AND", "?filter=name%3A[key]%20AND"),
        (quote(MARKED, safe="").replace("%2B", "%2b").replace("%2F", "%2f"), "[key]"),
        (MARKED.replace("/", "\\/").replace("+", "\\u002b"), "[key]"),
        (f"x {base64.b64encode(b'Bearer ' + MARKED.encode()).decode()} y", "x [key] y"),
        (f"x {base64.urlsafe_b64encode(b'z' + MARKED.encode()).decode()} y", "x [key] y"),
        (f"x {MARKED.encode().hex()} y", "x [key] y"),
        (f"x {MARKED.encode().hex().upper()} y", "x [key] y"),
        ("keys begin with xai-token-, as in xai-token-…", None),
        ("%22a%22 \\u0041 100%", None),
        ("", None),
    ],
)
def test_a_key_is_taken_out_in_every_form_and_the_rest_stays(written, shown):
    mask = KeyMask(accept_key(MARKED))
    assert mask.hide(written) == (written if shown is None else shown)


@pytest.mark.parametrize("part", [MARKED[:-5], MARKED[11:], quote(MARKED[3:-2], safe="")])
def test_a_url_that_holds_most_of_the_key_is_told_as_well(part):
    assert is_in_url(f"?filter={part}", accept_key(MARKED))
    assert not is_in_url(f"?filter={part}", accept_key("xai-token-" + "b" * 40))
