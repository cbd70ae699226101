"""The audit of the pinned versions: what the index knows fails it, and no network does not."""

import subprocess
import sys

import pytest

from tests.contract.scripted import reply
from tests.hostile.shelf import served
from tests.isolation import ROOT, environment

AUDIT = ROOT / ".ci" / "audit.py"
KNOWN = {"id": "X-2026-1", "fixed_in": ["2.0"], "withdrawn": None}


def audit(url):
    """Run it; answer its exit code and what it said."""
    variables = environment({"PIP_INDEX_URL": f"{url}/simple/"})
    result = subprocess.run(
        [sys.executable, AUDIT], capture_output=True, text=True, check=False, env=variables
    )
    assert not result.stderr, result.stderr
    return result.returncode, result.stdout


def answering(body):
    return lambda _request: reply(body=body)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"vulnerabilities": []}, 0, "nothing known"),
        ({"vulnerabilities": [KNOWN]}, 1, "X-2026-1, mended in 2.0"),
        ({"vulnerabilities": [{**KNOWN, "withdrawn": "2026-01-01"}]}, 0, "nothing known"),
        ({"message": "Not here"}, 0, "skipped"),
    ],
)
def test_what_the_index_knows_is_told(body, code, words):
    with served(answering(body)) as service:
        found, said = audit(service.url)
    assert found == code, said
    assert words in said


def test_no_network_is_no_failure():
    assert audit("http://127.0.0.1:9") == (
        0,
        "audit: skipped, for the package index gave no answer (URLError)\n",
    )
