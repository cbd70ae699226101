"""A name that is typed before something is destroyed, and what is taken for it: pure.

What is shown is what has to be typed; but a name may hold what no keyboard has, what looks like
something else, or nothing that can be seen. So the ID is always taken too, and where the name is
unusual the end of the ID does.
"""

import unicodedata
from dataclasses import dataclass

from xcoll_tui.ui.presentation.text import clean

SHOWN = 200
"""So many characters of a name are shown."""
_LONG = 60
"""More characters than this nobody types without a mistake."""
_END = 6
_LAST_USUAL = "\u017e"
"""The last accented letter of Latin that keyboards write and people tell apart."""
_LOOKALIKES = "ıĸ"


@dataclass(frozen=True)
class TypedName:
    """A name that is typed to agree to what becomes of its owner; `id` is the owner's ID."""

    name: str
    id: str

    @property
    def is_usual(self) -> bool:
        """Whether the name can be typed as it is seen, and is seen as it is."""
        name = unicodedata.normalize("NFC", self.name)
        blanks = not name or name != name.strip() or "  " in name
        return not blanks and len(name) <= _LONG and all(map(_is_usual, name))

    @property
    def shown(self) -> str:
        """The name as it is shown, or the ID where nothing of the name can be seen."""
        return clean(self.name if _key(self.name) else self.id, SHOWN)

    @property
    def id_end(self) -> str:
        """The end of the ID that is enough where the name is unusual."""
        return clean(self.id[-_END:])

    def accepts(self, typed: str) -> bool:
        """Tell whether what was typed is the name, as it is or as it is shown, or the ID."""
        key = _key(typed)
        if not key:
            return False
        names = {_key(self.name), _key(self.shown), _key(self.id)}
        if not self.is_usual:
            names.add(_key(self.id_end))
        return key in names


def _is_usual(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    is_letter = character.isalpha() and character <= _LAST_USUAL and character not in _LOOKALIKES
    return is_letter and unicodedata.normalize("NFKC", character) == character


def _key(text: str) -> str:
    """Return what two texts have in common that look the same to a person who types."""
    return " ".join(clean(unicodedata.normalize("NFC", text), len(text) or 1).split())
