"""The rules of the house that a machine can hold: imports, lazy starts, small files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import long_tests

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "xcoll_tui"


def test_architecture_holds():
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def run_script(script):
    """Run it in a Python of its own; it fails by what it raises."""
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_telling_about_itself_loads_nothing_heavy(option):
    script = (
        "import sys\n"
        "from xcoll_tui.cli import main\n"
        f"sys.argv = ['xcoll', {option!r}]\n"
        "try:\n    main()\nexcept SystemExit as exit:\n    assert not exit.code, exit.code\n"
        "heavy = {'textual', 'httpx', 'keyring', 'starlette', 'uvicorn', 'msgspec', 'filelock'}\n"
        "loaded = heavy & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    run_script(script)


def test_importing_all_of_it_touches_no_network():
    script = (
        "import importlib, pkgutil, sys\n"
        "def refuse(event, arguments):\n"
        "    if event.startswith(('socket.', 'urllib.', 'http.client', 'ssl.')):\n"
        "        raise SystemExit(f'{event}{arguments} while importing')\n"
        "sys.addaudithook(refuse)\n"
        "import xcoll_tui\n"
        "for module in pkgutil.walk_packages(xcoll_tui.__path__, 'xcoll_tui.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
    )
    run_script(script)


def test_top_level_holds_only_what_belongs_there():
    if not (ROOT / ".git").exists():
        pytest.skip("This is no clone.")
    # Nobody's settings say that the clone may be another user's.
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    top = {name.split("/")[0] for name in tracked if name and not name.startswith(".")}
    assert top <= {"pyproject.toml", "README.md", "LICENSE", "xcoll_tui", "tests", "screenshots"}


def test_no_widget_takes_a_key_by_accident():
    # Textual calls `key_at` and `_key_at` of a widget when @ is pressed, whatever they are for.
    named = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (PACKAGE / "ui").rglob("*.py")
        for line in path.read_text().splitlines()
        if re.match(r"\s+(?:async )?def _?key_\w+\(self", line)
    ]
    assert named == []


def test_what_is_left_out_as_long_is_there():
    for node in long_tests():
        path, _, name = node.partition("::")
        function = name.partition("[")[0]
        assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), node
