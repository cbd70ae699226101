"""Decoding a page of 100 documents, against reading the same bytes as plain JSON."""

import json
import time
from collections.abc import Callable, Iterator
from statistics import median

from tests.bench.figure import Figure
from tests.bench.run import Run
from xcoll_tui.api.wire import read_document_page

_ROUNDS = 300
_GOAL = 0.7


def measure(run: Run) -> Iterator[Figure]:
    """Decode the first page of the large collection, with either, in turn."""
    body = run.serve(1_000).page()
    assert len(read_document_page(body).documents) == 100
    read, plain = [], []
    for _ in range(_ROUNDS):
        read.append(_time(read_document_page, body))
        plain.append(_time(json.loads, body))
    yield Figure("decode a page of 100", median(read), median(plain), "µs", "json.loads", _GOAL)


def _time(reader: Callable[[bytes], object], body: bytes) -> float:
    started = time.perf_counter()
    reader(body)
    return (time.perf_counter() - started) * 1e6
