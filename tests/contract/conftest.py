"""An emulator with options of a test's own."""

import pytest

from tests.contract.plain import Plain
from xcoll_tui.emulator.server import Server


@pytest.fixture
def asked():
    """Start a server with options of the test's own, and ask that."""
    servers = []

    def start(**kwargs):
        server = Server(**kwargs).__enter__()
        plain = Plain(server.url, server.key)
        servers.append((server, plain))
        return plain

    yield start
    for server, plain in servers:
        plain.close()
        server.__exit__(None, None, None)
