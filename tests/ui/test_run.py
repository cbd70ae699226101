"""The list of a run: what ended is asked for once, and stays where it stands."""

from tests.conftest import screen_text
from tests.ui.forms import opened
from tests.ui.writing import words_on
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
            screen.draw_again()
        await pilot.pause()
        assert run.asked == [(0, 3), (3, 500), (500, 1_000)]
        assert "name-0000" in screen_text(pilot)
        assert "1,000 done" in screen_text(pilot)
        await pilot.press("end")
        assert "name-0999" in screen_text(pilot)


def failing(number, word="failed", message=""):
    """Return the row of a document that failed."""
    name = f"name-{number:04}"
    return RunRow(f"file_{number}", name, "✗", word, "failed", message, is_failure=True)


async def test_failures_stand_first_and_what_is_known_of_one_is_told_in_full():
    run, reason = Run(), f"The file was refused. {'word ' * 60}the end"
    run.ended = 3
    failed_id = "file_94840000-1111-2222-3333-4444444443d9"

    def view():
        rows = [
            *run.rows_from(0)[:2],
            RunRow(failed_id, failed_id, "✗", "failed", "failed", reason, is_failure=True),
        ]
        counts = (1_000, 2, 1, "2 done · 1 failed")
        return RunView(
            "Attaching", *counts, 0.0, "", True, True, 3, lambda start: rows[start:],
            failed_ids=lambda: [failed_id, "file_b"],
        )  # fmt: skip

    async with opened(lambda: RunScreen(view, lambda: None), size=(100, 30)) as (pilot, screen):
        await pilot.pause()
        text = words_on(pilot)
        assert screen._table.cursor_key == failed_id
        assert f"✗ failed {failed_id}" in text
        assert reason in text
        await pilot.press("c")
        assert pilot.app.clipboard == f"{failed_id}\nfile_b"
        await pilot.press("down")
        assert "name-0000 file_0" in words_on(pilot)


async def test_one_that_fails_later_goes_to_the_top_and_the_cursor_stays_where_it_was_put():
    run = Run()
    run.ended = 40
    corrected = []

    def view():
        return run.view()._replace(
            corrected=len(corrected), rows_corrected=lambda start: corrected[start:]
        )

    async with opened(lambda: RunScreen(view, lambda: None)) as (pilot, screen):
        table = screen._table
        await pilot.pause()
        corrected.append(failing(30))
        screen.draw_again()
        await pilot.pause()
        assert table.cursor_key == "file_30"  # at the top, where nobody had left it
        await pilot.press("down", "down")
        corrected.append(failing(31, "failed again"))
        screen.draw_again()
        await pilot.pause()
        assert table.cursor_key == "file_1"
        assert [table.listing.row(index).key for index in range(4)] == [
            "file_30", "file_31", "file_0", "file_1",
        ]  # fmt: skip


async def test_the_cursor_stays_on_its_row_while_others_come():
    run = Run()
    run.ended = 40
    async with opened(lambda: RunScreen(run.view, lambda: None)) as (pilot, screen):
        await pilot.press("end")
        table = screen._table
        assert table.cursor_key == "file_39"
        lines = screen_text(pilot)
        run.ended = 90
        screen.draw_again()
        await pilot.pause()
        assert table.cursor_key == "file_39"
        # On the same line of the screen, with the new ones below.
        number = next(y for y, line in enumerate(lines.split("\n")) if "name-0039" in line)
        assert "name-0039" in screen_text(pilot).split("\n")[number]
        await pilot.press("down")
        assert table.cursor_key == "file_40"
