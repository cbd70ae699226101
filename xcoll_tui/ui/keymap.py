"""Keys that a person gave to actions: read, held against each other, and refused with a reason."""

from collections.abc import Mapping, Sequence
from string import ascii_letters, punctuation
from typing import NamedTuple

from textual.keys import Keys

from xcoll_tui.ui.actions import ACTIONS, BY_ID
from xcoll_tui.ui.key_codes import name_of_character

_MODIFIERS = {"ctrl", "alt", "shift"}
# Most terminals send nothing for them, and an action on such a key would be out of reach.
_UNSENT_MODIFIERS = {"super", "hyper", "meta"}
_NAMES = {key.value for key in Keys if "<" not in key.value} | {
    name_of_character(character) for character in punctuation
}
# A terminal sends these two by one code each, and the other name is the one that arrives.
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "return": "enter"}
_TAKEN = {"ctrl+c": "copies what is selected", "ctrl+p": "opens the list of commands"}
_YES = {"y", "Y"}


class KeyRefused(ValueError):  # noqa: N818 - its text is a clause for a sentence
    """A key that an action cannot have; `str()` goes on after the name of the action."""


class Clash(NamedTuple):
    """Two actions on one key: the first has it, the other keeps the keys that it had."""

    key: str
    kept: str
    refused: str


def read_keys(action_id: str, keys: Sequence[str]) -> str:
    """Write keys as Textual names them, divided by commas; raises KeyRefused.

    A key is one character, or a name such as `f5`, `pagedown` and `ctrl+e`.
    """
    if not keys:
        raise KeyRefused("names no key")
    return ",".join(dict.fromkeys(_read_key(action_id, key.strip()) for key in keys))


def _read_key(action_id: str, text: str) -> str:
    key = _name_of(text)
    *modifiers, _ = text.split("+")
    if not _UNSENT_MODIFIERS.isdisjoint(modifiers):
        raise KeyRefused(f'has the key "{text}", which most terminals do not send: use ctrl or alt')
    if key is None:
        raise KeyRefused(f'has the key "{text}", which does not exist')
    if key in _SAME:
        raise KeyRefused(f"has the key {text}, which a terminal sends as {_SAME[key]}: write that")
    if key in _TAKEN:
        raise KeyRefused(f"has the key {text}, which {_TAKEN[key]}")
    action = BY_ID[action_id]
    if action.writes and key in _YES:
        # Held down, it would open the dialog and answer it.
        raise KeyRefused(f"has the key {text}, which says yes in dialogs")
    if action.anywhere and (len(text) == 1 or key in {"space", "enter", "tab", "backspace"}):
        raise KeyRefused(f"has the key {text}, which could not be typed into any line then")
    return key


def _name_of(text: str) -> str | None:
    if len(text) == 1:
        return name_of_character(text) if text.isprintable() and text != " " else None
    *modifiers, base = text.split("+")
    if len(base) == 1:
        if modifiers == ["shift"] and base in ascii_letters:
            return base.upper()
        if not base.isascii() or not base.isprintable():
            return None
        base = name_of_character(base)
    elif base.lower() in _NAMES:
        base = base.lower()
    else:
        return None
    if len(set(modifiers)) != len(modifiers) or not _MODIFIERS.issuperset(modifiers):
        return None
    return "+".join([*sorted(modifiers), base])


def settle(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[Clash]]:
    """Return the keymap in which each key is of one action, and the clashes that there were.

    What was wanted first goes before what was wanted later, and the keys of what nobody touched
    go before both. What is refused keeps the keys that it has in the table of actions, and those
    may be wanted by another one: so it goes on until nothing clashes.
    """
    keymap, clashes = dict(wanted), []
    while (clash := _first_clash(keymap)) is not None:
        del keymap[clash.refused]
        clashes.append(clash)
    return keymap, clashes


def _first_clash(keymap: Mapping[str, str]) -> Clash | None:
    untouched = [action.id for action in ACTIONS if action.id not in keymap]
    ordered = [*untouched, *keymap]
    keys = {name: (keymap.get(name) or BY_ID[name].keys).split(",") for name in ordered}
    for name in keymap:
        for other in ordered[: ordered.index(name)]:
            for key in keys[name]:
                if key in keys[other]:
                    return Clash(key, other, name)
    return None
