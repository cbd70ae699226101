"""The vault against a real Secret Service, and against buses that are none."""

import asyncio
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.isolation import environment
from xcoll_tui.credentials import (
    LONGEST_KEY,
    USER,
    Locked,
    Secret,
    TimedOut,
    Unavailable,
    Unfit,
    Vault,
    service_name,
)

# What hangs and what is refused leaves connections open in the keyring library.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
KEY = Secret("xai-token-canary-in-the-mine-r42q")
OTHER = Secret("xai-token-another-bird-altogether-b7x9")
SHORT = 0.7


@pytest.fixture
def vault(service, use_bus):
    use_bus(service.env)
    return Vault()


def put(*, secret, profile="work", **attributes):
    """Keep one more entry of the same names, as another program might."""
    import secretstorage  # noqa: PLC0415 - on Linux only

    names = {"service": service_name(profile), "username": USER, **attributes}
    with closing(secretstorage.dbus_init()) as bus:
        collection = secretstorage.get_default_collection(bus)
        secret = secret if isinstance(secret, bytes) else secret.encode()
        collection.create_item("by another program", names, secret, replace=False)


def written(service):
    """Tell when the file of the collection was written last."""
    [file] = service.files[0].rglob("*.keyring")
    return file.stat().st_ino, file.stat().st_mtime_ns


async def test_it_is_named(vault):
    assert await vault.backend() == "Secret Service"


async def test_a_key_is_stored_read_replaced_and_deleted(vault):
    assert await vault.read("work") is None
    assert await vault.store("work", KEY) is True
    assert await Vault().read("work") == KEY
    assert await vault.store("work", OTHER) is True
    assert await vault.read("work") == await Vault().read("work") == OTHER
    assert await vault.delete("work") is True
    assert await vault.read("work") is None
    assert await Vault().read("work") is None
    assert await vault.delete("work") is False


async def test_an_entry_has_the_names_that_the_readme_gives(vault, service):
    await vault.store("work", KEY)
    [item] = service.items()
    assert item["service"] == "xcoll:work"
    assert item["username"] == "management-key"


async def test_a_key_that_is_there_is_not_written_again(vault, service):
    await vault.store("work", KEY)
    before = written(service)
    assert await vault.store("work", KEY) is False
    assert await Vault().store("work", KEY) is False
    assert written(service) == before
    assert await vault.store("work", OTHER) is True
    assert written(service) != before


async def test_profiles_do_not_touch_each_other(vault):
    await vault.store("work", KEY)
    await vault.store("home", OTHER)
    assert await Vault().read("work") == KEY
    assert await vault.delete("work") is True
    assert await Vault().read("home") == OTHER
    assert await Vault().read("work") is None


async def test_any_letter_that_a_key_may_have_is_kept(vault):
    accented = Secret("xai-token-clé-ÿ-schlüssel-þ")
    assert await vault.store("büro-日本-🗝", accented) is True
    assert await Vault().read("büro-日本-🗝") == accented
    assert await Vault().delete("büro-日本-🗝") is True


async def test_the_longest_key_is_kept(vault):
    longest = Secret("ÿ" * LONGEST_KEY)
    assert await vault.store("work", longest) is True
    assert await Vault().read("work") == longest


async def test_deleting_leaves_no_second_entry(vault, service):
    await vault.store("work", KEY)
    put(secret="an older key")
    put(secret="an older key", note="the same key once more")
    put(secret="another profile's", profile="home")
    assert len(service.items()) == 4
    assert await vault.delete("work") is True
    assert [item["service"] for item in service.items()] == ["xcoll:home"]


async def test_what_can_be_no_key_is_told_and_can_be_replaced(vault):
    put(secret="two\nlines")
    with pytest.raises(Unfit) as problem:
        await vault.read("work")
    assert "two" not in str(problem.value)
    assert await vault.delete("work") is True
    put(secret=b"\xff\xfe\xfa")
    with pytest.raises(Unfit):
        await Vault().read("work")
    assert await vault.delete("work") is True
    assert await vault.store("work", KEY) is True
    assert await vault.read("work") == KEY


async def test_no_file_holds_the_key_in_the_clear(vault, service):
    await vault.store("work", KEY)
    files = [path for path in service.files[0].rglob("*") if path.is_file()]
    assert any(path.suffix == ".keyring" for path in files)
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    for path in files:
        for encoding in encodings:
            assert KEY.reveal().encode(encoding) not in path.read_bytes(), path


async def test_a_prompt_that_is_dismissed_leaves_it_locked(start_service, use_bus):
    locked = start_service(prompted=False)
    use_bus(locked.env)
    await Vault().store("work", KEY)
    locked.lock()
    vault = Vault()
    for call in (vault.read("work"), vault.store("work", OTHER), vault.delete("work")):
        with pytest.raises(Locked) as problem:
            await call
        assert problem.value.backend == "Secret Service"
        assert "Secret Service is locked" in str(problem.value)


async def test_a_prompt_that_nobody_answers_times_out(service, vault):
    await vault.store("work", KEY)
    service.lock()
    impatient = Vault(limit=SHORT)
    for call in (impatient.read("work"), impatient.store("work", OTHER), impatient.delete("work")):
        with pytest.raises(TimedOut) as problem:
            await call
        assert problem.value.backend == "Secret Service"
        # It was only asked what is there: nothing can have been changed.
        assert problem.value.writing is False
    # What was read before it was locked is still known.
    assert await vault.read("work") == KEY


async def test_what_was_never_unlocked_prompts_and_times_out(start_service, use_bus):
    use_bus(start_service(unlocked=False).env)
    assert await Vault().backend() == "Secret Service"
    vault = Vault(limit=SHORT)
    with pytest.raises(TimedOut) as problem:
        await vault.read("work")
    assert problem.value.backend == "Secret Service"
    with pytest.raises(TimedOut):
        await vault.store("work", KEY)


async def test_what_was_never_unlocked_and_cannot_prompt_is_locked(start_service, use_bus):
    use_bus(start_service(unlocked=False, prompted=False).env)
    with pytest.raises(Locked):
        await Vault().store("work", KEY)


async def test_a_bus_that_dies_later_is_unavailable(vault, service):
    await vault.store("work", KEY)
    service.kill_bus()
    fresh = Vault()
    for call in (fresh.read("work"), fresh.store("work", OTHER), fresh.delete("work")):
        with pytest.raises(Unavailable) as problem:
            await call
        assert "Secret Service cannot be reached any more" in str(problem.value)
    # One read a run: this one does not ask.
    assert await vault.read("work") == KEY


async def test_a_bus_that_dies_under_a_prompt_is_unavailable(vault, service):
    service.lock()
    reading = asyncio.create_task(vault.read("work"))
    await asyncio.to_thread(service.wait_for_prompt)
    service.kill_bus()
    with pytest.raises(Unavailable):
        await reading


async def test_without_a_service_on_the_bus_there_is_no_keyring(service, use_bus):
    service.kill_bus()
    use_bus(service.env)
    with pytest.raises(Unavailable) as problem:
        await Vault().backend()
    assert "There is no keyring" in str(problem.value)


async def test_a_bus_that_is_silent_times_out(silent_bus, use_bus):
    use_bus(silent_bus.env)
    vault = Vault(limit=SHORT)
    for call in (vault.backend(), vault.read("work"), vault.store("work", KEY)):
        with pytest.raises(TimedOut) as problem:
            await call
        assert problem.value.backend == ""
        assert problem.value.writing is False
    assert silent_bus.met.is_set()


HANGS = """
import asyncio, sys
from xcoll_tui.credentials import Vault

async def main():
    task = asyncio.create_task(Vault().read("work"))
    await asyncio.to_thread(sys.stdin.readline)
    assert not task.done()
    {end}

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("task.cancel()", 0),
        ("return", 0),
        ("sys.exit(4)", 4),
        ("raise KeyboardInterrupt", -signal.SIGINT),
    ],
    ids=["cancelled", "returned", "exited", "interrupted"],
)
def test_a_program_ends_while_the_keyring_hangs(end, status, silent_bus):
    process = subprocess.Popen(
        [sys.executable, "-c", HANGS.format(end=end)],
        env=environment(silent_bus.env),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert silent_bus.met.wait(20), "it never came to the bus"
        told = time.monotonic()
        _, complaints = process.communicate(b"\n", timeout=20)
        seconds = time.monotonic() - told
    finally:
        process.kill()
        process.wait()
    print(f"ended {seconds:.3f} s after it was told to ({end})")  # noqa: T201 - the figure is wanted
    assert seconds < 5
    assert process.returncode == status
    if status >= 0:
        assert complaints == b""
