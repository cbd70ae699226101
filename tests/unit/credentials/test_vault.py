"""What the vault remembers, writes and waits for, over a keyring that does as it is told."""

import asyncio
import threading
import traceback

import pytest
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from tests.unit.credentials.rings import SECRET_SERVICE, kind_named
from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.credentials import (
    USER,
    Locked,
    NotKept,
    Secret,
    TimedOut,
    Unavailable,
    Unfit,
    Vault,
    service_name,
)

KEY = Secret("xai-token-canary-in-the-mine-r42q")
OTHER = Secret("xai-token-another-bird-altogether-b7x9")
WORK = (service_name("work"), USER)
# Long enough for what does answer, on a busy computer too.
SHORT = 0.25


@pytest.fixture
def ring(monkeypatch):
    """The keyring that the library finds; what hangs in it goes on when the test is over."""
    ring = kind_named(SECRET_SERVICE)()
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    yield ring
    ring.answer.set()
    join_threads()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "xcoll-keyring"]


def join_threads():
    for thread in threads():
        thread.join(20)
        assert not thread.is_alive()


async def until_it_hangs(ring):
    await asyncio.to_thread(ring.hung.wait, 20)
    assert ring.hung.is_set()


async def test_the_keyring_is_named_without_being_asked(ring):
    assert await Vault().backend() == "Secret Service"
    assert ring.calls == []


async def test_there_may_be_no_key(ring):
    vault = Vault()
    assert await vault.read("work") is None
    assert await vault.delete("work") is False
    assert "delete" not in ring.calls


async def test_a_profile_is_read_once_a_run(ring):
    ring.entries[WORK] = [KEY.reveal()]
    vault = Vault()
    assert await vault.read("work") == KEY
    assert await vault.read("home") is None
    assert (
        await asyncio.gather(*(vault.read(name) for name in ("work", "home") * 3))
        == [
            KEY,
            None,
        ]
        * 3
    )
    assert ring.calls == ["get", "get"]


async def test_reads_at_the_same_time_are_one(ring):
    ring.entries[WORK] = [KEY.reveal()]
    vault = Vault()
    assert await asyncio.gather(*(vault.read("work") for _ in range(5))) == [KEY] * 5
    assert ring.calls == ["get"]


async def test_a_read_that_failed_is_not_remembered(ring):
    vault = Vault()
    ring.failing["get"] = KeyringLocked("no")
    with pytest.raises(Locked):
        await vault.read("work")
    del ring.failing["get"]
    ring.entries[WORK] = [KEY.reveal()]
    assert await vault.read("work") == KEY


async def test_white_space_that_somebody_stored_is_dropped(ring):
    ring.entries[WORK] = [f" {KEY.reveal()}\n"]
    assert await Vault().read("work") == KEY


@pytest.mark.parametrize("kept", ["", " ", "canary in the mine", "canary\x00mine", "canary" * 200])
async def test_what_can_be_no_key_is_unfit(ring, kept):
    ring.entries[WORK] = [kept]
    vault = Vault()
    with pytest.raises(Unfit) as problem:
        await vault.read("work")
    assert "What Secret Service holds for profile “work” is not a valid management key." in str(
        problem.value
    )
    assert "canary" not in str(problem.value)
    assert problem.value.__cause__ is problem.value.__context__ is None
    assert await vault.store("work", KEY) is True
    assert await vault.read("work") == KEY


async def test_a_key_is_written_and_read_back(ring):
    vault = Vault()
    assert await vault.store("work", KEY) is True
    assert ring.calls == ["get", "set", "get"]
    assert ring.entries[WORK] == [KEY.reveal()]
    assert await vault.read("work") == KEY
    assert ring.calls == ["get", "set", "get"]


async def test_a_key_that_is_there_is_not_written(ring):
    ring.entries[WORK] = [KEY.reveal()]
    vault = Vault()
    assert await vault.store("work", KEY) is False
    assert await vault.read("work") == KEY
    assert ring.calls == ["get"]


async def test_what_is_remembered_does_not_keep_a_key_from_being_written(ring):
    vault = Vault()
    await vault.store("work", KEY)
    ring.entries.clear()
    assert await vault.store("work", KEY) is True
    assert ring.entries[WORK] == [KEY.reveal()]


async def test_another_key_is_replaced(ring):
    ring.entries[WORK] = [KEY.reveal()]
    vault = Vault()
    assert await vault.read("work") == KEY
    assert await vault.store("work", OTHER) is True
    assert await vault.read("work") == OTHER
    assert ring.entries[WORK] == [OTHER.reveal()]


async def test_a_key_that_reads_back_as_another_is_not_kept(ring, monkeypatch):
    def keep_nothing(self, _service, _username, _password):
        self.calls.append("set")

    monkeypatch.setattr(type(ring), "set_password", keep_nothing)
    ring.entries[WORK] = [OTHER.reveal()]
    vault = Vault()
    assert await vault.read("work") == OTHER
    with pytest.raises(NotKept, match="holds something else now"):
        await vault.store("work", KEY)
    ring.entries[WORK] = []
    with pytest.raises(NotKept):
        await vault.store("work", KEY)
    # It is not remembered either.
    assert await vault.read("work") is None


async def test_a_write_that_is_refused_is_not_kept(ring):
    vault = Vault()
    assert await vault.read("work") is None
    ring.failing["set"] = PasswordSetError("no")
    with pytest.raises(NotKept):
        await vault.store("work", KEY)
    ring.entries[WORK] = [OTHER.reveal()]
    assert await vault.read("work") == OTHER


@pytest.mark.parametrize("text", ["", "a b", "a\nb", "k" * 1_001, "\udc80"])
async def test_what_can_be_no_key_is_not_stored(ring, text):
    with pytest.raises(InvalidKey):
        await Vault().store("work", Secret(text))
    assert ring.calls == []


async def test_all_entries_of_a_name_are_deleted(ring):
    ring.entries[WORK] = [KEY.reveal(), KEY.reveal(), OTHER.reveal()]
    ring.entries[service_name("home"), USER] = [OTHER.reveal()]
    vault = Vault()
    assert await vault.delete("work") is True
    assert ring.entries[WORK] == []
    assert ring.entries[service_name("home"), USER] == [OTHER.reveal()]
    calls = len(ring.calls)
    assert await vault.read("work") is None
    assert len(ring.calls) == calls


async def test_what_stays_after_deleting_is_told(ring, monkeypatch):
    monkeypatch.setattr(type(ring), "delete_password", lambda *_: None)
    ring.entries[WORK] = [KEY.reveal()]
    vault = Vault()
    with pytest.raises(NotKept, match="still holds one after 20 deletions"):
        await vault.delete("work")
    assert await vault.read("work") == KEY


async def test_what_refuses_to_be_deleted_is_asked_once(ring):
    ring.entries[WORK] = [KEY.reveal()]
    ring.failing["delete"] = PasswordDeleteError("no")
    with pytest.raises(NotKept, match="refused"):
        await Vault().delete("work")
    assert ring.calls == ["get", "delete", "get"]


async def test_what_another_program_deletes_meanwhile_is_deleted(ring, monkeypatch):
    def come_too_late(self, service, username):
        self.entries[service, username].clear()
        raise PasswordDeleteError("No such password!")

    monkeypatch.setattr(type(ring), "delete_password", come_too_late)
    ring.entries[WORK] = [KEY.reveal()]
    assert await Vault().delete("work") is True


async def test_a_keyring_that_cannot_be_looked_for_times_out(ring, monkeypatch):
    def get_keyring():
        ring.answer.wait(20)
        return ring

    monkeypatch.setattr("keyring.get_keyring", get_keyring)
    vault = Vault(limit=SHORT)
    for call in (vault.backend(), vault.read("work"), vault.store("work", KEY)):
        with pytest.raises(TimedOut, match="the keyring did not answer within") as problem:
            await call
        assert problem.value.backend == ""
        assert problem.value.writing is False
        assert "within 0.25 seconds; its service may be stuck" in str(problem.value)
        assert "may still happen" not in str(problem.value)


async def test_a_read_that_hangs_times_out_and_its_answer_is_dropped(ring):
    faults = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    ring.entries[WORK] = [KEY.reveal()]
    ring.hanging.add("get")
    vault = Vault(limit=SHORT)
    with pytest.raises(TimedOut) as problem:
        await vault.read("work")
    assert "Secret Service did not answer within 0.25 seconds; its prompt may" in str(problem.value)
    assert problem.value.backend == "Secret Service"
    assert problem.value.writing is False
    ring.hanging.clear()
    ring.answer.set()
    await asyncio.to_thread(join_threads)
    await asyncio.sleep(0)
    ring.entries[WORK] = [OTHER.reveal()]
    assert await vault.read("work") == OTHER
    assert faults == []


async def test_a_write_that_hangs_may_still_happen(ring):
    ring.entries[WORK] = [OTHER.reveal()]
    vault = Vault(limit=SHORT)
    assert await vault.read("work") == OTHER
    ring.hanging.add("set")
    with pytest.raises(TimedOut, match="It may still happen") as problem:
        await vault.store("work", KEY)
    assert problem.value.backend == "Secret Service"
    assert problem.value.writing is True
    # It does, and what was known before is forgotten.
    ring.answer.set()
    await asyncio.to_thread(join_threads)
    assert await vault.read("work") == KEY


async def test_a_deletion_that_hangs_may_still_happen(ring):
    ring.entries[WORK] = [KEY.reveal()]
    vault = Vault(limit=SHORT)
    assert await vault.read("work") == KEY
    ring.hanging.add("delete")
    with pytest.raises(TimedOut, match="It may still happen") as problem:
        await vault.delete("work")
    assert problem.value.writing is True
    ring.answer.set()
    await asyncio.to_thread(join_threads)
    assert await vault.read("work") is None


async def test_a_cancelled_store_that_had_not_written_never_does(ring):
    ring.hanging.add("get")
    storing = asyncio.create_task(Vault().store("work", KEY))
    await until_it_hangs(ring)
    storing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await storing
    ring.answer.set()
    await asyncio.to_thread(join_threads)
    assert ring.calls == ["get"]


async def test_a_cancelled_write_forgets_what_was_known(ring):
    ring.entries[WORK] = [OTHER.reveal()]
    vault = Vault()
    assert await vault.read("work") == OTHER
    ring.hanging.add("set")
    storing = asyncio.create_task(vault.store("work", KEY))
    await until_it_hangs(ring)
    storing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await storing
    ring.answer.set()
    await asyncio.to_thread(join_threads)
    assert await vault.read("work") == KEY


async def test_who_waits_behind_a_cancelled_read_asks_anew(ring):
    ring.entries[WORK] = [KEY.reveal()]
    ring.hanging.add("get")
    vault = Vault()
    first = asyncio.create_task(vault.read("work"))
    await until_it_hangs(ring)
    second = asyncio.create_task(vault.read("work"))
    await asyncio.sleep(0)
    assert ring.calls == ["get"]
    ring.hanging.clear()
    first.cancel()
    assert await second == KEY
    assert ring.calls == ["get", "get"]


def test_an_answer_that_comes_when_the_loop_is_closed_is_dropped(ring, monkeypatch):
    broken = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    ring.hanging.add("get")

    async def give_up():
        reading = asyncio.create_task(Vault().read("work"))
        await until_it_hangs(ring)
        reading.cancel()

    asyncio.run(give_up())
    assert len(threads()) == 1
    ring.answer.set()
    join_threads()
    assert ring.calls == ["get"]
    assert broken == []


async def test_every_thread_is_a_daemon_of_its_own(ring):
    ring.hanging.add("get")
    reading = asyncio.create_task(Vault().read("work"))
    await until_it_hangs(ring)
    [thread] = threads()
    assert thread.daemon
    reading.cancel()


async def test_the_loop_goes_on_while_the_keyring_hangs(ring):
    ring.entries[WORK] = [KEY.reveal()]
    ring.hanging.add("get")
    reading = asyncio.create_task(Vault().read("work"))
    await until_it_hangs(ring)
    ring.answer.set()
    assert await reading == KEY


async def test_a_mistake_of_ours_comes_out_as_itself(ring, monkeypatch):
    def mistake():
        return {}["no such name"]

    monkeypatch.setattr("xcoll_tui.credentials.vault.find_trusted", mistake)
    for call in (Vault().backend(), Vault().read("work")):
        with pytest.raises(KeyError, match="no such name"):
            await call
    assert ring.calls == []


async def test_a_time_limit_within_the_library_is_not_taken_for_ours(ring):
    ring.failing["get"] = TimeoutError("Did not authenticate in 1 seconds")
    with pytest.raises(Unavailable, match="TimeoutError"):
        await Vault().read("work")


async def test_a_failure_tells_nothing_of_the_key_even_with_its_locals(ring):
    ring.failing["set"] = lambda key: ValueError(f"cannot keep {key}")
    with pytest.raises(Unavailable) as problem:
        await Vault().store("work", KEY)
    told = traceback.TracebackException.from_exception(problem.value, capture_locals=True)
    told_all = "".join(told.format())
    assert "r42q" in told_all, "the locals are not there"
    assert "canary" not in told_all
    ring.failing.clear()
    ring.hanging.add("set")
    with pytest.raises(TimedOut) as late:
        await Vault(limit=SHORT).store("work", KEY)
    told = traceback.TracebackException.from_exception(late.value, capture_locals=True)
    assert "canary" not in "".join(told.format())
