"""What the tests of the writing flows share: the dialogs, and what the service holds."""

import ssl
from contextlib import contextmanager

import httpx
from textual.containers import Vertical

from tests.conftest import NOW, screen_text, serve_samples, wait_until
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.events import RequestMade
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.dialog import Dialog
from xcoll_tui.ui.screens.run import RunScreen

PAPERS = "Research papers"  # 120 documents; doi is required and unique
NOTES = "Meeting notes"  # 212 documents; no field is defined
CONTRACTS = "Legal contracts"  # 64 documents; counterparty is required
SCANS = "Incoming scans"  # 38 documents; 12 of them failed
INTERVIEWS = "Interview transcripts"  # 57 documents, all on the first page; role is optional


_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Service:
    """What the service holds, read past the program; and a second person who changes it."""

    def __init__(self, server: Server) -> None:
        self._base = f"{server.url}/v1/collections"
        # Without certificates, which take longer to read than all that is asked.
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {server.key}"}, verify=_NO_CERTIFICATES
        )

    def collections(self):
        """Return the collections by name."""
        answer = self._http.get(self._base, params={"limit": 100})
        return {each["collection_name"]: each for each in answer.json()["collections"]}

    def collection(self, collection_id):
        """Return one collection."""
        return self._http.get(f"{self._base}/{collection_id}").json()

    def fields(self, collection_id, file_id):
        """Return the fields of a document, None where it is not in the collection."""
        answer = self._http.get(f"{self._base}/{collection_id}/documents/{file_id}")
        return None if answer.status_code == 404 else answer.json()["fields"]

    def edit(self, collection_id, file_id, fields):
        """Change the fields of a document, as a second person."""
        path = f"{self._base}/{collection_id}/documents/{file_id}"
        assert self._http.patch(path, json={"fields": fields}).status_code == 200

    def attach(self, collection_id, file_id, fields):
        """Attach a file, as a second person."""
        path = f"{self._base}/{collection_id}/documents/{file_id}"
        assert self._http.post(path, json={"fields": fields}).status_code == 200

    def remove(self, collection_id, file_id):
        """Remove a document, as a second person."""
        path = f"{self._base}/{collection_id}/documents/{file_id}"
        assert self._http.delete(path).status_code == 200

    def delete_collection(self, collection_id):
        """Delete a collection, as a second person."""
        assert self._http.delete(f"{self._base}/{collection_id}").status_code == 200

    def close(self):
        """Hang up."""
        self._http.close()


def move_clock(server, seconds):
    """Let so many seconds have passed for the service."""
    server.store.clock = lambda: NOW + seconds


@contextmanager
def service_with(**policy):
    """Run another service, which does as it likes where the sources are silent."""
    with serve_samples(**policy) as server:
        service = Service(server)
        try:
            yield server, service
        finally:
            service.close()


def dialog_of(pilot, kind):
    """Return the dialog in front, which has to be of this kind."""
    screen = pilot.app.screen
    assert isinstance(screen, kind), screen_text(pilot)
    return screen


async def dialog(pilot, kind, key=None):
    """Press a key, and wait for the dialog of this kind to stand in front."""
    if key is not None:
        await pilot.press(key)
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, kind))
    return pilot.app.screen


async def shown(pilot, *said):
    """Wait until all of these are on the screen, wherever lines are broken."""
    await wait_until(pilot, lambda: all(each in words_on(pilot) for each in said))


def words_on(pilot):
    """Return what stands in the dialog in front, or in the panes, as one line without frames."""
    screen = pilot.app.screen
    strips = screen._compositor.render_strips()
    if isinstance(screen, Dialog):
        region = screen.query(Vertical).first().region
        strips = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
    text = " ".join(strip.text for strip in strips)
    return " ".join("".join(" " if each in "│╭╮╰╯─" else each for each in text).split())


async def back_on_main(pilot):
    """Wait until no dialog stands over the panes, and nothing is being written."""
    session = pilot.app.main.session
    await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
    await wait_until(pilot, lambda: not session.busy and not session.bulk.running)


async def run_over(pilot):
    """Wait for the list of what became of a run."""
    run = await dialog(pilot, RunScreen)
    await wait_until(pilot, lambda: run._ask().over)
    return run


def outcomes(run):
    """Return the words for each document of a run's list, by ID."""
    return {row.key: row.word for row in run._ask().rows_from(0)}


def written(pilot):
    """Collect the requests that change something, made from now on."""
    made = []

    def note(change):
        if isinstance(change, RequestMade) and change.record.method != "GET":
            made.append((change.record.method, change.record.path.partition("?")[0]))

    pilot.app.main.session.subscribe(note)
    return made


def entry(form, key):
    """Return the input of a field in a form of fields."""
    fields = getattr(form, "_fields", None) or form._form
    rows = (*fields._defined, *fields._others)
    return next(row for row in rows if row.key == key)._input


def toasts(pilot):
    """Return what is told in passing."""
    return [each.message for each in pilot.app._notifications]


async def remove_row(pilot, file_id):
    """Remove a document of the collection that is open."""
    table = pilot.app.main.documents.table
    table.move_to(table.listing.index_of(file_id))
    await dialog(pilot, ConfirmScreen, "d")
    await pilot.press("y")
    await wait_until(pilot, lambda: table.listing.get(file_id) is None)
    await back_on_main(pilot)


async def told(pilot, *words):
    """Wait until one toast holds all of these."""
    await wait_until(
        pilot, lambda: any(all(word in toast for word in words) for toast in toasts(pilot))
    )


async def undo(pilot, *asked, many=False):
    """Undo the newest write; agree to what is asked, and see a run of many to its end."""
    await pilot.press("z")
    if asked:
        question = await dialog(pilot, ConfirmScreen)
        await shown(pilot, *asked)
        if question._question.typed is None:
            await pilot.press("y")
        else:
            question._input.value = question._question.typed
            await pilot.press("enter", "enter")
    if many:
        await run_over(pilot)
        await pilot.press("escape")
    await undone(pilot)


async def undone(pilot):
    """Wait until a write is undone, and nothing more is being written."""
    stack = pilot.app.main.session.undo_stack
    await wait_until(pilot, lambda: any(entry.state == "undone" for entry in stack.entries))
    await back_on_main(pilot)
