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
