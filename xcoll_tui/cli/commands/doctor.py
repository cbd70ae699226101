"""`xcoll doctor`: what there is around the program, for a report of what goes wrong."""

import argparse
import json
import os
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

from xcoll_tui.cli.access import plain
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.doctor.examination import Examination
from xcoll_tui.cli.doctor.finding import PROBLEM, Finding
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_NO_KEY
from xcoll_tui.cli.patience import run_until_signal

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Describe the terminal, the key, the service and what is remembered of it."
EXAMPLES = """\
Nothing in it is secret: no key, no name and no ID of yours. It only reads.
Exit code 1: something is not as it should be.

examples:
  xcoll doctor
  xcoll doctor --json > report.json
"""

_GLYPHS = {"ok": "●", PROBLEM: "✗", "fact": "·"}

_FINDINGS: tuple[Column[Finding], ...] = (
    Column("topic", lambda row: row.topic),
    Column("name", lambda row: row.name),
    Column("state", lambda row: row.state),
    Column("value", lambda row: row.value),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    examination = Examination(options, os.environ)
    findings = run_until_signal(examination.run())
    if output.form == "table":
        output.write(_page(findings, output.width))
    else:
        output.write_rows(RowKind(_FINDINGS, _FINDINGS, _to_json), findings)
    if not examination.has_key:
        return EXIT_NO_KEY
    return EXIT_FAILED if any(finding.state == PROBLEM for finding in findings) else 0


def _to_json(finding: Finding) -> str:
    return json.dumps(asdict(finding))


def _page(findings: list[Finding], width: int) -> str:
    """Write the findings for a person, whole: what is too long goes on below."""
    lines: list[str] = []
    column = max(len(finding.name) for finding in findings)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines.append(topic)
        head = f"  {_GLYPHS[finding.state]} {finding.name:<{column}}  "
        text = plain(finding.value)
        lines += textwrap.wrap(
            text,
            max(width, 60),
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_on_hyphens=False,
        ) or [head.rstrip()]
    return "\n".join(lines) + "\n"
