"""What the screen was left like: on disk from one session to the next, and never in the way."""

import stat

from xcoll_tui.session.screen_state import FILE, ScreenState


def test_the_first_time_nothing_is_known(tmp_path):
    state = ScreenState(tmp_path)
    assert state.is_first_visit
    assert state.theme_over("") == ""
    assert state.collection_of("default host") is None
    assert ScreenState(None).is_first_visit is False  # what is not kept cannot be told apart


def test_what_was_noted_is_there_the_next_time(tmp_path):
    state = ScreenState(tmp_path / "new")
    state.note_theme("nord", "")
    state.note_visit()
    state.note_width(37)
    state.note_collection("default host", "collection_1")
    state.note_collection("work host", "collection_2")
    state.save()
    path = tmp_path / "new" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    later = ScreenState(tmp_path / "new")
    assert not later.is_first_visit
    assert later.theme_over("") == "nord"
    assert later.collections_width == 37
    assert ScreenState(tmp_path / "new", keeps=False).collections_width == 0  # the demo has others
    assert later.collection_of("default host") == "collection_1"
    assert later.collection_of("work host") == "collection_2"
    before = path.stat().st_mtime_ns
    later.save()
    assert path.stat().st_mtime_ns == before


def test_a_theme_that_was_configured_since_goes_before_the_chosen_one(tmp_path):
    state = ScreenState(tmp_path)
    state.note_theme("nord", "dracula")
    state.save()
    assert ScreenState(tmp_path).theme_over("dracula") == "nord"
    assert ScreenState(tmp_path).theme_over("gruvbox") == ""


def test_two_at_once_keep_what_each_has_noted(tmp_path):
    first, second = ScreenState(tmp_path), ScreenState(tmp_path)
    first.note_theme("nord", "")
    second.note_collection("work host", "collection_2")
    second.save()
    first.save()
    later = ScreenState(tmp_path)
    assert (later.theme_over(""), later.collection_of("work host")) == ("nord", "collection_2")


def test_only_the_collections_that_were_left_last_are_remembered(tmp_path):
    for number in range(60):
        state = ScreenState(tmp_path)
        state.note_collection(f"place {number}", "collection_1")
        state.save()
    last = ScreenState(tmp_path)
    assert last.collection_of("place 9") is None
    assert last.collection_of("place 10") == last.collection_of("place 59") == "collection_1"


def test_a_broken_file_is_moved_aside_and_told(tmp_path):
    wide = b'{"xcoll_screen": 1, "theme": "", "configured_theme": "", "collections_width": "4"}'
    odd = (b"{", b'{"xcoll_screen": 2}', b'{"xcoll_screen": 1, "theme": 4}', b"\xff", wide)
    for content in odd:
        (tmp_path / FILE).write_bytes(content)
        state = ScreenState(tmp_path)
        assert "cannot be read" in state.problems[0]
        assert "screen.broken" in state.problems[0]
        assert not state.is_first_visit
        # What was set aside before stays, too.
        assert content in {path.read_bytes() for path in tmp_path.glob("screen.broken*")}
        assert ScreenState(tmp_path).problems == []


def test_what_is_only_looked_at_stays_as_it_is(tmp_path):
    (tmp_path / FILE).write_bytes(b"{")
    state = ScreenState(tmp_path, keeps=False)
    state.note_theme("nord", "")
    state.save()
    assert (tmp_path / FILE).read_bytes() == b"{"
    assert state.problems


def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    state = ScreenState(tmp_path / "file")
    state.note_theme("nord", "")
    state.save()
    assert "cannot be written" in state.loss
