r"""Building and quoting filter expressions (a subset of AIP-160): pure.

Operators: `:` `=` `!=` `<` `>` `<=` `>=`, AND, OR, NOT, parentheses, '…' or "…". The service's
precedence of AND and OR is not documented, so every combination gets its own parentheses. How a
string holding both kinds of quotes is written is not documented either; a backslash before the
quote (and before a backslash) is the convention of AIP-160's string literals.
"""

import re

COLLECTION_FIELDS = frozenset({"collection_id", "collection_name", "created_at", "documents_count"})
DOCUMENT_FIELDS = frozenset({"name", "content_type", "size_bytes", "created_at", "status"})

_BARE_KEY = r"[A-Za-z_][A-Za-z0-9_-]*\Z"
_COMPARISON = (
    r"""[\s(]*(?:NOT\b[\s(]*)*"""
    r"""(?P<name>[A-Za-z_][\w.-]*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')?)"""
    r"""\s*(?::|!=|<=|>=|=|<|>)\s*[^\s)]"""
)


def quote(value: str) -> str:
    """Return `value` as a string literal, in the kind of quotes that does not occur in it."""
    mark = "'" if '"' in value and "'" not in value else '"'
    escaped = value.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return f"{mark}{escaped}{mark}"


def contains(field: str, text: str) -> str:
    """Return the comparison "`field` has `text` in it"."""
    return f"{field}:{quote(text)}"


def equals(field: str, value: str) -> str:
    """Return the comparison "`field` is `value`".

    The service reads it as a partial match where it does so itself (collection names).
    """
    return f"{field} = {quote(value)}"


def all_of(*expressions: str) -> str:
    """Return an expression that holds where all of `expressions` do; "" for none."""
    conditions = [expression.strip() for expression in expressions if expression.strip()]
    if len(conditions) < 2:
        return "".join(conditions)
    return " AND ".join(f"({expression})" for expression in conditions)


def field_path(key: str) -> str:
    """Return the left side of a comparison for a document's field, such as `fields.author`.

    A key that is no plain word is quoted, as AIP-160 allows.
    """
    return f"fields.{key if re.match(_BARE_KEY, key) else quote(key)}"


def is_expression(text: str, fields: frozenset[str]) -> bool:
    """Tell whether what a person typed is a filter expression rather than plain text.

    It is when it starts (after opening parentheses or NOT) with a comparison of one of `fields`, or
    of `fields.<key>`, with something. `note: buy milk` and `10:30` are plain text.
    """
    match = re.match(_COMPARISON, text)
    if match is None:
        return False
    name = match["name"]
    return name in fields or (name.startswith("fields.") and len(name) > len("fields."))
