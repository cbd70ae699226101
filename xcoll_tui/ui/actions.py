"""What can be done on the main screen: one entry an action.

Bindings, footer, help, palette and the keys in the README are read from here; so is why an action
has nothing to do it to.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xcoll_tui.ui.hints import Hint, show_key

if TYPE_CHECKING:
    from textual.binding import BindingType


class Group(StrEnum):
    """Under which title an action stands in the help."""

    MOVE = "Move"
    LOOK = "View"
    CHANGE = "Change"
    MARK = "Mark and copy"
    PROGRAM = "Program"


class Owner(Enum):
    """The part that carries an action out: has its binding, and its `action_` method."""

    ROWS = "the table with the cursor"
    MAIN = "the main screen"
    APP = "the app"


class Situation(NamedTuple):
    """The facts that an action may depend on."""

    connected: bool = False
    read_only: str = ""
    """Why nothing may be written; "" where it may."""
    on_documents: bool = False
    has_collection: bool = False
    """Whether the documents of one are shown."""
    has_row: bool = False
    """Whether one is under the cursor, or marked."""
    rows_seen: bool = False
    """Whether the rows are those that an earlier session has seen: nothing is done to them."""
    rows_behind: bool = False
    """Whether the rows are those of another filter than the one typed or asked for last."""


class Need(Enum):
    """A thing that has to be there for an action; the value says that it is not."""

    SERVICE = "Not connected yet."
    WRITING = "Nothing can be written here."
    COLLECTION = "No collection is open."
    LIST = "Nothing is listed here yet."
    DOCUMENTS = "This works on documents: {documents} goes to them."
    ROW = "Nothing is under the cursor."
    ROW_READ = "These rows are from last time; the service has not shown them yet."
    ROWS_MEANT = "The rows are of the previous filter: ⏎ applies the new one, {back} clears it."

    def why_not(self, situation: Situation) -> str:
        """Say what is missing, "" where it is there."""
        if self is Need.WRITING:
            return situation.read_only
        met = {
            Need.SERVICE: situation.connected,
            Need.COLLECTION: situation.has_collection,
            Need.LIST: situation.has_collection or not situation.on_documents,
            Need.DOCUMENTS: situation.on_documents,
            Need.ROW: situation.has_row,
            Need.ROW_READ: not situation.rows_seen,
            Need.ROWS_MEANT: not situation.rows_behind,
        }[self]
        return "" if met else self.sentence

    @property
    def sentence(self) -> str:
        """What is missing, and the key that leads there."""
        text = str(self.value)
        return text.format(documents=key_for("pane.documents"), back=key_for("back"))


class Action(NamedTuple):
    """An action that a key sets going."""

    id: str
    keys: str
    """As Textual names them, divided by commas; the first is the one that is shown."""
    call: str
    """The name of the `action_` method, with arguments in brackets."""
    label: str
    group: Group
    owner: Owner = Owner.MAIN
    needs: tuple[Need, ...] = ()
    about: str = ""
    """What the label leaves out."""
    anywhere: bool = False
    """Whether it goes before what has the focus."""

    @property
    def writes(self) -> bool:
        """Whether it changes what the service holds."""
        return Need.WRITING in self.needs

    def why_not(self, situation: Situation) -> str:
        """Say why there is nothing to do it to, "" where there is."""
        return next(filter(None, (need.why_not(situation) for need in self.needs)), "")


_HERE = (Need.SERVICE, Need.WRITING)
_INTO_COLLECTION = (*_HERE, Need.COLLECTION)
_TO_ROW = (*_HERE, Need.ROW_READ, Need.ROW, Need.ROWS_MEANT)
_TO_DOCUMENT = (*_HERE, Need.DOCUMENTS, Need.ROW, Need.ROWS_MEANT)
_TO_LIST = (Need.SERVICE, Need.LIST)
_MARKED = (Need.DOCUMENTS, Need.ROW, Need.ROWS_MEANT)

ACTIONS = (
    Action("row.down", "down,j", "move(1)", "Down", Group.MOVE, Owner.ROWS),
    Action("row.up", "up,k", "move(-1)", "Up", Group.MOVE, Owner.ROWS),
    Action("row.page_down", "pagedown", "page(1)", "Page down", Group.MOVE, Owner.ROWS),
    Action("row.page_up", "pageup", "page(-1)", "Page up", Group.MOVE, Owner.ROWS),
    Action("row.first", "g,home", "first", "First row", Group.MOVE, Owner.ROWS),
    Action("row.last", "G,end", "last", "Last row", Group.MOVE, Owner.ROWS),
    Action(
        "row.open", "enter", "open", "Open", Group.MOVE, Owner.ROWS, about="details of a document"
    ),
    Action(
        "row.columns_right", "right", "columns(1)", "Columns to the right", Group.MOVE, Owner.ROWS
    ),
    Action(
        "row.columns_left", "left", "columns(-1)", "Columns to the left", Group.MOVE, Owner.ROWS
    ),
    Action("pane.collections", "1", "pane(1)", "Collections", Group.MOVE),
    Action("pane.documents", "2", "pane(2)", "Documents", Group.MOVE),
    Action("pane.left", "h", "pane(1)", "To the collections", Group.MOVE),
    Action("pane.right", "l", "pane(2)", "To the documents", Group.MOVE),
    Action("pane.other", "tab", "other_pane", "Next pane", Group.MOVE),
    Action("pane.previous", "shift+tab", "other_pane(-1)", "Previous pane", Group.MOVE),
    Action(
        "back",
        "escape",
        "back",
        "Back",
        Group.MOVE,
        about="closes a dialog, clears filter or marks, then goes left",
    ),
    Action("filter.edit", "slash", "filter", "Filter", Group.LOOK),
    Action(
        "filter.failed", "F", "failed_only", "Failed only", Group.LOOK, needs=(Need.COLLECTION,)
    ),
    Action(
        "find",
        "f",
        "find",
        "Find",
        Group.LOOK,
        about="in the loaded rows, all columns",
    ),
    Action("sort.next", "s", "sort", "Sort", Group.LOOK, needs=_TO_LIST, about="choose by what"),
    Action("sort.reverse", "S", "reverse", "Reverse the sort order", Group.LOOK, needs=_TO_LIST),
    Action(
        "columns",
        "C",
        "choose_columns",
        "Columns",
        Group.LOOK,
        needs=(Need.COLLECTION,),
        about="which ones, in which order",
    ),
    Action("preview", "w", "preview", "Preview on or off", Group.LOOK),
    Action(
        "refresh",
        "R,ctrl+r",
        "refresh",
        "Refresh",
        Group.LOOK,
        needs=(Need.SERVICE,),
        about="keeps your place; retries what is waiting",
    ),
    Action(
        "search",
        "t",
        "search",
        "Test retrieval",
        Group.LOOK,
        needs=(Need.SERVICE, Need.COLLECTION),
        about="what a question finds; needs an inference key",
    ),
    Action(
        "pane.files",
        "3",
        "files",
        "Files of the team",
        Group.LOOK,
        needs=(Need.SERVICE,),
        about="where each is used; needs an inference key",
    ),
    Action(
        "show.properties",
        "p",
        "properties",
        "Properties",
        Group.LOOK,
        needs=(Need.ROW_READ, Need.ROW),
        about="of what is under the cursor",
    ),
    Action("mark.toggle", "space", "mark", "Mark", Group.MARK, needs=_MARKED),
    Action("mark.range", "v", "mark_range", "Mark up to here", Group.MARK, needs=_MARKED),
    Action(
        "mark.all",
        "asterisk",
        "mark_all",
        "Mark all loaded rows",
        Group.MARK,
        needs=(Need.DOCUMENTS, Need.COLLECTION, Need.ROWS_MEANT),
    ),
    Action(
        "write.attach", "a", "attach", "Attach files by ID", Group.CHANGE, needs=_INTO_COLLECTION
    ),
    Action("write.upload", "u", "upload", "Upload files", Group.CHANGE, needs=_INTO_COLLECTION),
    Action(
        "write.edit",
        "e",
        "edit",
        "Edit",
        Group.CHANGE,
        needs=_TO_ROW,
        about="or one field of all marked",
    ),
    Action(
        "write.remove",
        "d,delete",
        "remove",
        "Remove, delete",
        Group.CHANGE,
        needs=_TO_ROW,
        about="asks first",
    ),
    Action("write.reindex", "i", "reindex", "Re-index", Group.CHANGE, needs=_TO_DOCUMENT),
    Action("write.new", "n", "new", "New collection", Group.CHANGE, needs=_HERE),
    Action("write.undo", "z", "undo", "Undo", Group.CHANGE, needs=_HERE),
    Action("write.redo", "Y", "redo", "Redo the last undo", Group.CHANGE, needs=_HERE),
    Action(
        "write.undo_log",
        "U",
        "undo_log",
        "Undo log: undo any write",
        Group.CHANGE,
        needs=(Need.SERVICE,),
    ),
    Action("write.recreate", "B", "recreate", "Recreate from backup", Group.CHANGE, needs=_HERE),
    Action(
        "write.finish",
        "exclamation_mark",
        "unfinished",
        "Finish what was interrupted",
        Group.CHANGE,
        needs=_HERE,
    ),
    Action(
        "activity",
        "at",
        "activity",
        "Activity",
        Group.LOOK,
        needs=(Need.SERVICE,),
        about="writes and requests; ⏎ opens a run",
    ),
    Action(
        "run.show",
        "r",
        "show_run",
        "Show the run",
        Group.LOOK,
        needs=(Need.SERVICE,),
        about="the bulk operation under way, or the last one",
    ),
    Action(
        "copy.id",
        "c",
        "copy",
        "Copy the ID",
        Group.MARK,
        needs=(Need.ROW_READ, Need.ROW),
        about="or the IDs of all marked",
    ),
    Action(
        "copy.menu",
        "y",
        "copy_menu",
        "Copy as…",
        Group.MARK,
        needs=(Need.ROW_READ, Need.ROW),
        about="ID, name, JSON, CSV row, curl",
    ),
    Action(
        "export",
        "ctrl+e",
        "export",
        "Export to a file",
        Group.MARK,
        needs=(Need.SERVICE, Need.COLLECTION, Need.ROWS_MEANT),
        about="what is marked, loaded, or all; CSV, JSON",
    ),
    Action("load.all", "L", "load_all", "Load all", Group.LOOK, needs=_TO_LIST),
    Action("help", "question_mark,f1", "help", "Help", Group.PROGRAM),
    Action("palette", "colon,ctrl+p", "command_palette", "Commands", Group.PROGRAM, Owner.APP),
    Action("profile", "P", "switch_profile", "Switch to another profile", Group.PROGRAM, Owner.APP),
    Action("key", "K", "enter_key", "Enter another key", Group.PROGRAM, Owner.APP),
    Action(
        "key.inference",
        "ctrl+k",
        "enter_inference_key",
        "Enter an inference key",
        Group.PROGRAM,
        needs=(Need.SERVICE,),
        about="for search and files",
    ),
    Action(
        "redraw", "ctrl+l", "redraw", "Redraw the screen", Group.PROGRAM, Owner.APP, anywhere=True
    ),
    Action(
        "suspend",
        "ctrl+z",
        "suspend_process",
        "Suspend; fg brings it back",
        Group.PROGRAM,
        Owner.APP,
    ),
    Action("quit", "q", "quit", "Quit", Group.PROGRAM, Owner.APP),
    Action(
        "quit.anywhere",
        "ctrl+q",
        "quit",
        "Quit, from anywhere",
        Group.PROGRAM,
        Owner.APP,
        anywhere=True,
    ),
)
BY_ID = {action.id: action for action in ACTIONS}


def bindings_of(owner: Owner) -> "list[BindingType]":
    """List the bindings of what carries actions out."""
    from textual.binding import Binding  # noqa: PLC0415 - commands name keys, and load no screen

    return [
        Binding(
            action.keys,
            action.call,
            action.label,
            id=action.id,
            show=False,
            priority=action.anywhere,
        )
        for action in ACTIONS
        if action.owner is owner
    ]


def key_of(action_id: str, keymap: Mapping[str, str]) -> str:
    """Return the first key that an action has now, as it is printed on a keyboard."""
    return show_key(keymap.get(action_id, BY_ID[action_id].keys).split(",")[0].strip())


_keymap: dict[str, str] = {}
"""A process has one keymap: `config.toml` is read at its start, and never again."""


def use_keymap(keymap: Mapping[str, str]) -> None:
    """Let sentences name the keys of a keymap; what it leaves out has the keys of the table."""
    _keymap.clear()
    _keymap.update(keymap)


def key_for(action_id: str) -> str:
    """Return the first key that an action has in this program, as a sentence names it."""
    key = key_of(action_id, _keymap)
    return "Esc" if key == "esc" else key


def hints_of(keymap: Mapping[str, str]) -> dict[str, Hint]:
    """List all actions by ID: the keys they have now, what they do, and what is called."""
    hints: dict[str, Hint] = {}
    for action in ACTIONS:
        keys = tuple(show_key(key.strip()) for key in keymap.get(action.id, action.keys).split(","))
        hints[action.id] = Hint(keys[0], action.label, action.call, keys)
    return hints
