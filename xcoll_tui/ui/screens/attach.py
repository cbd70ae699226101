"""Attach files by ID: paste them, fill in what the collection asks for, look at it, go."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static, TextArea

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.file_ids import PastedIds, read_file_ids
from xcoll_tui.ui.errors import sentence_of
from xcoll_tui.ui.format import format_many
from xcoll_tui.ui.screens.form_dialog import Choice, FormDialog
from xcoll_tui.ui.text import clean, clean_lines
from xcoll_tui.ui.widgets.fields_form import FieldsForm, traits_of
from xcoll_tui.ui.widgets.form_row import FormRow

_NAMED = 5


class AttachDraft(NamedTuple):
    """What is to be attached, and what was typed for it: the form can open with it again."""

    fields: Mapping[str, Mapping[str, str]]
    """The fields of each file, by its ID, in the order given."""
    typed: str
    shared: Mapping[str, str]
    columns: Mapping[str, str]
    """What was typed for each unique field: a line a file."""


class AttachScreen(FormDialog[AttachDraft]):
    """Take file IDs and their fields; values are shared, those of unique fields are a line a file.

    ``check`` tells which of some IDs are attached already, as names by ID; it may raise ApiError.
    """

    SAVE = "Next"
    KEYS = "^s Next · esc Close"

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
    ) -> None:
        super().__init__(
            Content.from_markup("Attach files to [b]$name[/]", name=clean(collection_name, 80)),
            note=note,
        )
        self._collection_name = collection_name
        self._check = check
        self._samples = samples
        self._refusals = refusals or {}
        self._start = draft.typed if draft else ""
        self._file_ids = PastedArea(self._start, id="attach-ids", show_line_numbers=False)
        self._ids_row = FormRow(
            "File IDs",
            self._file_ids,
            help_text="Divided by new lines, commas or spaces; a JSON or CSV column is fine.",
        )
        self._found = Static(classes="form-note", id="attach-found")
        shared = None if definitions is None else [d for d in definitions if not d.unique]
        definitions = definitions or ()
        self._is_draft = draft is not None
        self._form = FieldsForm(shared, {}, entered=draft.shared if draft else None)
        self._columns = {
            each.key: PastedArea(
                draft.columns.get(each.key, "") if draft else "",
                classes="attach-column",
                show_line_numbers=True,
            )
            for each in definitions
            if each.unique
        }
        self._column_rows = {
            each.key: FormRow(
                f"{each.key} *" if each.required else each.key,
                self._columns[each.key],
                help_text=f"{traits_of(each)} · one line for each file, in their order",
            )
            for each in definitions
            if each.unique
        }
        self._required = {each.key for each in definitions if each.required}

    def compose_form(self) -> ComposeResult:
        """Ask for the IDs first, then for what the collection defines."""
        yield self._ids_row
        yield self._found
        yield from self._column_rows.values()
        yield self._form
        if self._samples:
            said = "Files to try it with:\n" + "\n".join(f"  {each}" for each in self._samples)
            yield Static(Content(said), classes="form-note")

    def focus_form(self) -> None:
        """Start with the IDs, or with the first field that was refused."""
        self._file_ids.focus()
        for key, sentence in self._refusals.items():
            self.show_problem(key, sentence)
        self._tell_found()

    @property
    def changed(self) -> bool:
        """Whether something was typed."""
        typed = self._is_draft or self._file_ids.text != self._start
        return typed or self._form.changed or any(area.text for area in self._columns.values())

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show it at the field, wherever that is filled in."""
        row = self._column_rows.get(field)
        if row is None:
            return self._form.show_problem(field, sentence)
        row.show_problem(sentence)
        row.focus_control()
        return True

    def _on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area is self._file_ids:
            self._ids_row.clear_problem()
            self._tell_found()
        for key, area in self._columns.items():
            if event.text_area is area:
                self._column_rows[key].clear_problem()

    def _tell_found(self) -> None:
        pasted = read_file_ids(self._file_ids.text)
        self._found.update(Content(_found(pasted)))

    def submit(self) -> None:
        """Check what was typed, ask which are attached already, and show what would be sent."""
        pasted = read_file_ids(self._file_ids.text)
        if not pasted.file_ids:
            self._ids_row.show_problem("Give at least one file ID.")
            self._ids_row.focus_control()
            return
        if self._problems(len(pasted.file_ids)) or self._form.show_problems():
            return
        self.progress("Looking which of them are attached already…")
        self.run_worker(self._preview(pasted), name="preview", exclusive=True)

    def _problems(self, count: int) -> bool:
        for key, area in self._columns.items():
            lines = _lines(area.text)
            row = self._column_rows[key]
            said = ""
            if not lines and key not in self._required:
                continue
            if len(lines) != count:
                said = f"{len(lines)} lines for {count} files: give each file its own."
            elif "" in lines and key in self._required:
                said = f"Line {lines.index('') + 1} is empty, and the field is required."
            else:
                twice = next((line for line in lines if line and lines.count(line) > 1), None)
                if twice is not None:
                    said = f"“{clean(twice, 60)}” stands twice, and the field is unique."
            if said:
                row.show_problem(said)
                row.focus_control()
                return True
        return False

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
            self._told(draft, pasted, attached),
            (
                Choice("Back", self.back),
                Choice(f"Attach {files}", lambda: self.close_with(draft)),
            ),
        )

    def _draft(self, pasted: PastedIds, attached: Mapping[str, str]) -> AttachDraft:
        shared = self._form.values()
        columns = {key: area.text for key, area in self._columns.items()}
        fields: dict[str, Mapping[str, str]] = {}
        for index, file_id in enumerate(pasted.file_ids):
            own = {
                key: lines[index]
                for key, lines in ((key, _lines(text)) for key, text in columns.items())
                if index < len(lines) and lines[index]
            }
            if file_id not in attached:
                fields[file_id] = {**own, **shared}
        return AttachDraft(fields, self._file_ids.text, shared, columns)

    def _told(self, draft: AttachDraft, pasted: PastedIds, attached: Mapping[str, str]) -> Content:
        parts = [
            Content.from_markup(
                "To [b]$name[/]; each is indexed, and can be searched when that is done.\n",
                name=clean(self._collection_name, 80),
            )
        ]
        file_ids = list(draft.fields)
        for file_id in file_ids[:_NAMED]:
            fields = " · ".join(f"{key}: {value}" for key, value in draft.fields[file_id].items())
            parts.append(
                Content.from_markup(
                    "  $id [$quiet]$fields[/]", id=clean(file_id, 60), fields=clean(fields, 200)
                )
            )
        if len(file_ids) > _NAMED:
            parts.append(Content(f"  and {len(file_ids) - _NAMED:,} more"))
        if attached:
            names = [clean(name, 60) for name in list(attached.values())[:_NAMED]]
            if len(attached) > _NAMED:
                names.append(f"and {len(attached) - _NAMED:,} more")
            said = f"Already here: {', '.join(names)}"
            parts.append(Content.from_markup("[$quiet]$said[/]", said=said))
        if pasted.malformed:
            odd = ", ".join(clean(each, 40) for each in pasted.malformed[:_NAMED])
            said = f"Unlike a file ID, and sent as it is: {odd}"
            parts.append(Content.from_markup("[$warning]$said[/]", said=said))
        return Content("\n").join(parts)


class PastedArea(TextArea):
    """Lines of text; what is pasted may come from anywhere, so it is made fit for the screen."""

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(clean_lines(event.text, 4_000_000), *self.selection)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.rstrip("\n").split("\n")] if text.strip() else []


def _found(pasted: PastedIds) -> str:
    count = len(pasted.file_ids)
    if not count:
        return ""
    said = [format_many(count, "ID")]
    if pasted.repeated:
        said.append(f"{len(pasted.repeated):,} given more than once")
    if pasted.malformed:
        odd = clean(pasted.malformed[0], 40)
        rest = f" and {len(pasted.malformed) - 1:,} more" if len(pasted.malformed) > 1 else ""
        said.append(f"unlike a file ID: {odd}{rest}")
    return " · ".join(said)
