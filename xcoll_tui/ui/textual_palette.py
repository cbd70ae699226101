"""Textual's palette of commands, which is left out until somebody opens it.

`textual.app` (8.2.8, 96) imports it, and with it every widget that takes text or shows options: a
twelfth of the start-up, for what no first frame shows.
"""

import sys
from collections.abc import Callable
from types import ModuleType

_PALETTE = "textual.command"


def import_app_without_palette() -> None:
    """Import `textual.app`; what it takes of the palette is looked up when it is used.

    Nothing happens where either is imported already. `textual.theme.ThemeProvider` is made without
    its base: it is for a palette of themes (1976) that xcoll has its own of.
    """
    if _PALETTE in sys.modules or "textual.app" in sys.modules:
        return
    sys.modules[_PALETTE] = _Palette(_PALETTE)
    try:
        import textual.app  # noqa: F401, PLC0415 - only for what it imports
    finally:
        del sys.modules[_PALETTE]


class _Palette(ModuleType):
    """Stands in for the module while others import from it."""

    def __getattr__(self, name: str) -> "_Later":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Later(name)


class _Later:
    """A class of the palette, imported when it is called or asked for something."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()

    def __call__(self, *args: object, **options: object) -> object:
        return self._load()(*args, **options)

    def __getattr__(self, attribute: str) -> object:
        return getattr(self._load(), attribute)

    def _load(self) -> Callable[..., object]:
        from textual import command  # noqa: PLC0415 - this is what it is for

        loaded: Callable[..., object] = getattr(command, self._name)
        return loaded
