"""The filters that were used before, of each list by itself: pure."""

from collections.abc import Callable, Iterable, Mapping

from xcoll_tui.api.keys import ANY_PREFIX

KEPT = 50
"""How many filters are kept of a list."""
_LONGEST = 1_000
"""Characters of a filter that is worth keeping."""


class FilterHistory:
    """Filters by collection ID, that of the collections by ""; the newest first, none twice.

    `changed` is called after each that is remembered, with its collection and its text.
    """

    def __init__(
        self,
        filters: Mapping[str, Iterable[str]] | None = None,
        *,
        changed: Callable[[str, str], object] = lambda _collection_id, _text: None,
    ) -> None:
        self._filters: dict[str, list[str]] = {}
        self._changed: Callable[[str, str], object] = lambda _collection_id, _text: None
        self.add(filters or {})
        self._changed = changed

    def add(self, filters: Mapping[str, Iterable[str]]) -> None:
        """Put filters that are newer than all others in front of them."""
        for collection_id, texts in filters.items():
            for text in reversed(list(texts)):
                self.remember(collection_id, text)

    def remember(self, collection_id: str | None, text: str) -> bool:
        """Keep a filter as the newest one; False where it is none to keep.

        What looks like a key, typed in the wrong place, is not kept.
        """
        text = text.strip()
        if not text or len(text) > _LONGEST or ANY_PREFIX in text.lower():
            return False
        texts = self._filters.setdefault(collection_id or "", [])
        if text in texts:
            texts.remove(text)
        texts.insert(0, text)
        del texts[KEPT:]
        self._changed(collection_id or "", text)
        return True

    def earlier(self, collection_id: str | None) -> list[str]:
        """List the filters of a list, the newest first."""
        return list(self._filters.get(collection_id or "", ()))

    def as_dict(self) -> dict[str, list[str]]:
        """Return all of them, as they are given to a new history."""
        return {collection_id: list(texts) for collection_id, texts in self._filters.items()}
