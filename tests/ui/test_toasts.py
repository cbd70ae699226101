"""What is said in passing: one at a time, refusals as such, never over the cursor's row."""

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import SCANS, back_on_main, dialog
from xcoll_tui.ui.presentation.widths import PREVIEW_FROM
from xcoll_tui.ui.screens.details import DetailsScreen
from xcoll_tui.ui.screens.help import HelpScreen
from xcoll_tui.ui.toast_app import Toast


def shown(pilot):
    """Return the toast on the screen."""
    return pilot.app.screen.query(Toast).first()


def is_shown(pilot, text):
    """Tell whether this toast stands alone on the screen."""
    toasts = [toast for toast in pilot.app.screen.query(Toast) if toast.is_attached]
    return [toast.notification.message for toast in toasts] == [text] and toasts[0].region.height


async def test_toasts_stand_alone_and_make_way_for_the_cursor(server, browse):
    async with browse(server.url, size=(80, 24)) as pilot:
        main = pilot.app.main
        table = (await open_collection(pilot, SCANS)).table
        main.complain("That failed.")
        await wait_until(pilot, lambda: is_shown(pilot, "That failed."))
        assert "✗ That failed." in screen_text(pilot)
        await pilot.press("w")
        refusal = f"The preview needs {PREVIEW_FROM} columns, and there are 80."
        await wait_until(pilot, lambda: is_shown(pilot, refusal))
        toast = shown(pilot)
        assert toast.has_class("-warning")
        # It lies over the frame, and over no row, as long as one line is enough.
        assert list(toast.region.line_range) == [22]
        # What was hidden before its time comes back.
        toast.dismiss()
        await wait_until(pilot, lambda: is_shown(pilot, "That failed."))
        shown(pilot).dismiss()
        await wait_until(pilot, lambda: not pilot.app.screen.query(Toast))

        # Over a dialog it stands once, and it does not look out from behind.
        main.complain("That failed.")
        await wait_until(pilot, lambda: is_shown(pilot, "That failed."))
        await dialog(pilot, DetailsScreen, "enter")
        await wait_until(pilot, lambda: is_shown(pilot, "That failed."))
        assert not main.query(Toast)
        await pilot.press("escape")
        await wait_until(pilot, lambda: main.query(Toast))
        await dialog(pilot, HelpScreen, "question_mark")
        await wait_until(pilot, lambda: not pilot.app.screen.query(Toast))
        await pilot.press("escape")
        await back_on_main(pilot)

        main.complain("word " * 80)
        await wait_until(pilot, lambda: pilot.app.screen.query(Toast))
        await pilot.pause()
        for key in ("G", "g", *["down"] * 20):
            await pilot.press(key)
            region = shown(pilot).region
            assert region.height > 4
            assert not set(region.line_range) & set(table.cursor_lines), key
