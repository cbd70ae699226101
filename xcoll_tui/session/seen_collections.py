"""The collections as they were seen last, by profile and host: shown as old until they are read.

A small file each in the state folder, which only repeats what the service tells a moment later. So
one that cannot be read counts for nothing and is written over, one that cannot be written is missed
by nobody, and neither is told.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from xcoll_tui.api.models import MOST, Collection, CollectionsSortBy
from xcoll_tui.session.json_file import (
    decode_object,
    number_of,
    read_file,
    text_of,
    write_state,
)
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.screen_state import SEEN_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from xcoll_tui.session.lists.feed import Feed

MOST_ROWS = 100
"""The first page: what is behind it is not on the first screen either."""
MOST_FILES = 20
"""So many profiles and hosts are kept, those that were seen last."""
LONGEST_NAME = 300
_LONGEST_ID = 200
_MARK = "xcoll_seen"
_SIZE_LIMIT = 1024 * 1024
_TOLERANCE = 60
"""Seconds by which the clock may have been set back; what is from later has no age."""


@dataclass(frozen=True)
class SeenCollections:
    """The first collections of a list in its usual order, as far as their rows tell of them."""

    at: float
    """When they were read, in seconds since the epoch."""
    rows: tuple[Collection, ...]
    complete: bool
    """Whether there were no more."""
    team: str = ""
    """Whose they are, "" where that was not known."""

    def may_be_of(self, team: str) -> bool:
        """Tell whether they may be this team's; one that is not known, "", may be any."""
        return "" in (team, self.team) or team == self.team


def seen_of(feed: Feed[Collection], team: str) -> SeenCollections | None:
    """Return what is to be kept of a list; None where that is not what a start shows first."""
    if feed.loaded_at is None or feed.query != Query(CollectionsSortBy.NAME):
        return None
    listing = feed.listing
    stop = MOST_ROWS if listing.gap_index is None else min(MOST_ROWS, listing.gap_index)
    rows = tuple(
        Collection(
            collection_id=row.collection_id,
            collection_name=_shortened(row.collection_name),
            documents_count=row.documents_count,
        )
        for row in islice(listing.loaded_items(), stop)
        if 0 < len(row.collection_id) <= _LONGEST_ID
    )
    complete = listing.complete and listing.loaded <= MOST_ROWS
    return SeenCollections(feed.loaded_at, rows, complete, team)


def read_seen(folder: Path, place: str, *, now: float) -> SeenCollections | None:
    """Return what was kept for a profile and host in the state folder; blocks.

    None where there is nothing, and where what there is makes no sense.
    """
    try:
        members = decode_object(read_file(_path(folder, place), _SIZE_LIMIT))
        if members.get(_MARK) != 1 or text_of(members, "place") != place:
            return None
        seen = SeenCollections(
            number_of(members, "at"),
            _rows_of(members.get("collections")),
            members.get("complete") is True,
            text_of(members, "team"),
        )
    except (OSError, ValueError):
        return None
    return seen if 0 < seen.at <= now + _TOLERANCE else None


def write_seen(folder: Path, place: str, seen: SeenCollections) -> None:
    """Keep this for a profile and host, over what was; the oldest of too many go. Blocks."""
    members = {
        _MARK: 1,
        "place": place,
        "team": seen.team,
        "at": seen.at,
        "complete": seen.complete,
        "collections": [
            {"id": row.collection_id, "name": row.collection_name, "documents": row.documents_count}
            for row in seen.rows
        ],
    }
    write_state(_path(folder, place), members, "")
    with suppress(OSError):  # another xcoll may be at it, too
        paths = (folder / SEEN_FOLDER).glob("*.json")
        by_age = sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)
        for path in by_age[MOST_FILES:]:
            path.unlink()


def forget_seen(folder: Path, profile: str) -> None:
    """Remove what was kept for a profile, whatever the host. Blocks."""
    for path in (folder / SEEN_FOLDER).glob(f"{_digest(profile)}-*.json"):
        with suppress(OSError):
            path.unlink()


def _path(folder: Path, place: str) -> Path:
    profile, _, host = place.partition(" ")
    return folder / SEEN_FOLDER / f"{_digest(profile)}-{_digest(host)}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def _shortened(name: str) -> str:
    half = LONGEST_NAME // 2  # a row is cut in the middle, too
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[1 - half :]}"


def _rows_of(value: object) -> tuple[Collection, ...]:
    if not isinstance(value, list):
        raise ValueError("its collections are not a list")  # noqa: TRY004 - about a file
    rows = [_row_of(members) for members in value[:MOST_ROWS]]
    return tuple({row.collection_id: row for row in rows}.values())


def _row_of(members: object) -> Collection:
    if not isinstance(members, dict):
        raise ValueError("one of its collections is not a JSON object")  # noqa: TRY004 - as above
    collection_id, count = text_of(members, "id"), members.get("documents")
    if not 0 < len(collection_id) <= _LONGEST_ID:
        raise ValueError("one of its collections has no usable ID")
    is_count = isinstance(count, int) and not isinstance(count, bool) and 0 <= count < MOST
    return Collection(
        collection_id=collection_id,
        collection_name=_shortened(text_of(members, "name")),
        documents_count=count if is_count else None,
    )
