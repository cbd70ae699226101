"""What a command of a script takes, against a bare script that makes the same requests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure
from tests.bench.run import Run
from tests.bench.service import LARGE, Service
from tests.bench.startup import compile_packages
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
        times = _medians(service, ["bare_list.py"], {"list": ["list"]}, run.of(9, 1))
        yield Figure("xcoll list", times["list"], times[_FLOOR], "ms", _FLOOR, _LIST_GOAL)
        exports = {
            form: ["export", LARGE, "-o", str(Path(folder, f"x.{form}")), "--force"]
            for form in run.of(("csv", "jsonl"), ("csv",))
        }
        bare = ["bare_export.py", service.collection_id, str(_DOCUMENTS)]
        times = _medians(service, bare, exports, run.of(3, 1))
        for form in exports:
            name = f"xcoll export, {form}"
            yield Figure(name, times[form], times[_FLOOR], "ms", _FLOOR, _EXPORT_GOAL)


def _medians(
    service: Service, bare: list[str], commands: dict[str, list[str]], count: int
) -> dict[str, float]:
    """Return the milliseconds that commands and their floor take, run in turn."""
    script, *arguments = bare
    runs = {_FLOOR: [str(Path(__file__).with_name(script)), *arguments]}
    runs |= {name: ["-m", "xcoll_tui", *command] for name, command in commands.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    # The first round is not counted: it warms the disk.
    for counted in [False] + [True] * count:
        for name, command in runs.items():
            seconds = _seconds(service, *command)
            if counted:
                times[name].append(seconds * 1000)
    return {name: median(values) for name, values in times.items()}


def _seconds(service: Service, *arguments: str) -> float:
    env = {
        "XAI_MANAGEMENT_KEY": service.key,
        "XCOLL_BASE_URL": service.url,
        "PYTHONPATH": str(ROOT),
    }
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment({"PATH": os.environ["PATH"], **env}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started
