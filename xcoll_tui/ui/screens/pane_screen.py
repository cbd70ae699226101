"""Where the panes stand, how wide they are, and which of them has the focus."""

from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.reactive import Reactive

from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.preferences import Preferences
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.widths import PREVIEW_FROM, SINGLE, share_width
from xcoll_tui.ui.screens.write_screen import WriteScreen
from xcoll_tui.ui.widgets.header_footer import Footer
from xcoll_tui.ui.widgets.pane import Pane
from xcoll_tui.ui.widgets.panes import CollectionPane, DocumentPane
from xcoll_tui.ui.widgets.preview import Preview

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

_FOLLOWING = 0.08
"""Seconds after which the preview follows the cursor: behind the repaint of the key that moved it,
once for all keys until then."""


class PaneScreen(WriteScreen):
    """Two panes of rows side by side, and a preview where there is room."""

    # Textual declares both as class variables.
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-tall")]  # noqa: RUF012
    HORIZONTAL_BREAKPOINTS = [(0, "-single"), (70, "-narrow"), (100, "-wide")]  # noqa: RUF012

    # Textual draws the whole screen again for a focus; what has it draws itself.
    focused: "Reactive[Widget | None]" = Reactive(None, repaint=False)
    footer: Footer

    def __init__(self, clock: Clock, preferences: Preferences) -> None:
        super().__init__(clock, preferences)
        self.preview = Preview()
        self._preview_on: bool | None = None
        """Whether it was turned on or off; None where neither."""
        self._following: Timer | None = None

    # The widths

    def classify(self) -> None:
        """Take the classes of the size before what is composed is styled.

        The resize that sets them would style it all again.
        """
        columns, lines = self.app.size
        self.add_class(
            *self._get_breakpoint_classes(columns, self.HORIZONTAL_BREAKPOINTS),
            *self._get_breakpoint_classes(lines, self.VERTICAL_BREAKPOINTS),
            update=False,
        )

    def on_mount(self) -> None:
        """Share out the width before the first frame."""
        self.share_width()

    def on_resize(self) -> None:
        """Share out another width."""
        self.share_width()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Share out a width that changed behind a dialog."""
        # What was mounted a moment ago has been styled.
        event.refresh_styles = event.refresh_styles and self.stack_updates > 0
        self.share_width()

    def _on_collection_pane_resized(self, message: CollectionPane.Resized) -> None:
        message.stop()
        self.share_width()

    def share_width(self) -> None:
        """Give each pane its part of the width, and show the preview or not."""
        columns = self.app.size.width
        side_by_side = columns >= SINGLE
        self.documents.tighten(side_by_side)
        widths = share_width(columns, self.collections.longest, self._preview_on)
        if side_by_side:
            self.collections.styles.width = widths.left
        else:
            self.collections.styles.clear_rule("width")
        if not widths.preview and self.preview.has_focus:
            self._focus_pane(self.documents)
        self.preview.display = bool(widths.preview)
        self.share_troubles()
        if widths.preview:
            if not self.preview.is_attached:
                self.mount(self.preview, after=self.documents)
            self.preview.styles.width = widths.preview
            self.follow_cursor()

    def share_troubles(self) -> None:
        """Tell what is wrong with both lists once, over the documents, where both are shown."""
        is_seen = self.app.size.width >= SINGLE
        self.collections.leave_trouble_to(self.documents if is_seen else None)

    # The preview

    def keep_preview_as(self, on: bool | None) -> None:
        """Show the preview as an earlier session left it."""
        if on is not None and self._preview_on is None:
            self._preview_on = on
            self.share_width()

    def action_preview(self) -> None:
        """Show the preview, or hide it; say why not where there is no room."""
        shown = bool(self.preview.display)
        columns = self.app.size.width
        if not shown and columns < PREVIEW_FROM:
            self.refuse(f"The preview needs {PREVIEW_FROM} columns, and there are {columns}.")
            return
        self._preview_on = not shown
        self.share_width()
        if self.session is not None:
            self.session.state.layouts.turn_preview(self._preview_on)

    def follow_cursor(self) -> None:
        """Let the preview show what is under the cursor, in a moment."""
        if self.preview.display and self._following is None:
            self._following = self.set_timer(_FOLLOWING, self._show_preview)

    def _show_preview(self) -> None:
        self._following = None
        collection = self.documents.collection
        definitions = collection.field_definitions if collection else ()
        self.preview.show(self.documents.table.row, definitions, self._clock())

    def _on_document_pane_arranged(self, message: DocumentPane.Arranged) -> None:
        message.stop()
        if self.session is not None:
            self.session.state.layouts.arrange(message.collection_id, message.layout)

    # The focus

    def _update_focus_styles(
        self, focused: "Widget | None" = None, blurred: "Widget | None" = None
    ) -> None:
        # 1073: styles all that a pane holds, though the frames alone look otherwise.
        panes = {self._pane_around(focused), self._pane_around(blurred)} - {None}
        self.app.stylesheet.update_nodes([pane for pane in panes if pane], animate=True)

    @staticmethod
    def _pane_around(widget: "Widget | None") -> Pane[Any] | None:
        around = () if widget is None else widget.ancestors_with_self
        return next((node for node in around if isinstance(node, Pane)), None)

    def _focus_pane(self, pane: Pane[Any]) -> None:
        self._focus_in_front(pane, pane.table)

    def _focus_in_front(self, pane: Pane[Any], widget: "Widget") -> None:
        self._bring_front(pane)
        # At once: a focus that moves in a while would take it from a filter that was opened since,
        # and what is typed there would write and delete.
        self.set_focus(widget)
        if self.focused is not widget:
            # Where one pane shows at a time, this one is hidden until its styles are applied.
            self.app.stylesheet.update(self)
            self.set_focus(widget)

    def _bring_front(self, pane: Pane[Any]) -> None:
        # Where both are shown the class changes nothing that is seen.
        update = self.has_class("-single")
        for other in (self.collections, self.documents):
            other.set_class(other is pane, "-front", update=update)

    def _on_descendant_focus(self) -> None:
        # What the preview shows is a document: there, too, the keys act on documents.
        documents = self.documents.has_focus_within or self.preview.has_focus
        for pane, has_focus in (
            (self.collections, self.collections.has_focus_within),
            (self.documents, documents),
        ):
            if has_focus and not pane.has_class("-front"):
                self._bring_front(pane)
        self.footer.refresh()

    def _on_descendant_blur(self) -> None:
        self.footer.refresh()

    def point_at(self, collection_id: str) -> None:
        """Put the cursor on a collection, if it is loaded."""
        index = self.collections.table.listing.index_of(collection_id)
        if index is not None:
            self.collections.table.move_to(index)

    def action_pane(self, number: int) -> None:
        """Go to a pane."""
        self._focus_pane(self.collections if number == 1 else self.documents)

    def action_other_pane(self, step: int = 1) -> None:
        """Go to the next pane, or the one before."""
        stops: list[tuple[Pane[Any], Widget]] = [
            (pane, pane.table) for pane in (self.collections, self.documents)
        ]
        if self.preview.display:
            stops.append((self.documents, self.preview))
        at = 2 if self.preview.has_focus else int(self.pane is self.documents)
        self._focus_in_front(*stops[(at + step) % len(stops)])

    def action_back(self) -> None:
        """Undo the narrowest thing first: the filter, the marks, then go to the left pane."""
        pane = self.pane
        if self.preview.has_focus:
            escape_doubt(self).add(partial(self._focus_in_front, pane, self.preview))
            self._focus_pane(pane)
        elif not pane.step_back():
            escape_doubt(self).add(partial(self._focus_pane, pane))
            self._focus_pane(self.collections)
