import gzip
import tracemalloc
import zlib

import pytest

from tests.unit.virtual import run_virtual
from xcoll_tui.api.compression import UnusableBodyError, read_body

TEXT = b'{"documents":[]}' * 50
BARE = zlib.compress(TEXT)[2:-4]


async def pieces(data, size):
    for at in range(0, len(data), size):
        yield data[at : at + size]


def read(data, encodings="", most=1 << 20, size=7):
    return run_virtual(read_body(pieces(data, size), encodings, most))


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("encodings", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        (" GZIP ,identity", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", BARE),
        ("gzip", b""),
    ],
    ids=range(8),
)
def test_a_body_is_what_was_compressed(encodings, data, size):
    assert read(data, encodings, size=size) == (TEXT if data else b"")


@pytest.mark.parametrize(
    ("encodings", "data", "lasting"),
    [
        ("br", TEXT, True),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT)), True),
        ("gzip", TEXT, True),
        ("deflate", b"\xff" * 90, True),
        ("gzip", gzip.compress(TEXT)[:-3], False),
        ("gzip", gzip.compress(TEXT)[:1], False),
    ],
    ids=range(6),
)
def test_what_cannot_be_read_is_a_clause(encodings, data, lasting):
    with pytest.raises(UnusableBodyError, match="compress") as caught:
        read(data, encodings)
    assert caught.value.lasting is lasting


@pytest.mark.parametrize("encodings", ["", "gzip"])
def test_the_limit_is_what_comes_out(encodings):
    data = gzip.compress(TEXT) if encodings else TEXT
    assert read(data, encodings, most=len(TEXT)) == TEXT
    with pytest.raises(UnusableBodyError, match="longer than 0 MiB"):
        read(data, encodings, most=len(TEXT) - 1)


def test_a_bomb_takes_no_more_memory_than_the_limit():
    bomb = gzip.compress(b" " * 100_000_000, 1)
    tracemalloc.start()
    try:
        with pytest.raises(UnusableBodyError):
            read(bomb, "gzip", most=1 << 20, size=65_536)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
