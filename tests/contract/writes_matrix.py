"""Every write, with a fault at every request of it, under every policy and kind of the service.

`python -m tests.contract.writes_matrix` runs all cases and prints their number; the tests run a
part of them in which each request of an operation meets each fault, under one or two of the
policies. A case: a write is begun, one of its requests (or all from there on) goes wrong, the write
ends. Then a plain client asks how things are, when all has taken effect and shows.

The kinds: reads that lag, replicas of which only one does, writes that take effect after their
answer, files that go with their documents, and a second session on the same state folder. Time
runs `FASTER` than on the wall, for the service and the session alike.
"""

# ruff: noqa: T201 - it is a command as well

import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.contract.plain import Plain
from xcoll_tui.api.client import Client
from xcoll_tui.api.models import Collection, FieldDefinition, RequestRecord
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes.outcome import CollectionDraft, Outcome, Verdict

PATCHES, REATTACHES = ("replace", "merge", "ignore"), ("conflict", "replace", "keep")
EFFECTS = ("timeout", "reset", "garbage", 429, 500)
PHASES = ("before", "after", "during")
FAULTS = tuple(itertools.product(EFFECTS, PHASES))
# How long it goes wrong: one request, all tries of one call, this request for good, all for good.
MODES = ("once", "call", "request", "all")
TRIES = {429: 10}
AT_ONCE = 24
FASTER = 25.0
LOOKS = 3
_PARTS = 8
# Seconds: for the faults that never answer; for a busy machine; for all other faults.
TIMEOUT, LONG_TIMEOUT, NO_TIMEOUT = 0.3, 2.0, 30.0

OLD = {"type": "10-Q", "year": "2025", "note": "keep me"}
NEW = {"type": "10-K", "year": "2025", "title": "a “new” one"}
TAKEN = "978-1"
REFUSED = {"type": "10-K", "isbn": TAKEN}


@dataclass(frozen=True)
class Kind:
    """How a service was found to behave; `lag` of several seconds is one of each replica."""

    lag: float | tuple[float, ...] = 0.0
    late: float = 0.0
    remove: str = "keep"

    @property
    def is_plain(self) -> bool:
        return self == Kind()

    @property
    def rest(self) -> float:
        """The seconds after which all shows."""
        lags = self.lag if isinstance(self.lag, tuple) else (self.lag,)
        return max(lags) + self.late

    def __str__(self) -> str:
        return f"lag {self.lag}, late {self.late}, {self.remove}"


KINDS = (
    Kind(),
    Kind(lag=0.3),
    Kind(lag=2.0),
    Kind(lag=(0.0, 2.0)),
    Kind(late=0.3),
    Kind(lag=1.0, late=0.5),
    Kind(remove="delete-file"),
    Kind(lag=2.0, remove="delete-file"),
)


TELLING = (
    ("replace", "conflict"),
    ("merge", "keep"),
    ("ignore", "conflict"),
    ("ignore", "replace"),
)
"""The policies that meet a service of every kind; between them each way of writing is tried."""


@dataclass
class Case:
    """One write in its own collection, and what goes wrong."""

    operation: str
    collection: str = ""
    file_id: str = ""
    request: int = 0
    fault: tuple[Any, str] | None = None
    mode: str = "once"

    def __str__(self) -> str:
        return f"{self.operation}: request {self.request}, {self.fault}, {self.mode}"


class BrokenCaseError(AssertionError):
    """A case, or several, in which the session and the service disagree."""


class Bench:
    """A service under one policy, and a client of it that waits for nothing."""

    def __init__(self, patch: str, reattach: str, state: Path, kind: Kind = KINDS[0]):
        self._began, self._skipped = time.monotonic(), 0.0
        self.kind = kind
        self.server = Server(
            metadata_patch=patch,
            reattach=reattach,
            index_seconds=1000,
            clock=self.clock,
            lag=kind.lag,
            late=kind.late,
            remove=kind.remove,
        )
        self.policy = f"{patch}/{reattach}, {kind}"
        self.state = state
        self.records: list[RequestRecord] = []
        self.verdicts: Counter[tuple[str, str]] = Counter()

    def clock(self) -> float:
        """Return a time that runs faster than the wall's, and skips."""
        return 1_700_000_000.0 + (time.monotonic() - self._began) * FASTER + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / FASTER)

    async def __aenter__(self):
        self.server.__enter__()
        self.plain = Plain(self.server.url, self.server.key)
        self.clients = {
            seconds: Client(
                self.server.key,
                self.server.url,
                timeout=seconds,
                sleep=lambda _seconds: asyncio.sleep(0),
                on_request=self.records.append,
            )
            for seconds in (TIMEOUT, LONG_TIMEOUT, NO_TIMEOUT)
        }
        return self

    async def __aexit__(self, *_exc):
        for client in self.clients.values():
            await client.aclose()
        self.plain.close()
        self.server.__exit__(None, None, None)

    def prepare(self, case: Case) -> Case:
        """Make the collection with the document that the case is about."""
        made = self.plain.ok(
            "POST",
            "/v1/collections",
            {
                "collection_name": f"Case of {case.operation}",
                "field_definitions": [{"key": "isbn", "unique": True}, {"key": "type"}],
            },
        )
        case.collection = made["collection_id"]
        path = f"/v1/collections/{case.collection}"
        case.file_id = self.plain.upload(name="subject.txt")
        if case.operation != "attach":
            self.plain.ok("POST", f"{path}/documents/{case.file_id}", {"fields": OLD})
        if case.operation == "refused":
            self.plain.attach(path, {"isbn": TAKEN}, name="other.txt")
        return case

    def fault_of(self, case: Case, sequence: list[tuple[str, str]]) -> Fault:
        """Return the fault that strikes one request of the fault-free sequence, or all from it."""
        effect, phase = case.fault
        here = [(m, p.replace("{id}", case.collection)) for m, p in sequence]
        method, path = here[case.request]
        if case.mode == "all":
            return Fault("*", f"*{case.collection}*", effect, phase, skip=case.request)
        skip = here[: case.request].count((method, path))
        times = {"once": 1, "call": TRIES.get(effect, 4), "request": None}[case.mode]
        return Fault(method, path, effect, phase, skip=skip, times=times)

    async def sequence(self, operation: str, act) -> list[tuple[str, str]]:
        """Return the requests that a write makes when all goes well."""
        case = self.prepare(Case(operation))
        self.skip(5000)
        session = await self.open(case)
        self.records.clear()
        await act(session, case)
        made = [(r.method, r.path.partition("?")[0]) for r in self.records]
        await session._context.tasks.idle()
        await session.end()
        sequence, looks = [], Counter()
        for method, path in made:
            looks[method, path] += 1
            # How often it looks again depends on how quickly it is answered.
            if method != "GET" or looks[method, path] <= LOOKS:
                here = path.replace(case.collection, "{id}").replace(case.file_id, "{file}")
                sequence.append((method, here))
        return sequence

    async def open(self, case: Case, patience: float = NO_TIMEOUT) -> Session:
        session = Session(
            self.clients[patience],
            clock=self.clock,
            sleep=self.sleep,
            state=self.state / case.collection,
            place="here",
        )
        await session.open_collection(case.collection)
        return session

    async def run(self, case: Case, sequence, act, *, long: bool = False) -> bool:
        """Run a case; False when the machine was so busy that more than the fault timed out."""
        timeout = NO_TIMEOUT
        if case.fault is not None and case.fault[0] == "timeout":
            timeout = LONG_TIMEOUT if long else TIMEOUT
        session = await self.open(case, timeout)
        here = [(m, p.replace("{file}", case.file_id)) for m, p in sequence]
        fault = None if case.fault is None else self.fault_of(case, here)
        if fault is not None:
            self.server.faults.append(fault)
        try:
            outcome = await act(session, case)
            await session._context.tasks.idle()
        finally:
            if fault is not None:
                self.server.faults.remove(fault)
        await self.sleep(self.kind.rest * 1.05)
        late = [
            r for r in self.records if case.collection in r.path and "in time" in (r.error or "")
        ]
        if fault is not None and timeout != NO_TIMEOUT and len(late) > fault.done and not long:
            await session.end()
            return False
        if fault is not None and not fault.done:
            await session.end()
            return True  # it meant a look that was not needed this time
        self.verdicts[case.operation, outcome.verdict] += 1
        try:
            await CHECKS[case.operation](self, session, case, outcome)
        except AssertionError as wrong:
            raise BrokenCaseError(f"{self.policy}, {case}: {outcome}\n{wrong}") from wrong
        finally:
            await session.end()
        return True

    # Asking the service, past the session

    def fields(self, case: Case) -> dict[str, str] | None:
        path = f"/v1/collections/{case.collection}/documents/{case.file_id}"
        status, answer = self.plain.ask("GET", path)
        assert status in (200, 404), answer
        return answer["fields"] if status == 200 else None

    def recovery_files(self, case: Case) -> list[dict[str, Any]]:
        folder = self.state / case.collection / "unfinished"
        return [json.loads(path.read_text()) for path in folder.glob("*.json")]


# What is done


async def attach(session, case):
    return await session.document_writes.attach(case.collection, case.file_id, NEW)


async def edit(session, case):
    return await session.document_writes.edit_fields(case.file_id, NEW, base=OLD, replace=True)


async def gentle(session, case):
    return await session.document_writes.edit_fields(case.file_id, NEW, base=OLD)


async def agreed(session, case):
    """Edit as a person does it who agrees to what is offered, and only then."""
    outcome = await gentle(session, case)
    return await edit(session, case) if outcome.verdict is Verdict.IGNORED else outcome


async def refused(session, case):
    return await session.document_writes.edit_fields(case.file_id, REFUSED, base=OLD, replace=True)


async def remove(session, case):
    return await session.document_writes.remove(case.file_id)


async def reindex(session, case):
    return await session.document_writes.reindex(case.file_id)


DEFINITIONS = (FieldDefinition(key="isbn", unique=True), FieldDefinition(key="year"))


async def update(session, case):
    draft = CollectionDraft("Renamed", "described", field_definitions=DEFINITIONS)
    base = session.collection
    assert isinstance(base, Collection)
    return await session.collection_writes.update(case.collection, draft, base=base)


async def delete(session, case):
    return await session.collection_writes.delete(case.collection)


ACTS: dict[str, Callable] = {
    "attach": attach,
    "edit": edit,
    "gentle": gentle,
    "agreed": agreed,
    "refused": refused,
    "remove": remove,
    "reindex": reindex,
    "update": update,
    "delete": delete,
}


def operations_under(patch: str, reattach: str) -> tuple[str, ...]:
    """Return the writes for which a policy makes a difference; one of them has all."""
    if (patch, reattach) == ("replace", "conflict"):
        return tuple(each for each in ACTS if each != "agreed")  # nothing is offered there
    if patch == "replace":
        return ("edit",)
    gentle = ("gentle",) if reattach == "conflict" else ()
    if patch == "ignore":
        return ("edit", *gentle, "refused")
    # Between the two halves of it the document is neither as it was nor as it is wanted.
    return ("edit", *gentle, "agreed") if gentle else ("edit",)


# What must hold


def check_rest(session, case, outcome):
    """Hold what is true of every write: it is over, told, and its row agrees with its words."""
    assert session.busy == 0
    assert session.rows.intent_of(case.file_id) is None
    assert session.activity.entries[-1].outcome is outcome
    assert outcome.message.endswith(".")


def check_row(bench, session, case, outcome):
    fields = bench.fields(case)
    row = session.documents.listing.get(case.file_id)
    if outcome.verdict is not Verdict.UNKNOWN and session.documents.problem is None:
        assert (None if row is None else row.fields) == fields, f"the row shows {row}"
    return fields


async def check_edit(bench, session, case, outcome):
    check_rest(session, case, outcome)
    wanted = REFUSED if case.operation == "refused" else NEW
    fields = check_row(bench, session, case, outcome)
    assert (outcome.verdict is Verdict.DONE) <= (fields == wanted), fields
    assert (fields == wanted) <= (outcome.verdict in {Verdict.DONE, Verdict.UNKNOWN}), fields
    if outcome.document is not None:
        assert outcome.document.fields == fields
    assert outcome.wanted_fields == wanted
    kept = bench.recovery_files(case)
    held = fields is not None and OLD.items() <= {**fields}.items()
    if not held and fields not in (wanted, {**OLD, **wanted}) and case.operation != "gentle":
        assert [(each["old"], each["new"]) for each in kept] == [(OLD, wanted)], fields
    # Nothing that was there or was typed is gone from everywhere.
    logged = [item.old or {} for e in session.state.undo_log.entries for item in e.items.values()]
    there = [fields or {}, outcome.wanted_fields, *logged, *(e["old"] for e in kept)]
    values = {item for each in there for item in each.items()}
    assert {*OLD.items(), *wanted.items()} <= values | ({*OLD.items()} if fields == OLD else set())
    assert {e["id"] for e in kept} == {each.id for each in session.unfinished}
    if outcome.ok:
        assert not kept
    if fields is None:
        assert kept, "it is out, and nothing says so"
    await check_finish(bench, session, case, wanted)


async def check_finish(bench, session, case, wanted):
    """Take up what broke off, as the next session does."""
    if not session.unfinished:
        return
    await check_second(bench, session, case)
    await session.end()
    later = await bench.open(case)
    await later.state.load()
    for entry in later.unfinished:
        outcome = await later.finishing.finish(entry)
        await later._context.tasks.idle()
        await bench.sleep(bench.kind.rest * 1.05)
        fields = bench.fields(case)
        if fields is None and bench.kind.remove == "delete-file":
            assert not outcome.ok, "its file is gone"
            assert await later.finishing.drop(entry)
            continue
        if wanted == REFUSED:
            assert not outcome.ok
            outcome = await later.finishing.finish(entry, old=True)
            await bench.sleep(bench.kind.rest * 1.05)
            fields = bench.fields(case)
            assert fields == OLD or bench.kind.remove == "delete-file", (outcome, fields)
            if fields is None:
                assert await later.finishing.drop(entry)
        else:
            assert outcome.verdict in {Verdict.DONE, Verdict.ALREADY}, outcome
            assert fields == wanted
    assert later.unfinished == []
    assert bench.recovery_files(case) == []
    await later.end()


async def check_second(bench, session, case):
    """Let another session on the same folder try what is not its own: it can do nothing to it."""
    other = await bench.open(case)
    await other.state.load()
    writes = len([r for r in bench.records if r.method != "GET" and case.collection in r.path])
    for entry in other.unfinished:
        assert entry.is_live == any(each.id == entry.id for each in session.unfinished)
        if entry.is_live:
            assert not (await other.finishing.finish(entry)).ok
            assert not await other.finishing.drop(entry)
    assert bench.recovery_files(case)
    now = len([r for r in bench.records if r.method != "GET" and case.collection in r.path])
    assert now == writes, "the second session sent something"
    await other.end()


async def check_attach(bench, session, case, outcome):
    check_rest(session, case, outcome)
    fields = check_row(bench, session, case, outcome)
    assert (outcome.verdict is Verdict.DONE) <= (fields == NEW)
    assert (outcome.verdict is Verdict.FAILED) <= (fields is None)
    assert outcome.verdict in {Verdict.DONE, Verdict.FAILED, Verdict.UNKNOWN}
    assert outcome.wanted_fields == NEW


async def check_remove(bench, session, case, outcome):
    check_rest(session, case, outcome)
    fields = check_row(bench, session, case, outcome)
    assert outcome.ok <= (fields is None)
    assert (outcome.verdict is Verdict.FAILED) <= (fields == OLD)
    if fields is None:
        assert outcome.document.fields == OLD
        entry = session.undo_stack.newest
        assert entry.items[case.file_id].old == OLD
        undone = await session.undo()
        await session._context.tasks.idle()
        await bench.sleep(bench.kind.rest * 1.05)
        if bench.kind.remove == "delete-file":
            assert not undone.ok
            assert bench.fields(case) is None
            assert session.undo_stack.newest is None, "what cannot be undone blocks nothing"
        else:
            assert undone.ok
            assert bench.fields(case) == OLD


async def check_reindex(bench, session, case, outcome):
    check_rest(session, case, outcome)
    path = f"/v1/collections/{case.collection}/documents/{case.file_id}"
    begun = bench.plain.ok("GET", path)["status"] != "DOCUMENT_STATUS_PROCESSED"
    assert outcome.verdict is not Verdict.DONE, "indexing has not ended"
    assert (outcome.verdict is Verdict.ASKED) <= begun
    assert (outcome.verdict is Verdict.FAILED) <= (not begun)


async def check_update(bench, session, case, outcome):
    check_rest(session, case, outcome)
    shown = bench.plain.ok("GET", f"/v1/collections/{case.collection}")
    changed = shown["collection_name"] == "Renamed"
    assert changed == (shown.get("collection_description") == "described")
    assert (outcome.verdict is Verdict.DONE) <= changed
    assert (outcome.verdict is Verdict.FAILED) <= (not changed)
    if outcome.verdict not in {Verdict.UNKNOWN, Verdict.UNSHOWN}:
        assert session.collection.collection_name == shown["collection_name"]


async def check_delete(bench, session, case, outcome):
    check_rest(session, case, outcome)
    status, _ = bench.plain.ask("GET", f"/v1/collections/{case.collection}")
    assert outcome.ok <= (status == 404)
    assert (outcome.verdict is Verdict.FAILED) <= (status == 200)


CHECKS: dict[str, Callable] = {
    "attach": check_attach,
    "edit": check_edit,
    "gentle": check_edit,
    "agreed": check_edit,
    "refused": check_edit,
    "remove": check_remove,
    "reindex": check_reindex,
    "update": check_update,
    "delete": check_delete,
}


# Running


def cases_of(
    operation: str, requests: int, part: int | None = None, kind: Kind = KINDS[0]
) -> Iterator[Case]:
    """Yield each request with each fault in each mode; of a part, every eighth one in one mode.

    A service that is not plain meets some of the faults, and none as well.
    """
    if not kind.is_plain:
        yield Case(operation)
    for request in range(requests):
        for number, fault in enumerate(FAULTS):
            if part is not None and (request + number) % _PARTS != part:
                continue
            for turn, mode in enumerate(MODES):
                if not kind.is_plain and (mode != "once" or fault[0] in {"garbage", "timeout"}):
                    continue
                if part is None or (request + number) // _PARTS % len(MODES) == turn:
                    yield Case(operation, request=request, fault=fault, mode=mode)


async def run_policy(
    patch: str,
    reattach: str,
    operations,
    state: Path,
    *,
    part: bool = False,
    kind: Kind = KINDS[0],
) -> Counter:
    """Run all cases of some writes under one policy; returns the numbers by verdict."""
    ours = (3 * PATCHES.index(patch) + REATTACHES.index(reattach)) % _PARTS if part else None
    async with Bench(patch, reattach, state, kind) as bench:
        for operation in operations:
            act = ACTS[operation]
            sequence = await bench.sequence(operation, act)
            cases = [bench.prepare(each) for each in cases_of(operation, len(sequence), ours, kind)]
            bench.skip(5000)
            late = await run_cases(bench, cases, sequence, act)
            if late:
                again = [bench.prepare(replace(case)) for case in late]
                bench.skip(5000)
                await run_cases(bench, again, sequence, act, long=True)
        return bench.verdicts


async def run_cases(bench: Bench, cases, sequence, act, *, long: bool = False) -> list[Case]:
    """Run cases side by side and return those that count for nothing, for they came too late."""
    gate = asyncio.Semaphore(AT_ONCE)
    late: list[Case] = []
    broken: list[str] = []

    async def run(case):
        async with gate:
            try:
                if not await bench.run(case, sequence, act, long=long):
                    late.append(case)
            except BrokenCaseError as wrong:
                broken.append(str(wrong))

    async with asyncio.TaskGroup() as group:
        for case in cases:
            group.create_task(run(case))
    if broken:
        raise BrokenCaseError(f"{len(broken)} of {len(cases)} cases:\n" + "\n\n".join(broken))
    return late


async def run_create(state: Path, *, part: bool = False) -> Counter:
    """Run the cases of creating a collection, one after the other: its requests name no ID."""
    async with Bench("replace", "conflict", state) as bench:
        sequence: list[tuple[str, str]] = []
        turns = itertools.count()

        async def create(fault: Fault | None) -> tuple[str, Outcome, Session]:
            name = f"Created {next(turns)}"
            short = fault is not None and fault.effect == "timeout"
            client = bench.clients[TIMEOUT if short else NO_TIMEOUT]
            session = Session(client, clock=bench.clock, sleep=bench.sleep)
            await session.collections.load()
            bench.records.clear()
            bench.server.faults[:] = [] if fault is None else [fault]
            draft = CollectionDraft(name, "described", field_definitions=DEFINITIONS)
            outcome = await session.collection_writes.create(draft)
            if fault is None:
                sequence[:] = [(r.method, r.path.partition("?")[0]) for r in bench.records]
            bench.server.faults.clear()
            await session._context.tasks.idle()
            return name, outcome, session

        _, outcome, _ = await create(None)
        assert outcome.verdict is Verdict.DONE, outcome
        for case in cases_of("create", len(sequence), 0 if part else None):
            effect, phase = case.fault
            method = sequence[case.request][0]
            times = {"once": 1, "call": TRIES.get(effect, 4)}.get(case.mode)
            everything = case.mode == "all"
            skip = [each[0] for each in sequence[: case.request]].count(method)
            fault = Fault(
                "*" if everything else method,
                "/v1/collections*",
                effect,
                phase,
                skip=case.request if everything else skip,
                times=times,
            )
            name, outcome, session = await create(fault)
            bench.verdicts["create", outcome.verdict] += 1
            try:
                check_created(bench, name, outcome, session)
            except AssertionError as wrong:
                raise BrokenCaseError(f"{case}: {outcome}\n{wrong}") from wrong
        return bench.verdicts


def check_created(bench, name, outcome, session):
    assert session.busy == 0
    assert outcome.message.endswith(".")
    page = bench.plain.ok("GET", "/v1/collections", filter=f'collection_name = "{name}"')
    there = [c["collection_id"] for c in page["collections"] if c["collection_name"] == name]
    assert len(there) <= 1, "it was created twice"
    if outcome.verdict is Verdict.DONE:
        assert outcome.target.collection_id in there
        shown = bench.plain.ok("GET", f"/v1/collections/{outcome.target.collection_id}")
        assert [each["key"] for each in shown["field_definitions"]] == ["isbn", "year"]
    assert (outcome.verdict is Verdict.FAILED) <= (not there)


async def run_all() -> int:
    """Run every case there is, print how they ended; returns how many writes had broken cases."""
    began, processor = time.perf_counter(), time.process_time()
    total: Counter = Counter()
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        for patch, reattach in itertools.product(PATCHES, REATTACHES):
            operations = operations_under(patch, reattach)
            for kind in KINDS if (patch, reattach) in TELLING else KINDS[:1]:
                found: Counter = Counter()
                for operation in operations:
                    try:
                        found += await run_policy(patch, reattach, [operation], state, kind=kind)
                    except BrokenCaseError as wrong:
                        broken += 1
                        print(f"BROKEN: {wrong}", flush=True)
                print(f"{patch}/{reattach}, {kind}: {found.total()} cases", flush=True)
                total.update(found)
        total.update(await run_create(state))
    for (operation, verdict), count in sorted(total.items()):
        print(f"  {operation:8} {verdict:8} {count}")
    print(
        f"{total.total()} cases, {broken or 'no'} writes with broken ones,"
        f" in {time.perf_counter() - began:.0f} s ({time.process_time() - processor:.0f} s CPU)"
    )
    return broken


if __name__ == "__main__":
    sys.exit(asyncio.run(run_all()))
