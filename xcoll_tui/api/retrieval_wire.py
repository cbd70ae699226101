"""Reading what the inference host answers, as leniently as `api.wire` reads the other one's."""

# ruff: noqa: ANN401  the values here are JSON, which may be anything

import json
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from xcoll_tui.api.retrieval_models import DeletedFile, FilePage, Match, SearchResults, StoredFile
from xcoll_tui.api.wire import DecodeFailed, mend_members, read_object, refuse_other

Item = TypeVar("Item", Match, StoredFile)

_OTHER_NAMES = {
    "id": ("file_id",),
    "filename": ("name",),
    "bytes": ("size", "size_bytes"),
}


def read_search_results(body: bytes) -> SearchResults:
    """Read what a search found; nothing found may be an object without members."""
    return SearchResults([_item(_as_text(value), Match) for value in _items_of(body, "matches")])


def read_file_page(body: bytes) -> FilePage:
    """Read a page of files; a broken one loses none of the others."""
    members = read_object(body)
    token = members.get("pagination_token")
    files = [_item(_as_recorded(value), StoredFile) for value in _items_of(body, "data")]
    return FilePage(files, str(token) if token else None)


def read_file(body: bytes) -> StoredFile:
    """Read one file."""
    file = _item(_as_recorded(read_object(body)), StoredFile)
    if not file.id:
        raise DecodeFailed("it holds no file (no ID)")
    return file


def read_deleted_file(body: bytes) -> DeletedFile:
    """Read that a file was deleted; `{}` says so as well, since it is a 200."""
    return DeletedFile(**mend_members(read_object(body), DeletedFile, "", []))


def _items_of(body: bytes, name: str) -> list[Any]:
    if not body.strip():
        raise DecodeFailed("it is empty")
    members = read_object(body)
    refuse_other(members, name)
    values = members.get(name)
    if values is None:
        return []
    if not isinstance(values, list):
        raise DecodeFailed(f"its {name} are no list")
    return values


def _as_text(value: Any) -> Any:
    """Return a match whose content is text, also where the JSON in it was not written as one."""
    if isinstance(value, dict) and isinstance(value.get("chunk_content"), list | dict):
        content = json.dumps(value["chunk_content"], ensure_ascii=False)
        return {**value, "chunk_content": content}
    return value


def _as_recorded(value: Any) -> Any:
    """Return a file's members as they were recorded, where they have the protocol's names."""
    if not isinstance(value, dict):
        return value
    members = dict(value)
    for name, others in _OTHER_NAMES.items():
        if members.get(name) is None:
            members[name] = next((members[one] for one in others if one in members), None)
    for name in ("created_at", "expires_at"):
        members[name] = _seconds_of(members.get(name))
    return members


def _seconds_of(time: Any) -> Any:
    """Return a time as Unix seconds; it may be written as RFC 3339, or with a fraction."""
    with suppress(ValueError, OverflowError):
        if isinstance(time, float):
            return int(time)
        if isinstance(time, str) and not time.lstrip("-").isdigit():
            return int(datetime.fromisoformat(time).timestamp())
    return time


def _item(value: Any, kind: type[Item]) -> Item:
    if not isinstance(value, dict):
        return kind(unreadable="It is no JSON object.")
    dropped: list[str] = []
    try:
        members = mend_members(value, kind, "", dropped)
    except RecursionError:
        return kind(unreadable="It is nested too deeply to be read.")
    if dropped:
        members["unreadable"] = f"It could not be read in full: {'; '.join(dropped)}."
    return kind(**members)
