"""Exporting documents to a file: asks what and where to, and keeps on screen what came of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.private_files import FreshFile
from xcoll_tui.session.lists.export_file import Chosen, export_to_file
from xcoll_tui.session.lists.listing import Gap
from xcoll_tui.session.threads import in_thread
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.export_wish import (
    ExportCounts,
    ExportWish,
    Scope,
    file_name_of,
)
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.export import PATH, ExportScreen
from xcoll_tui.ui.screens.steps import StepsScreen
from xcoll_tui.ui.widgets.progress_bar import BarFacts

if TYPE_CHECKING:
    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host
    from xcoll_tui.ui.widgets.row_source import RowSource

_BETWEEN = 0.1
"""Seconds between two pictures of the progress."""


class ExportFlow:
    """The flow that writes documents to a file; it changes nothing of the service."""

    def __init__(self, host: "Host", session: "Session") -> None:
        self._host = host
        self._session = session
        self._drafts: dict[str, ExportWish] = {}
        self.under_way = 0
        """How many exports go on."""
        self._show_again: Callable[[], None] | None = None
        """Shows the export that goes on."""

    async def export(self, shown: "RowSource[Document]", marks: Sequence[str]) -> None:
        """Ask what of the collection that is open goes where, and write it.

        `shown` are its rows in the order that a person sees, `marks` the IDs of those marked.
        """
        if self._show_again is not None:
            self._show_again()
            return
        session = self._session
        feed, collection_id, collection = session.documents, session.opened, session.collection
        if feed is None or collection_id is None:
            return
        name = "" if collection is None else collection.collection_name
        listing = feed.listing
        total = listing.loaded if listing.complete else listing.total
        is_filtered = feed.query.is_filtered
        counts = ExportCounts(len(marks), listing.loaded, total, is_filtered, listing.complete)
        scopes = counts.choices()
        draft = self._drafts.get(collection_id)
        wish = draft or ExportWish(Scope.ALL, "csv", file_name_of(name, collection_id, "csv"))
        if marks or wish.scope not in scopes:
            wish = wish._replace(scope=next(iter(scopes)))
        job = _Job(feed, collection, collection_id, shown, marks)

        def save(wish: ExportWish, *, replace: bool = False) -> None:
            form.progress("Looking whether that file can be written…")
            again = partial(save, wish, replace=True)
            begin = self._begin(form, job, wish, None if replace else again)
            self._host.run_worker(begin, group="export")

        form = ExportScreen(
            f"Export {clean(name or collection_id, 60)}",
            scopes,
            wish,
            str(Path.cwd()),
            save,
            note="" if draft is None else "What you typed before is filled in again.",
        )
        self._host.app.push_screen(form)

    async def _begin(
        self,
        form: ExportScreen,
        job: "_Job",
        wish: ExportWish,
        begin_replacing: Callable[[], None] | None,
    ) -> None:
        """Open the file while the form stands, so that what was typed can be put right.

        `begin_replacing` is what follows where a person agrees to lose another file; None where one
        has.
        """
        path = Path(wish.path)
        try:
            path = _path_of(wish.path)
            replaces = begin_replacing is None
            fresh = await in_thread(partial(FreshFile, path, replace=replaces))
        except (OSError, RuntimeError, ValueError) as problem:
            if isinstance(problem, FileExistsError) and begin_replacing is not None:
                form.ask_to_replace(str(path), begin_replacing)
            else:
                form.refuse(PATH, _unwritten(problem))
            return
        if form.is_over:  # it was left meanwhile
            fresh.discard()
            return
        form.done()
        self._drafts[job.collection_id] = wish
        await self._write(job, wish, fresh)

    async def _write(self, job: "_Job", wish: ExportWish, fresh: FreshFile) -> None:
        chosen = job.chosen(wish.scope)
        total = chosen.total

        drawn = 0.0

        def tell(count: int) -> None:
            nonlocal drawn
            if time.monotonic() - drawn >= _BETWEEN:
                drawn = time.monotonic()
                bar = None if total is None else BarFacts(max(total, count), count, 0, ())
                of = "" if total is None else f" of {total:,}"
                progress.steps.say(f"Writing documents: {count:,}{of}", bar=bar)

        work = asyncio.ensure_future(
            export_to_file(fresh, job.source, chosen, wish.form, job.definitions, on_progress=tell)
        )
        progress = _Progress(self._host, job.name, work.cancel)
        self.under_way += 1
        self._show_again = progress.show
        try:
            exported = await work
        except asyncio.CancelledError:
            if not progress.steps.cancelled:
                raise
            progress.steps.say("Cancelled: there is no file.", over=True, cancelled=True)
        except ApiError as error:
            self._fail(progress.steps, sentence_of(error))
        except OSError as problem:
            self._fail(progress.steps, f"{fresh.path}: {_unwritten(problem)}")
        else:
            del self._drafts[job.collection_id]
            progress.steps.path = str(fresh.path)
            for doubt in exported.doubts:
                progress.steps.note(doubt)
            documents = format_many(exported.count, "document")
            progress.steps.say(f"{documents} written to {fresh.path}", over=True)
        finally:
            self.under_way -= 1
            self._show_again = None

    @staticmethod
    def _fail(steps: StepsScreen, sentence: str) -> None:
        steps.note(f"What you typed is kept: {key_for('export')} opens it again.")
        steps.say(f"There is no file. {sentence}", over=True, failed=True)


class _Progress:
    """The dialog of an export that goes on: it may be hidden, and shown again."""

    def __init__(self, host: "Host", name: str, cancel: Callable[[], object]) -> None:
        self._host = host
        self._title = f"Exporting {name}"
        self._cancel = cancel
        self.show()

    def show(self) -> None:
        """Show it, from now on."""
        self.steps = StepsScreen(
            self._title, can_cancel=True, on_cancel=self._cancel, file_noun="file"
        )
        self.steps.say("Writing documents…")
        self._host.app.push_screen(self.steps)


class _Job:
    """What there is to export, as it was when that was asked about."""

    def __init__(
        self,
        feed: "Feed[Document]",
        collection: "Collection | None",
        collection_id: str,
        shown: "RowSource[Document]",
        marks: Sequence[str],
    ) -> None:
        self.source = feed.source
        self.collection_id = collection_id
        self.definitions = () if collection is None else tuple(collection.field_definitions)
        name = "" if collection is None else collection.collection_name
        self.name = clean(name or collection_id, 60)
        self._query = feed.query
        self._total = feed.listing.total
        self._shown = shown
        self._marks = dict.fromkeys(marks)

    def chosen(self, scope: Scope) -> Chosen:
        """Return the documents, in the order in which a person sees them."""
        if scope is Scope.ALL:
            return Chosen(self._query, total=self._total)
        places = map(self._shown.row, range(len(self._shown)))
        rows = [row for row in places if not isinstance(row, Gap)]
        if scope is Scope.LOADED:
            return Chosen(rows=rows, total=len(rows))
        rows = [row for row in rows if row.file_id in self._marks]
        loaded = {row.file_id for row in rows}
        absent = [file_id for file_id in self._marks if file_id not in loaded]
        return Chosen(rows=rows, absent=absent, total=len(self._marks))


def _path_of(text: str) -> Path:
    """Return the path that was typed; raises RuntimeError for the home of nobody."""
    return Path(text.strip()).expanduser().absolute()


def _unwritten(problem: Exception) -> str:
    reason = (isinstance(problem, OSError) and problem.strerror) or str(problem)
    return f"It cannot be written: {reason}. Name another file."
