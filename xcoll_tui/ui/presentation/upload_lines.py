"""What would be uploaded, and how far an upload is, in words: pure."""

from collections.abc import Mapping
from typing import NamedTuple

from textual.content import Content

from xcoll_tui.session.upload.local_files import Skipped, SkipReason
from xcoll_tui.session.upload.plan import OnName, UploadPlan
from xcoll_tui.session.upload.uploads import UploadRun
from xcoll_tui.ui.presentation.folder_words import compared_words
from xcoll_tui.ui.presentation.format import format_many, format_size, format_type
from xcoll_tui.ui.presentation.run_lines import SEPARATOR, RunView
from xcoll_tui.ui.presentation.text import clean

_NAMED = 5
_SKIPPED_NAMED = 3
_PROBLEMS = 6


class UploadWish(NamedTuple):
    """What a person wants to upload, as it was typed."""

    typed: str
    recursive: bool
    on_name: OnName
    fields: Mapping[str, str]
    table: str
    """The path of a table with the fields of each file, "" for none."""


def plan_content(plan: UploadPlan, collection_name: str, fate: str) -> Content:
    """Say what goes, what is left out and why, and what stands against it.

    `fate` is what becomes of the files of documents that are replaced.
    """
    parts = _files(plan, collection_name) if plan.files else [Content("Nothing would be uploaded.")]
    counts = plan.comparison.counts
    if counts.total() > counts["new"]:
        words = f"Beside the collection: {compared_words(plan.comparison)}"
        parts += [Content(""), Content(words)]
    if plan.skipped:
        parts += [Content(""), Content.from_markup("[b]Left out[/]")]
        parts += [_reason_line(plan, reason) for reason in plan.reasons]
    if plan.replaced:
        many = format_many(plan.replaced, "document")
        verb = "leaves" if plan.replaced == 1 else "leave"
        sentence = f"{many} {verb} the collection for those that come in their place. {fate}"
        parts += [Content(""), Content.from_markup("[$error]$sentence[/]", sentence=sentence)]
    parts += [
        Content.from_markup("[$warning]$sentence[/]", sentence=clean(note, 300))
        for note in plan.notes
    ]
    if plan.problems:
        parts.append(Content(""))
        parts += [
            Content.from_markup("[$error]✗ $sentence[/]", sentence=clean(problem, 300))
            for problem in plan.problems[:_PROBLEMS]
        ]
        if len(plan.problems) > _PROBLEMS:
            parts.append(Content(f"and {len(plan.problems) - _PROBLEMS:,} more"))
    return Content("\n").join(parts)


def _files(plan: UploadPlan, collection_name: str) -> list[Content]:
    types = [
        f"{count:,} {clean(format_type(kind), 40)}" for kind, count in plan.types.most_common()
    ]
    types[_NAMED:] = ["…"] if len(types) > _NAMED else []
    parts = [
        Content.from_markup(
            "$files, $size, to [b]$name[/]: $types.\n",
            files=format_many(len(plan.files), "file"),
            size=format_size(plan.size),
            name=clean(collection_name, 80),
            types=", ".join(types),
        )
    ]
    for planned in plan.files[:_NAMED]:
        facts = [format_size(planned.file.size)]
        facts += [f"{key}: {value}" for key, value in planned.fields.items()]
        if planned.replaces:
            many = len(planned.replaces)
            facts.append(f"replaces {'the one that is' if many == 1 else f'the {many}'} there")
        elif planned.beside:
            facts.append("beside one of that name")
        parts.append(
            Content.from_markup(
                "  $name  [$quiet]$facts[/]",
                name=clean(planned.file.name, 60),
                facts=clean(" · ".join(facts), 200),
            )
        )
    if len(plan.files) > _NAMED:
        parts.append(Content(f"  and {len(plan.files) - _NAMED:,} more"))
    return parts


def _reason_line(plan: UploadPlan, reason: SkipReason) -> Content:
    skipped = [one for one in plan.skipped if one.reason is reason]
    names = [_name_of(one) for one in skipped[:_SKIPPED_NAMED]]
    if len(skipped) > _SKIPPED_NAMED:
        names.append(f"and {len(skipped) - _SKIPPED_NAMED:,} more")
    return Content.from_markup(
        "  $count $reason: [$quiet]$names[/]",
        count=f"{len(skipped):,}",
        reason=str(reason),
        names=", ".join(names),
    )


def _name_of(skipped: Skipped) -> str:
    return clean(skipped.path.name or str(skipped.path), 60)


def with_bytes(view: RunView, upload: UploadRun) -> RunView:
    """Tell of an upload how far it is by bytes, too, and name what failed by its path."""
    outcomes = upload.run.outcomes
    failed = [
        planned
        for planned in upload.plan.files
        if planned.key in outcomes and not outcomes[planned.key].ok
    ]
    lost = sum(planned.file.size for planned in failed) if view.failed else 0
    sent, total = upload.bytes_sent, upload.bytes_total
    words = f"{format_size(sent)} of {format_size(total)}"
    return view._replace(
        total=total,
        done=sent - lost,
        failed=lost,
        tally=view.tally if view.over else f"{view.tally}{SEPARATOR}{words}",
        failed_ids=lambda: [str(planned.file.path) for planned in failed],
        noun="path",
    )
