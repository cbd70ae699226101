"""The part of the collection form that says how documents are cut into chunks."""

from collections.abc import Iterable
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Select

from xcoll_tui.api.models import (
    AstConfiguration,
    BytesConfiguration,
    CharsConfiguration,
    ChunkConfiguration,
    CodeCharsConfiguration,
    CodeTokensConfiguration,
    MarkdownCharsConfiguration,
    MarkdownTokensConfiguration,
    TableConfiguration,
    TokensConfiguration,
    Wire,
)
from xcoll_tui.ui.widgets.controls import NumberInput
from xcoll_tui.ui.widgets.form_row import FormRow, show_problems
from xcoll_tui.ui.widgets.option_lists import DropDown
from xcoll_tui.ui.widgets.text_input import TextInput

_STRATEGIES: dict[str, tuple[str, type[Wire]]] = {
    "bytes_configuration": ("Bytes", BytesConfiguration),
    "chars_configuration": ("Characters", CharsConfiguration),
    "tokens_configuration": ("Tokens", TokensConfiguration),
    "markdown_chars_configuration": ("Markdown, in characters", MarkdownCharsConfiguration),
    "markdown_tokens_configuration": ("Markdown, in tokens", MarkdownTokensConfiguration),
    "code_chars_configuration": ("Code, in characters", CodeCharsConfiguration),
    "code_tokens_configuration": ("Code, in tokens", CodeTokensConfiguration),
    "table_configuration": ("Table rows, in tokens", TableConfiguration),
    "ast_configuration": ("Syntax tree, in tokens (deprecated)", AstConfiguration),
}
# A choice that is no strategy: what the service does by itself, or does already.
_NONE = ""
_SWITCHES = {"": None, "yes": True, "no": False}
# The service's own default, api.md.
_DEFAULT_BYTES = (4_000, 800)


class ChunkingForm(Vertical):
    """Choose a strategy, its sizes, and two switches.

    `base` is what a collection has, None for a new one; `entered` what was typed before. What the
    service chose once can be changed, but not handed back to it: leaving a choice out of an update
    keeps what is there.
    """

    def __init__(
        self,
        base: ChunkConfiguration | None,
        *,
        new: bool,
        entered: ChunkConfiguration | None = None,
    ) -> None:
        super().__init__()
        self._base = base
        self._configuration = base or ChunkConfiguration()
        shown = entered or self._configuration
        name, members = shown.strategy or (_NONE, None)
        unset = "The service's default" if new else "As it is"
        options = [] if self._configuration.strategy is not None else [(Content(unset), _NONE)]
        options += [(Content(label), key) for key, (label, _) in _STRATEGIES.items()]
        self._select = DropDown(options, allow_blank=False, value=name)
        self._given = name
        size, overlap, encoding = _members_of(members)
        self._size_input = NumberInput(size)
        self._overlap_input = NumberInput(overlap, placeholder="0")
        self._encoding_input = TextInput(encoding, placeholder="service default")
        self._strategy_row = FormRow("Strategy", self._select)
        self._size_row = FormRow("Size", self._size_input)
        self._overlap_row = FormRow("Overlap", self._overlap_input)
        self._encoding_row = FormRow("Encoding", self._encoding_input)
        self._strip = _switch(self._configuration.strip_whitespace, shown.strip_whitespace, unset)
        self._inject = _switch(
            self._configuration.inject_name_into_chunks, shown.inject_name_into_chunks, unset
        )
        self._rows = {
            "chunk_configuration": self._strategy_row,
            "max_chunk_size": self._size_row,
            "chunk_overlap": self._overlap_row,
            "encoding_name": self._encoding_row,
            "strip_whitespace": FormRow("Strip whitespace", self._strip),
            "inject_name_into_chunks": FormRow("Name in each chunk", self._inject),
        }

    def compose(self) -> ComposeResult:
        """Yield the strategy, what belongs to it, and the switches."""
        yield from self._rows.values()

    def on_mount(self) -> None:
        """Show what belongs to the strategy."""
        self._show_strategy()

    @property
    def strategy(self) -> str:
        """The wire name of the strategy that is chosen; empty for none."""
        chosen = self._select.value
        return chosen if isinstance(chosen, str) else _NONE

    def value(self) -> ChunkConfiguration | None:
        """Return what is chosen, or just what was given; None where nothing was chosen."""
        chosen: dict[str, Any] = {
            "strip_whitespace": _SWITCHES[str(self._strip.value)],
            "inject_name_into_chunks": _SWITCHES[str(self._inject.value)],
        }
        if self.strategy != _NONE:
            kind = _STRATEGIES[self.strategy][1]
            entered: dict[str, Any] = {
                "max_chunk_size": self._size_input.number or 0,
                "chunk_overlap": self._overlap_input.number or 0,
                "encoding_name": self._encoding_input.text.strip(),
            }
            members = {
                member: value
                for member in kind.__struct_fields__
                for stem, value in entered.items()
                if member.startswith(stem)
            }
            chosen[self.strategy] = kind(**members)
        configuration = ChunkConfiguration(**chosen)
        return self._base if configuration == self._configuration else configuration

    def show_problems(self) -> bool:
        """Show what cannot be sent, go to the first of it, and tell whether there was any."""
        return show_problems(self._rows.values(), list(self._problems()))

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show a problem at the member of this wire name; False where it is none of ours."""
        if field in _STRATEGIES:
            field = "chunk_configuration"
        for name, row in self._rows.items():
            if field.startswith(name) and row.display:
                row.refuse(sentence)
                return True
        return False

    def _problems(self) -> Iterable[tuple[FormRow, str]]:
        if self.strategy == _NONE:
            return
        size, overlap = self._size_input.number, self._overlap_input.number or 0
        if not size:
            yield self._size_row, "Give a chunk size: a whole number above 0."
        elif self._overlap_row.display and overlap >= size:
            sentence = f"The overlap has to be smaller than the chunk size, {size:,}."
            yield self._overlap_row, sentence

    def _show_strategy(self) -> None:
        members: tuple[str, ...] = ()
        if self.strategy != _NONE:
            members = _STRATEGIES[self.strategy][1].__struct_fields__
        unit = members[0].removeprefix("max_chunk_size_") if members else ""
        unit = "characters" if unit == "chars" else unit
        self._size_row.relabel(f"Size, {unit}")
        self._overlap_row.relabel(f"Overlap, {unit}")
        self._size_row.display = bool(members)
        self._overlap_row.display = any(member.startswith("chunk_overlap") for member in members)
        self._encoding_row.display = "encoding_name" in members

    def _on_select_changed(self, event: Select.Changed) -> None:
        if event.select is not self._select:
            return
        untouched = not self._size_input.value and not self._overlap_input.value
        if self.strategy == "bytes_configuration" and untouched:
            size, overlap = _DEFAULT_BYTES
            self._size_input.value, self._overlap_input.value = str(size), str(overlap)
        self._show_strategy()

    def _on_input_changed(self, event: Input.Changed) -> None:
        # Whether the overlap fits depends on both.
        if event.input is self._size_input:
            self._overlap_row.clear_problem()


def _switch(base: bool | None, value: bool | None, unset: str) -> DropDown:
    options = [(Content("Yes"), "yes"), (Content("No"), "no")]
    if base is None:
        options.insert(0, (Content(unset), ""))
    chosen = {None: "" if base is None else "yes" if base else "no", True: "yes", False: "no"}[
        value
    ]
    return DropDown(options, allow_blank=False, value=chosen)


def _members_of(members: Wire | None) -> tuple[int | None, int | None, str]:
    size: int | None = None
    overlap: int | None = None
    encoding = ""
    for name in members.__struct_fields__ if members is not None else ():
        value = getattr(members, name)
        if name.startswith("max_chunk_size"):
            size = value
        elif name.startswith("chunk_overlap"):
            overlap = value
        else:
            encoding = value
    return size, overlap, encoding
