"""What the footer shows before the way to the rest: the keys that matter where the focus is."""

from xcoll_tui.ui.actions import BY_ID
from xcoll_tui.ui.hints import Hint

COLLECTIONS = (
    ("row.open", "Open"),
    ("write.new", "New"),
    ("write.edit", "Edit"),
    ("write.remove", "Delete"),
    ("show.properties", "Properties"),
    ("filter.edit", "Filter"),
    ("palette", "Commands"),
)
DOCUMENTS = (
    ("row.open", "Open"),
    ("write.attach", "Attach"),
    ("write.edit", "Edit"),
    ("write.remove", "Remove"),
    ("write.reindex", "Re-index"),
    ("mark.toggle", "Mark"),
    ("filter.edit", "Filter"),
)
READING = (
    ("row.open", "Open"),
    ("show.properties", "Properties"),
    ("filter.edit", "Filter"),
    ("filter.failed", "Failed"),
    ("sort.next", "Sort"),
    ("row.last", "End"),
    ("refresh", "Refresh"),
)
MARKED = (
    ("write.remove", "Remove"),
    ("write.edit", "Set a field"),
    ("write.reindex", "Re-index"),
    ("copy.id", "Copy IDs"),
    ("back", "Unmark"),
)
MARKED_READING = (("copy.id", "Copy IDs"), ("copy.menu", "Copy as"), ("back", "Unmark"))
MORE = (
    ("write.undo", "Undo"),
    ("filter.failed", "Failed"),
    ("palette", "Commands"),
    ("quit", "Quit"),
)
"""Where there is room, before the way to the rest."""
FILTER = (
    Hint("⏎", "Apply", ""),
    Hint("esc", "Clear", ""),
    Hint("Tab", "Complete", ""),
    Hint("↑", "Earlier", ""),
    Hint("↓", "Rows", ""),
)
FIND = (
    Hint("⏎", "Keep place", ""),
    Hint("esc", "Back", ""),
    Hint("↓", "Next", ""),
    Hint("↑", "Previous", ""),
)


def hints_for(
    *, read_only: bool, on_documents: bool, marks: int = 0, is_filtered: bool = False
) -> list[tuple[str, str]]:
    """List what the footer shows, action and label; the way to the rest is the last.

    Of what stands before it, the last is left out first where there is no room.
    """
    if marks:
        labels = dict(MARKED_READING if read_only else MARKED)
    elif read_only:
        labels = dict(READING)
    else:
        labels = dict(DOCUMENTS if on_documents else COLLECTIONS)
    if marks == 1:
        labels["copy.id"] = "Copy ID"
    if marks and is_filtered:
        labels["back"] = "Clear filter"  # that is what it does first
    for action_id, label in MORE:
        if not (read_only and BY_ID[action_id].writes):
            labels.setdefault(action_id, label)
    return [*labels.items(), ("help", "Help")]
