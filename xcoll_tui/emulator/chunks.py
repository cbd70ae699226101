"""Chunks of a text, cut as a collection says: by characters, bytes, or tokens of four bytes."""

from collections.abc import Iterator

from xcoll_tui.emulator.wire import Json

# A chunk that is cut between words loses no more than this share of its length.
_SLACK = 5


def cut_text(text: str, chunking: Json) -> Iterator[str]:
    """Yield the chunks of a text in their order, each overlapping the one before."""
    longest, overlap = _sizes_of(chunking)
    strip = chunking.get("strip_whitespace", True) is not False
    begin = 0
    while begin < len(text):
        end = min(begin + longest, len(text))
        if end < len(text):
            space = max(text.rfind(mark, end - longest // _SLACK, end) for mark in (" ", "\n"))
            end = space + 1 if space > begin else end
        chunk = text[begin:end].strip() if strip else text[begin:end]
        if chunk:
            yield chunk
        if end == len(text):
            return
        begin = max(begin + 1, end - overlap)


def _sizes_of(chunking: Json) -> tuple[int, int]:
    """Return the longest chunk and the overlap, in characters; bytes count as such."""
    for strategy, settings in chunking.items():
        if isinstance(settings, dict):
            unit = "tokens" if "max_chunk_size_tokens" in settings else strategy.split("_")[-2]
            factor = 4 if unit == "tokens" else 1
            longest = max(16, int(settings.get(f"max_chunk_size_{unit}", 0)) * factor)
            overlap = int(settings.get(f"chunk_overlap_{unit}", 0)) * factor
            return longest, min(overlap, longest // 2)
    return 4000, 800
