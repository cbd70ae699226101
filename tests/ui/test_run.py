"""The list of a run: what ended is asked for once, and stays where it stands."""

from tests.conftest import screen_text
from tests.ui.forms import opened
from xcoll_tui.ui.screens.run import RunRow, RunScreen, RunView


class Run:
    """A run of which the test says how far it is."""

    def __init__(self):
        self.ended = 0
        self.asked = []

    def view(self):
        over = self.ended == 1_000
        counts = (1_000, self.ended, 0, f"{self.ended:,} done")
        return RunView("Removing", *counts, 0.0, "", over, False, self.ended, self.rows_from)

    def rows_from(self, start):
        self.asked.append((start, self.ended))
        return [
            RunRow(f"file_{number}", f"name-{number:04}", "●", "removed", "ready", "")
            for number in range(start, self.ended)
        ]


async def test_only_the_rows_that_are_new_are_asked_for():
    run = Run()
    async with opened(lambda: RunScreen(run.view, lambda: None)) as (pilot, screen):
        assert run.asked == []
        for ended in (0, 3, 3, 500, 1_000, 1_000):
            run.ended = ended
            screen.refresh_run()
        await pilot.pause()
        assert run.asked == [(0, 3), (3, 500), (500, 1_000)]
        assert "name-0000" in screen_text(pilot)
        assert "1,000 done" in screen_text(pilot)
        await pilot.press("end")
        assert "name-0999" in screen_text(pilot)


async def test_the_cursor_stays_on_its_row_while_others_come():
    run = Run()
    run.ended = 40
    async with opened(lambda: RunScreen(run.view, lambda: None)) as (pilot, screen):
        await pilot.press("end")
        table = screen._table
        assert table.cursor_key == "file_39"
        lines = screen_text(pilot)
        run.ended = 90
        screen.refresh_run()
        await pilot.pause()
        assert table.cursor_key == "file_39"
        # On the same line of the screen, with the new ones below.
        number = next(y for y, line in enumerate(lines.split("\n")) if "name-0039" in line)
        assert "name-0039" in screen_text(pilot).split("\n")[number]
        await pilot.press("down")
        assert table.cursor_key == "file_40"
