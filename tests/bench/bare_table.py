"""A DataTable of some rows, as the floor of what is written to a terminal."""

import os

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class BareTable(App[None]):
    """Show rows like those of documents."""

    def compose(self) -> ComposeResult:
        table = DataTable[str](cursor_type="row")
        table.add_columns("Name", "Status", "Size", "Type", "Created", "File ID", "Note")
        for number in range(int(os.environ["ROWS"])):
            table.add_row(
                f"Quarterly report {number:06}.pdf", "● ready", "71 KiB", "pdf", "2025-11-17",
                f"file_{number:036}", "of the year",
            )  # fmt: skip
        yield table


if __name__ == "__main__":
    BareTable().run()
