"""The dialog that creates a collection, or changes one."""

from collections.abc import Callable
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.models import ChunkConfiguration, Collection, MetricSpace
from xcoll_tui.session.writes.outcome import CollectionDraft
from xcoll_tui.ui.presentation.field_changes import changes_between
from xcoll_tui.ui.presentation.fields_draft import show_changes
from xcoll_tui.ui.presentation.format import format_count, format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.form_dialog import FILLED_IN, Choice, FormDialog
from xcoll_tui.ui.widgets.chunking_form import ChunkingForm
from xcoll_tui.ui.widgets.definitions_form import DefinitionsForm
from xcoll_tui.ui.widgets.field_rows import traits_of
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.option_lists import DropDown
from xcoll_tui.ui.widgets.text_input import TextInput

_DEFAULT = ""
_METRICS = (
    (Content("The service's default"), _DEFAULT),
    (Content("Cosine"), str(MetricSpace.COSINE)),
    (Content("Euclidean"), str(MetricSpace.EUCLIDEAN)),
    (Content("Inner product"), str(MetricSpace.INNER_PRODUCT)),
)


def draft_of(collection: Collection) -> CollectionDraft:
    """Return a collection as it is, in the words of a draft; its metric the service never tells."""
    model = collection.index_configuration
    return CollectionDraft(
        collection.collection_name,
        collection.collection_description or "",
        collection.chunk_configuration,
        (model.model_name or None) if model is not None else None,
        None,
        tuple(collection.field_definitions),
    )


class CollectionFormScreen(FormDialog[CollectionDraft]):
    """Describe a collection: a new one, or what to change of the one given.

    `save` is called with the draft; for a collection that exists, once the person has agreed to
    what changes. What was not touched stands in the draft as it was. `entered` is what was typed
    before, and not saved.
    """

    KEYS = "^s Review · esc Close · ^n Define a field · ⏎ Next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "Define a field", id="form.add"),
    ]

    def __init__(
        self,
        save: Callable[[CollectionDraft], None],
        *,
        collection: Collection | None = None,
        entered: CollectionDraft | None = None,
    ) -> None:
        self._new = collection is None
        if self._new:
            self.SAVE, self.KEYS = "Create", self.KEYS.replace("Save", "Create")
        self._base = CollectionDraft("") if collection is None else draft_of(collection)
        name = clean(self._base.collection_name, 200)
        title = Content("New collection" if self._new else f"Edit collection · {name}")
        super().__init__(title, note="" if entered is None else FILLED_IN)
        self._save = save
        self._collection = collection or Collection()
        base = self._base
        typed = entered or base
        self._name_input = TextInput(typed.collection_name)
        self._description_input = TextInput(
            typed.collection_description, placeholder="what it holds"
        )
        self._model_input = TextInput(
            typed.model_name or "" if self._new else "", placeholder="the service's default"
        )
        self._metric = DropDown(_METRICS, allow_blank=False, value=typed.metric_space or _DEFAULT)
        self._row_of = {
            "collection_name": FormRow("Name *", self._name_input),
            "collection_description": FormRow("Description", self._description_input),
        }
        if self._new:
            never = "Cannot be changed later."
            self._row_of["model_name"] = FormRow(
                "Embedding model", self._model_input, help_text=never
            )
            self._row_of["metric_space"] = FormRow("Metric", self._metric, help_text=never)
        self._chunking = ChunkingForm(
            base.chunk_configuration, new=self._new, entered=typed.chunk_configuration
        )
        self._fields = DefinitionsForm(
            base.field_definitions,
            new=self._new,
            documents_count=self._collection.documents_count,
            entered=None if entered is None else entered.field_definitions,
        )

    def compose_form(self) -> ComposeResult:
        """Yield what a collection is made of."""
        if not self._new:
            documents = format_many(self._collection.documents_count, "document")
            facts = [self._collection.collection_id, documents]
            if self._base.model_name:
                facts.append(f"embedded by {self._base.model_name}")
            head = " · ".join(clean(fact, 80) for fact in facts)
            yield Static(Content(head), classes="form-head")
        yield from self._row_of.values()
        yield Static("Chunking", classes="form-title")
        yield self._chunking
        yield Static("Fields of its documents", classes="form-title")
        yield self._fields

    def focus_form(self) -> None:
        """Go to the name."""
        self._name_input.focus()

    def value(self) -> CollectionDraft:
        """Return the collection as it is entered."""
        model_name, metric_space = self._base.model_name, self._base.metric_space
        if self._new:
            model_name = self._model_input.text.strip() or None
            metric_space = str(self._metric.value) or None
        return CollectionDraft(
            self._name_input.text,
            self._description_input.text,
            self._chunking.value(),
            model_name,
            metric_space,
            self._fields.value(),
        )

    @property
    def changed(self) -> bool:
        """Whether anything was entered that is not so already."""
        return self._fields.unfinished or self.value() != self._base

    def submit(self) -> None:
        """Check what was entered; show what changes where the collection exists already."""
        self.back()
        nameless = not self._name_input.text.strip()
        problems = [self._fields.show_problems(), self._chunking.show_problems(), nameless]
        if nameless:
            self._row_of["collection_name"].refuse("A collection needs a name.")
        if any(problems):
            return
        draft = self.value()
        if self._new:
            self._send(draft)
        elif draft == self._base:
            self.refuse(None, "Nothing has changed, so there is nothing to save.")
        else:
            self._review(draft)

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show a problem at the member of this wire name, or at the definition with this key."""
        return (
            super().show_problem(field, sentence)
            or self._chunking.show_problem(field, sentence)
            or self._fields.show_problem(field, sentence)
        )

    def action_add(self) -> None:
        """Define a field."""
        if self.in_form:
            self._fields.add_row()

    def _review(self, draft: CollectionDraft) -> None:
        content = show_changes(changes_between(_texts_of(self._base), _texts_of(draft)))
        kept_keys = {definition.key for definition in draft.field_definitions}
        deleted = [
            definition.key
            for definition in self._base.field_definitions
            if definition.key not in kept_keys
        ]
        if deleted:
            count = self._collection.documents_count
            documents = "the document" if count == 1 else f"all {format_count(count)} documents"
            if count is None:
                documents = f"all documents, {format_many(count, 'document')},"
            content += Content(
                "\n\nDeleting a field also removes its values from "
                f"{documents} of this collection. Defining it again does not bring them back."
            )
        save = Choice(
            "Delete and save" if deleted else "Save",
            lambda: self._send(draft),
            danger=bool(deleted),
        )
        self.ask("Save these changes?", content, (Choice("Back", self.back), save))

    def _send(self, draft: CollectionDraft) -> None:
        self.saving(draft)
        self.progress("Creating the collection…" if self._new else "Saving…")
        self._save(draft)


def _texts_of(draft: CollectionDraft) -> dict[str, str]:
    """Say in one line each what can be changed."""
    texts = {"Name": draft.collection_name}
    if draft.collection_description:
        texts["Description"] = draft.collection_description
    if draft.chunk_configuration is not None:
        texts["Chunking"] = _chunking_words(draft.chunk_configuration)
    for definition in draft.field_definitions:
        texts[f"Field {definition.key}"] = traits_of(definition) or "optional"
    return texts


def _chunking_words(configuration: ChunkConfiguration) -> str:
    parts: list[str] = []
    for name, value in msgspec.to_builtins(configuration).items():
        if isinstance(value, dict):
            parts.append(name.removesuffix("_configuration").replace("_", " "))
            parts += [f"{key.replace('_', ' ')} {inner}" for key, inner in value.items() if inner]
        elif value is not None:
            parts.append(f"{name.replace('_', ' ')} {'yes' if value else 'no'}")
    return " · ".join(parts)
