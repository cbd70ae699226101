"""What the hostile tests share."""

import pytest


@pytest.fixture(scope="session")
def tally(pytestconfig):
    """Count the cases that are played, by their family; they are told at the end of the run."""
    return pytestconfig.pluginmanager.get_plugin("tally").counts
