import math
import os

import pytest

from xcoll_tui.session.json_file import (
    decode,
    decode_object,
    encode,
    number_of,
    read_file,
    reason_of,
    text_of,
)


@pytest.mark.parametrize(
    "value",
    [
        {"a": "ü\n“c”", "lone \ud800": "\x00\udfff", "": None},
        {"n": 5, "f": 1.5, "t": True, "list": [1, [2, {"deep": []}]], "big": 10**300},
        "x" * 1_000_000,
    ],
    ids=("texts", "others", "long"),
)
def test_any_json_value_is_read_as_it_was_written(value):
    content = encode(value)
    assert b"\n" not in content
    assert decode(content) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**5000, b"x"], ids=range(4))
def test_what_is_no_json_is_not_written(value):
    with pytest.raises(ValueError, match=r"^it holds a value that JSON does not have$"):
        encode(value)


def test_nor_is_what_could_not_be_read_again():
    value = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match=r"^it is nested too deeply$"):
        encode(value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xff",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"NaN",
        b"[-Infinity]",
        b"1e999",
        b"9" * 5000,
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_a_clause(content):
    with pytest.raises(ValueError, match=r"^it (is|holds) "):
        decode(content)


def test_an_object_is_wanted():
    with pytest.raises(ValueError, match="not a JSON object"):
        decode_object(b"[]")


@pytest.mark.parametrize("value", [None, 1, ["a"], {"a": 1}])
def test_a_text_is_wanted(value):
    with pytest.raises(ValueError, match="its name is not text"):
        text_of({"name": value}, "name")


@pytest.mark.parametrize("value", [None, "1", True, [1], 10**400], ids=range(5))
def test_a_number_is_wanted(value):
    with pytest.raises(ValueError, match=r"its at is not a (usable )?number"):
        number_of({"at": value}, "at")


def test_only_regular_files_of_a_sane_size_are_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    with pytest.raises(ValueError, match="larger"):
        read_file(path, 4)
    with pytest.raises((OSError, ValueError)):
        read_file(tmp_path)
    with pytest.raises(FileNotFoundError) as gone:
        read_file(tmp_path / "gone")
    assert reason_of(gone.value) == "No such file or directory"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        read_file(tmp_path / "pipe")
