"""Copies rows in the form that is picked."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.presentation import copies
from xcoll_tui.ui.screens.pick import Pickable

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host
    from xcoll_tui.ui.presentation.copies import Row

_SHOWN = 10
"""Rows of which the text is looked at before one form is picked."""


class _Form(NamedTuple):
    name: str
    noun: str
    many: str
    """What more than one are called."""
    write: "Callable[[Sequence[Row]], str]"


async def copy_rows(
    host: "Host", session: "Session", row_ids: Sequence[str], collection_id: str | None
) -> None:
    """Ask in which form, and copy documents of a collection, or else collections."""
    rows, missing = _rows_of(session, row_ids, collection_id)
    forms = {
        form.name: form
        for form in (
            _Form("ID", "ID", "IDs", copies.ids),
            _Form("Name", "Name", "names", copies.names),
            _Form("JSON", "JSON", "JSON objects", copies.as_json),
            _Form("CSV", "CSV row", "CSV rows", copies.as_csv),
            _Form(
                "curl",
                "Command",
                "commands",
                partial(
                    copies.curl_lines,
                    collection_id=collection_id,
                    base_url=session.place,
                    variable=host.credential_variable,
                ),
            ),
        )
    }
    note = ""
    if missing:
        they = "it is" if missing == 1 else f"{missing:,} of them are"
        note = f"Of what the filter hides only the ID is known: {they} not loaded."
    choices = [
        Pickable(name, name, " ".join(form.write(rows[:_SHOWN]).split()), note)
        for name, form in forms.items()
    ]
    title = "Copy" if len(rows) == 1 else f"Copy {len(rows):,} rows"
    picked = await host.pick(title, choices, "Copy")
    if picked is None:
        return
    form = forms[picked]
    noun = form.noun if len(rows) == 1 else f"{len(rows):,} {form.many}"
    copy_text(host.app, form.write(rows), host.tell, noun)


def _rows_of(
    session: "Session", row_ids: Sequence[str], collection_id: str | None
) -> "tuple[list[Row], int]":
    """Return the rows that are loaded, the IDs of the others, and how many those are."""
    feed = session.collections if collection_id is None else session.documents
    found = [None if feed is None else feed.listing.get(row_id) for row_id in row_ids]
    rows = [row_id if row is None else row for row_id, row in zip(row_ids, found, strict=True)]
    return rows, found.count(None)
