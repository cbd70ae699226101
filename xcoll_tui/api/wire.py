"""Between JSON text and structs: writing requests, reading answers leniently.

A page is decoded in one go. Where that fails, it is taken apart item by item, and what still fails
is mended member by member: null and empty become the default, numbers and texts become each other;
only a member of a wrong kind is dropped, and then named in the item's `unreadable`. The fields of a
document are shown as texts, and kept as received beside that, since they are sent back.
"""

# ruff: noqa: ANN401  the values here are JSON, which may be anything

import json
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import UNSET

from xcoll_tui.api.errors import Refused
from xcoll_tui.api.models import (
    Collection,
    CollectionPage,
    Document,
    DocumentPage,
    DocumentStatus,
    FileMetadata,
    KeyInfo,
    writable,
)

T = TypeVar("T", Collection, Document)
Page = TypeVar("Page", CollectionPage, DocumentPage)

_REPLACED = "\ufffd"
_STATUS_NAMES = [str(status) for status in DocumentStatus]
# What decoding can raise on any bytes: malformed or ill-typed JSON, bad UTF-8, absurd nesting.
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class DecodeFailed(ValueError):  # noqa: N818  a sentence's clause for the client, never raised to a caller
    """What was read is no answer of the API; `str()` is a clause that says what it is instead."""


def encode_body(members: Mapping[str, Any]) -> bytes:
    """Return a request body; members that are None are left out, those of given mappings are kept.

    Raises Refused for what JSON cannot hold.
    """
    present = {name: _plain(value) for name, value in members.items() if value is not None}
    try:
        return msgspec.json.encode(present)
    except (TypeError, ValueError, RecursionError) as error:
        problem = str(error) or type(error).__name__
    raise Refused(f"Nothing was sent: a value cannot be written as JSON ({problem}). Change it.")


def encode_fields(fields: Mapping[str, Any]) -> msgspec.Raw:
    """Return the fields of a document for a request body, each value as it was received.

    Half characters become the escapes that they were, and numbers stay numbers of any size. Raises
    Refused for what JSON cannot hold.
    """
    try:
        value = _plain(fields)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        if not _is_writable(text):
            text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        return msgspec.Raw(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        problem = str(error) or type(error).__name__
    raise Refused(f"Nothing was sent: a field cannot be written as JSON ({problem}). Change it.")


def _plain(value: Any) -> Any:
    """Return a struct as the mapping of its members that are set, at any depth."""
    if isinstance(value, msgspec.Struct):
        members = ((f.encode_name, getattr(value, f.name)) for f in _members(type(value)))
        return {name: _plain(member) for name, member in members if member is not None}
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _members(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=False)


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, as plain Python values; an empty body is `{}`."""
    if not body.strip():
        return {}
    value = _loads(body)
    if not isinstance(value, dict):
        raise DecodeFailed("it is not a JSON object")
    return value


def read_members(body: bytes, names: Container[str]) -> dict[str, Any]:
    """Return the JSON object in `body`, in which only the members of these names have values."""
    try:
        members = _decoder(dict[str, msgspec.Raw]).decode(body)
    except _BROKEN:
        return read_object(body)
    return {name: _loads(bytes(raw)) if name in names else None for name, raw in members.items()}


def read_acknowledgement(body: bytes) -> dict[str, Any]:
    """Return the members of an answer that need have none: `{}`, null, or nothing at all."""
    return {} if body.strip() == b"null" else read_object(body)


def read_document_page(body: bytes) -> DocumentPage:
    """Read a page of documents; a broken document loses none of the others."""
    return _read_page(body, DocumentPage, Document, "documents")


def read_collection_page(body: bytes) -> CollectionPage:
    """Read a page of collections; a broken collection loses none of the others."""
    return _read_page(body, CollectionPage, Collection, "collections")


def read_document(body: bytes) -> Document:
    """Read one document, with `received` set."""
    return _read_single(body, Document)


def read_collection(body: bytes) -> Collection:
    """Read one collection, with `received` set."""
    return _read_single(body, Collection)


def read_key_info(body: bytes) -> KeyInfo:
    """Read what is known of a key; one example of the service misspells redactedApiKey."""
    members = read_object(body)
    if not any(name in members for name in KeyInfo.__struct_encode_fields__):
        raise DecodeFailed("it does not describe a key")
    members["redactedApiKey"] = members.get("redactedApiKey") or members.get("reactedApiKey")
    return KeyInfo(**mend_members(members, KeyInfo, "", []))


def _read_page(body: bytes, page: type[Page], kind: type[T], name: str) -> Page:
    if not body.strip():
        raise DecodeFailed("it is empty")
    try:
        decoded: Page = _decoder(page).decode(body)
    except _BROKEN:
        pass
    else:
        if not _items_of(decoded):
            refuse_other(read_object(body), name)
        if not any(item.unreadable for item in _items_of(decoded)):
            return decoded
    try:
        outer = _decoder(dict[str, msgspec.Raw]).decode(body)
        refuse_other(outer, name)
        raw_items = _decoder(list[msgspec.Raw] | None).decode(outer.get(name, b"null"))
        items = [_read_item(bytes(raw), kind) for raw in raw_items or []]
        token = _loads(bytes(outer.get("pagination_token", b"null")))
    except _BROKEN:
        # Raw text with bad UTF-8 or a lone surrogate in it does not even come apart: Python's own
        # reader, given replacement characters, is the last resort.
        outer_values = read_object(body)
        refuse_other(outer_values, name)
        values = outer_values.get(name)
        if values is not None and not isinstance(values, list):
            raise DecodeFailed(f"its {name} are not a list") from None
        lossy = not _is_utf8(body)
        items = [_mend_item(value, kind, lossy=lossy) for value in values or []]
        token = outer_values.get("pagination_token")
    # The page's constructor cannot be typed by the name of its list.
    listed: dict[str, Any] = {name: items}
    return page(**listed, pagination_token=None if token is None else str(token))


def refuse_other(members: Mapping[str, object], name: str) -> None:
    """Raise DecodeFailed for an object that is no page; one without any member is an empty page."""
    if members and name not in members and "pagination_token" not in members:
        raise DecodeFailed(f"it holds no {name}")


def _items_of(page: DocumentPage | CollectionPage) -> Sequence[Document | Collection]:
    return page.documents if isinstance(page, DocumentPage) else page.collections


def _read_single(body: bytes, item: type[T]) -> T:
    if not body.strip():
        raise DecodeFailed("it is empty")
    record = _read_item(body, item)
    if not _id_of(record):
        read_object(body)  # says better what is wrong, if it is not even an object
        raise DecodeFailed(f"it holds no {item.__name__.lower()} (no ID)")
    return msgspec.structs.replace(record, received=body.decode("utf-8", "replace"))


def _id_of(item: Document | Collection) -> str:
    return item.file_id if isinstance(item, Document) else item.collection_id


def _read_item(raw: bytes, item: type[T]) -> T:
    try:
        decoded: T = _decoder(item).decode(raw)
    except _BROKEN:
        pass
    else:
        if not decoded.unreadable:
            return decoded
    try:
        value = _loads(raw)
    except DecodeFailed as problem:
        return item(unreadable=f"It could not be read: {problem}.")
    return _mend_item(value, item, lossy=not _is_utf8(raw))


def _mend_item(value: Any, item: type[T], *, lossy: bool) -> T:
    """Return `value` as an item, with a sentence in `unreadable` if members had to be dropped.

    `lossy`: its text was no UTF-8, and has replacement characters in place of what was there.
    """
    if not isinstance(value, dict):
        return item(unreadable=f"It is not a JSON object but {_kind_of(value)}.")
    dropped: list[str] = []
    try:
        members = mend_members(value, item, "", dropped)
        if issubclass(item, Document):
            _place_known(value, members)
            if isinstance(fields := value.get("fields"), dict):
                members["odd_fields"] = _odd_fields(fields)
                dropped += _lost_in(fields, lossy=lossy)
    except RecursionError:
        return item(unreadable="It is nested too deeply to be read.")
    if dropped:
        members["unreadable"] = f"It could not be read completely: {'; '.join(dropped)}."
    return item(**members)


def _odd_fields(fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return the fields that are other than they are shown, None where all are plain texts."""
    keys = Counter(writable(key) for key in fields)
    odd = {
        key: value
        for key, value in fields.items()
        if not (isinstance(value, str) and _is_writable(key) and _is_writable(value))
        or keys[key] > 1  # shown under one key with another field
    }
    return odd or None


def _lost_in(fields: dict[str, Any], *, lossy: bool) -> Iterator[str]:
    """Yield clauses on what of the fields cannot be given back to the service as it was."""
    try:
        text = json.dumps(fields, ensure_ascii=False, allow_nan=False)
    except ValueError:
        yield "fields holds a number that is not valid JSON, or too large"
    else:
        if lossy and _REPLACED in text:
            yield "fields holds text that is not UTF-8"


def _is_writable(text: str) -> bool:
    return writable(text) == text


def _place_known(value: dict[str, Any], members: dict[str, Any]) -> None:
    """Put a document's status by name, which proto-JSON may give by number, and its ID in place."""
    status, file_id = value.get("status"), value.get("file_id")
    if type(status) is int and 0 <= status < len(_STATUS_NAMES):
        members["status"] = _STATUS_NAMES[status]
    metadata = members.get("file_metadata", FileMetadata())
    if isinstance(file_id, str) and not metadata.file_id:
        members["file_metadata"] = msgspec.structs.replace(metadata, file_id=_text(file_id))


def mend_members(
    value: dict[str, Any], kind: type[msgspec.Struct], path: str, dropped: list[str]
) -> dict[str, Any]:
    """Return the members of an object that a struct of a kind has, in its types.

    Appends a clause to `dropped` for each that had to be left out; `path` is where it stands.
    """
    members = {}
    for field in _members(kind):
        if field.encode_name in value:
            place = f"{path}{field.encode_name}"
            mended = _mend(value[field.encode_name], field.type, place, dropped)
            if mended is not UNSET:
                members[field.name] = mended
    return members


def _mend(value: Any, kind: Any, path: str, dropped: list[str]) -> Any:
    """Return `value` as `kind`, or UNSET if its default is to stand.

    Appends a clause to `dropped` if that loses something.
    """
    if isinstance(kind, UnionType):
        kind = next(option for option in get_args(kind) if option is not NoneType)
    if kind is Any:
        return value
    if value is None or (value == "" and kind is not str):
        return UNSET
    mended = _mend_plain(value, kind) if kind in (str, int, float, bool) else UNSET
    if isinstance(value, dict | list):
        mended = _mend_nested(value, kind, path, dropped)
    if mended is UNSET:
        dropped.append(f"{path} is {_kind_of(value)}")
    return mended


def _mend_plain(value: Any, kind: type[str | int | float | bool]) -> Any:
    if kind is str:
        return _text(value)
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return UNSET


def _mend_nested(value: Any, kind: Any, path: str, dropped: list[str]) -> Any:
    if isinstance(value, list):
        if get_origin(kind) is not list:
            return UNSET
        (inner,) = get_args(kind)
        items = [_mend(member, inner, f"{path}[{i}]", dropped) for i, member in enumerate(value)]
        return [item for item in items if item is not UNSET]
    if get_origin(kind) is dict:
        return {_text(name): _text(member) for name, member in value.items()}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**mend_members(value, kind, f"{path}.", dropped))
    return UNSET


def _text(value: Any) -> str:
    """Return a text as one that can be written out again, anything else as its JSON."""
    if value is None:
        return ""
    return writable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _kind_of(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
        NoneType: "null",
    }
    return names.get(type(value), "a number")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # Python reads no number of thousands of digits
        return float(digits)


def _loads(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8", "replace"), parse_int=_read_integer)
    except RecursionError:
        raise DecodeFailed("it is nested too deeply") from None
    except ValueError:
        raise DecodeFailed("it is not JSON") from None
