from tests.conftest import screen_text, wait_until


async def test_the_documents_of_the_first_collection_are_shown_by_themselves(server, browse):
    async with browse(server.url) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        screen = screen_text(pilot)
        assert "1 Collections" in screen
        assert "2 Customer feedback 2025" in screen
        assert "100 of 156 · name ▲" in screen
        assert "feedback-2025-w01-amer.csv" in screen
