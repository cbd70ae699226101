"""How files of this machine stand to a collection, in words: pure, and for scripts too."""

from xcoll_tui.session.upload.comparison import STATES, FolderComparison


def compared_words(comparison: FolderComparison) -> str:
    """Say how many files are new, changed, only there or unchanged, and how that was seen."""
    words = {"missing": "not among these files"}
    counts = ", ".join(
        f"{comparison.counts[state]:,} {words.get(state, state)}"
        for state in STATES
        if comparison.counts[state]
    )
    return f"{counts}; {compared_by(comparison)}."


def compared_by(comparison: FolderComparison) -> str:
    """Say what of the files was compared."""
    if comparison.hashed_by:
        return f"by size and {comparison.hashed_by}"
    if comparison.of("unchanged"):
        return "by size alone: no hash of the service matches one that can be made here"
    return "by size"
