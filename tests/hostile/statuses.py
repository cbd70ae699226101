"""Every status, with every body that an error may have, and none; and every Retry-After."""

from email.utils import formatdate

from tests.contract.scripted import reply
from tests.hostile import outcomes
from tests.hostile.shapes import nested
from tests.hostile.wire_cases import PORTAL

STATUSES = [
    *(201, 202, 203, 206, 226),
    *range(400, 419),
    *(421, 422, 423, 424, 425, 426, 428, 429, 431, 444, 451, 499),
    *range(500, 509),
    *(510, 511, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 599, 600, 999),
]
_RPC = "gRPC UploadDocument failed: rpc error: code = {} desc = {}"
BODIES = {
    "management": {"code": 9, "message": "No.", "details": []},
    "inference": {"code": "The operation failed", "error": "No."},
    "wrong key": {"code": "Client error", "error": "Incorrect API key provided: xai-…cret."},
    "retention": {"code": 7, "message": "The team has Zero Data Retention.", "details": []},
    "credits": {"code": 7, "message": "Your team has no credits.", "details": []},
    "passed on, InvalidArgument": {"code": 13, "message": _RPC.format("InvalidArgument", "No.")},
    "passed on, ResourceExhausted": {
        "code": 13,
        "message": _RPC.format("ResourceExhausted", "No."),
    },
    "passed on, unheard of": {"code": 13, "message": _RPC.format("Unheard", "No.")},
    "cf-ipcity": {"code": 13, "message": _RPC.format("Internal", 'header key "cf-ipcity" …')},
    "nested in itself": {"code": 13, "message": '{"code":5,"message":"No."}'},
    "a list": [{"code": 5}],
    "codes of other kinds": {"code": {"a": 1}, "message": ["No."], "details": "x"},
    "null everywhere": {"code": None, "message": None, "error": None, "details": None},
    "a huge code": {"code": 10**400, "message": "x" * 20_000},
    "codes and marks": {"code": 3, "message": "\x1b[31mNo\x07 \u202e[b]no[/b]\ud800"},
    "empty": b"",
    "text": b"Not today.",
    "HTML": PORTAL,
    "a cut": b'{"code":5,"mess',
    "not UTF-8": b'{"message":"\xff"}',
    "nested deeply": nested(2000),
    "the key": b'{"message":"xai-token-0123456789-secret is wrong"}',
}


HOUR = 3600.0
# What Retry-After says, and for how many seconds is waited before the second try: None: not at all.
WAITS = {
    "7": 7.0,
    "0.5": 0.5,
    " 3 ": 3.0,
    "120": 120.0,
    "121": None,
    "3600": None,
    "1e9": None,
    "9" * 400: 0.5,
    "0": 0.5,
    "-5": 0.5,
    "nan": 0.5,
    "inf": 0.5,
    "": 0.5,
    "soon": 0.5,
    "7 s": 0.5,
    "\xff\x1b[2J": 0.5,
    formatdate(1_000_090, usegmt=True): 90.0,
    formatdate(1_000_000 + HOUR, usegmt=True): None,
    formatdate(999_000, usegmt=True): 0.5,
    "Sun, 06 Nov 99999 08:49:37 GMT": 0.5,
    "Thu, 32 Foo 2026 25:61:61 GMT": 0.5,
    "7\r\nretry-after: 9": 0.5,
}


def wait_rows():
    """Return the rows of what Retry-After says with a 429, and what is done then."""
    for said, seconds in WAITS.items():
        shown = said if len(said) < 60 else f"{len(said)} digits"
        shown = shown.encode("unicode_escape").decode() or "nothing"
        done = (
            "tried again after 0 to 0.5 s" if seconds == 0.5 else f"tried again after {seconds} s"
        )
        done = "RateLimited at once" if seconds is None else done
        sentence = "a create is never sent twice"
        yield outcomes.Row(
            "Retry-After", shown, frozenset({done}), frozenset({done, "RateLimited"}), sentence
        )


PLAYED = ("get_collection", "create_collection")
"""The calls whose outcomes stand in the table: one that reads, and one that writes."""


async def played(name, folder):
    """Play a body with every status; return the row of what came of it."""
    kinds = {call: set() for call in PLAYED}
    sentence = ""
    for status in STATUSES:
        came = await outcomes.outcomes_of(answer(status, name), folder, list(PLAYED))
        for call, outcome in came.items():
            kinds[call].add(outcome.kind)
        sentence = came[outcomes.SHOWN].sentence if status == 500 else sentence
    return outcomes.Row("status", name, *(frozenset(kinds[call]) for call in PLAYED), sentence)


def answer(status, name):
    """Return the answer of a case."""
    body = BODIES[name]
    types = {"text": "text/plain", "HTML": "text/html"}
    return reply(status, body, content_type=types.get(name, "application/json"))
