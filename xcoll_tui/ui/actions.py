"""Every key of the main screen, by the ID of its binding: for the footer, the help, the palette."""

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from xcoll_tui.ui.widgets.header_footer import Hint

MAIN_KEYS: tuple[BindingType, ...] = (
    Binding("1", "pane(1)", "Collections", id="pane.collections", show=False),
    Binding("2", "pane(2)", "Documents", id="pane.documents", show=False),
    Binding("h", "pane(1)", "To the collections", id="pane.left", show=False),
    Binding("l", "pane(2)", "To the documents", id="pane.right", show=False),
    Binding("tab,shift+tab", "other_pane", "The other pane", id="pane.other", show=False),
    Binding("escape", "back", "Back", id="back", show=False),
    Binding("slash", "filter", "Filter", id="filter.edit", show=False),
    Binding("F", "failed_only", "Failed only", id="filter.failed", show=False),
    Binding("s", "sort", "Sort by the next column", id="sort.next", show=False),
    Binding("S", "reverse", "Reverse the order", id="sort.reverse", show=False),
    Binding("R,ctrl+r", "refresh", "Refresh", id="refresh", show=False),
    Binding("p", "properties", "Properties", id="show.properties", show=False),
    Binding("space", "mark", "Mark", id="mark.toggle", show=False),
    Binding("v", "mark_range", "Mark up to here", id="mark.range", show=False),
    Binding("asterisk", "mark_all", "Mark all that is loaded", id="mark.all", show=False),
    Binding("a", "attach", "Attach files by ID", id="write.attach", show=False),
    Binding("e", "edit", "Edit", id="write.edit", show=False),
    Binding("d,delete", "remove", "Remove, delete", id="write.remove", show=False),
    Binding("i", "reindex", "Re-index", id="write.reindex", show=False),
    Binding("n", "new", "New collection", id="write.new", show=False),
    Binding("z", "undo", "Undo", id="write.undo", show=False),
    Binding("Y", "redo", "Redo what was undone last", id="write.redo", show=False),
    Binding("U", "undo_log", "Undo any write: the list", id="write.undo_log", show=False),
    Binding("B", "recreate", "Recreate from backup", id="write.recreate", show=False),
    Binding(
        "exclamation_mark", "unfinished", "Finish what broke off", id="write.finish", show=False
    ),
    Binding("at", "activity", "Activity", id="activity", show=False),
    Binding("c", "copy", "Copy the ID", id="copy.id", show=False),
    Binding("L", "load_all", "Load all", id="load.all", show=False),
    Binding("question_mark,f1", "help", "Help", id="help", show=False),
)

# What the footer shows: the bindings that matter where the focus is, the way to the rest last.
COLLECTIONS = (
    ("row.open", "Open"),
    ("write.new", "New"),
    ("write.edit", "Edit"),
    ("write.remove", "Delete"),
    ("show.properties", "Properties"),
    ("filter.edit", "Filter"),
    ("palette", "Commands"),
    ("help", "Help"),
)
DOCUMENTS = (
    ("row.open", "Open"),
    ("write.attach", "Attach"),
    ("write.edit", "Edit"),
    ("write.remove", "Remove"),
    ("write.reindex", "Re-index"),
    ("mark.toggle", "Mark"),
    ("filter.edit", "Filter"),
    ("help", "Help"),
)
READING = (
    ("row.open", "Open"),
    ("show.properties", "Properties"),
    ("filter.edit", "Filter"),
    ("filter.failed", "Failed"),
    ("sort.next", "Sort"),
    ("row.last", "End"),
    ("refresh", "Refresh"),
    ("help", "Help"),
)
FILTER = (
    Hint("⏎", "Apply", ""),
    Hint("esc", "Clear", ""),
    Hint("↓", "Rows", ""),
)

_GLYPHS = {
    "enter": "⏎",
    "escape": "esc",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "asterisk": "*",
    "exclamation_mark": "!",
    "at": "@",
    "delete": "Del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "f1": "F1",
    "shift+tab": "⇧Tab",
    "tab": "Tab",
}


def show_key(key: str) -> str:
    """Write one key as it is printed on a keyboard."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return _GLYPHS.get(key, key)


def hints_of(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> dict[str, Hint]:
    """List bindings by their IDs: the keys they have now, what they do, and their actions."""
    hints: dict[str, Hint] = {}
    for binding in bindings:
        if isinstance(binding, Binding) and binding.id is not None:
            keys = keymap.get(binding.id, binding.key).split(",")
            shown = tuple(show_key(key.strip()) for key in keys)
            hints[binding.id] = Hint(shown[0], binding.description, binding.action, shown)
    return hints
