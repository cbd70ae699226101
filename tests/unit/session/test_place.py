import pytest

from xcoll_tui.session.place import Place


@pytest.mark.parametrize(
    ("spellings", "host"),
    [
        (
            (
                "https://management-api.x.ai",
                "https://Management-API.X.AI/",
                "https://management-api.x.ai:443",
                "https://management-api.x.ai/v1",
                "https://management-api.x.ai/v1/",
                "https://management-api.x.ai.",
                " https://management-api.x.ai ",
                "https://somebody:secret@management-api.x.ai",
                "management-api.x.ai",
            ),
            "management-api.x.ai",
        ),
        (
            (
                "http://localhost:8080",
                "http://LOCALHOST:8080/v1/",
                "http://127.0.0.1:8080",
                "http://127.4.5.6:8080",
                "http://[::1]:8080/",
                "http://[0:0::1]:8080/",
                "http://[::ffff:127.0.0.1]:8080",
                "https://localhost:8080",
            ),
            "loopback:8080",
        ),
        (("http://localhost", "http://127.0.0.1:80/"), "loopback:80"),
        (("https://proxy.example/xai/v1", "https://PROXY.example:443/xai/"), "proxy.example/xai"),
        (("https://[2001:DB8::0:1]", "https://[2001:db8::1]:443"), "[2001:db8::1]"),
        (("https://one.example:8443",), "one.example:8443"),
    ],
)
def test_one_service_has_one_host_however_it_is_spelled(spellings, host):
    assert {Place.of(each).host for each in spellings} == {host}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example", "https://b.example"),
        ("http://localhost:1", "http://localhost:2"),
        ("https://a.example/x", "https://a.example/y"),
        ("https://a.example/X", "https://a.example/x"),
        ("https://a.example", "https://a.example:8443"),
    ],
)
def test_other_services_are_other_places(one, other):
    assert not Place.of(one).owns(Place.of(other))
    assert Place.of(one).digest != Place.of(other).digest


def test_an_unknown_team_may_be_any():
    host = "https://a.example"
    unknown, red, blue = Place.of(host), Place.of(host, "red"), Place.of(host, "blue")
    assert red.owns(red)
    assert red.owns(unknown)
    assert unknown.owns(red)
    assert not red.owns(blue)
    assert not red.owns(Place.of("https://b.example", "red"))
    assert len({unknown.digest, red.digest, blue.digest}) == 3


@pytest.mark.parametrize("team", ["", "team 1", "teäm", "x" * 500, "a\nb", "\ud800"])
def test_what_is_written_is_read(team):
    place = Place.of("http://localhost:8080/v1", team)
    assert Place.parse(str(place)) == place
    assert place.digest.isalnum()
    assert len(place.digest) == 16


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://127.0.0.1:41873", "loopback:41873"),
        ("https://management-api.x.ai work", "management-api.x.ai"),
        ("https://management-api.x.ai/v1 my own profile", "management-api.x.ai"),
        ("", ""),
        ("here", "here"),
    ],
)
def test_older_records_named_a_url_and_a_profile(text, host):
    assert Place.parse(text) == Place(host)


@pytest.mark.parametrize("text", ["http://[::1", "https://a:x", "https://", "\ud800://", "://"])
def test_what_is_no_url_is_a_place_of_its_own(text):
    place = Place.of(text)
    assert place.owns(Place.of(text))
    assert len(place.digest) == 16
