"""What the tests of the screen share beside the program: a way to the service past it."""

from collections.abc import Iterator

import pytest

from tests.ui.writing import Service
from xcoll_tui.emulator.server import Server


@pytest.fixture
def service(server: Server) -> Iterator[Service]:
    """The service as another client sees it, and changes it."""
    service = Service(server)
    yield service
    service.close()
