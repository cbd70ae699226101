"""How many cases of the hostile and end-to-end tests were played, by family, at the end of a run.

A test that plays many cases counts them by its fixture `tally`; of one of hypothesis each example
is a case; any other is one, of the family that its file is named by.
"""

import re
from collections import Counter

import pytest

_KEY = "cases"
_FOLDERS = ("hostile", "e2e")
_PASSING = re.compile(r"(\d+) passing")


class Tally:
    """The plugin; `counts` are those of this process, and of the workers that have ended."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Count a test that passed."""
        report = yield
        folder = item.path.parent.name
        counts_itself = "tally" in getattr(item, "fixturenames", ())
        if call.when == "call" and report.passed and folder in _FOLDERS and not counts_itself:
            family = item.path.stem.split("_")[1]
            examples = _PASSING.findall(getattr(item, "hypothesis_statistics", ""))
            self.counts[f"{folder}: {family}"] += sum(map(int, examples)) or 1
        return report

    def pytest_sessionfinish(self, session):
        """Hand what a worker counted to the process that tells it."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_KEY] = dict(self.counts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """Add what a worker counted."""
        self.counts.update(getattr(node, "workeroutput", {}).get(_KEY, {}))

    def pytest_terminal_summary(self, terminalreporter):
        """Tell how many there were of each family, if more than one was played."""
        if len(self.counts) > 1:
            terminalreporter.section("cases")
            for family, count in sorted(self.counts.items()):
                terminalreporter.write_line(f"{count:7,}  {family}")
            terminalreporter.write_line(f"{self.counts.total():7,}  in all")
