"""The team's files as rows, facts and questions: pure."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.session.files.files import FileUse
from xcoll_tui.ui.presentation.facts import Fact, Section
from xcoll_tui.ui.presentation.format import (
    UNKNOWN,
    format_age,
    format_many,
    format_moment,
    format_size,
    format_type,
)
from xcoll_tui.ui.presentation.text import clean

_NAMED = 5


def _timestamp(seconds: int) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def age_words(seconds: int | None, now: float) -> str:
    """Write how far off a moment in Unix seconds is."""
    if seconds is None:
        return UNKNOWN
    timestamp = _timestamp(seconds)
    return str(seconds) if timestamp is None else format_age(timestamp, now)


def expiry_words(seconds: int | None, now: float) -> str:
    """Write when a file expires, or that it has: such a one can be attached nowhere."""
    if seconds is None:
        return "never"
    return "expired" if seconds <= now else age_words(seconds, now)


def size_words(file: StoredFile) -> str:
    """Write the size of a file."""
    return UNKNOWN if file.bytes is None else format_size(file.bytes)


def type_words(file: StoredFile) -> str:
    """Write the type of a file, by the ending of its name where the service tells none."""
    if file.content_type:
        return format_type(file.content_type)
    stem, dot, ending = file.filename.rpartition(".")
    return ending[:12] if stem and dot else ""


def use_words(use: FileUse, collection_id: str) -> str:
    """Say where a file is used, as far as that is known; nothing is asked for it."""
    if collection_id in use.collection_ids:
        return "here already"
    if use.collection_ids:
        return f"in {format_many(len(use.collection_ids), 'collection')}"
    return "in none loaded"


# For the list that is about uses


def used_in_words(
    use: FileUse, team_ids: Collection[str] | None, name_of: Callable[[str], str]
) -> str:
    """Name the collection that uses a file, or say how many do, or that none does, or neither."""
    if len(use.collection_ids) == 1:
        return name_of(use.collection_ids[0])
    if use.collection_ids:
        return format_many(len(use.collection_ids), "collection")
    return "orphan" if use.is_orphan(team_ids) else "not known"


def is_known(use: FileUse, team_ids: Collection[str] | None) -> bool:
    """Tell whether it is known of all of the team's collections whether they hold a file."""
    return team_ids is not None and use.looked_at.issuperset(team_ids)


def orphans_words(orphans: int, not_known: int, loaded: int, key: str) -> str:
    """Say how many of the files that are loaded are orphans, and of how many that is not known."""
    found = format_many(orphans, "orphan") if orphans else "No orphan"
    words = f"{found} among {format_many(loaded, 'loaded file')}."
    if not_known:
        words += f" Of {not_known:,} it is not known: {key} looks them up."
    return words


def file_section(file: StoredFile, now: float) -> Section:
    """Tell the facts of a file."""
    created = None if file.created_at is None else _timestamp(file.created_at)
    expires = None if file.expires_at is None else _timestamp(file.expires_at)
    facts = [
        Fact("File ID", file.id),
        Fact("Size", size_words(file)),
        Fact("Type", file.content_type or type_words(file)),
        Fact("Created", UNKNOWN if created is None else format_moment(created, now)),
        Fact("Expires", "never" if expires is None else format_moment(expires, now)),
    ]
    optional = (("Purpose", file.purpose), ("Upload", file.upload_status))
    facts += [Fact(name, value) for name, value in optional if value]
    if file.unreadable:
        facts.append(Fact("Unreadable", file.unreadable, "$error"))
    return Section("File", facts)


def looked_at_words(use: FileUse, team_ids: Collection[str] | None, listed: int) -> str:
    """Say how far what is known of a file's uses goes."""
    if team_ids is None:
        asked = len(use.looked_at)
        return f"{format_many(asked, 'collection')} looked at; not all of the team's are loaded."
    if is_known(use, team_ids):
        return f"All {format_many(listed, 'collection')} of the team were looked at."
    left = len(set(team_ids) - use.looked_at)
    return f"{format_many(left, 'collection')} of {listed:,} not looked at yet."


def loss_words(
    use: FileUse,
    team_ids: Collection[str] | None,
    name_of: Callable[[str], str],
    problem: str = "",
) -> tuple[str, Sequence[str]]:
    """Say what goes with a file that is deleted, as far as that is known; and name collections."""
    begin = "is deleted for good, and with it ALL documents made of it"
    if problem:
        return f"{begin}, in whatever collections they are; which could not be read: {problem}", ()
    used = [clean(name_of(one), 60) for one in use.collection_ids]
    if used:
        more = len(used) - _NAMED
        names = [*used[:_NAMED], *([f"and {more:,} more"] if more > 0 else [])]
        return f"{begin}: it leaves {format_many(len(used), 'collection')}.", names
    if use.is_orphan(team_ids):
        return "is deleted for good. No collection of the team holds it.", ()
    asked = format_many(len(use.looked_at), "collection")
    return f"{begin}. It is in none of {asked} looked at; others may hold it.", ()
