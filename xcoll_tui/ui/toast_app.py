"""The app as far as it says things in passing: one toast at a time, never over the cursor's row.

What it overrides of Textual 8.2.8 (app.py) is named with its line, and pinned by a test.
"""

from math import inf
from time import time

from textual import events
from textual.app import ScreenStackError
from textual.containers import Container
from textual.content import Content
from textual.css.query import NoMatches
from textual.notifications import Notification, Notify
from textual.screen import Screen
from textual.widgets import Static

from xcoll_tui.ui.presentation.toast_place import place_toast
from xcoll_tui.ui.terminal_app import TerminalApp

_GLYPHS = {"information": "", "warning": "! ", "error": "✗ "}
_READ = 2.0
"""Seconds after which a short message was seen: it need not come back."""
_LOOKING = 0.2
"""Seconds between two looks at where the cursor is: rows move without a key, too."""
_FRAME = 3
"""Cells of a line of a toast that are not text."""


class Toast(Static):
    """What is said in passing just now; a click dismisses it."""

    # Here, and not with the screen: every rule costs each widget of the first frame something.
    DEFAULT_CSS = """
    Toast {
        width: 100%; height: auto; visibility: visible; padding: 0 1;
        background: $boost; color: $foreground;
    }
    Toast.-information { border-left: outer $accent; }
    Toast.-warning { border-left: outer $warning; }
    Toast.-error { border-left: outer $error; }
    """

    def __init__(self, notification: Notification) -> None:
        glyph = _GLYPHS[notification.severity]
        message = Content(f"{glyph}{notification.message}")
        super().__init__(message, classes=f"-{notification.severity}")
        self.message = message
        self.notification = notification

    def _on_mount(self, _event: object) -> None:
        self.set_timer(max(0.01, self.notification.time_left), self._expire)

    def _expire(self) -> None:
        if self.notification.timeout == inf:
            self.remove()  # another stands before it now, on the dialog in front
        else:
            self.dismiss()

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        self.dismiss()

    def dismiss(self) -> None:
        """Let it go; what it covered comes back."""
        self.app._unnotify(self.notification)  # noqa: SLF001 - Textual's own way clears all of them


class ToastApp(TerminalApp):
    """An app that shows the newest of what is said, alone.

    What it hides before it could be read comes back afterwards: failures always.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seconds_left: dict[str, float] = {}
        """What is hidden and will come back, by its identity: it does not age meanwhile."""
        self._toast: Toast | None = None

    def _on_notify(self, event: Notify) -> None:
        # 4682: shows each below those before it, so that they pile up over the rows.
        for older in self._notifications:
            is_read = older.severity != "error" and time() - older.raised_at >= _READ
            if older.timeout != inf and not is_read:
                self._seconds_left[older.identity] = max(older.time_left, _READ)
                older.timeout = inf
        super()._on_notify(event)

    def _unnotify(self, notification: Notification, refresh: bool = True) -> None:
        # 4687: what stands behind the one that goes is to come back.
        super()._unnotify(notification, refresh)
        self._refresh_notifications()

    def _refresh_notifications(self) -> None:
        # 4596: shows all of them.
        try:
            screen = self.screen
        except ScreenStackError:
            return
        self.call_later(self._show_newest, screen)

    async def _show_newest(self, screen: Screen[object]) -> None:
        rack = _rack_of(screen)
        if rack is None or not screen.is_attached:
            return
        for behind in self.screen_stack:
            # It would look out from behind the dialog, beside the one that stands there now.
            if behind is not screen and (left := _rack_of(behind)) is not None and left.children:
                await left.remove_children()
        newest = next(reversed(list(self._notifications)), None)
        if newest is None:
            self._toast = None
            self._seconds_left.clear()
        elif newest.identity in self._seconds_left:
            newest.raised_at = time()
            newest.timeout = self._seconds_left.pop(newest.identity)
        shown = [child for child in rack.children if isinstance(child, Toast)]
        if [toast.notification for toast in shown] == ([] if newest is None else [newest]):
            self._toast = shown[0] if shown else None
            return
        await rack.remove_children()
        rack.display = newest is not None
        if newest is not None:
            self._toast = toast = Toast(newest)
            self._place(screen, rack, toast)
            await rack.mount(toast)
            toast.set_interval(_LOOKING, self.make_way)

    def make_way(self) -> None:
        """Move the toast from where the cursor is now."""
        toast = self._toast
        rack = None if toast is None else toast.parent
        if toast is not None and isinstance(rack, Container):
            self._place(toast.screen, rack, toast)

    def _place(self, screen: Screen[object], rack: Container, toast: Toast) -> None:
        width = max(1, self.size.width - _FRAME)
        lines = toast.message.get_height({}, width)
        edge = getattr(screen, "TOAST_EDGE", 0)
        place = place_toast(self.size.height, edge, lines, _lines_in_use(screen))
        rack.styles.dock = "top" if place.above else "bottom"
        rack.styles.align_horizontal, rack.styles.overflow_y = "left", "hidden"
        rack.show_vertical_scrollbar = False
        rack.styles.margin = (edge, 0, 0, 0) if place.above else (0, 0, edge, 0)
        toast.styles.max_height = place.most_lines


def _rack_of(screen: Screen[object]) -> Container | None:
    try:
        return screen.query_one("#textual-toastrack", Container)
    except NoMatches:
        return None  # the palette has none


def _lines_in_use(screen: Screen[object]) -> range:
    """Return the lines of the screen that a person looks at: the cursor's row, or an entry."""
    focused = screen.focused
    if focused is None:
        return range(0)
    lines: range | None = getattr(focused, "cursor_lines", None)
    if lines is not None:
        return lines
    region = focused.region
    return range(region.y, region.bottom) if region.height <= screen.size.height // 3 else range(0)
