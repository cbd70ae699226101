"""The fate of a file whose document is removed: as far as this service has shown it. Pure."""

from xcoll_tui.session.learned import Fact
from xcoll_tui.ui.actions import key_for


def is_deleted(files: Fact) -> bool:
    """Tell whether this service was seen to delete a file with its document."""
    return files.value == "deleted"


def file_fate(files: Fact, count: int = 1) -> str:
    """Say what becomes of the files of removed documents; nothing is promised that was not seen."""
    if is_deleted(files):
        noun = "the file" if count == 1 else "the files"
        return f"This service deletes {noun} too, as seen here on {files.day}; there is no undo."
    if files.value == "kept":
        subject = "The file itself is" if count == 1 else "The files themselves are"
        return f"{subject} kept, as seen here on {files.day}."
    if count == 1:
        return (
            "Whether the file itself is kept is not known; if it is not, undo cannot bring it back."
        )
    return (
        "Whether the files themselves are kept is not known; if they are not, undo cannot bring "
        "them back."
    )


def fate_with_collection(files: Fact) -> str:
    """Say what becomes of the files of a deleted collection; only single removals were seen."""
    if is_deleted(files):
        return (
            f"This service deletes the file of a removed document, as seen here on {files.day}: "
            "these files may go too, and no backup brings them back."
        )
    if files.value == "kept":
        return f"This service keeps the files of removed documents, as seen here on {files.day}."
    return "Whether the files themselves are kept is not known; a backup does not hold them."


def fate_when_restored(files: Fact) -> str:
    """Say what attaching a removed document again may come to, "" where nothing speaks against."""
    if not is_deleted(files):
        return ""
    return (
        f"This service deletes a file with its document, as seen here on {files.day}: what is "
        "gone cannot be attached again."
    )


def undo_hint(files: Fact, count: int = 1) -> str:
    """Say how a removal is undone, "" where it cannot be."""
    if is_deleted(files):
        return ""
    pronoun, possessive = ("it", "its") if count == 1 else ("them", "their")
    verb = "is" if count == 1 else "are"
    they = "it" if count == 1 else "they"
    return (
        f"Undo: {key_for('write.undo')} attaches {pronoun} again with {possessive} fields; "
        f"{they} {verb} then indexed again."
    )
