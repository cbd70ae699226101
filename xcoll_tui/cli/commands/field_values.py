"""Fields on a command line: `KEY=VALUE`, a table of files, and the rules of a collection."""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.file_ids import parse_file_ids
from xcoll_tui.cli.commands.input_file import read_input_text
from xcoll_tui.cli.parser import EXIT_USAGE, holds_key
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.api.models import FieldDefinition
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.bulk.file_ids import PastedIds

Fields = dict[str, str]

_PREFIX = "fields."
_NAMED = 3


def field_value(text: str) -> tuple[str, str]:
    """Read KEY=VALUE; a type of argparse."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        # Not repeated: it may be anything, a key included.
        raise argparse.ArgumentTypeError("write it as KEY=VALUE")
    if holds_key(text):
        raise argparse.ArgumentTypeError("it holds what looks like a management key")
    return key, value


def as_fields(pairs: Iterable[tuple[str, str]], option: str) -> Fields:
    """Return fields by key; raises CommandFailed where one is given twice."""
    fields: Fields = {}
    for key, value in pairs:
        if key in fields:
            raise CommandFailed(f"{option} gives “{clean(key, 60)}” twice.", EXIT_USAGE)
        fields[key] = value
    return fields


def add_fields(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002 - argparse's own
    """Add the option that gives fields, `fields`."""
    parser.add_argument(
        "--field",
        dest="fields",
        type=field_value,
        action="append",
        default=[],
        metavar="K=V",
        help=help,
    )


def read_table(path: str, output: "Output") -> "PastedIds":
    """Read a row a file, out of a file or standard input (-); raises CommandFailed."""
    pasted = parse_file_ids(read_input_text(path), output)
    if not pasted.file_ids:
        raise CommandFailed(f"There is no file ID in {clean(path, 200)}.", EXIT_USAGE)
    if pasted.notes:
        # Nobody looks at what is taken here, so a row that is doubtful stops all of them.
        raise CommandFailed(
            f"Nothing was sent: {clean(path, 200)} has rows to put right. {pasted.notes[0]}.",
            EXIT_USAGE,
        )
    return pasted


def fields_of_rows(
    pasted: "PastedIds", definitions: "Sequence[FieldDefinition]"
) -> dict[str, Fields]:
    """Return the fields of each file in a table, by its ID.

    Columns such as `fields.ticker`, which `xcoll export` writes, are fields, and then the others
    are none; else all are. A column has the key of a definition also where case and blanks differ.
    """
    from xcoll_tui.session.bulk.file_ids import keys_of_columns  # noqa: PLC0415 - few need it

    prefixed = [name for name in pasted.columns if name.startswith(_PREFIX) and name != _PREFIX]
    keys = {name: name.removeprefix(_PREFIX) for name in prefixed}
    if not prefixed:
        defined = keys_of_columns(pasted.columns, [definition.key for definition in definitions])
        keys = {name: defined.get(name, name) for name in pasted.columns}
    return {
        file_id: {keys[name]: value for name, value in values.items() if name in keys}
        for file_id, values in pasted.values.items()
    }


def check_fields(
    fields: Mapping[str, Mapping[str, str]], definitions: "Sequence[FieldDefinition]"
) -> None:
    """Raise CommandFailed where what is to be attached breaks a rule of the collection."""
    for definition in definitions:
        key = definition.key
        lacking = [file_id for file_id, own in fields.items() if not own.get(key)]
        if definition.required and lacking:
            raise CommandFailed(
                f"“{clean(key, 60)}” is required, and {_listed(lacking)} "
                f"{'has' if len(lacking) == 1 else 'have'} none. Nothing was sent.",
                EXIT_USAGE,
            )
        if definition.unique:
            _check_unique(key, fields)


def _check_unique(key: str, fields: Mapping[str, Mapping[str, str]]) -> None:
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for file_id, own in fields.items():
        if own.get(key):
            holders[own[key]].append(file_id)
    for value, file_ids in holders.items():
        if len(file_ids) > 1:
            raise CommandFailed(
                f"The values of “{clean(key, 60)}” must differ from document to document, and "
                f"{_listed(file_ids)} have “{clean(value, 60)}”. Nothing was sent.",
                EXIT_USAGE,
            )


def _listed(file_ids: Sequence[str]) -> str:
    shown = ", ".join(clean(file_id, 60) for file_id in file_ids[:_NAMED])
    more = len(file_ids) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def words_of(fields: Mapping[str, str]) -> str:
    """Write fields into a sentence."""
    return ", ".join(f"{clean(key, 60)} = “{clean(value, 100)}”" for key, value in fields.items())
