"""The collections as they were seen last: on disk by profile and host, and never in the way."""

import json
import os
import stat

import pytest

from tests.unit.session.fakes import FakeService, make_collection
from xcoll_tui.api.models import MOST, Collection, CollectionsSortBy
from xcoll_tui.cli import auth
from xcoll_tui.credentials import Profiles
from xcoll_tui.paths import state_folder
from xcoll_tui.session.lists.feed import Feed
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import CollectionSource
from xcoll_tui.session.screen_state import SEEN_FOLDER
from xcoll_tui.session.seen_collections import (
    LONGEST_NAME,
    MOST_FILES,
    MOST_ROWS,
    SeenCollections,
    forget_seen,
    read_seen,
    seen_of,
    write_seen,
)

NOW = 1_000_000.0
PLACE = "default management-api.x.ai"


def row(number, name="", count=None):
    return Collection(
        collection_id=f"collection_{number}", collection_name=name, documents_count=count
    )


def seen(*rows, at=NOW, complete=True, team=""):
    return SeenCollections(at, rows, complete, team)


def read(folder, place=PLACE, now=NOW):
    return read_seen(folder, place, now=now)


def the_file(folder):
    (path,) = (folder / SEEN_FOLDER).iterdir()
    return path


async def loaded(count, query=None, names=()):
    service = FakeService()
    for number in range(count):
        service.add(make_collection(f"{number:04}", number))
    for name in names:
        service.add(Collection(collection_id=f"collection_{name[:5]}", collection_name=name))
    feed = Feed(
        CollectionSource(service),
        query or Query(CollectionsSortBy.NAME),
        emit=lambda _: None,
        clock=lambda: NOW,
    )
    await feed.load()
    return feed


def test_what_was_kept_is_there_again_for_its_profile_and_host_only(tmp_path):
    kept = seen(row(1, "Reports", 12), row(2, "[b]\x1b[2J\ud800", None), complete=False, team="T")
    write_seen(tmp_path / "new", PLACE, kept)
    assert read(tmp_path / "new") == kept
    assert stat.S_IMODE(the_file(tmp_path / "new").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / SEEN_FOLDER).stat().st_mode) == 0o700
    for place in ("other management-api.x.ai", "default loopback:80", "default"):
        assert read(tmp_path / "new", place) is None


async def test_the_first_page_is_kept_as_the_rows_tell_of_it():
    feed = await loaded(250)
    await feed.load_more()
    kept = seen_of(feed, "team")
    assert (len(kept.rows), kept.complete, kept.at, kept.team) == (MOST_ROWS, False, NOW, "team")
    assert kept.rows[7] == row("0007", "Collection 0007", 7)
    assert seen_of(await loaded(3), "").complete
    assert seen_of(await loaded(0), "").rows == ()


async def test_what_no_start_shows_first_is_not_kept():
    by_age = Query(CollectionsSortBy.AGE)
    by_name = Query(CollectionsSortBy.NAME)
    for query in (by_age, by_name.sorted(by_name.sort_by, descending=True), by_name.filtered("7")):
        assert seen_of(await loaded(3, query), "") is None
    untouched = Feed(CollectionSource(FakeService()), by_name, emit=lambda _: None)
    assert seen_of(untouched, "") is None


async def test_a_gap_in_the_list_is_none_in_what_is_kept():
    feed = await loaded(250)
    await feed.load_end()
    for number in range(40):
        feed.remove(f"collection_{number:04}", None)
    kept = seen_of(feed, "")
    assert [kept.rows[0], kept.rows[-1]] == [
        row("0040", "Collection 0040", 40),
        row("0099", "Collection 0099", 99),
    ]


async def test_long_names_are_cut_in_the_middle(tmp_path):
    name = f"a{'𝒳' * 10_000}z"
    kept = seen_of(await loaded(0, names=[name]), "")
    assert len(kept.rows[0].collection_name) == LONGEST_NAME
    assert (kept.rows[0].collection_name[0], kept.rows[0].collection_name[-1]) == ("a", "z")
    full = seen(*(row(number, "𝒳" * LONGEST_NAME) for number in range(MOST_ROWS)))
    write_seen(tmp_path, PLACE, full)
    assert read(tmp_path) == full  # the largest is not taken for too large


def test_only_what_was_seen_last_is_kept(tmp_path):
    for number in range(MOST_FILES + 5):
        write_seen(tmp_path, f"p{number} host", seen(row(1, "Reports")))
        path = next(
            path for path in (tmp_path / SEEN_FOLDER).iterdir() if path.stat().st_mtime > NOW
        )
        os.utime(path, (number, number))
    assert len(list((tmp_path / SEEN_FOLDER).iterdir())) == MOST_FILES
    assert read(tmp_path, "p4 host") is None
    assert read(tmp_path, "p5 host") is not None


def test_a_profile_is_forgotten_on_every_host(tmp_path):
    for place in ("work a", "work b", "worker a"):
        write_seen(tmp_path, place, seen(row(1, "Reports")))
    forget_seen(tmp_path, "work")
    forget_seen(tmp_path / "missing", "work")
    assert read(tmp_path, "work a") is read(tmp_path, "work b") is None
    assert read(tmp_path, "worker a") is not None


@pytest.mark.parametrize("inference_only", [True, False])
async def test_logging_out_forgets_what_was_seen_with_the_key(monkeypatch, inference_only):
    class NoKey:
        def __init__(self, **_):
            pass

        async def delete(self, _profile):
            return False

    monkeypatch.setattr(auth, "Vault", NoKey)
    write_seen(state_folder(), "work a", seen(row(1, "Reports")))
    assert await auth._log_out(["work"], Profiles(), inference_only=inference_only) == 0
    assert (read(state_folder(), "work a") is None) is not inference_only


@pytest.mark.parametrize(
    ("own", "kept", "may"),
    [("", "", True), ("A", "", True), ("", "A", True), ("A", "A", True), ("A", "B", False)],
)
def test_only_teams_that_are_known_can_differ(own, kept, may):
    assert seen(team=kept).may_be_of(own) is may


def test_what_a_wrong_clock_dated_has_no_age(tmp_path):
    write_seen(tmp_path, PLACE, seen(row(1), at=NOW + 3600))
    assert read(tmp_path) is None
    assert read(tmp_path, now=NOW + 3600) is not None


WHOLE = {
    "xcoll_seen": 1,
    "place": PLACE,
    "team": "",
    "at": NOW,
    "complete": True,
    "collections": [{"id": "collection_1", "name": "Reports", "documents": 3}],
}
ODD = {
    "another version": {"xcoll_seen": 2},
    "another place": {"place": "default elsewhere"},
    "no time": {"at": "noon"},
    "true for a time": {"at": True},
    "no team": {"team": None},
    "no list": {"collections": {"id": "collection_1"}},
    "no rows": {"collections": ["collection_1"]},
    "no ID": {"collections": [{"name": "Reports"}]},
    "an empty ID": {"collections": [{"id": "", "name": "Reports"}]},
    "an endless ID": {"collections": [{"id": "x" * 10_000, "name": "Reports"}]},
    "a name that is none": {"collections": [{"id": "collection_1", "name": ["Reports"]}]},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_makes_no_sense_counts_for_nothing(tmp_path, odd):
    write_seen(tmp_path, PLACE, seen(row(1, "Reports", 3)))
    the_file(tmp_path).write_text(json.dumps(WHOLE))
    assert read(tmp_path) == seen(row(1, "Reports", 3))
    the_file(tmp_path).write_text(json.dumps({**WHOLE, **odd}))
    assert read(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"xcoll_seen": NaN}', bytes(2_000_000)],
    ids=["empty", "cut", "no text", "null", "deep", "NaN", "huge"],
)
def test_what_cannot_be_read_counts_for_nothing_and_is_written_over(tmp_path, content):
    write_seen(tmp_path, PLACE, seen(row(1)))
    the_file(tmp_path).write_bytes(content)
    assert read(tmp_path) is None
    write_seen(tmp_path, PLACE, seen(row(2)))
    assert read(tmp_path) == seen(row(2))


@pytest.mark.parametrize("count", [True, -1, MOST, "3", 2.5, [3], None])
def test_a_count_that_is_none_is_unknown(tmp_path, count):
    rows = [{"id": "collection_1", "name": "Reports", "documents": count}] * 2
    write_seen(tmp_path, PLACE, seen())
    the_file(tmp_path).write_text(json.dumps({**WHOLE, "collections": rows}))
    assert read(tmp_path) == seen(row(1, "Reports"))  # nor is a row there twice


def test_where_it_cannot_be_read_or_written_nothing_happens(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    write_seen(tmp_path / "file", PLACE, seen(row(1)))
    assert read(tmp_path / "file") is None
    write_seen(tmp_path, PLACE, seen(row(1)))
    path = the_file(tmp_path)
    path.unlink()
    path.mkdir()
    write_seen(tmp_path, PLACE, seen(row(1)))
    assert read(tmp_path) is None
