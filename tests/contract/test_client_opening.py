"""What loading and opening a client costs, and when."""

import subprocess
import sys
import threading

import pytest

from tests.contract.scripted import KEY, Scripted
from xcoll_tui.api.client import Client


@pytest.mark.parametrize(
    "module", ["models", "errors", "filters", "retry", "wire", "responses", "endpoints", "client"]
)
def test_importing_loads_no_http(module):
    script = (
        f"import sys, xcoll_tui.api.{module}\n"
        "loaded = {'httpx', 'textual', 'rich', 'keyring', 'starlette'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_making_a_client_loads_no_http():
    script = (
        "import sys\n"
        "from xcoll_tui.api.client import Client\n"
        "Client('key')\n"
        "assert 'httpx' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


async def test_a_client_may_be_opened_in_another_thread():
    async with Scripted() as service, Client(KEY, service.url) as client:
        threads = [threading.Thread(target=client.open) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first = client._http
        await client.list_collections()
        client.open()
        assert client._http is first


async def test_a_client_that_was_never_used_closes():
    async with Client(KEY):
        pass
