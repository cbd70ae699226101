"""JSON of the wrong shape: every place of a value, and what may stand there instead."""

OTHERS = {
    "null": None,
    "list": [1, None, "x"],
    "object": {"a": {"b": [None]}},
    "text": "x\x00\x1b[31m",
    "empty text": "",
    "number": -1,
    "fraction": 1.5e300,
    "true": True,
    "huge": 10**400,
    "long": "9" * 5000,
    "a number too many": 2**31,
    "an unknown number": 99,
    "an unknown name": "DOCUMENT_STATUS_DREAMING",
    "a number as text": "-9223372036854775809",
    "a date beyond": "99999-99-99T99:99:99Z",
    "the last date": "9999-12-31T23:59:59.999999999-23:59",
    "the first date": "0001-01-01T00:00:00+23:59",
    "a date without a zone": "2026-01-01T00:00:00",
}
"""What stands in the place of something else, by name."""


def places(value, path=()):
    """Yield the path of every node of a JSON value, its root first."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def put(value, path, other):
    """Return a value with another one in one place."""
    if not path:
        return other
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = put(value[path[0]], path[1:], other)
    return copy


def nested(depth, inside=b""):
    """Return JSON text that is nested so deep."""
    return b'{"a":[' * depth + inside + b"]}" * depth
