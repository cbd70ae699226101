"""What a person wants of the screen, as their configuration says it: values only."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

CONFIG_FILE = "config.toml"

COLUMNS = ("name", "status", "size", "type", "created", "chunks", "indexed", "file_id")
"""The columns of documents that are not fields; those are called `fields.KEY`."""
FIELD_COLUMN = "fields."


class RemovalConfirm(StrEnum):
    """When the removal of one document is asked about; of more than one it always is."""

    ASK = "ask"
    NEVER = "never"
    """Not where it is under the cursor, and undo is known to put it back."""


class QuitConfirm(StrEnum):
    """When leaving is asked about; while something is being written it always is."""

    WRITING = "writing"
    ALWAYS = "always"


class Glyphs(StrEnum):
    """What the screen is drawn with."""

    RICH = "rich"
    PLAIN = "plain"
    """ASCII, where a font or a locale has no more."""


class Preferences(NamedTuple):
    """What `config.toml` says; what it does not say is as the program has it."""

    theme: str = ""
    """"" when none is named."""
    keys: Mapping[str, str] = MappingProxyType({})
    """The keys of actions by their IDs, as Textual names them: a keymap without clashes."""
    columns: tuple[str, ...] = ()
    """The columns of documents in the order in which they stand; () where all do."""
    confirm_removal: RemovalConfirm = RemovalConfirm.ASK
    confirm_quit: QuitConfirm = QuitConfirm.WRITING
    glyphs: Glyphs | None = None
    """None where the terminal decides."""
    problems: tuple[str, ...] = ()
    """What is wrong with the file, a sentence each."""
