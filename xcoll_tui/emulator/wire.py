"""Proto-JSON as grpc-gateway speaks it: reading requests, writing numbers, times and errors."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
Reader = Callable[[Any, str], Any]
Message = Mapping[str, Reader]

MICROSECONDS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT32 = range(-(2**31), 2**31)
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}\Z")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d))?\Z", re.ASCII
)

# HTTP status -> google.rpc.Code; what is not here is 2 (UNKNOWN).
CODES = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    405: 12,
    409: 6,
    413: 3,
    429: 8,
    500: 13,
    501: 12,
    503: 14,
    504: 4,
}


class RefusedError(Exception):
    """A request that gets an error answer: its HTTP status and the sentence in its body."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def invalid(message: str) -> RefusedError:
    """Make the refusal of a request that is wrong in itself (400, code 3)."""
    return RefusedError(400, message)


def error_body(status: int, message: str) -> Json:
    """Make the body of an error answer, as recorded of the management host."""
    return {"code": CODES.get(status, 2), "message": message, "details": []}


def encode(payload: object) -> bytes:
    """Write an answer as UTF-8 JSON without needless spaces."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def format_time(microseconds: int) -> str:
    """Write microseconds since 1970 as RFC 3339 in UTC with six digits and a Z."""
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"


def sample_hash(file_id: str) -> str:
    """Make up the hash of a sample file, whose content exists only when it is asked for."""
    return hashlib.sha256(file_id.encode()).hexdigest()


def parse_time(text: str) -> int | None:
    """Read RFC 3339, or a date alone as its midnight UTC; microseconds, None when it is neither."""
    match = _TIME.match(text)
    if match is None:
        return None
    date, time, fraction, zone = match.groups()
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    try:
        moment = datetime.fromisoformat(f"{date}T{time or '00:00:00'}{zone}")
    except ValueError:
        return None
    whole = (moment - _EPOCH) // timedelta(microseconds=1)
    return whole + int((fraction or "").ljust(6, "0")[:6])


def parse_integer(text: str) -> int | None:
    """Read a decimal integer of plain digits; None when it is none."""
    return int(text) if _INTEGER.match(text) else None


def parse_body(body: bytes) -> Json:
    """Read a JSON object; an empty body counts as an empty object."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise invalid("The request body must be a JSON object.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def camel_case(name: str) -> str:
    """Turn a protobuf member's name into its other JSON spelling."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def read_message(value: object, path: str, members: Message) -> Json:
    """Read the known members of an object, by either spelling.

    Members that are unset (absent or null) are left out of the answer; unknown ones are ignored.
    """
    if not isinstance(value, dict):
        raise invalid(f"{path or 'The request'} must be an object.")
    message: Json = {}
    for name, read in members.items():
        spellings = [spelling for spelling in {name, camel_case(name)} if spelling in value]
        if len(spellings) > 1:
            raise invalid(f"{path}{'.' if path else ''}{name} is given twice.")
        if spellings and value[spellings[0]] is not None:
            message[name] = read(value[spellings[0]], f"{path}.{name}" if path else name)
    return message


def string(value: object, path: str) -> str:
    """Read a string; a lone surrogate is no text."""
    if not isinstance(value, str):
        raise invalid(f"{path} must be a string.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(f"{path} is not valid Unicode text.") from None
    return value


def boolean(value: object, path: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise invalid(f"{path} must be true or false.")
    return value


def int32(value: object, path: str) -> int:
    """Read a 32-bit integer: a whole number, or a string of one, as proto3 JSON allows."""
    number: int | None = None
    if isinstance(value, str):
        number = parse_integer(value)
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    if number is None or number not in _INT32:
        raise invalid(f"{path} must be a 32-bit integer.")
    return number


def string_map(value: object, path: str) -> dict[str, str]:
    """Read a map from strings to strings."""
    if not isinstance(value, dict):
        raise invalid(f"{path} must be an object of strings.")
    return {
        string(key, f"A key of {path}"): string(text, f"{path}[{key!r}]")
        for key, text in value.items()
    }


def one_of(names: Sequence[str]) -> Reader:
    """Make a reader of an enum by its full name."""

    def read(value: object, path: str) -> str:
        if not isinstance(value, str) or value not in names:
            raise invalid(f"{path} must be one of {', '.join(names)}.")
        return value

    return read


def message(members: Message) -> Reader:
    """Make a reader of a nested message."""
    return lambda value, path: read_message(value, path, members)


def repeated(read: Reader) -> Reader:
    """Make a reader of a list."""

    def read_all(value: object, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise invalid(f"{path} must be a list.")
        return [read(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return read_all
