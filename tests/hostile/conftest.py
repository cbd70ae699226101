"""How many hostile cases were played, by family, at the end of the run."""

from collections import Counter

import pytest

_TALLY = Counter()
_KEY = "hostile_cases"


@pytest.fixture(scope="session")
def tally():
    """Count the cases that are played, by their family."""
    return _TALLY


def pytest_sessionfinish(session):
    """Hand what a worker counted to the process that tells it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_KEY] = dict(_TALLY)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Add what a worker counted."""
    _TALLY.update(getattr(node, "workeroutput", {}).get(_KEY, {}))


def pytest_terminal_summary(terminalreporter):
    """Tell how many there were of each family."""
    if _TALLY:
        terminalreporter.section("hostile cases")
        for family, count in sorted(_TALLY.items()):
            terminalreporter.write_line(f"{count:7,}  {family}")
        terminalreporter.write_line(f"{_TALLY.total():7,}  in all")
