"""Every theme can be chosen, and what is shown never depends on colour alone."""

from textual.color import Color

from tests.conftest import screen_text, wait_until
from tests.ui.writing import SCANS
from xcoll_tui.ui.preferences import Glyphs, Preferences
from xcoll_tui.ui.themes import theme_names


async def test_every_theme_can_be_chosen_while_running(server, browse):
    async with browse(server.url, size=(100, 20)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        before = screen_text(pilot)
        assert set(theme_names()) == set(pilot.app.available_themes)
        for name in theme_names():
            pilot.app.theme = name
            await pilot.pause()
            assert screen_text(pilot) == before, name
            # The titles are in the colours of this theme, not of the one before.
            title = pilot.app.screen._compositor.render_strips()[1]
            variables = pilot.app.get_css_variables()
            documents = title.text.index("Cust", 20)
            for start, colour in ((5, variables["accent"]), (documents, variables["foreground"])):
                (segment,) = title.crop(start, start + 4)
                assert segment.text in {"Coll", "Cust"}
                if not colour.startswith("ansi"):
                    shown = segment.style.color.get_truecolor().hex
                    assert shown == Color.parse(colour).hex.lower()


async def test_without_colour_the_cursor_the_marks_and_the_status_are_seen(
    server, browse, monkeypatch
):
    monkeypatch.setenv("NO_COLOR", "1")
    async with browse(server.url, size=(100, 20)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        await pilot.press("l", "space")
        lines = screen_text(pilot).split("\n")
        assert any("✓ feedback-2025-w01-amer.csv" in line and "● ready" in line for line in lines)
        assert any("▌  feedback-2025-w01-apac.csv" in line for line in lines)


async def test_poor_fonts_are_given_ascii(server, browse):
    plain = Preferences(glyphs=Glyphs.PLAIN)
    async with browse(server.url, size=(80, 24), preferences=plain) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        collections = pilot.app.main.collections.table
        names = [row.collection_name for row in collections.listing.loaded_items()]
        collections.move_to(names.index(SCANS))
        await wait_until(pilot, lambda: "scan_0005" in screen_text(pilot))
        await pilot.press("2", "space")
        lines = screen_text(pilot).split("\n")
        rest = [line for line in lines if not line.isascii()]
        assert len(rest) == 1  # the collection whose name is in Japanese
        assert lines[1].startswith("+- 1 Collections - 12 -++- 2 Inc")
        row = next(line for line in lines if "scan_0001" in line)
        assert "+ scan_0001.pdf  ~ indexing" in row
        assert any("* ready" in line for line in lines)
        assert any("! failed" in line for line in lines)
        assert any(">  scan_0002.pdf" in line for line in lines)


async def test_the_theme_named_at_the_start_colours_the_first_frame(server, browse):
    for name in ("xcoll", "xcoll-light", "nord"):
        async with browse(server.url, size=(60, 10), theme=name) as pilot:
            table = pilot.app.main.collections.table
            wanted = pilot.app.get_css_variables()["row-cursor"]
            style = table.get_component_styles("row-table--cursor")
            assert style.background.hex.lower() == wanted.lower()
