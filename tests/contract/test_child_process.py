"""A child process: calls and their results, defects told, and an end whenever ours comes."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from xcoll_tui.child_process import Child, ChildFailed, ChildGone


async def prepare():
    async def answer(caller):
        return await caller.content(caller) if callable(caller.content) else caller.content

    return answer


async def pid(_caller):
    return os.getpid()


async def standard_streams(_caller):
    return [os.isatty(number) for number in (0, 1, 2)], os.getsid(0) == os.getpid()


async def signals(_caller):
    return signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())


async def open_files(_caller):
    return list_open()


def list_open():
    return [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.exists()]


async def never(_caller):
    try:
        await asyncio.Event().wait()
    finally:
        _ended.append("left")


async def ended(_caller):
    return _ended


async def totals(caller):
    total = 0
    while (number := await caller.told.get()) is not None:
        total += number
        await caller.say(total)
    return total


async def defect(_caller):
    held = {"Authorization": "Bearer of-nobody"}
    raise LookupError(f"out of order at {len(held)}")


async def what_cannot_be_sent(_caller):
    return open_files, (each for each in ())


_ended: list[str] = []


@pytest.fixture
async def child():
    child = Child(prepare)
    yield child
    await child.aclose()


async def nothing(_message): ...


async def ask(child, content):
    async with child.call(content) as call:
        return await call.result(nothing)


async def test_calls_side_by_side_get_their_own_results(child):
    contents = [*range(200), "é" * 1_000_000, None]
    assert await asyncio.gather(*(ask(child, each) for each in contents)) == contents


async def test_messages_go_both_ways_in_order(child):
    heard = []

    async def hear(message):
        heard.append(message)

    async with child.call(totals) as call:
        for message in (1, 2, 3, None):
            await call.tell(message)
        assert await call.result(hear) == 6
    assert heard == [1, 3, 6]


async def test_whoever_leaves_ends_the_call(child):
    task = asyncio.create_task(ask(child, never))
    assert await ask(child, 1) == 1  # it goes after that one
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await ask(child, ended) == ["left"]
    assert not child._calls


async def test_a_defect_is_told_with_its_place_and_without_what_was_held(child):
    with pytest.raises(ChildFailed, match="LookupError: out of order at 1") as caught:
        await ask(child, defect)
    assert "in defect" in str(caught.value)
    assert "of-nobody" not in str(caught.value)
    assert await ask(child, 1) == 1


async def test_a_result_that_cannot_be_sent_is_told(child):
    with pytest.raises(ChildFailed, match="pickle"):
        await ask(child, what_cannot_be_sent)


async def test_a_child_that_has_ended_is_told_of_to_all(child):
    number = await ask(child, pid)
    task = asyncio.create_task(ask(child, never))
    assert await ask(child, 1) == 1
    os.kill(number, signal.SIGKILL)
    with pytest.raises(ChildGone):
        await task
    for _ in range(10):
        with pytest.raises(ChildGone):
            await ask(child, 1)


async def test_closing_ends_it_and_leaves_no_zombie():
    child = Child(prepare)
    number = await ask(child, pid)
    await child.aclose()
    await child.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    with pytest.raises(ChildGone):
        await ask(child, 1)


async def test_one_that_has_ended_leaves_no_zombie(child):
    number = await ask(child, pid)
    os.kill(number, signal.SIGKILL)
    with pytest.raises(ChildGone):
        await ask(child, never)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_it_is_closed_also_where_nobody_can_wait_for_it():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        child = Child(prepare)
        assert await ask(child, 1) == 1
        await child.aclose()
    finally:
        signal.signal(signal.SIGCHLD, before)


async def test_one_that_was_never_called_closes():
    await Child(prepare).aclose()


async def test_it_has_no_terminal_and_no_handler_of_ours(child):
    assert await ask(child, standard_streams) == ([False] * 3, True)
    assert await ask(child, signals) == (signal.SIG_DFL, set())


async def test_it_has_nothing_open_that_we_had(tmp_path):
    with (tmp_path / "log").open("w") as ours:
        own = Child(prepare)
        names = await ask(own, open_files)
        await own.aclose()
        assert ours.name not in names
    assert names.count(os.devnull) == 3


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "raise SystemExit(3)"])
def test_it_ends_with_us_however_that_is(end):
    program = f"""
import asyncio, os
from tests.contract.test_child_process import Child, ask, pid, prepare
child = Child(prepare)
print(asyncio.run(ask(child, pid)), flush=True)
input()
{end}
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1) as parent:
        child = os.pidfd_open(int(parent.stdout.readline()))
        # That its standard streams end shows that the child holds none of them, or of a terminal.
        parent.communicate(b"\n", timeout=60)
        assert parent.returncode in {3, -9}
    assert select.select([child], [], [], 20)[0]
    os.close(child)
