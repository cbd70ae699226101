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
from tests.bench.service import LARGE, Service, serve
from tests.bench.startup import compile_packages
from tests.e2e.terminal import ROOT
from tests.isolation import environment

LIST_PAIRS, EXPORT_PAIRS = 20, 5
LIST_GOAL, EXPORT_GOAL = 1.15, 1.1
DOCUMENTS = 100_000
_FLOOR = "a bare httpx script of the same requests"


def measure() -> Iterator[Figure]:
    """List the collections, and export a large one in two forms; each in turn with its floor."""
    compile_packages()
    with serve(DOCUMENTS) as service, TemporaryDirectory() as folder:
        yield Figure(
            "xcoll list",
            *_medians(service, ["bare_list.py"], ["list"], LIST_PAIRS),
            "ms",
            _FLOOR,
            LIST_GOAL,
        )
        for form in ("csv", "jsonl"):
            export = ["export", LARGE, "-o", str(Path(folder, f"x.{form}")), "--force"]
            bare = ["bare_export.py", service.collection_id, str(DOCUMENTS)]
            medians = _medians(service, bare, export, EXPORT_PAIRS)
            yield Figure(f"xcoll export, {form}", *medians, "ms", _FLOOR, EXPORT_GOAL)


def _medians(
    service: Service, bare: list[str], command: list[str], count: int
) -> tuple[float, float]:
    """Return the milliseconds that a command takes and those of its floor, run in turn."""
    script, *arguments = bare
    floor = [str(Path(__file__).with_name(script)), *arguments]
    bare_times, command_times = [], []
    # The first pair is not counted: it warms the disk.
    for counted in [False] + [True] * count:
        first = _seconds(service, *floor)
        second = _seconds(service, "-m", "xcoll_tui", *command)
        if counted:
            bare_times.append(first)
            command_times.append(second)
    return median(command_times) * 1000, median(bare_times) * 1000


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
