import json
import os
import re
import stat
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.shelf import make_collection, make_document
from xcoll_tui.session.backup.format import (
    SUFFIX,
    BackupBroken,
    SavedDocument,
    list_backups,
    read_backup,
)
from xcoll_tui.session.backup.writer import BackupWriter

APRIL = 1_776_254_400.0  # 2026-04-15T12:00:00Z

# A pair of surrogates is one character to every reader of JSON, so it is no text of its own.
texts = st.text(st.characters()).filter(
    lambda t: not re.search("[\ud800-\udbff][\udc00-\udfff]", t)
)


def write(folder, documents, collection=None, *, made_at=APRIL):
    collection = collection or make_collection(len(documents))
    writer = BackupWriter(folder, collection, base_url="https://example.test", made_at=made_at)
    try:
        writer.open()
        writer.add(documents)
        writer.seal(collection, lost=0)
        writer.check()
        return writer.publish()
    finally:
        writer.discard()


@pytest.fixture
def backup(tmp_path):
    return write(tmp_path, [make_document(n) for n in range(5)])


@settings(max_examples=60)
@given(rows=st.dictionaries(texts.filter(bool), st.tuples(texts, st.dictionaries(texts, texts))))
def test_every_text_comes_back_as_it_was(rows, tmp_path_factory):
    documents = [
        make_document(0, name=name or "x", fields=fields or {"a": "b"})
        for name, fields in rows.values()
    ]
    with_ids = [
        type(d)(file_metadata=type(d.file_metadata)(file_id=i, name=d.name), fields=d.fields)
        for i, d in zip(rows, documents, strict=True)
    ]
    made = write(tmp_path_factory.mktemp("backups"), with_ids)
    again = list(read_backup(made.path).documents())
    assert again == [SavedDocument(d.file_id, d.name, d.fields) for d in with_ids]


@given(name=texts, description=texts, key=texts)
@settings(max_examples=30)
def test_the_collection_comes_back_as_it_was(name, description, key, tmp_path_factory):
    definitions = [{"key": key, "required": True, "description": description}]
    collection = make_collection(
        collection_name=name,
        collection_description=description or None,
        field_definitions=[type(make_collection().field_definitions[0])(**d) for d in definitions],
        received=json.dumps({"collection_name": name, "new_member": [1]}),
    )
    made = write(tmp_path_factory.mktemp("backups"), [], collection)
    assert read_backup(made.path).backup.collection == collection
    assert list_backups(made.path.parent) == [made]


def test_a_backup_is_plain_lines_that_anyone_can_read(backup):
    header, *rows, footer = [
        json.loads(line) for line in backup.path.read_text("ascii").split("\n")[:-1]
    ]
    assert header["xcoll_backup"] == 1
    assert header["made_at"] == "2026-04-15T12:00:00Z"
    assert header["collection"]["field_definitions"][0]["key"] == "number"
    assert rows[3] == {
        "file_id": "file_00003",
        "name": "report 00003.txt",
        "fields": {"number": "3"},
    }
    assert footer["count"] == len(rows) == 5


def test_only_the_owner_may_look(tmp_path):
    made = write(tmp_path / "state" / "backups", [])
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    for folder in made.path.parents[:2]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@given(data=st.data())
@settings(max_examples=300)
def test_no_damage_goes_unnoticed(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("backups")
    made = write(folder, [make_document(n) for n in range(3)])
    whole = made.path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from(
            [
                whole[:at],
                whole[:at] + whole[at + 1 :],
                whole[:at]
                + bytes([whole[at] ^ data.draw(st.sampled_from([1, 4, 32, 128]))])
                + whole[at + 1 :],
                whole[:at] + b"\xff" + whole[at:],
                whole + whole[at:],
            ]
        )
    )
    made.path.write_bytes(damaged)
    with pytest.raises(BackupBroken, match=re.escape(made.path.name)):
        read_backup(made.path)


@pytest.mark.parametrize("line", range(1, 7))
@pytest.mark.parametrize("change", ["left out", "twice"])
def test_a_line_too_few_or_too_many_is_noticed(backup, line, change):
    lines = backup.path.read_bytes().splitlines(keepends=True)
    lines[line : line + 1] = [] if change == "left out" else [lines[line]] * 2
    backup.path.write_bytes(b"".join(lines))
    with pytest.raises(BackupBroken):
        read_backup(backup.path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04\n", "line 1 is not JSON"),
        (b"[]\n", "not a JSON object"),
        (b"{}\n", "not an xcoll backup"),
        (b'{"xcoll_backup": 2}\n', "version 2, and this xcoll reads 1"),
        (b'{"xcoll_backup": 1}\n', "line 1 is not as it should be"),
        (b"[" * 100_000 + b"\n", "line 1 is not JSON"),
    ],
)
def test_what_is_no_backup_is_told_as_such(tmp_path, content, said):
    path = tmp_path / f"a{SUFFIX}"
    path.write_bytes(content)
    with pytest.raises(BackupBroken, match=said):
        read_backup(path)
    (listed,) = list_backups(tmp_path)
    assert isinstance(listed, BackupBroken)
    assert said in str(listed)


def test_a_missing_backup_is_a_sentence(tmp_path):
    with pytest.raises(BackupBroken, match="cannot be opened"):
        read_backup(tmp_path / f"none{SUFFIX}")
    assert list_backups(tmp_path / "none") == []


def test_a_backup_that_changes_in_use_is_not_used(backup):
    reader = read_backup(backup.path)
    assert len(list(reader.documents())) == 5
    backup.path.write_bytes(backup.path.read_bytes())
    os.utime(backup.path, (1, 1))
    with pytest.raises(BackupBroken, match="changed while it was in use"):
        next(reader.documents())


def test_backups_are_listed_newest_first_and_broken_ones_last(tmp_path):
    old = write(tmp_path, [], made_at=APRIL - 100)
    new = write(tmp_path, [make_document(1)], made_at=APRIL)
    (tmp_path / f"zzz{SUFFIX}").write_bytes(old.path.read_bytes()[:-9])
    (tmp_path / f".hidden{SUFFIX}").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    first, second, third = list_backups(tmp_path)
    assert [first, second] == [new, old]
    assert isinstance(third, BackupBroken)
    assert third.path.name == f"zzz{SUFFIX}"


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", ".hidden", "a/b\\c", "", "\n\r\t", "x" * 5_000, "名" * 500, "\udfff\ud800",
     "-rf", "a\x00b", "\u202etxt.exe", "C:\\CON", "…", "\U0001f600" * 90],
)  # fmt: skip
def test_no_name_of_a_collection_leads_astray(tmp_path, name):
    folder = tmp_path / "backups"
    collection = make_collection(collection_name=name, collection_id=f"../{name}")
    made = write(folder, [], collection)
    assert made.path.parent == folder
    assert [path.name for path in folder.iterdir()] == [made.path.name]
    assert made.path.name[0] not in ".-"
    assert made.path.name.isprintable()
    assert len(os.fsencode(made.path.name)) <= 255
    assert list_backups(folder) == [made]


def test_names_stay_recognizable(tmp_path):
    made = write(tmp_path, [], make_collection(collection_name="Übersicht 2026 / Q1"))
    assert made.path.name == f"Übersicht-2026-Q1.collection_1.20260415T120000Z{SUFFIX}"


def test_two_backups_of_one_second_are_both_kept(tmp_path):
    made = [write(tmp_path, [make_document(n)]) for n in range(3)]
    assert len({each.path for each in made}) == 3
    assert [[d.file_id for d in read_backup(each.path).documents()] for each in made] == [
        ["file_00000"], ["file_00001"], ["file_00002"],
    ]  # fmt: skip


def test_what_a_killed_process_left_is_cleared_away_after_a_day(tmp_path):
    old, young = tmp_path / f".aa{SUFFIX}.part", tmp_path / f".bb{SUFFIX}.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (time.time() - 90_000,) * 2)
    write(tmp_path, [])
    assert not old.exists()
    assert young.exists()
