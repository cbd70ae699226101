"""Choosing what the rows are sorted by, and which columns are shown."""

from typing import TYPE_CHECKING, Any, NamedTuple

from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.loaded import cannot_sort
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.choose_columns import ChooseColumnsScreen, ColumnChoice
from xcoll_tui.ui.screens.pick import Pickable
from xcoll_tui.ui.screens.sort import SortScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xcoll_tui.ui.flows.host import Host
    from xcoll_tui.ui.widgets.columns import Column
    from xcoll_tui.ui.widgets.pane import Pane
    from xcoll_tui.ui.widgets.panes import DocumentPane


class _Sort(NamedTuple):
    name: str
    label: str
    facts: str
    possible: bool


async def choose_sort(host: "Host", pane: "Pane[Any]") -> None:
    """Offer what the service can sort by, then what can be sorted here, and sort by one of them.

    The cursor begins on the one behind the sort that is shown, so that Enter takes the next.
    """
    sorts = _sorts(pane)
    name, descending = pane.sorting
    names = [sort.name for sort in sorts]
    at = names.index(name) if name in names else -1
    following = [*sorts[at + 1 :], *sorts[: at + 1]]
    first = next((sort.name for sort in following if sort.possible), name)
    now = f"now {'▼' if descending else '▲'}, ⏎ reverses it"
    choices = [
        Pickable(
            sort.name,
            clean(sort.label, 60),
            f"{sort.facts} · {now}" if sort.name == name else sort.facts,
            "" if sort.possible else cannot_sort(sort.label),
        )
        for sort in sorts
    ]
    picked = await ask(host, SortScreen("Sort by", choices, "Sort", first=first))
    chosen = next((sort for sort in sorts if sort.name == picked), None)
    if chosen is None:
        return
    if not chosen.possible and _is_missing_rows(pane, chosen.name):
        host.refuse(cannot_sort(chosen.label))
        return
    pane.sort_by(chosen.name, descending=chosen.name == name and not descending)


def _sorts(pane: "Pane[Any]") -> list[_Sort]:
    service, here = "by the service", "sorted here"
    unknown = f"not all loaded: {key_for('load.all')} loads all"
    sorts = [
        _Sort(column.sort_by, column.label, service, possible=True)
        for column in pane.all_columns
        if column.sort_by
    ]
    sorts += [_Sort(name, label, service, possible=True) for name, label in pane.sorts.items()]
    for column in pane.all_columns:
        if column.value is not None:
            possible = pane.can_sort_here(column)
            sorts.append(_Sort(column.key, column.label, here if possible else unknown, possible))
    return sorts


def _is_missing_rows(pane: "Pane[Any]", key: str) -> bool:
    """Tell whether rows are missing still: some may have come while the list was open."""
    return not any(pane.can_sort_here(column) for column in pane.all_columns if column.key == key)


async def choose_columns(host: "Host", pane: "DocumentPane") -> None:
    """Offer all columns that there are, those that are shown first, and show what is chosen."""
    shown = [column.key for column in pane.table.layout_of.columns]
    choices = _columns(pane.all_columns[1:], shown[1:], pane.defined)
    title = f"Columns of {clean(pane.heading, 60)}, after the name"
    chosen = await ask(host, ChooseColumnsScreen(title, choices))
    if chosen is not None:
        pane.choose_columns(chosen.columns)


def _columns(
    columns: "Sequence[Column[Any]]", shown: "Sequence[str]", defined: "Collection[str]"
) -> list[ColumnChoice]:
    by_key = {column.key: column for column in columns}
    # What is shown of itself, as why a document failed, is none to choose.
    ordered = [by_key[key] for key in shown if key in by_key]
    ordered += [column for column in columns if column.key not in shown]
    return [
        ColumnChoice(column.key, column.label, _facts(column.key, defined), column.key in shown)
        for column in ordered
    ]


def _facts(key: str, defined: "Collection[str]") -> str:
    field = key.removeprefix("fields.")
    if field == key:
        return ""
    return "field" if field in defined else "undefined field"
