"""What was found in a paste: how many IDs, what is odd, and values that may be used."""

from collections import Counter
from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.session.bulk.file_ids import PastedIds
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.controls import CheckMark

_NAMED = 5


class PastedFound(Vertical):
    """Tell what was found, and ask whether what stands beside the IDs is meant as values."""

    def __init__(self, *, fields_known: bool = True) -> None:
        super().__init__(id="attach-found")
        self._reason = (
            "the collection has no such field"
            if fields_known
            else ("the fields of the collection are not known")
        )
        self._message_line = Static(classes="form-note")
        self.use = CheckMark("", value=True, id="attach-use")
        self.use.display = False

    def compose(self) -> ComposeResult:
        """Yield the sentences, and the choice below them."""
        yield self._message_line
        yield self.use

    def show_count(self, count: int) -> None:
        """Say about how many there are, while they are still read."""
        self._message_line.update(Content(f"About {format_many(count, 'ID')}; reading them…"))
        self.use.display = False

    def show(
        self,
        pasted: PastedIds,
        fields: Mapping[str, Mapping[str, str]],
        left_out: Sequence[str],
        *,
        empty: bool,
    ) -> None:
        """Say what was found: values that may be used, by ID and key, and columns that may not."""
        lines = [] if pasted.problem or empty else [_count(pasted)]
        if pasted.notes:
            lines.append(" · ".join(clean(note, 300) for note in pasted.notes))
        if left_out:
            lines.append(f"Left out, because {self._reason}: {_names(left_out)}")
        counts = Counter(key for own in fields.values() for key in own)
        self._message_line.update(Content("\n".join(lines)))
        self.use.display = bool(counts)
        values = [f"{key} ({count:,})" for key, count in counts.items()]
        self.use.label = Content(f"Use the values next to them: {_names(values)}")


def _count(pasted: PastedIds) -> str:
    count = len(pasted.file_ids)
    if not count:
        return "No file ID found."
    parts = [format_many(count, "ID")]
    if pasted.repeated:
        parts.append(f"{len(pasted.repeated):,} repeated")
    if pasted.malformed:
        parts.append(f"does not look like a file ID: {_names(pasted.malformed, 1)}")
    return " · ".join(parts)


def _names(names: Sequence[str], at_most: int = _NAMED) -> str:
    shown = ", ".join(clean(name, 40) for name in names[:at_most])
    rest = len(names) - at_most
    return f"{shown} and {rest:,} more" if rest > 0 else shown
