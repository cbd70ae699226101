"""Which proxy the environment names for a service, and that no secret of one is told."""

import re
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import proxies
from xcoll_tui.api.errors import Misconfigured
from xcoll_tui.api.proxies import Proxy, choose_proxy, refusal_of

SERVICE = "https://management-api.x.ai"
GOOD = "http://proxy.example:3128"
SECRET = "hunter2"

USABLE = {
    "http://proxy.example:3128": ("http", "proxy.example", 3128, None, ""),
    "proxy.example:3128": ("http", "proxy.example", 3128, None, ""),
    "https://proxy.example": ("https", "proxy.example", None, None, ""),
    "HTTP://Proxy.Example:80/": ("http", "Proxy.Example", 80, None, ""),
    "http://proxy.example:": ("http", "proxy.example", None, None, ""),
    "http://proxy.example.:1/path?query#end": ("http", "proxy.example.", 1, None, ""),
    "http://proxy_1:65535": ("http", "proxy_1", 65535, None, ""),
    "http://прокси.example:1": ("http", "прокси.example", 1, None, ""),
    "http://127.0.0.1:1": ("http", "127.0.0.1", 1, None, ""),
    "http://[::1]:3128": ("http", "::1", 3128, None, ""),
    "http://[::1]": ("http", "::1", None, None, ""),
    "[::1]:3128": ("http", "::1", 3128, None, ""),
    "http://[fe80::1%25eth0]:3128": ("http", "fe80::1%eth0", 3128, None, ""),
    "http://[fe80::1%eth0]:3128": ("http", "fe80::1%eth0", 3128, None, ""),
    " http://proxy.example:3128\r\n": ("http", "proxy.example", 3128, None, ""),
    "http://proxy.example:3128\xa0": ("http", "proxy.example", 3128, None, ""),
    "http://me@p:1": ("http", "p", 1, "me", ""),
    "http://:pass@p:1": ("http", "p", 1, "", "pass"),
    "me:pass@p:1": ("http", "p", 1, "me", "pass"),
    "http://me:pa%23s%40s%2f@p:1": ("http", "p", 1, "me", "pa#s@s/"),
    "http://me:p%ass%@p:1": ("http", "p", 1, "me", "p%ass%"),
    "http://me:pä€@p:1": ("http", "p", 1, "me", "pä€"),
    "http://dom%5Cme:p:a:s@p:1": ("http", "p", 1, "dom\\me", "p:a:s"),
    **{
        f"http://me:pa{mark}ss@[::1]:1": ("http", "::1", 1, "me", f"pa{mark}ss")
        for mark in "#/?@:[]!$&'()*+,;=\"<>\\^`{|} "
    },
}
BROKEN = {
    f"socks://{SECRET}": "is a SOCKS proxy",
    f"socks4a://me:{SECRET}@p:1": "is a SOCKS proxy",
    f"socks5://me:{SECRET}@p:1": "is a SOCKS proxy",
    f"SOCKS5H://me:{SECRET}@p:1": "is a SOCKS proxy",
    f"ftp://me:{SECRET}@p:1": "neither http:// nor https://",
    f"{SECRET}://p:1": "neither http:// nor https://",
    f"quic://{SECRET}": "neither http:// nor https://",
    "http://": "names no host",
    "//p:1": "names no host",
    f"http://me:{SECRET}@": "names no host",
    f"http://me:{SECRET}@:3128": "names no host",
    f"http://me:{SECRET}": "port is not a number",
    f"http://me:{SECRET}@p:port": "port is not a number",
    f"http://me:{SECRET}@p:0": "port is not a number",
    f"http://me:{SECRET}@p:65536": "port is not a number",
    f"http://me:{SECRET}@p:-1": "port is not a number",
    f"http://me:{SECRET}@p:80:90": "port is not a number",
    f"http://me:{SECRET}@p:٣١": "port is not a number",
    f"http://me:{SECRET}@p: 80": "port is not a number",
    f"http://me:{SECRET}@::1:3128": "in brackets",
    f"http://me:{SECRET}@[::1": "host cannot be used",
    f"http://me:{SECRET}@[::1]3128": "host cannot be used",
    f"http://me:{SECRET}@[{SECRET}]:1": "host cannot be used",
    f"http://me:{SECRET}@a..b:1": "host cannot be used",
    f"http://me:{SECRET}@*:1": "host cannot be used",
    f"http://me:{SECRET}@{'x' * 64}:1": "host cannot be used",
    f"http://me:{SECRET}@p p:1": "host cannot be used",
    f"${{PROXY_{SECRET}}}": "host cannot be used",
    f'"http://me:{SECRET}@p:1"': "in quotation marks",
    f"'http://me:{SECRET}@p:1'": "in quotation marks",
    f"“http://me:{SECRET}@p:1”": "in quotation marks",
    f"http://me:{SECRET}\n@p:1": "URLs cannot contain",
    f"http://me:{SECRET}@p:1\r\r\nhttp://q:2": "URLs cannot contain",
    f"http://me:{SECRET}\udcff@p:1": "URLs cannot contain",
    f"http://me:{SECRET}\x00@p:1": "URLs cannot contain",
    f"http://${{USER}}:{SECRET}${{PASS}}@h:9": "holds a placeholder",
    f"http://me:%{SECRET.upper()}%@h:9": "holds a placeholder",
    f"http://$USER:${SECRET}@h:9": "holds a placeholder",
    f"http://{{{{user}}}}:{SECRET}@h:9": "holds a placeholder",
    f"<user>:{SECRET}@h:9": "holds a placeholder",
    "none": "is a word, not an address",
    "http://Off/": "is a word, not an address",
    "DIRECT": "is a word, not an address",
    f"http://xai-token-{SECRET}-and-more:1": "holds a management key",
}


def asked(base_url=SERVICE, **environment):
    """Choose a proxy; return it, and what is reported of each variable."""
    reported = []
    proxy = choose_proxy(base_url, environment, reported.append)
    return proxy, {variable.name: (variable.used, variable.note) for variable in reported}


@pytest.mark.parametrize("value", USABLE)
def test_what_a_person_means_is_used(value):
    proxy, reported = asked(HTTPS_PROXY=value)
    assert (proxy.scheme, proxy.host, proxy.port, proxy.user, proxy.password) == USABLE[value]
    used, note = reported.pop("HTTPS_PROXY")
    assert used
    assert reported == {}
    for told in (repr(proxy), str(proxy), proxy.address, note):
        assert "pa" not in told
        assert "me" not in told.replace("scheme", "")


@pytest.mark.parametrize("value", BROKEN)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_what_cannot_be_used_is_a_sentence_that_names_the_variable(name, value):
    reported = []
    with pytest.raises(Misconfigured) as caught:
        choose_proxy(SERVICE, {name: value}, reported.append)
    sentence = str(caught.value)
    assert re.fullmatch(
        rf"Nothing was sent: {name} names a proxy that cannot be used: .*\.", sentence
    )
    assert BROKEN[value] in sentence
    assert [(each.name, each.used) for each in reported] == [(name, False)]
    assert SECRET not in f"{sentence!r} {reported} {vars(caught.value)}"
    assert caught.value.__context__ is caught.value.__cause__ is None


@pytest.mark.parametrize("value", BROKEN)
def test_what_plays_no_part_may_be_broken(value):
    assert asked(HTTPS_PROXY=GOOD, ALL_PROXY=value, HTTP_PROXY=value)[0].address == GOOD
    assert asked(HTTPS_PROXY=value, ALL_PROXY=value, NO_PROXY="x.ai")[0] is None
    assert asked("http://127.0.0.1:8000", HTTPS_PROXY=value, ALL_PROXY=value)[0] is None
    assert asked(HTTP_PROXY=value)[0] is None
    assert asked(HTTPS_PROXY=value, https_proxy=GOOD)[0].address == GOOD


def test_every_setting_that_plays_no_part_is_told_with_the_reason():
    _, reported = asked(
        HTTPS_PROXY="http://upper:1",
        https_proxy=GOOD,
        ALL_PROXY="socks://p",
        HTTP_PROXY=GOOD,
        NO_PROXY="other.example,[,10.0.0.0/99",
    )
    assert reported == {
        "https_proxy": (True, f"requests go through the proxy {GOOD}"),
        "HTTPS_PROXY": (False, "https_proxy takes precedence"),
        "ALL_PROXY": (False, "https_proxy takes precedence"),
        "HTTP_PROXY": (False, "it is for http addresses, and the service is asked by https"),
        "NO_PROXY": (
            False,
            "it does not name management-api.x.ai; 2 of its 3 entries cannot be read",
        ),
    }
    assert asked("http://[::1]:8", HTTPS_PROXY=GOOD, NO_PROXY="*")[1] == {
        "HTTPS_PROXY": (False, "the service is on this machine"),
        "NO_PROXY": (False, "the service is on this machine"),
    }


@pytest.mark.parametrize("empty", ["", " ", "\r\n"])
def test_an_empty_variable_is_none_and_the_lower_case_one_switches_the_other_off(empty):
    assert asked(HTTPS_PROXY=empty) == (None, {})
    assert asked(HTTPS_PROXY=empty, ALL_PROXY=GOOD)[0].variable == "ALL_PROXY"
    proxy, reported = asked(https_proxy=empty, HTTPS_PROXY=GOOD)
    assert proxy is None
    assert reported == {"HTTPS_PROXY": (False, "https_proxy takes precedence, and is empty")}
    assert asked(no_proxy=empty, NO_PROXY="*", HTTPS_PROXY=GOOD)[0].address == GOOD


@pytest.mark.parametrize(
    ("host", "entry"),
    [
        ("management-api.x.ai", entry)
        for entry in (
            *("*", "x.ai", ".x.ai", "*.x.ai", "*x.ai", "MANAGEMENT-API.X.AI", "x.ai."),
            *("management-*.x.ai", "management-api.x.ai:443", "https://x.ai", "all://x.ai:443"),
            *("localhost,::1,[::1],x.ai", "a b;x.ai", "\r\nx.ai\r", "'x.ai'", '"a,x.ai"'),
            *("[,]x[,x.ai", "http://[::1/,x.ai", "fd00::/8,x.ai", "https://x.ai/"),
        )
    ]
    + [("10.1.2.3", entry) for entry in ("10.1.2.3", "10.0.0.0/8", "10.*", "10.1.2.3/32")]
    + [
        ("[::1]:8443", entry)
        for entry in ("::1", "[::1]", "::/8", "[::]/8", "[::1]:8443", "::1%lo", "0:0:0:0:0:0:0:1")
    ],
)
def test_a_host_that_no_proxy_names_is_asked_directly(host, entry):
    for broken in BROKEN:
        proxy, reported = asked(f"https://{host}", HTTPS_PROXY=broken, NO_PROXY=entry)
        assert proxy is None
        assert reported["NO_PROXY"][0]


@pytest.mark.parametrize(
    ("host", "entry"),
    [
        ("management-api.x.ai", entry)
        for entry in (
            *(
                "api.x.ai",
                "t-api.x.ai",
                "x.ai:80",
                "http://x.ai",
                "ftp://x.ai",
                ".",
                "..",
                "<local>",
            ),
            *("[", "]", "[]", "[x.ai]", "x.ai/8", "fd00::/8", "10.0.0.0/99", "::1/999", "x" * 999),
            *("management-api.x.ai.evil.example", "*a*b*c*d*e*f*", "\udcff", "[::1", "http://"),
            *("x.ai:99999", "x.ai:port", ",", "localhost,::1,[::1]"),
        )
    ]
    + [("10.1.2.3", entry) for entry in ("10.1", "11.0.0.0/8", "::ffff:10.1.2.3/128", "1.2.3")]
    + [("[::1]", entry) for entry in ("::2", "localhost", "fe80::/10", "[::1]:80", "1")],
)
def test_an_entry_that_names_another_host_or_nothing_excludes_none(host, entry):
    proxy, reported = asked(f"https://{host}", HTTPS_PROXY=GOOD, NO_PROXY=entry)
    assert proxy.address == GOOD
    assert not reported["NO_PROXY"][0]


@pytest.mark.parametrize("platform", ["darwin", "win32", "linux"])
def test_the_settings_of_the_system_count_where_no_variable_is_set(platform, monkeypatch):
    monkeypatch.setattr(proxies, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "http://system:1"})
    monkeypatch.setattr("urllib.request.proxy_bypass", lambda host: host == "excluded.example")
    has_settings = platform != "linux"
    proxy, reported = asked()
    assert (proxy is not None and proxy.address == "http://system:1") is has_settings
    assert list(reported) == ["the system's proxy settings"] * has_settings
    assert asked("https://excluded.example") == (None, {})
    assert asked(NO_PROXY="other.example")[0] is None
    assert asked(HTTPS_PROXY=GOOD)[0].address == GOOD


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_at_all_is_more_than_a_sentence(proxy, no_proxy):
    with suppress(Misconfigured):
        choose_proxy(SERVICE, {"HTTPS_PROXY": f"http://{proxy}", "NO_PROXY": no_proxy})


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_a_password_stays_what_it_is_and_is_not_told(password):
    encoded = "".join(f"%{ord(character):02x}" for character in password)
    proxy, reported = asked(HTTPS_PROXY=f"http://{encoded}:{encoded}@[::1]:1")
    assert (proxy.user, proxy.password) == (password, password)
    assert proxy.address == "http://[::1]:1"
    assert reported == {"HTTPS_PROXY": (True, "requests go through the proxy http://[::1]:1")}


def test_of_a_refusal_nothing_is_told_but_the_status():
    proxy = Proxy("HTTPS_PROXY", "http", "p")
    for words in (f"407 {SECRET}", f"403 {SECRET}", SECRET, ""):
        clause, lasting = refusal_of(proxy, SERVICE, words)
        assert SECRET not in clause
        assert "the proxy of HTTPS_PROXY" in clause
        assert lasting is words.startswith("407")
