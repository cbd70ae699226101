"""What comes of a case: right data or a sentence, and never anything else."""

import asyncio
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest import mock

from tests.contract.authority import Authority
from tests.contract.scripted import KEY
from tests.hostile.calls import NAMES, UPLOAD, WRITES, Call, calls
from tests.hostile.service import Hostile
from tests.hostile.wire_cases import FAMILIES, banner, redirected, reset_at_once, silence
from xcoll_tui.api import errors, retry, transport
from xcoll_tui.api.client import Client
from xcoll_tui.api.inference import InferenceClient
from xcoll_tui.ui.presentation.errors import sentence_of

README = Path(__file__).with_name("README.md")
SHOWN = "get_collection"
"""The call whose sentence stands in the table."""
NOTHING = "—"
SECONDS = 20
LIMIT = 1 << 20
_ADDRESS = re.compile(r"https?://(127\.0\.0\.1|localhost):\d+")
_REFUSALS = (errors.Rejected, errors.Refused, errors.Unreachable)


@dataclass(frozen=True)
class Outcome:
    """What a case came to: "data" or the class of the error, and what is said of it."""

    kind: str
    sentence: str = ""


async def no_sleep(_seconds: float) -> None:
    """Wait no time between tries."""


def client_of(call: Call, url: str, **options) -> Client:
    """Return the client that a call is made with."""
    kind = InferenceClient if call.inference else Client
    return kind(KEY, url, **{"sleep": no_sleep, "timeout": 10.0, **options})


async def outcome_of(call: Call, client: Client, *, heard: list | None = None) -> Outcome:
    """Make a call, and hold what comes of it to what holds for all."""
    async with client:
        try:
            await asyncio.wait_for(call.ask(client), SECONDS)
        except errors.ApiError as error:
            return judged(error, call, heard)
    return Outcome("data")


def judged(error: errors.ApiError, call: Call, heard: list | None) -> Outcome:
    """Return what an error amounts to, which is a sentence without the key, a code or a trace."""
    for text in (str(error), error.explanation, sentence_of(error), error.advice):
        assert not text or text == error.advice or re.search(r"[.!?…”]$", text), text
        assert "secret" not in text
        assert "Traceback" not in text
        assert "Error:" not in text
        assert text.isprintable(), repr(text)
        assert len(text) < 2_000
    assert "secret" not in repr(vars(error))
    assert error.method or not error.was_sent
    # A 429 may come after the effect: what makes one thing more each time says so.
    makes = call.name in {"create_collection", "upload_document", "upload_file"}
    refused = isinstance(error, _REFUSALS) and not (makes and isinstance(error, errors.RateLimited))
    if call.writes and heard and not refused:
        assert error.outcome_unknown, "it may have been carried out"
    assert call.writes or not error.outcome_unknown
    return Outcome(type(error).__name__, _ADDRESS.sub("https://…", error.explanation))


async def outcomes_of(make, folder: Path, names: list[str] | None = None, **options):
    """Play a case against all calls at once; return what came of each, by its name.

    `make` is a play, as in `wire_cases`.
    """
    (folder / UPLOAD).write_text("some text\n")
    asked = calls(folder)
    chosen = [asked[name] for name in names or asked]

    async def play(call: Call) -> Outcome:
        async with Hostile(make, call.answer) as service:
            return await outcome_of(
                call, client_of(call, service.url, **options), heard=service.heard
            )

    began = time.monotonic()
    came = await asyncio.gather(*(play(call) for call in chosen))
    assert time.monotonic() - began < SECONDS
    return {call.name: outcome for call, outcome in zip(chosen, came, strict=True)}


async def redirects_of(
    status: int,
    location: str | None,
    folder: Path,
    names: list[str] | None = None,
) -> dict[str, Outcome]:
    """Play a redirect against all calls, or some; the key goes nowhere else."""
    async with Hostile(b"") as elsewhere:
        came = await _redirected(status, location, folder, names, elsewhere)
        assert elsewhere.connections == 0
    return {
        name: replace(outcome, sentence=outcome.sentence.replace(f":{elsewhere.port}", ""))
        for name, outcome in came.items()
    }


async def _redirected(status, location, folder, names, elsewhere):
    if location is not None:
        host = elsewhere.url.partition("//")[2]
        location = location.format(elsewhere=elsewhere.url, host=host)

    async def play(wire):
        if await wire.hear() is not None:
            await wire.say(redirected(wire, status, location))

    return await outcomes_of(play, folder, names)


CONNECTING = {
    "refused": "http://127.0.0.1:{closed}",
    "no such host": "https://no-such-host.invalid",
    "a name that is none": "https://a..b",
    "a name in xn-- that is none": "https://xn--a.example",
    "TLS to what speaks none": "https://127.0.0.1:{plain}",
    "TLS, reset in its handshake": "https://127.0.0.1:{reset}",
    "TLS, silence in its handshake": "https://127.0.0.1:{silent}",
    "TLS with a certificate of nobody": "https://127.0.0.1:{untrusted}",
    "no TLS to what speaks nothing else": "http://127.0.0.1:{untrusted}",
}
"""Places that nobody can be reached at, by what is wrong with them."""
_CONNECTING = [SHOWN, "create_collection", "upload_document", "search_documents", "delete_file"]


async def connecting_outcomes(name: str, folder: Path, authority: Authority) -> dict[str, Outcome]:
    """Make a few calls to where nobody answers; nothing was sent, so nothing was carried out."""
    (folder / UPLOAD).write_text("some text\n")
    tls = authority.server_context("elsewhere.example")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with (
            Hostile(banner) as plain,
            Hostile(reset_at_once) as reset,
            Hostile(silence) as silent,
            Hostile(b"", tls=tls) as untrusted,
        ):
            ports = {"closed": closed.getsockname()[1], "plain": plain.port, "reset": reset.port}
            ports |= {"silent": silent.port, "untrusted": untrusted.port}
            url = CONNECTING[name].format(**ports)
            asked = calls(folder)
            came = {}
            for call in _CONNECTING:
                client = client_of(asked[call], url, timeout=0.3 if "silen" in name else 10.0)
                came[call] = await outcome_of(asked[call], client, heard=[])
    for port in ports.values():
        came = {
            call: replace(outcome, sentence=outcome.sentence.replace(f":{port}", ""))
            for call, outcome in came.items()
        }
    return came


async def wire_outcomes(
    family: str, name: str, folder: Path, names: list[str] | None = None
) -> dict[str, Outcome]:
    """Play a case of `wire_cases` against all calls, or some."""
    slow = family == "pace"
    with (
        mock.patch.object(transport, "_BODY_LIMIT", LIMIT),
        mock.patch.object(retry, "FAULT_TRIES", 2 if slow else retry.FAULT_TRIES),
    ):
        options = {"timeout": 0.25} if slow else {}
        return await outcomes_of(FAMILIES[family][name], folder, names, **options)


@dataclass(frozen=True)
class Row:
    """What came of a case: of the calls that read and of those that write, and what is said."""

    family: str
    name: str
    reads: frozenset[str]
    writes: frozenset[str]
    sentence: str = ""

    def __str__(self) -> str:
        kinds = [", ".join(sorted(kinds)) or NOTHING for kinds in (self.reads, self.writes)]
        sentence = self.sentence.replace("|", "\\|").replace("<", "&lt;")
        return f"| {' | '.join([self.family, self.name, *kinds, sentence or NOTHING])} |"


def row_of(family: str, name: str, came: Mapping[str, Outcome]) -> Row:
    """Return the row of a case; its sentence is that of one call."""
    reads, writes = (
        frozenset(outcome.kind for call, outcome in came.items() if (call in WRITES) is writing)
        for writing in (False, True)
    )
    return Row(family, name, reads, writes, came[SHOWN].sentence if SHOWN in came else "")


@cache
def written() -> dict[tuple[str, str], Row]:
    """Return the rows that stand in README.md, by family and name."""
    rows = {}
    for line in README.read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| Family"):
            family, name, reads, writes, sentence = line[2:-2].split(" | ", 4)
            sentence = sentence.replace("\\|", "|").replace("&lt;", "<")
            kinds = (frozenset(text.split(", ")) - {NOTHING} for text in (reads, writes))
            sentence = "" if sentence == NOTHING else sentence
            rows[family, name] = Row(family, name, *kinds, sentence)
    return rows


def check(row: Row, *, whole: bool) -> None:
    """Hold a row to the one that is written; one of a part of all calls has a part of it."""
    expected = written()[row.family, row.name]
    if row.family == "pace":  # on a busy machine another wait may be the one that is too long
        assert row.reads <= {"Unreachable", "Unreadable"}
        assert row.writes <= {"OutcomeUnknown", "Unreachable"}
        assert row.sentence
        return
    if whole:
        assert row == expected, "python -m tests.hostile > tests/hostile/README.md writes it"
    else:
        assert row.reads <= expected.reads
        assert row.writes <= expected.writes
        assert row.sentence == expected.sentence


def some_calls(number: int, count: int = 4) -> list[str]:
    """Return a few names of calls, other ones for each number, and the one that is shown."""
    names = [name for name in NAMES if name != SHOWN]
    return [SHOWN, *(names[(number * count + step) % len(names)] for step in range(count))]


READ, READ_FILES = calls(Path())["list_documents"], calls(Path())["list_files"]
"""Calls that stand for any that reads."""
