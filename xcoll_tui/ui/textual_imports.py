"""What Textual's app imports and no first frame uses: left out until somebody does.

`textual.app` (8.2.8, 56 and 96) imports the palette of commands, and with it every widget that
takes text or shows options; and where downloads go, with all that files are copied by. That is a
tenth of the start-up. What tables, notifications, keylines and faulty CSS need is another
twentieth, and Fraction's decimal numbers.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_LEFT_OUT = (
    "decimal",
    "difflib",
    "platformdirs",
    "rich.table",
    "textual.canvas",
    "textual.command",
    "textual.css._help_text",
    "uuid",
)


def import_app_alone() -> None:
    """Import `textual.app`; what it takes of those modules is looked up when it is used.

    Nothing happens where it is imported already; a module that is stays. For good
    `textual.theme.ThemeProvider` is made without its base: it is for a palette of themes (1976)
    that xcoll has its own of.
    """
    if "textual.app" in sys.modules:
        return
    stand_ins = {name: _StandIn(name) for name in _LEFT_OUT if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        import textual.app  # noqa: F401, PLC0415 - only for what it imports
    finally:
        for name in stand_ins:
            del sys.modules[name]


class _StandIn(ModuleType):
    """A module while others import from it."""

    def __getattr__(self, name: str) -> "_Later":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Later(self.__name__, name)


class _Later:
    """A class or function, imported when it is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()

    def __call__(self, *args: object, **options: object) -> object:
        return self._load()(*args, **options)

    def __getattr__(self, attribute: str) -> object:
        return getattr(self._load(), attribute)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._load())

    def _load(self) -> Any:  # noqa: ANN401 - a class, or a function
        return getattr(import_module(self._module), self._name)
