"""What a filter asks, and why nothing matches it, in words: pure."""

from collections.abc import Mapping, Sequence

from xcoll_tui.session.lists.filter_conditions import Subject
from xcoll_tui.session.lists.filter_terms import Translation
from xcoll_tui.session.lists.filter_values import STATUSES
from xcoll_tui.session.lists.letter_case import fold
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.text import clean

_LONGEST = 200


def explain_filter(translation: Translation, *, here: bool, waits: bool) -> str:
    """Say what a filter asks, "" where there is nothing to say.

    `here` tells that the rows are chosen here, among all; `waits` that it is not asked yet.
    """
    if translation.problem:
        return translation.problem
    if translation.as_it_is:
        return "→ goes to the service as it is: ⏎" if waits else ""
    if not translation.words:
        return ""
    facts = [f"→ {_cut(translation.words)}", *translation.notes]
    if here:
        if translation.only_asked:
            facts.append(f"looking like {' '.join(translation.names)}")
        facts.append("in any case, here: all rows are loaded" if translation.is_cased else "here")
    else:
        if translation.is_cased:
            facts.append("in lower, upper and Capitalised too")
        if translation.only_asked:
            facts.append(
                f"{translation.only_asked}; {key_for('load.all')} loads all for an exact match"
            )
    return " · ".join(facts)


def explain_empty(
    translation: Translation | None,
    subject: Subject,
    seen: Mapping[str, Sequence[str]],
    *,
    failed_only: bool,
) -> str:
    """Say why nothing matches, and below what could be tried; "" where there is nothing to say.

    A field is named only where it holds such a value in some row, or where no value is known.
    """
    if translation is None:
        return ""
    names = translation.names
    sentence = ""
    if names and all("*" in name for name in names):
        sentence = f"No name looks like {_listed(names)}."
    elif names:
        sentence = f"No name contains {_listed(names)}."
    tries = _tries(names, subject, seen)
    key = key_for("filter.failed")
    if subject.has_status and failed_only:
        tries = [f"{key} shows all again"]
    elif subject.has_status and tries:
        tries.append(f"{key} shows the failed ones")
    lines = (sentence, " · ".join(tries))
    return "\n".join(line for line in lines if line) if sentence else ""


def _tries(names: Sequence[str], subject: Subject, seen: Mapping[str, Sequence[str]]) -> list[str]:
    if len(names) != 1 or not subject.keys or "*" in names[0] or not names[0].strip():
        return []
    word = names[0]
    fitting = [
        key
        for key in subject.keys
        if any(fold(word) in fold(value) for value in seen.get(subject.find(key), ()))
    ]
    if subject.has_status and word.lower() in STATUSES:
        return [f"Without quotes, {word.lower()} means the status"]
    if not fitting and any(seen.get(subject.find(key)) for key in subject.keys):
        return []
    key = next(iter(fitting or subject.keys))
    if " " in key or any(character in word for character in "\"'()"):
        return [f"Try its fields, such as {key}"]
    return [f'Try {key}:"{word}"' if " " in word else f"Try {key}:{word}"]


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{clean(name, 60)}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
