"""Multipart bodies: the uploads."""

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from xcoll_tui.emulator.file import Upload, parse_fields
from xcoll_tui.emulator.wire import invalid, parse_integer

_EXPIRIES = range(3600, 2_592_001)


@dataclass
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)

    def option(self, name: bytes) -> str:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        return _decode(options.get(name, b""), "A part's header")

    @property
    def content_type(self) -> str:
        return self.headers.get(b"content-type", b"").decode("latin-1")


def _decode(value: bytes, label: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise invalid(f"{label} is not UTF-8.") from None


class _Collector:
    """What the parser's callbacks build."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.complete = False
        self._name = bytearray()
        self._value = bytearray()

    def on_part_begin(self) -> None:
        self.parts.append(_Part())

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self.parts[-1].headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += data[start:end]

    def on_end(self) -> None:
        self.complete = True


def _read_parts(content_type: str, body: bytes) -> dict[str, _Part]:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise invalid("An upload must be multipart/form-data with a boundary.")
    collector = _Collector()
    try:
        # This refuses a boundary that is too long.
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": collector.on_part_begin,
                "on_header_field": collector.on_header_field,
                "on_header_value": collector.on_header_value,
                "on_header_end": collector.on_header_end,
                "on_part_data": collector.on_part_data,
                "on_end": collector.on_end,
            },
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise invalid(f"The multipart body cannot be read: {error}.") from None
    if not collector.complete:
        raise invalid("The multipart body ends too early.")
    return {part.option(b"name"): part for part in collector.parts}


def _text(parts: dict[str, _Part], name: str) -> str:
    return _decode(bytes(parts[name].content), name) if name in parts else ""


def read_file_upload(content_type: str, body: bytes) -> Upload:
    """Read the upload of a file: the part `file`, perhaps `purpose` and `expires_after`."""
    parts = _read_parts(content_type, body)
    if "file" not in parts:
        raise invalid("The part 'file' is missing.")
    part = parts["file"]
    return Upload(
        part.option(b"filename"),
        bytes(part.content),
        part.content_type,
        _text(parts, "purpose"),
        _expiry(_text(parts, "expires_after")),
    )


def _expiry(text: str) -> int | None:
    if not text.strip():
        return None
    seconds = parse_integer(text.strip())
    if seconds is None or seconds not in _EXPIRIES:
        least, most = _EXPIRIES.start, _EXPIRIES.stop - 1
        raise invalid(f"expires_after must be from {least} to {most} seconds.")
    return seconds


def read_direct_upload(content_type: str, body: bytes) -> tuple[Upload, dict[str, str]]:
    """Read the upload of a document: `data`, and perhaps `name`, `content_type` and `fields`."""
    parts = _read_parts(content_type, body)
    if "data" not in parts:
        raise invalid("The part 'data' is missing.")
    part = parts["data"]
    upload = Upload(
        _text(parts, "name") or part.option(b"filename"),
        bytes(part.content),
        _text(parts, "content_type") or part.content_type,
    )
    return upload, parse_fields(_text(parts, "fields"))
