"""What a command of a script takes, against a bare script that makes the same requests."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import LARGE, Service
from tests.bench.startup import compile_packages
from tests.bench.turns import Job, in_turn
from tests.e2e.terminal import ROOT
from tests.isolation import environment

_LIST_GOAL, _EXPORT_GOAL = 1.15, 1.1
_DOCUMENTS = 10_000
_FLOOR = "a bare httpx script of the same requests"


def measure(run: Run) -> Iterator[Figure]:
    """List the collections, and export a large one in two forms; each in turn with its floor."""
    compile_packages()
    service = run.serve(_DOCUMENTS)
    with TemporaryDirectory() as folder:
        pairs = _pairs(service, ["bare_list.py"], {"list": ["list"]}, run.of(9, 1))
        yield Figure("xcoll list", *middle(pairs["list"]), "ms", _FLOOR, _LIST_GOAL)
        exports = {
            form: ["export", LARGE, "-o", str(Path(folder, f"x.{form}")), "--force"]
            for form in run.of(("csv", "jsonl"), ("csv",))
        }
        bare = ["bare_export.py", service.collection_id, str(_DOCUMENTS)]
        pairs = _pairs(service, bare, exports, run.of(3, 1))
        for form in exports:
            name = f"xcoll export, {form}"
            yield Figure(name, *middle(pairs[form]), "ms", _FLOOR, _EXPORT_GOAL)


def _pairs(
    service: Service, bare: list[str], commands: dict[str, list[str]], count: int
) -> dict[str, list[tuple[float, float]]]:
    """Return the milliseconds that commands take, each with those of its floor, run in turn."""
    script, *arguments = bare
    runs = [[str(Path(__file__).with_name(script)), *arguments]]
    runs += [["-m", "xcoll_tui", *command] for command in commands.values()]
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    # The first round is not counted: it warms the disk.
    for counted in [False] + [True] * count:
        with ExitStack() as stack:
            jobs = [_running(stack, service, *command) for command in runs]
            floor, *times = [seconds * 1000 for (seconds,) in in_turn(*jobs)]
        if counted:
            for name, own in zip(commands, times, strict=True):
                pairs[name].append((own, floor))
    return pairs


def _running(stack: ExitStack, service: Service, *arguments: str) -> Job:
    """Return the job of running Python from start to end."""
    env = {
        "XAI_MANAGEMENT_KEY": service.key,
        "XCOLL_BASE_URL": service.url,
        "PYTHONPATH": str(ROOT),
    }
    running: list[tuple[subprocess.Popen[bytes], int]] = []

    def begin() -> int:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=environment({"PATH": os.environ["PATH"], **env}),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        end = os.pidfd_open(process.pid)
        stack.callback(os.close, end)
        running.append((process, end))
        return process.pid

    def ended(seconds: float) -> bool:
        process, end = running[0]
        if not select.select([end], [], [], seconds)[0]:
            return False
        if process.wait():
            raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}")
        return True

    return Job(begin, (ended,))
