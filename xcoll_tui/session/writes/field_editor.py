"""Changing the fields of a document: one strategy after the other, until a look shows them.

PATCH is documented to re-index only; whether it takes fields is not known. So: PATCH, then attach
again in place, then, if a person agrees, remove and attach again. The next strategy is tried only
when the service has refused the one before, or has shown the old fields for the settling time. A
strategy that a service takes and ignores is learned, and left out from then on, until it is seen to
be applied after all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.filters import equals, field_path
from xcoll_tui.session.writes.field_edit_attempt import Edit, FieldEditAttempt
from xcoll_tui.session.writes.judging import same_fields, was_not_sent, was_refused
from xcoll_tui.session.writes.outcome import Outcome, Verdict
from xcoll_tui.session.writes.read_back import LONGEST, Settled
from xcoll_tui.session.writes.replacement import Replacement
from xcoll_tui.session.writes.runner import ReadBackResult

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Any, Literal

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.learned import Fact
    from xcoll_tui.session.writes.recovery import Recovery
    from xcoll_tui.session.writes.runner import WriteOptions, WriteRunner

    InPlace = Literal["patch", "reattach"]

_PROBED = 100


class FieldEditor:
    """Changes fields, and learns what this service does with each strategy."""

    def __init__(self, runner: WriteRunner, recovery: Recovery) -> None:
        self._runner = runner
        self._recovery = recovery
        self._unsupported: set[InPlace] = set()
        self._unshown: dict[tuple[str, str | None], tuple[dict[str, Any], frozenset[InPlace]]] = {}

    async def edit(
        self, edit: Edit, options: WriteOptions, document: Document | None = None
    ) -> Outcome:
        """Change fields; `document` is the document if it was read just now."""
        before = (
            ReadBackResult(document)
            if document is not None
            else await self._look_before(edit, options)
        )
        attempt = FieldEditAttempt(edit, before)
        if (refusal := attempt.precondition()) is not None:
            return refusal
        return await self._try_strategies(attempt, options)

    async def probe_unique(
        self, collection_id: str, key: str, value: str, *, except_file_id: str | None = None
    ) -> str | None:
        """Return the name (or ID) of another document whose field has this value.

        None where there is none, and where the service cannot tell: it decides when the fields are
        saved.
        """
        try:
            page = await self._runner.service.list_documents(
                collection_id, limit=_PROBED, filter=equals(field_path(key), value)
            )
        except ApiError:
            return None
        for document in page.documents:
            # How exactly the service compares is not documented.
            if document.fields.get(key) == value and document.file_id != except_file_id:
                return document.name or document.file_id
        return None

    async def _look_before(self, edit: Edit, options: WriteOptions) -> ReadBackResult:
        """Read the document; that it is gone, or as it was before a write of ours, may be old."""
        runner, target = self._runner, edit.target
        before = await runner.look(target)
        behind = runner.superseded.holds(target, before.document)
        document = before.document
        if behind and document is not None:
            behind = edit.base not in (document.fields, document.raw_fields)
        if options.recent and document is not None and not behind:
            # As it was before the write that this takes back; what is neither is somebody else's.
            behind = same_fields(document.raw_fields, edit.fields)
        if not behind and not before.is_gone:
            return before

        def is_current(look: ReadBackResult) -> bool:
            if look.document is None:
                return False
            if options.recent:
                return edit.base in (look.document.fields, look.document.raw_fields)
            return not runner.superseded.holds(target, look.document)

        within = LONGEST if options.recent else None
        return (await runner.settle(target, options, is_current, within=within, learns=False)).seen

    async def _try_strategies(self, attempt: FieldEditAttempt, options: WriteOptions) -> Outcome:
        edit, runner, service = attempt.edit, self._runner, self._runner.service
        ids = edit.target.ids
        requests: dict[InPlace, Callable[[], Awaitable[object]]] = {
            "patch": partial(service.update_document, *ids, fields=attempt.fields),
            "reattach": partial(service.add_document, *ids, fields=attempt.fields),
        }
        ignored: list[InPlace] = []
        attempt.returns = runner.superseded.was_lately(edit.target, attempt.fields)
        for strategy, request in requests.items():
            if self._is_left_out(strategy, attempt):
                continue
            await runner.remember(attempt.target, attempt.old, attempt.fields, strategy=strategy)
            error = await runner.send(
                request, options, target=edit.target, before=attempt.now, after=attempt.fields
            )
            settled = await self._settle(attempt, options, error)
            outcome = attempt.judge(strategy, error, settled)
            if outcome is not None:
                if outcome.verdict is Verdict.UNKNOWN and settled.seen.document is not None:
                    self._keep_looking(attempt, strategy, settled.seconds)
                if outcome.verdict is Verdict.DONE:
                    runner.learned.note_strategy(strategy, "applied")
                return outcome
            if error is not None:
                self._unsupported.add(strategy)
            elif not attempt.is_partly:
                ignored.append(strategy)
        if not edit.replace:
            self._unshown[edit.target.place] = dict(edit.fields), frozenset(ignored)
            if ignored:
                self._keep_looking(attempt, ignored[0], attempt.seconds, ignored)
            return attempt.ignored(self._since())
        return await Replacement(runner, self._recovery, attempt).run(options)

    async def _settle(
        self, attempt: FieldEditAttempt, options: WriteOptions, error: ApiError | None
    ) -> Settled[ReadBackResult]:
        runner, target = self._runner, attempt.edit.target
        if error is not None and was_not_sent(error):
            return Settled(ReadBackResult(), proved=False, seconds=0.0)
        if was_refused(error):
            # Nothing was changed by it, and a look could show less than is known.
            return Settled(ReadBackResult(attempt.now), proved=False, seconds=0.0)

        def shows(look: ReadBackResult) -> bool:
            is_old = runner.superseded.holds(target, look.document)
            return attempt.shows(look) and not (is_old and error is not None)

        # What it was lately may be seen of then, while the service merges or ignores what it took.
        return await runner.settle(target, options, shows, lasting=attempt.returns, error=error)

    def _keep_looking(
        self,
        attempt: FieldEditAttempt,
        strategy: InPlace,
        after: float,
        ignored: Sequence[InPlace] = (),
    ) -> None:
        """Go on looking for an edit that this strategy may have made.

        Those that seem to be `ignored` are learned to be only when nothing has shown for as long as
        any may take.
        """
        learned = self._runner.learned

        def shown(look: ReadBackResult) -> Outcome:
            if ignored:
                learned.note_strategy(strategy, "applied")
            attempt.now = look.document
            sentence = f"The fields of {attempt.target.shown} are saved. It may be indexed again."
            return attempt.end(Verdict.DONE, sentence, strategy=strategy)

        def never() -> None:
            for name in ignored:
                learned.note_strategy(name, "ignored")

        self._runner.keep_looking(
            attempt.edit.target,
            lambda look: look.holds(attempt.fields),
            shown,
            never=never,
            after=after,
        )

    def _tried(self, edit: Edit) -> frozenset[InPlace]:
        """Return what was tried of this very edit before a person agreed to replacing."""
        fields, strategies = self._unshown.get(edit.target.place, ({}, frozenset()))
        return strategies if edit.replace and fields == edit.fields else frozenset()

    def _fact(self, strategy: InPlace) -> Fact:
        learned = self._runner.learned
        return learned.patch if strategy == "patch" else learned.reattach

    def _is_left_out(self, strategy: InPlace, attempt: FieldEditAttempt) -> bool:
        edit = attempt.edit
        if attempt.resumed and edit.replace:
            return True  # tried already, and more than once it would only be indexed again
        ignored = self._fact(strategy).value == "ignored"
        return ignored or strategy in self._unsupported or strategy in self._tried(edit)

    def _since(self) -> str:
        fact = self._fact("patch")
        return f"on {fact.day}" if fact.value == "ignored" else ""
