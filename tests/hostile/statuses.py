"""Every status, with every body that an error may have, and none."""

from tests.contract.scripted import reply
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


def answer(status, name):
    """Return the answer of a case."""
    body = BODIES[name]
    types = {"text": "text/plain", "HTML": "text/html"}
    return reply(status, body, content_type=types.get(name, "application/json"))
