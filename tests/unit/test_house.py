"""How the package is laid out: no circle of imports, type-only ones included, and no long file."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import xcoll_tui

ROOT = Path(xcoll_tui.__file__).parent
LONGEST = 450
"""Lines: beyond that there is a seam that nobody looked for."""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def imports_of(source: str) -> set[str]:
    """Return the modules of the package that a file imports, wherever it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in FILES else node.module)
    return found & FILES.keys()


def circle_in(graph: dict[str, set[str]]) -> list[str] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_nothing_imports_in_a_circle():
    graph = {module: imports_of(path.read_text()) - {module} for module, path in FILES.items()}
    assert circle_in(graph) is None


def test_a_circle_of_types_alone_is_found():
    sources = {
        "xcoll_tui.paths": "if TYPE_CHECKING:\n    from xcoll_tui.log import x\n",
        "xcoll_tui.log": "def late():\n    from xcoll_tui import paths\n",
    }
    graph = {module: imports_of(source) for module, source in sources.items()}
    assert circle_in(graph) is not None


@pytest.mark.parametrize("module", FILES)
def test_no_file_is_long(module):
    assert len(FILES[module].read_text().splitlines()) <= LONGEST
