"""Jobs of the bench take turns: whatever the others started stands still meanwhile."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bench.turns import Job, in_turn
from tests.processes import state_of

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")

# The child leads a session of its own, as that of the demo does.
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
    " start_new_session=True)\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)\n"
)


def stand_still(processes, *, stopped):
    deadline = time.monotonic() + 10
    while any((state_of(each) == "T") is not stopped for each in processes):
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.fixture
def families():
    """Two processes, each with its child."""
    with ExitStack() as stack:
        found = []
        for _ in range(2):
            process = stack.enter_context(
                subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
            )
            child = int(process.stdout.readline())
            stack.callback(subprocess.run, ["kill", "-9", str(process.pid), str(child)])
            found.append((process.pid, child))
        yield found


def test_one_goes_on_while_the_other_and_its_child_stand_still(families):
    turns, begun = [], []

    def job(number):
        def begin():
            begun.append(number)
            return families[number][0]

        def step(_seconds):
            stand_still(families[number], stopped=False)
            if len(begun) == 2:
                stand_still(families[1 - number], stopped=True)
            turns.append(number)
            return turns.count(number) > 2

        return Job(begin, (step, step))

    reached = in_turn(job(0), job(1), turn=0.01)
    assert begun == [0, 1]
    assert turns == [0, 1, 0, 1, 0, 0, 1, 1]
    assert [len(times) for times in reached] == [2, 2]
    assert all(0 < first <= second for first, second in reached)
    for each in families:
        stand_still(each, stopped=False)


def test_all_go_on_after_a_failure(families):
    def fail(_seconds):
        raise RuntimeError("no answer")

    jobs = [
        Job(lambda: families[0][0], (lambda _seconds: False,)),
        Job(lambda: families[1][0], (fail,)),
    ]
    with pytest.raises(RuntimeError, match="no answer"):
        in_turn(*jobs, turn=0.01)
    for each in families:
        stand_still(each, stopped=False)


def test_a_job_that_ends_its_process_is_no_failure():
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:

        def ended(_seconds):
            process.wait()
            return True

        assert len(in_turn(Job(lambda: process.pid, (ended,)))[0]) == 1
