"""The transcript in the README, run as it is written there."""

import os
import re
import shlex
import subprocess
import sys

from tests.e2e.terminal import ROOT
from tests.isolation import environment

_TRANSCRIPT = re.compile(
    r"<!-- the transcript.*?-->\n```\n(.*?)```\n<!-- /the transcript -->", re.DOTALL
)


def test_the_transcript_is_what_happens(emulator, tmp_path):
    found = _TRANSCRIPT.search((ROOT / "README.md").read_text())
    program = tmp_path / "bin" / "xcoll"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m xcoll_tui "$@"\n')
    program.chmod(0o755)
    env = environment(
        {
            "XAI_MANAGEMENT_KEY": emulator.key,
            "XCOLL_BASE_URL": emulator.url,
            "PYTHONPATH": str(ROOT),
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        }
    )
    played = []
    for line in found[1].splitlines():
        if line.startswith("$ "):
            ended = subprocess.run(
                ["sh", "-c", line[2:]],
                capture_output=True,
                text=True,
                check=True,
                cwd=tmp_path,
                env=env,
            )
            played += [line, *(ended.stdout + ended.stderr).splitlines()]
    assert played == found[1].splitlines()
