"""The table of cases, and what comes of them."""

import asyncio
import os
import tempfile
from pathlib import Path
from unittest import mock

from tests.contract.authority import Authority
from tests.hostile import outcomes, pages, statuses
from tests.hostile.wire_cases import FAMILIES, REDIRECTS
from tests.isolation import own_home

ABOUT = """\
# What a hostile service can do, and what comes of it

A server that means harm plays each of these against every call of both hosts, uploads included,
and each ends in right data or in a sentence: never in another exception, without the key, a
traceback or an escape code, in bounded time and memory. A write that may have been carried out
says so.
`python -m tests.hostile > tests/hostile/README.md` writes this file; `pytest tests/hostile` plays
each case against some of the calls, `pytest --long` against all of them.

Not in the table: every node of every right answer, replaced by what does not belong there, ends
in data of its types or in Unreadable (`test_shapes.py`); and lists in a session keep their rows
through all of it, and come back with a reload (`test_lists.py`).
"""
HEAD = "| Family | Case | Calls that read | Calls that write | What is said of one that reads |"


async def all_rows(folder: Path) -> list[outcomes.Row]:
    """Play everything."""
    authority = Authority(folder)
    rows = []
    for name in outcomes.CONNECTING:
        came = await outcomes.connecting_outcomes(name, folder, authority)
        rows.append(outcomes.row_of("connecting", name, came))
    for family, cases in FAMILIES.items():
        for name in cases:
            came = await outcomes.wire_outcomes(family, name, folder)
            rows.append(outcomes.row_of(family, name, came))
    for name, case in REDIRECTS.items():
        came = await outcomes.redirects_of(*case, folder)
        rows.append(outcomes.row_of("redirect", name, came))
    rows += [await statuses.played(name, folder) for name in statuses.BODIES]
    rows += statuses.wait_rows()
    for name in pages.PAGES:
        rows.append(outcomes.row_of("pages", name, await pages.walked(name, "documents")))
    return rows


def main() -> None:
    """Print the file."""
    with (
        own_home() as environment,
        mock.patch.dict(os.environ, environment, clear=True),
        tempfile.TemporaryDirectory() as folder,
    ):
        rows = asyncio.run(all_rows(Path(folder)))
    lines = [ABOUT, HEAD, "|---|---|---|---|---|", *map(str, rows)]
    print("\n".join(lines))  # noqa: T201 - printing is what it is run for


if __name__ == "__main__":
    main()
