"""How files of this machine stand to a collection, in words: pure, and for scripts too."""

from collections import Counter

from xcoll_tui.session.upload.comparison import Difference, FolderComparison
from xcoll_tui.session.upload.local_files import SkipReason

_WORDS = {
    "new": "new",
    "changed": "changed",
    "missing": "not among these files",
    "unchanged": "unchanged",
    "size": "of the same size",
    "unknown": "not comparable",
}


def compared_words(comparison: FolderComparison) -> str:
    """Say how many files are new, changed, only there or the same, and how that was seen."""
    counts = Counter(map(_word_of, comparison.differences))
    words = ", ".join(f"{counts[word]:,} {word}" for word in _WORDS.values() if counts[word])
    return f"{words}; {compared_by(comparison)}."


def _word_of(difference: Difference) -> str:
    if difference.state == "unchanged" and difference.by == "size":
        return _WORDS["size"]
    return _WORDS[difference.state]


def compared_by(comparison: FolderComparison) -> str:
    """Say what of the files was compared."""
    if comparison.hashed_by:
        return f"by size and {comparison.hashed_by}"
    if comparison.of("unchanged"):
        return "by size alone: no hash of the service matches one that can be made here"
    if comparison.of("unknown"):
        return "the service gives no size, and no hash that can be made here"
    return "by size"


def skipped_words(reasons: Counter[SkipReason]) -> str:
    """Say how many were skipped for each reason, as a sentence behind others; "" for none."""
    words = "; ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
    return f" Skipped: {words}." if words else ""
