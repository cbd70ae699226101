"""The file of columns and sorts: private, merged, and never in the way."""

import os
import stat

import pytest

from xcoll_tui.session.layouts import FILE, Layout, Layouts

FORM = Layout(("status", "fields.form"), "fields.form", descending=True)


async def read(folder):
    layouts = Layouts(folder)
    await layouts.load()
    return layouts


async def test_the_next_session_arranges_it_the_same_way(tmp_path):
    layouts = await read(tmp_path / "state")
    assert (layouts.of("a"), layouts.preview) == (Layout(), None)
    layouts.arrange("a", Layout(sort="DOCUMENTS_SORT_BY_SIZE"))
    layouts.arrange("a", FORM)
    layouts.arrange("b", Layout(()))
    layouts.turn_preview(on=False)
    await layouts.close()
    later = await read(tmp_path / "state")
    assert (later.of("a"), later.of("b"), later.preview) == (FORM, Layout(()), False)
    assert later.problems == []
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600


async def test_two_sessions_keep_what_the_other_one_arranged(tmp_path):
    one, other = await read(tmp_path), await read(tmp_path)
    one.arrange("a", FORM)
    await one.close()
    other.arrange("b", FORM)
    await other.close()
    later = await read(tmp_path)
    assert later.of("a") == later.of("b") == FORM


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"xcoll_columns": 2}',
        b'{"xcoll_columns": 1, "preview": "yes"}',
        b'{"xcoll_columns": 1, "collections": []}',
        b'{"xcoll_columns": 1, "collections": {"a": 1}}',
        b'{"xcoll_columns": 1, "collections": {"a": {"sort": 1}}}',
        b'{"xcoll_columns": 1, "collections": {"a": {"sort": "", "columns": [1]}}}',
        b'{"xcoll_columns": 1, "collections": {"a": {"sort": "", "descending": 1}}}',
    ],
)
async def test_a_file_that_cannot_be_read_is_set_aside_with_a_sentence(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    layouts = await read(tmp_path)
    assert layouts.of("a") == Layout()
    (problem,) = layouts.problems
    assert "cannot be read: " in problem
    assert "renamed to columns.json.unreadable." in problem
    assert (tmp_path / "columns.json.unreadable").read_bytes() == content
    layouts.arrange("a", FORM)
    await layouts.close()
    assert (await read(tmp_path)).of("a") == FORM


async def test_where_nothing_can_be_written_it_is_kept_in_memory_with_a_sentence(tmp_path):
    (tmp_path / "state").write_text("a file in its place")
    layouts = Layouts(tmp_path / "state")
    await layouts.load()
    layouts.arrange("a", FORM)
    await layouts.close()
    assert layouts.of("a") == FORM
    assert all("cannot be" in problem for problem in layouts.problems)
    assert layouts.problems


async def test_the_collections_arranged_last_are_remembered(tmp_path):
    layouts = await read(tmp_path)
    for number in range(510):
        layouts.arrange(f"c{number}", FORM)
    await layouts.close()
    later = await read(tmp_path)
    assert [later.of(f"c{number}") == FORM for number in (0, 9, 10, 509)] == [
        False, False, True, True,
    ]  # fmt: skip
