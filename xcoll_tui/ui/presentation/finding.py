"""Finding a text in others, where case makes no difference: pure."""

from xcoll_tui.session.lists.letter_case import fold


def find_all(found: str, text: str) -> list[int]:
    """List where a folded text stands in another, without overlaps.

    Nowhere in one that has another length when it is folded: its places would be others.
    """
    if not found:
        return []
    folded = fold(text)
    if len(folded) != len(text):
        return []
    places, at = [], folded.find(found)
    while at >= 0:
        places.append(at)
        at = folded.find(found, at + len(found))
    return places


def count_words(place: int | None, count: int, *, going: bool) -> str:
    """Say which one of how many stands under the cursor."""
    if not count:
        return "looking…" if going else "nothing"
    more = "…" if going else ""
    return f"{place + 1:,} of {count:,}{more}" if place is not None else f"{count:,}{more}"
