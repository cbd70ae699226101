"""What is styled when it is drawn must not depend on what changes afterwards."""

import re
from pathlib import Path

import xcoll_tui.ui

_SOURCES = [
    path.read_text(encoding="utf-8")
    for pattern in ("*.tcss", "widgets/*.py")
    for path in Path(xcoll_tui.ui.__file__).parent.glob(pattern)
]
_RULE = re.compile(
    r"^\s*([^\n{}/]*\.(?:row-table|preview|header|footer|filter|bar)--\S+)\s*\{", re.MULTILINE
)


def test_no_rule_of_a_component_asks_for_the_state_of_what_holds_it():
    selectors = [selector for source in _SOURCES for selector in _RULE.findall(source)]
    assert len(selectors) > 30
    assert not [name for name in selectors if not re.fullmatch(r"(\w+ )+\.[\w-]+", name)]
