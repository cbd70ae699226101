"""Attach files by ID: paste them, fill in what the collection asks for, look at it, go."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Checkbox, Static, TextArea

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.bulk.file_ids import PastedIds, fields_among, keys_of_columns, read_file_ids
from xcoll_tui.ui.presentation.attach_draft import AttachDraft
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.edit_fields import short_id
from xcoll_tui.ui.screens.form_dialog import Choice, FormDialog
from xcoll_tui.ui.widgets.fields_form import FieldsForm
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.pasted_area import PastedArea
from xcoll_tui.ui.widgets.pasted_found import PastedFound
from xcoll_tui.ui.widgets.unique_column import UniqueColumn

Fields = Mapping[str, Mapping[str, str]]
"""By file ID and key."""

_NAMED = 5
_AT_ONCE = 20_000
"""Characters that are read while a key is waited for; more are read in a thread."""
_PAUSE = 0.3
"""Seconds without a change after which a long text is read."""


class AttachScreen(FormDialog[AttachDraft]):
    """Take file IDs and their fields; values are shared, those of unique fields are a line a file.

    What stands beside the IDs in a table is used for the fields that it has the names of, unless
    that is declined. ``check`` tells which of some IDs are attached already, as names by ID; it
    may raise ApiError. ``pick`` returns the IDs of files that were picked from those of the team,
    ``name_of`` the name of one where that is known.
    """

    SAVE = "Review…"
    KEYS = "^s Review · esc Close · ^f Files of the team"
    WITHOUT = "attaching"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the line that has the focus, which would delete a word.
        Binding("ctrl+f", "pick", "Files of the team", id="attach.pick", priority=True),
    ]

    def __init__(
        self,
        collection_name: str,
        definitions: Sequence[FieldDefinition] | None,
        check: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
        *,
        samples: Sequence[str] = (),
        draft: AttachDraft | None = None,
        refusals: Mapping[str, str] | None = None,
        note: str = "",
        pick: Callable[[], Awaitable[Sequence[str]]] | None = None,
        name_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__(
            Content.from_markup("Attach files to [b]$name[/]", name=clean(collection_name, 80)),
            note=note,
        )
        self._collection_name = collection_name
        self._check = check
        self._pick = pick
        self._name_of = name_of
        self._samples = samples
        self._refusals = refusals or {}
        self._file_ids = PastedArea(draft.typed if draft else "", quotes=True, id="attach-ids")
        self._start = self._file_ids.exact
        self._ids_row = FormRow(
            "File IDs",
            self._file_ids,
            help_text="Separated by new lines, commas or spaces; or JSON, or a table. "
            "⏎ is a new line, ^s goes on.",
        )
        self._pasted_found = PastedFound(fields_known=definitions is not None)
        shared = None if definitions is None else [d for d in definitions if not d.unique]
        definitions = definitions or ()
        self._is_draft = draft is not None
        self._form = FieldsForm(shared, {}, entered=draft.shared if draft else None)
        self._column_rows = {
            definition.key: UniqueColumn(
                definition, draft.columns.get(definition.key, "") if draft else ""
            )
            for definition in definitions
            if definition.unique
        }
        self._columns = {key: row.area for key, row in self._column_rows.items()}
        self._keys = [definition.key for definition in definitions]
        # The text that is read, and what was found in it, None while that is still to come; what
        # stands beside the IDs, and what of that is used.
        self._source = ""
        self._pasted: PastedIds | None = PastedIds(())
        self._beside: Fields = {}
        self._table: Fields = {}

    def compose_form(self) -> ComposeResult:
        """Ask for the IDs first, then for what the collection defines."""
        yield self._ids_row
        yield self._pasted_found
        yield from self._column_rows.values()
        yield self._form
        if self._samples:
            lines = "\n".join(f"  {sample}" for sample in self._samples)
            yield Static(Content(f"Files to try it with:\n{lines}"), classes="form-note")

    def focus_form(self) -> None:
        """Start with the IDs, or with the first field that was refused."""
        self._file_ids.focus()
        self._read()
        for key, sentence in self._refusals.items():
            self.show_problem(key, sentence)

    @property
    def changed(self) -> bool:
        """Whether something was typed."""
        typed = self._is_draft or self._file_ids.exact != self._start
        columns = any(area.text for area in self._columns.values())
        return typed or self._form.changed or columns

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show it at the field, wherever that is filled in."""
        row = self._column_rows.get(field)
        if row is None:
            return self._form.show_problem(field, sentence)
        row.show_problem(sentence)
        if row.area.display:
            row.focus_control()
        else:
            self._file_ids.focus()
        return True

    def action_pick(self) -> None:
        """Pick files from those of the team, in place of pasting their IDs."""
        if self.in_form and self._pick is not None:
            self.run_worker(self._add_picked(self._pick), group="pick", exclusive=True)

    async def _add_picked(self, pick: Callable[[], Awaitable[Sequence[str]]]) -> None:
        picked = await pick()
        text = self._file_ids.exact
        there = set(read_file_ids(text).file_ids)
        added = [file_id for file_id in picked if file_id not in there]
        if added:
            before = f"{text.rstrip()}\n" if text.strip() else ""
            self._file_ids.load_text(before + "\n".join(added))
            self._file_ids.move_cursor(self._file_ids.document.end)
        self._file_ids.focus()

    # What was pasted

    def _on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area is self._file_ids:
            self._ids_row.update_notes()
            self._read()

    def _on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        if event.checkbox is self._pasted_found.use:
            self._clear_column_problems()
            self._use_table()

    def _clear_column_problems(self) -> None:
        for row in self._column_rows.values():
            row.clear_problem()

    def _read(self) -> None:
        text = self._file_ids.exact
        if text == self._source:
            return  # a change is told after the key behind it may have gone on
        self._source = text
        self._ids_row.clear_problem()
        self._clear_column_problems()
        if len(text) <= _AT_ONCE:
            self.workers.cancel_node(self._pasted_found)
            self._show_pasted(*self._read_text(text), empty=not text.strip())
            return
        self._pasted = None
        self._pasted_found.show_count(text.count("file_"))
        self._pasted_found.run_worker(self._read_long(text), exclusive=True)

    async def _read_long(self, text: str) -> None:
        await asyncio.sleep(_PAUSE)
        self._show_pasted(*await asyncio.to_thread(self._read_text, text), empty=False)
        if self.is_busy and not self.is_over:
            self.back()
            self.submit()

    def _read_text(self, text: str) -> tuple[PastedIds, Fields]:
        pasted = read_file_ids(text)
        return pasted, fields_among(pasted, self._keys)

    def _show_pasted(self, pasted: PastedIds, beside: Fields, *, empty: bool) -> None:
        self._pasted, self._beside = pasted, beside
        key_of = keys_of_columns(pasted.columns, self._keys)
        left_out = [name for name in pasted.columns if name not in key_of]
        self._pasted_found.show(pasted, beside, left_out, empty=empty)
        if pasted.problem is not None:
            self._ids_row.show_problem(str(pasted.problem))
        self._use_table()

    def _use_table(self) -> None:
        pasted = self._pasted or PastedIds(())
        self._table = self._beside if self._pasted_found.use.value else {}
        counts = Counter(key for own in self._table.values() for key in own)
        for key, row in self._column_rows.items():
            values = [self._table.get(file_id, {}).get(key, "") for file_id in pasted.file_ids]
            row.take(values if key in counts else None)
        self._form.supply(counts, len(pasted.file_ids))

    # Going on

    def submit(self) -> None:
        """Check what was typed, ask which are attached already, and show what would be sent."""
        self._read()
        pasted = self._pasted
        if pasted is None:
            self.wait("Reading what was pasted…", "esc Back", self.back)
            return
        if pasted.problem is not None:
            self._ids_row.refuse(str(pasted.problem))
            line, column = pasted.problem.place
            if self._file_ids.text == self._file_ids.exact:  # else the place is another one
                self._file_ids.move_cursor((line - 1, column - 1))
            return
        if not pasted.file_ids:
            self._ids_row.refuse("Enter at least one file ID.")
            return
        for key, row in self._column_rows.items():
            sentence = row.find_problem(len(pasted.file_ids))
            if sentence:
                self.show_problem(key, sentence)
                return
        if self._form.show_problems():
            return
        self.progress("Checking which of them are attached already…")
        self.run_worker(self._preview(pasted), name="preview", exclusive=True)

    async def _preview(self, pasted: PastedIds) -> None:
        try:
            attached = await self._check(pasted.file_ids)
        except ApiError as error:
            self.refuse(None, sentence_of(error))
            return
        draft = self._draft(pasted, attached)
        if not draft.fields:
            self.refuse(None, "All of them are attached already. Nothing is left to do.")
            return
        count = len(draft.fields)
        files = format_many(count, "file")
        self.back()
        self.ask(
            f"Attach {files}?",
            self._review_content(draft, pasted, attached),
            (
                Choice("Back", self.back),
                Choice(f"Attach {files}", lambda: self.close_with(draft)),
            ),
        )

    def _draft(self, pasted: PastedIds, attached: Mapping[str, str]) -> AttachDraft:
        shared = self._form.values()
        count = len(pasted.file_ids)
        values = {key: row.values(count) for key, row in self._column_rows.items()}
        fields: dict[str, Mapping[str, str]] = {}
        for index, file_id in enumerate(pasted.file_ids):
            if file_id not in attached:
                own = {
                    key: lines[index]
                    for key, lines in values.items()
                    if index < len(lines) and lines[index]
                }
                fields[file_id] = {**own, **shared, **self._table.get(file_id, {})}
        used = {key for own in self._table.values() for key in own}
        return AttachDraft(
            fields,
            self._file_ids.exact,
            shared,
            {key: area.exact for key, area in self._columns.items()},
            tuple(key for key in self._keys if key in used),
        )

    def _review_content(
        self, draft: AttachDraft, pasted: PastedIds, attached: Mapping[str, str]
    ) -> Content:
        parts = [
            Content.from_markup(
                "To [b]$name[/]; each is indexed, and can be searched when that is done.\n",
                name=clean(self._collection_name, 80),
            )
        ]
        file_ids = list(draft.fields)
        for file_id in file_ids[:_NAMED]:
            name = self._name_of(file_id)
            fields = [f"{key}: {value}" for key, value in draft.fields[file_id].items()]
            parts.append(
                Content.from_markup(
                    "  $file [$quiet]$facts[/]",
                    file=clean(name or file_id, 60),
                    facts=clean(" · ".join([short_id(file_id), *fields] if name else fields), 200),
                )
            )
        if len(file_ids) > _NAMED:
            parts.append(Content(f"  and {len(file_ids) - _NAMED:,} more"))
        if attached or pasted.malformed:
            parts.append(Content(""))
        if attached:
            names = [clean(name, 60) for name in list(attached.values())[:_NAMED]]
            if len(attached) > _NAMED:
                names.append(f"and {len(attached) - _NAMED:,} more")
            sentence = f"Already here: {', '.join(names)}"
            parts.append(Content.from_markup("[$quiet]$sentence[/]", sentence=sentence))
        if pasted.malformed:
            odd = ", ".join(clean(file_id, 40) for file_id in pasted.malformed[:_NAMED])
            sentence = f"Does not look like a file ID, sent as typed: {odd}"
            parts.append(Content.from_markup("[$warning]$sentence[/]", sentence=sentence))
        return Content("\n").join(parts)
