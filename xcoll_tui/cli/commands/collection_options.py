"""What a collection is made of, as options of `create` and `update`."""

import argparse
import json
from typing import TYPE_CHECKING, Any

import msgspec

from xcoll_tui.api.models import (
    AstConfiguration,
    BytesConfiguration,
    CharsConfiguration,
    ChunkConfiguration,
    CodeCharsConfiguration,
    CodeTokensConfiguration,
    FieldDefinition,
    MarkdownCharsConfiguration,
    MarkdownTokensConfiguration,
    TableConfiguration,
    TokensConfiguration,
    Wire,
)
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

_STRATEGIES: dict[str, type[Wire]] = {
    "bytes": BytesConfiguration,
    "chars": CharsConfiguration,
    "tokens": TokensConfiguration,
    "markdown_chars": MarkdownCharsConfiguration,
    "markdown_tokens": MarkdownTokensConfiguration,
    "code_chars": CodeCharsConfiguration,
    "code_tokens": CodeTokensConfiguration,
    "table": TableConfiguration,
    "ast": AstConfiguration,
}
_TRAITS = {"required": "required", "unique": "unique", "inject": "inject_into_chunk"}
_LARGEST = 2**31 - 1


def add_collection_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be said of a new collection and of one that there is."""
    add = parser.add_argument
    add("--description", metavar="T", help="what it holds")
    add(
        "--chunking",
        type=_chunking,
        metavar="HOW",
        help="STRATEGY:SIZE[:OVERLAP[:ENCODING]], such as tokens:800:100",
    )
    add("--strip", type=_switch, metavar="B", help="strip whitespace of chunks: yes or no")
    add("--inject-name", type=_switch, metavar="B", help="put the name in each chunk: yes or no")
    add(
        "--define",
        type=_definition,
        action="append",
        default=[],
        metavar="FIELD",
        help="KEY[:required,unique,inject[:TEXT]]; may be repeated",
    )


def chunking_of(
    options: argparse.Namespace, base: ChunkConfiguration | None
) -> ChunkConfiguration | None:
    """Return the chunking that is wanted, on top of what a collection has."""
    changes: dict[str, Any] = {}
    if options.chunking is not None:
        changes = dict.fromkeys((f"{name}_configuration" for name in _STRATEGIES), None)
        name, configuration = options.chunking
        changes[f"{name}_configuration"] = configuration
    if options.strip is not None:
        changes["strip_whitespace"] = options.strip
    if options.inject_name is not None:
        changes["inject_name_into_chunks"] = options.inject_name
    if not changes:
        return base
    return msgspec.structs.replace(base or ChunkConfiguration(), **changes)


def definitions_of(options: argparse.Namespace) -> "Mapping[str, FieldDefinition]":
    """Return what is defined, by key; raises CommandFailed where one is defined twice."""
    definitions: dict[str, FieldDefinition] = {}
    for definition in options.define:
        if definition.key in definitions:
            raise CommandFailed(f"“{clean(definition.key, 60)}” is defined twice.", EXIT_USAGE)
        definitions[definition.key] = definition
    return definitions


def words_of_changes(texts: "Mapping[str, str]") -> str:
    """Write what would be sent, as texts by member (`Change.wanted`), into a sentence."""
    return "; ".join(f"{name} {_words_of(name, text)}" for name, text in texts.items())


def _words_of(name: str, text: str) -> str:
    if name == "chunk_configuration" or (text and name.startswith("field_definitions.")):
        text = json.dumps(_compact(json.loads(text)), ensure_ascii=False)
    elif name.startswith("field_definitions."):
        return "is deleted"
    return clean(text, 300) or "is empty"


def _compact(members: "Mapping[str, Any]") -> dict[str, Any]:
    """Leave out what is not set."""
    compact = {
        name: _compact(value) if isinstance(value, dict) else value
        for name, value in members.items()
    }
    return {
        name: value for name, value in compact.items() if value not in (None, "") and value != {}
    }


def _chunking(text: str) -> tuple[str, Wire]:
    name, _, rest = text.partition(":")
    name = name.strip().lower().replace("-", "_")
    kind = _STRATEGIES.get(name)
    if kind is None:
        raise argparse.ArgumentTypeError(f"unknown strategy; use {', '.join(_STRATEGIES)}")
    # The members stand in the order of the option: size, overlap where there is one, encoding.
    size, overlap, encoding = [*rest.split(":", 2), "", ""][:3]
    if not _is_number(size) or int(size) == 0:
        raise argparse.ArgumentTypeError("give a chunk size: a whole number above 0")
    if overlap and (not _is_number(overlap) or int(overlap) >= int(size)):
        raise argparse.ArgumentTypeError("the overlap has to be a number smaller than the size")
    given: dict[str, Any] = {
        "max_chunk_size": int(size),
        "chunk_overlap": int(overlap or 0),
        "encoding_name": encoding.strip(),
    }
    fields = kind.__struct_fields__
    members = {
        member: value
        for member in fields
        for stem, value in given.items()
        if member.startswith(stem)
    }
    has_overlap = any(member.startswith("chunk_overlap") for member in fields)
    if (overlap and not has_overlap) or (encoding and "encoding_name" not in fields):
        raise argparse.ArgumentTypeError(f"{name} has no such part")
    return name, kind(**members)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= _LARGEST


def _switch(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError("say yes or no")
    return text == "yes"


def _definition(text: str) -> FieldDefinition:
    key, _, rest = text.partition(":")
    traits, _, description = rest.partition(":")
    names = [name for part in traits.split(",") if (name := part.strip())]
    if not key.strip():
        raise argparse.ArgumentTypeError("a field needs a name")
    if unknown := [name for name in names if name not in _TRAITS]:
        raise argparse.ArgumentTypeError(
            f"{unknown[0]!r} is not one of {', '.join(_TRAITS)}; write KEY:TRAITS:DESCRIPTION"
        )
    return FieldDefinition(
        key=key, description=description, **{_TRAITS[name]: True for name in names}
    )
