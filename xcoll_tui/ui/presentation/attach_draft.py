"""A draft of an attach: the files with their fields, and what was typed for them. Pure."""

from collections.abc import Container, Mapping
from typing import NamedTuple

from xcoll_tui.session.bulk.file_ids import write_table


class AttachDraft(NamedTuple):
    """Files with their fields; the form can open with it again."""

    fields: Mapping[str, Mapping[str, str]]
    """The fields of each file, by its ID, in the order given."""
    typed: str
    shared: Mapping[str, str]
    columns: Mapping[str, str]
    """What was typed for each unique field: a line a file."""
    table: tuple[str, ...] = ()
    """The fields whose values stood beside the IDs."""

    def only(self, file_ids: Container[str]) -> "AttachDraft":
        """Return the draft for some of the files, as if only these had been typed."""
        fields = {file_id: own for file_id, own in self.fields.items() if file_id in file_ids}
        columns = {
            key: "\n".join(own.get(key, "") for own in fields.values())
            for key in self.columns
            if key not in self.table
        }
        typed = write_table(fields, self.table) if self.table else "\n".join(fields)
        return AttachDraft(fields, typed, self.shared, columns, self.table)
