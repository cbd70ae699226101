"""Every key by the ID of its binding: for the footer, the help and the palette."""

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from xcoll_tui.ui.widgets.lines import Hint

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
