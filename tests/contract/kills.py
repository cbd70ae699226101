"""`kill -9` at every request of every write, and what the next session finds.

`python -m tests.contract.kills` kills at each request, before it takes effect and after, under all
kinds of the service, and prints how often; the tests do a part of it. A case: a process begins a
write, one of its requests hangs, the process is killed; then a session begins on the same state
folder, and all that was there before must be there still, or be offered with all of its fields.
"""

# ruff: noqa: T201 - it is a command as well

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from tests.contract.killed import FASTER, WRITES
from tests.contract.plain import Plain
from tests.processes import state_of
from xcoll_tui.api.client import Client
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.session import Session

OLD = {"type": "10-Q", "year": "2025", "note": "keep me"}
NEW = {"type": "10-K", "title": "a “new” one"}
KINDS = ({}, {"lag": 0.5}, {"late": 0.3})
MANY = 5
PATIENCE = 30.0


class Killer:
    """A service, and processes that write to it until they are killed."""

    def __init__(self, folder: Path, **kind):
        began = time.monotonic()
        self.folder = folder
        self.kind = kind
        self.server = Server(
            metadata_patch="ignore",
            index_seconds=0,
            clock=lambda: 1_700_000_000.0 + (time.monotonic() - began) * FASTER,
            **kind,
        )
        self.states = itertools.count()

    def __enter__(self):
        self.server.__enter__()
        self.plain = Plain(self.server.url, self.server.key)
        command = [sys.executable, "-m", "tests.contract.killed"]
        self.nursery = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        return self

    def __exit__(self, *_exc):
        self.nursery.stdin.close()
        self.nursery.wait()
        self.nursery.stdout.close()
        self.plain.close()
        self.server.__exit__(None, None, None)

    def prepare(self, write: str) -> dict:
        """Make a collection with documents, files to attach, and a state folder of its own."""
        path = self.plain.collection(collection_name=f"Case of {write}")
        many = 1 if write in {"remove", "replace"} else MANY
        case = {
            "write": write,
            "key": self.server.key,
            "url": self.server.url,
            "state": str(self.folder / f"state {next(self.states)}"),
            "collection": path.rpartition("/")[2],
            "file_ids": [self.plain.attach(path, {**OLD, "n": str(n)}) for n in range(many)],
            "files": [self.plain.upload() for _ in range(many)],
            "old": OLD,
            "new": NEW,
        }
        if many == 1:
            case["old"] = {**OLD, "n": "0"}
        self.rest()
        if write == "restore":
            case["backup"] = asyncio.run(self._back_up(case))
        return case

    def rest(self):
        time.sleep(2 * max(*self.kind.values(), 0, 0) / FASTER)

    async def _back_up(self, case) -> str:
        async with self.session(case) as session:
            return str((await session.backups.make(case["collection"])).path)

    def session(self, case):
        return _Sitting(case)

    def run(self, case: dict, at: int | None, phase: str) -> int:
        """Let a process write and kill it at a request; return how many there were until then."""
        self.server.faults.clear()
        self.server.faults.append(
            Fault("*", "/v1/*", "timeout", phase, skip=10**6 if at is None else at, times=1)
        )
        (fault,) = self.server.faults
        self.nursery.stdin.write(json.dumps(case) + "\n")
        self.nursery.stdin.flush()
        child = int(self.nursery.stdout.readline())
        deadline = time.monotonic() + PATIENCE
        while not fault.done and _lives(child) and time.monotonic() < deadline:
            time.sleep(0.002)
        if _lives(child):
            os.kill(child, signal.SIGKILL)
        while _lives(child):
            time.sleep(0.002)
        self.server.faults.clear()
        self.rest()
        return fault.seen

    def fields(self, case: dict, file_id: str) -> dict | None:
        path = f"/v1/collections/{case['collection']}/documents/{file_id}"
        status, answer = self.plain.ask("GET", path)
        return answer["fields"] if status == 200 else None


class _Sitting:
    """A session on a case's state folder, as the next start makes it."""

    def __init__(self, case):
        self.case = case

    async def __aenter__(self):
        case = self.case
        self.client = Client(case["key"], case["url"])

        async def sleep(seconds):
            await asyncio.sleep(seconds / FASTER)

        self.session = Session(
            self.client, state=Path(case["state"]), place=case["url"], sleep=sleep
        )
        await self.session.start(case["collection"])
        return self.session

    async def __aexit__(self, *_exc):
        await self.session.end()
        await self.client.aclose()


def _lives(child: int) -> bool:
    """Tell whether a grandchild is alive; a dead one waits for its parent, who never asks."""
    return state_of(child) != "Z"


async def take_up(killer: Killer, case: dict) -> None:
    """Begin again: nothing is lost, and what is offered brings it back."""
    before = {file_id: {**OLD, "n": str(n)} for n, file_id in enumerate(case["file_ids"])}
    async with killer.session(case) as session:
        assert not session.state.problems, session.state.problems
        if case["write"] == "restore":
            await take_up_restore(killer, session, case, before)
            return
        out = [file_id for file_id in before if killer.fields(case, file_id) is None]
        unfinished = {entry.file_id: entry for entry in session.unfinished}
        offered = {
            item.file_id: item for entry in session.undo_stack.entries for item in entry.left
        }
        for file_id, had in before.items():
            fields = killer.fields(case, file_id)
            kept = [fields or {}]
            kept += [unfinished[file_id].old] if file_id in unfinished else []
            kept += [offered[file_id].old or {}] if file_id in offered else []
            values = {pair for each in kept for pair in each.items()}
            assert had.items() <= values, f"{file_id} lost fields: {kept}"
        for file_id in out:
            assert file_id in unfinished or file_id in offered, f"{file_id} is out, and not offered"
        for entry in list(session.unfinished):
            outcome = await session.finishing.finish(entry, old=True)
            assert outcome.ok, outcome
        # As often as a person would press z.
        for _ in range(4):
            if case["write"] == "attach many" or await session.undo() is None:
                break
        await session._context.tasks.idle()
        killer.rest()
        for file_id in out:
            assert killer.fields(case, file_id) == before[file_id], "it does not come back"
        assert session.unfinished == []


async def take_up_restore(killer: Killer, session, case, before) -> None:
    """Go on with the collection that was begun, and begin none twice."""
    path = Path(case["backup"])
    begun = await session.backups.begun(path)
    if begun is None and restored_whole(killer, case, before):
        return  # it had come to its end before the kill
    if begun is None:
        done = await session.backups.recreate(path)
    else:
        found = begun.collections[0].collection_id if begun.collections else None
        assert len(begun.collections) <= 1
        done = await session.backups.recreate(path, begun=begun.restore, collection_id=found)
    assert done.complete, done.message
    await session.collections.refresh()
    await session.collections.load_all()  # hundreds of cases are there by then
    rows = session.collections.listing.loaded_items()
    same = [row for row in rows if row.collection_name == "Case of restore"]
    mine = [row for row in same if row.collection_id not in OTHERS]
    OTHERS.update(row.collection_id for row in same)
    assert len(mine) == 2, f"the one that was backed up, and one more: {mine}"
    assert await session.backups.begun(path) is None
    found = await session.find_documents(done.collection_id, list(before))
    assert {each.file_id: dict(each.fields) for each in found} == before


def restored_whole(killer: Killer, case, before) -> bool:
    """Tell whether the restore that was killed has made its collection, with all it had."""
    new = [each for each in _collections(killer) - OTHERS if each != case["collection"]]
    held = [
        {each["file_metadata"]["file_id"]: each["fields"] for each in page["documents"]}
        for collection in new
        for page in [killer.plain.ok("GET", f"/v1/collections/{collection}/documents")]
    ]
    if held != [before]:
        return False
    OTHERS.update(new, [case["collection"]])
    return True


OTHERS: set[str] = set()


def run_kills(folder: Path, *, every: int = 1, offset: int = 0, writes=tuple(WRITES), **kind):
    """Kill at every so many-th request of each write; return the numbers by write."""
    counts: Counter = Counter()
    with Killer(folder, **kind) as killer:
        for write in writes:
            case = killer.prepare(write)
            requests = killer.run(case, None, "before")
            OTHERS.update(_collections(killer))
            places = list(itertools.product(range(requests), ("before", "after")))
            for at, phase in places[offset::every]:
                case = killer.prepare(write)
                killer.run(case, at, phase)
                try:
                    asyncio.run(take_up(killer, case))
                except AssertionError as wrong:
                    raise AssertionError(
                        f"{write}, {kind}, killed {phase} {at}: {wrong}"
                    ) from wrong
                counts[write] += 1
    return counts


def _collections(killer: Killer) -> set[str]:
    page = killer.plain.ok("GET", "/v1/collections", filter='collection_name = "Case of restore"')
    return {each["collection_id"] for each in page["collections"]}


@contextmanager
def _folder():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def main() -> None:
    began = time.perf_counter()
    total: Counter = Counter()
    for kind in KINDS:
        with _folder() as folder:
            counts = run_kills(folder, **kind)
        print(f"{kind or 'plain'}: {dict(counts)}", flush=True)
        total.update(counts)
    print(f"{total.total()} kills, nothing lost, in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
