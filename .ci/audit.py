"""Ask the package index what it knows against the versions in constraints.txt.

The index is the one that pip uses; its answer for a version lists what is known under
"vulnerabilities". Where it cannot be asked (no network, or an index without such answers), that is
said and nothing fails: what cannot be known here must not stop a change. Exits 1 for what is found.
"""

# ruff: noqa: T201, INP001 - a step of `.ci/run`

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
_PINNED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")
_AT_ONCE = 4
_SECONDS = 20


class NotAsked(Exception):  # noqa: N818 - a fact; its text is a clause
    """The index gave no answer that says anything."""


def find_index() -> str:
    """Return the URL of the index that pip uses; pip itself knows its default."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    configured = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if configured.returncode == 0:
        return configured.stdout.strip()
    from pip._internal.models.index import PyPI  # noqa: PLC0415 - only where nothing is configured

    return str(PyPI.simple_url)


def ask(index: str, name: str, version: str) -> list[str]:
    """Return what is known against a version, as lines; raises NotAsked."""
    parts = urlsplit(index)
    if parts.scheme not in {"http", "https"}:
        raise NotAsked("the index is no web address")
    path = re.sub(r"/simple/?$", "", parts.path) + f"/pypi/{name}/{version}/json"
    url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as reply:  # noqa: S310 - see above
            answer = json.load(reply)
        known = answer["vulnerabilities"]
        return [
            f"{name} {version}: {each['id']}, mended in {', '.join(each['fixed_in']) or 'none'}"
            for each in known
            if not each.get("withdrawn")
        ]
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as problem:
        raise NotAsked(f"{type(problem).__name__}") from problem


def main() -> int:
    """Ask for all; print what is known, or that it could not be asked."""
    pinned = _PINNED.findall(CONSTRAINTS.read_text(encoding="utf-8"))
    index = find_index()
    found: list[str] = []
    try:
        found += ask(index, *pinned[0])  # one first: without a network the rest would only wait
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for lines in pool.map(lambda pin: ask(index, *pin), pinned[1:]):
                found += lines
    except NotAsked as problem:
        print(f"audit: skipped, for the package index gave no answer ({problem})")
        return 0
    for line in found:
        print(f"audit: {line}")
    print(f"audit: {len(pinned)} versions, {len(found) or 'nothing'} known against them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
