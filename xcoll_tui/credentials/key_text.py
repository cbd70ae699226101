"""The key in a text that a person pasted, piped or keeps in a file."""

import re
from typing import NamedTuple

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.api.keys import ANY_PREFIX, accept_key
from xcoll_tui.credentials.kinds import MANAGEMENT
from xcoll_tui.credentials.secret import LONGEST_KEY, Secret

_QUOTES = "\"'`“”„‟‘’‚‛«»‹›「」『』"
_NO_VALUE = re.compile(r"\$[({]|\$\w|%\w+%\Z|<.*>\Z|op://", re.ASCII)
_TEMPLATE = re.compile(r"\$\{|\$\(|\{\{|\{%")
_NAMED = re.compile(
    r"(?:export\s+|set\s+|\$env:)?[\"']?"
    rf"(?:[A-Z][A-Z0-9_]+\s*=[^=]|[\w.-]+[\"']?\s*(?::\s|[:=]\s*[\"']?{ANY_PREFIX}))",
    re.ASCII,
)
_PAGE = re.compile(
    r"<(?:!doctype|!--|\?xml|/?(?:html|head|body|title|meta|script|div|h[1-6]|p)\b)", re.IGNORECASE
)
# What a program says that has no key to give, such as pass and op.
_MESSAGE = re.compile(
    rf"(?!.*{ANY_PREFIX})(?:(?:error|fatal|warning|usage)\b|[^\s:]+:\s+\S+\s+\S|\[\w+\]\s+\S)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?:authorization\s*[:=]\s*)?bearer[\s:]", re.IGNORECASE)


class KeyText(NamedTuple):
    """The key that was in a text, and a sentence on what of the text was left out, or ""."""

    secret: Secret
    note: str


def read_key(text: str, noun: str = MANAGEMENT.noun) -> KeyText:
    """Find the key in the first line of a text, as `pass` keeps them: notes may follow it.

    Raises InvalidKey as `parse_key` does.
    """
    lines = re.split(r"[\r\n]+", text.strip())
    del text
    secret = Secret(lines[0])
    note = "Only the first line was taken as the key." if len(lines) > 1 else ""
    del lines
    return KeyText(parse_key(secret.reveal(), noun), note)


def parse_key(text: str, noun: str = MANAGEMENT.noun) -> Secret:
    """Make a Secret of what a person pasted or a file holds; white space around it is dropped.

    Raises InvalidKey where `accept_key` would, for white space within it, for more than 1,000
    characters, and for what is written around a key elsewhere: quotation marks, names, variables.
    No message holds any of the key; `noun` is what it is called in them.
    """
    secret = Secret(text.strip())
    # A traceback that shows locals would show this one.
    del text
    problem = _wrapping_of(secret)
    if problem is not None:
        raise InvalidKey(f"The {noun} {problem}")
    accept_key(secret, noun)
    if " " in secret.reveal():
        raise InvalidKey(f"The {noun} holds a space. Copy it again, and nothing around it.")
    if len(secret.reveal()) > LONGEST_KEY:
        raise InvalidKey(
            f"The {noun} is longer than {LONGEST_KEY:,} characters. "
            "Copy it again, and nothing around it."
        )
    return secret


def _wrapping_of(secret: Secret) -> str | None:
    """Say what stands around the key or in its place, and what to do about it."""
    text = secret.reveal()
    bare = text.strip(_QUOTES)
    kinds = (
        (
            _PAGE.match(bare),
            "is a web page, not a key. Give the key alone.",
        ),
        (
            _NO_VALUE.match(bare) or _TEMPLATE.search(bare),
            "is a placeholder: nothing has put the key in its place. Put the key itself there.",
        ),
        (
            _BEARER.match(bare),
            "begins with “Bearer”, which is not part of it. Leave that out.",
        ),
        (
            _MESSAGE.match(bare),
            "is an error message, not a key. Check the program that should give the key.",
        ),
        (
            _NAMED.match(text) or _NAMED.match(bare),
            "comes after its name, as in NAME=value. Give the value alone.",
        ),
        (bare != text, "is in quotation marks, which are not part of it. Leave them out."),
        (text[:1] in {"{", "["}, "is JSON. Give the text of the key alone."),
    )
    return next((problem for holds, problem in kinds if holds), None)
