"""What a search found, as rows and sentences: pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual.content import Content

from xcoll_tui.session.retrieval.chunks import snippet_of, spans_of
from xcoll_tui.session.retrieval.hits import MODES, Compared, Found, Hit, rank_words
from xcoll_tui.ui.presentation.bars import bar_pieces
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.facts import Fact, Section
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.search_state import SearchState
from xcoll_tui.ui.presentation.text import clean, clean_lines

_STEPS = 1_000
"""So finely a score is divided for its bar."""
_LONGEST = 100_000
_EXPECTED_SHOWN = 3


class HitRow(NamedTuple):
    """A chunk or a document that was found, as a row; its texts are clean."""

    key: str
    hit: Hit
    rank: str
    score: str
    name: str
    page: str
    is_expected: bool
    modes: Mapping[str, str] = {}
    """What each mode says of the document, where modes are compared."""
    alone: str = ""
    """The mode that alone finds it."""
    chunks: str = ""
    """How many chunks of the document were found, where it stands for them all."""
    collection: str = ""
    """The name of its collection, where several were asked."""


def name_of(hit: Hit) -> str:
    """Return the name of a hit's document, its ID where none is known."""
    return clean(hit.name or hit.file_id, 200)


def score_words(hit: Hit) -> str:
    """Write a score; it may be above 1, and missing."""
    if hit.score is None:
        return "–"
    return f"{hit.score:.3f}" if abs(hit.score) < 1_000 else f"{hit.score:,.0f}"


def score_bar(share: float, width: int) -> str:
    """Draw a share of the best score."""
    done = round(max(0.0, min(1.0, share)) * _STEPS)
    pieces = bar_pieces((done, _STEPS - done), width)
    return "".join(piece.text if piece.part == 0 else " " * len(piece.text) for piece in pieces)


def hit_rows(found: Found, expected: Sequence[str]) -> list[HitRow]:
    """Show what was found chunk by chunk."""
    return [_row(str(hit.rank), hit, expected) for hit in found.hits]


def document_rows(found: Found, expected: Sequence[str]) -> list[HitRow]:
    """Show what was found document by document, each by its best chunk."""
    return [
        _row(document.file_id, document.best, expected)._replace(
            rank=str(document.rank), chunks=str(len(document.hits))
        )
        for document in found.documents
    ]


def _row(key: str, hit: Hit, expected: Sequence[str]) -> HitRow:
    return HitRow(
        key,
        hit,
        str(hit.rank),
        score_words(hit),
        name_of(hit),
        "" if hit.page is None else str(hit.page),
        hit.file_id in expected,
    )


def snippet_words(
    hit: Hit, words: Sequence[str], length: int
) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return a clean part of a chunk on one line, and where the words of the question are in it."""
    return snippet_of(clean_lines(hit.text, _LONGEST), words, length)


def compared_rows(compared: Compared, expected: Sequence[str]) -> list[HitRow]:
    """Show the documents that any mode found, the best of all ranks first."""
    best: dict[str, Hit] = {}
    ranks: dict[str, dict[str, int]] = {}
    for mode, found in compared.found.items():
        for document in found.documents:
            best.setdefault(document.file_id, document.best)
            ranks.setdefault(document.file_id, {})[mode] = document.rank
    order = sorted(ranks, key=lambda file_id: min(ranks[file_id].values()))
    rows = []
    for number, file_id in enumerate(order, 1):
        own = ranks[file_id]
        row = _row(file_id, best[file_id], expected)
        modes = {mode: _place(compared, mode, own) for mode in MODES}
        alone = next(iter(own)) if len(own) == 1 and len(compared.found) > 1 else ""
        rows.append(row._replace(rank=str(number), modes=modes, alone=alone))
    return rows


def _place(compared: Compared, mode: str, ranks: Mapping[str, int]) -> str:
    if mode not in compared.found:
        return "failed"
    return str(ranks[mode]) if mode in ranks else "–"


def found_words(found: Found) -> str:
    """Say how much was found, how and how quickly; what could not be found yet."""
    count = format_many(len(found.hits), "chunk")
    documents = format_many(len(found.documents), "document")
    what = f"{count} of {documents}" if found.hits else "Nothing was found"
    return f"{what} · {found.question.mode} · {found.seconds:.2f} s"


def indexing_words(found: Found) -> str:
    """Say that documents cannot be found yet, "" where all can or nobody knows."""
    if not found.indexing:
        return ""
    count = format_many(found.indexing, "document")
    more = " or more" if found.more_indexing else ""
    verb = "is" if found.indexing == 1 and not more else "are"
    return f"{count}{more} {verb} still being indexed, and cannot be found yet."


def compared_words(compared: Compared) -> list[str]:
    """Say what each mode found, and what it alone did; and why one could not be asked."""
    parts, problems = [], []
    for mode in MODES:
        answer = compared.answers.get(mode)
        if isinstance(answer, Found):
            alone = len(compared.only_in(mode)) if len(compared.found) > 1 else 0
            only = f", {alone} alone" if alone else ""
            parts.append(f"{mode} {len(answer.documents)}{only}")
        elif answer is not None:
            problems.append(f"{mode} failed: {sentence_of(answer)}")
    return [f"Documents: {' · '.join(parts)}", *problems]


def expected_words(
    expected: Sequence[str],
    found: Mapping[str, Found],
    name_of_file: Callable[[str], str],
) -> list[str]:
    """Say where the documents stand that were expected, a line each; `found` is by mode."""
    lines = []
    for file_id in expected:
        places = {
            mode: rank_words(one.rank_of(file_id), one.documents) for mode, one in found.items()
        }
        name = clean(name_of_file(file_id) or file_id, 60)
        if not places:
            lines.append(name)
        elif len(set(places.values())) == 1:
            lines.append(f"{name}: {next(iter(places.values()))}")
        else:
            words = ", ".join(
                f"{mode} {place.removeprefix('rank ')}" for mode, place in places.items()
            )
            lines.append(f"{name}: {words}")
    return lines


def chunk_content(text: str, words: Sequence[str]) -> tuple[Content, Content]:
    """Show the whole text of a chunk, with the words of the question standing out.

    Behind it stands what comes before the first of them, to tell how far down that is.
    """
    shown = clean_lines(text, _LONGEST)
    spans = spans_of(shown, words)
    return with_spans(shown, spans), Content(shown[: spans[0][0]] if spans else "")


def with_spans(text: str, spans: Sequence[tuple[int, int]]) -> Content:
    """Let parts of a clean text stand out."""
    content = Content(text)
    for begin, end in spans[:500]:
        content = content.stylize("bold $accent", begin, end)
    return content


def row_content(row: HitRow, words: Sequence[str], length: int) -> Content:
    """Show what is under the cursor: whose it is, and so much of its text."""
    text, spans = snippet_words(row.hit, words, length)
    facts = [f"score {score_words(row.hit)}", *([f"page {row.page}"] if row.page else [])]
    facts += [row.collection] if row.collection else []
    head = Content.from_markup(
        "[b]$name[/]  [$quiet]$facts · $id[/]\n",
        name=row.name,
        facts=" · ".join(facts),
        id=clean(row.hit.file_id, 60),
    )
    return head + with_spans(text, spans)


def message_content(
    state: SearchState,
    name_of_file: Callable[[str], str],
    *,
    problem: str,
    note: str,
    is_asking: bool,
) -> Content:
    """Say what failed, what was found, what cannot be found yet, and where the expected stand."""
    lines: list[Content] = []
    if problem:
        lines.append(_problem_line(problem))
    if is_asking:
        lines.append(Content.from_markup("[$warning]◌ Asking…[/]"))
    else:
        lines += _answer_lines(state, name_of_file)
    if note:
        lines.append(Content.from_markup("[$quiet]$sentence[/]", sentence=note))
    return Content("\n").join(lines)


def _problem_line(sentence: str) -> Content:
    return Content.from_markup("[$error]✗ $sentence[/]", sentence=sentence)


def _answer_lines(state: SearchState, name_of_file: Callable[[str], str]) -> list[Content]:
    lines: list[Content] = []
    answers = state.answers
    if answers:
        first = next(iter(answers.values()))
        if state.compares and state.compared is not None:
            summary, *problems = compared_words(state.compared)
        else:
            summary, problems = found_words(first), []
        lines += [Content(summary), *map(_problem_line, problems)]
        if indexing := indexing_words(first):
            lines.append(Content.from_markup("[$warning]◌ $sentence[/]", sentence=indexing))
    expected = expected_words(state.expected, answers, name_of_file)
    more = len(expected) - _EXPECTED_SHOWN
    if more > 0:
        expected[_EXPECTED_SHOWN:] = [f"and {more:,} more"]
    if expected:
        words = " · ".join(expected)
        lines.append(Content.from_markup("[$success]✓[/] Expected $words", words=words))
    return lines


def hit_section(hit: Hit, count: int) -> Section:
    """Tell the facts of a hit among so many."""
    facts = [
        Fact("Rank", f"{hit.rank} of {count}"),
        Fact("Score", score_words(hit)),
        *([] if hit.page is None else [Fact("Page", str(hit.page))]),
        Fact("Length", format_many(len(hit.text), "character")),
        Fact("Chunk ID", hit.chunk_id),
    ]
    return Section("Chunk", facts)
