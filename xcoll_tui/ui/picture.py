"""What stands on the terminal, so that only the cells that change are written.

Textual 8.2.8 (_compositor.py) writes each region that was asked for, changed or not: all of a pane
for a word in its title. Over a slow link what is written is what a key costs.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

_GAP = 4
"""Cells that may stay as they are between two that change: going there would cost as much."""
_VISIBLE_ON_BLANK = frozenset({"4", "5", "6", "7", "9", "21", "51", "52", "53"})
"""SGR attributes that are seen on a cell without a character."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""What ends an SGR attribute and leaves the colours; the others are rare, and not worth a table."""
_FRAME = frozenset(map(chr, range(0x2500, 0x25A0)))
"""Lines and blocks, of which every terminal knows how wide they are."""
_DEFAULT_INK, _DEFAULT_PAPER = "39", "49"


class Look(NamedTuple):
    """SGR parameters of a cell; an ink of None is one that nobody would see."""

    attributes: str
    ink: str | None
    paper: str
    link: str = ""


Cell = tuple[str | None, Look]
"""A text and its look; None stands on the cells that the text before it takes."""

_PLAIN = Look("", _DEFAULT_INK, _DEFAULT_PAPER)


class Changes(CompositorUpdate):
    """An update of a screen, already as text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render_segments(self, _console: object) -> str:
        """Return the text."""
        return self.text


class Picture:
    """The cells that were written last, line by line."""

    def __init__(self) -> None:
        self._lines: dict[int, list[Cell | None]] = {}

    def forget(self) -> None:
        """Know nothing of the terminal: somebody else has written to it, or it has another size."""
        self._lines.clear()

    def changes(
        self, update: LayoutUpdate | ChopsUpdate, color_system: ColorSystem, columns: int
    ) -> str:
        """Return what makes the terminal show the update, and take it that it is written."""
        pen = _Pen(columns)
        edges: list[tuple[Look, int, int, list[Cell]]] = []
        for y, x, strip in _pieces(update):
            cells = _cells_of(strip, color_system)
            line = self._lines.setdefault(y, [])
            if x >= len(line):  # as in the first frame: nothing stands there
                line += [*[None] * (x - len(line)), *cells]
                pen.draw(x, y, cells)
                continue
            if len(line) < x + len(cells):
                line += [None] * (x + len(cells) - len(line))
            before = line[x : x + len(cells)]
            if before != cells:
                line[x : x + len(cells)] = cells
                for start, end in _changed(before, cells):
                    changed = cells[start:end]
                    if len(changed) == 1 and _is_alone(before[start]):
                        edges.append((changed[0][1], x + start, y, changed))
                    else:
                        pen.draw(x + start, y, changed)
        # Those of a frame, most often: each edge from top to bottom, with one look for all of it.
        for _, x, y, cells in sorted(edges, key=_by_look):
            pen.draw(x, y, cells)
        return pen.lift()


def _is_alone(before: Cell | None) -> bool:
    """Tell whether nothing beside the cell goes when it is written: no half of a wide one."""
    return before is not None and before[0] is not None and _is_narrow(before[0])


def _by_look(edge: tuple[Look, int, int, list[Cell]]) -> tuple[str, str, str, int, int]:
    look, x, y, _ = edge
    return look.paper, look.ink or "", look.attributes, x, y


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Yield the line, the column and the strip of all that the update holds."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, first, behind in update.spans:
        for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is not None and x < behind and end > first:
                yield y, x, chop


def _cells_of(strip: Strip, color_system: ColorSystem) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, _ in strip:
        look = _PLAIN if style is None else _look_of(style, color_system)
        if not text.isascii():
            text = _join(cells, text)  # noqa: PLW2901 - what joined is not of this piece
        if text.isspace() and text.isascii() and not _is_seen_on_blank(look):
            cells += [(" ", _blank_look(look.paper, look.link))] * len(text)
        elif text.isascii() or all(map(_is_narrow, text)):
            cells += [(character, look) for character in text]
        elif width := cell_len(text):
            # Not cut: what joins in it, and how wide it is, is the business of who writes it.
            cells.append((text, look))
            cells += [(None, look)] * (width - 1)
    return cells


def _join(cells: list[Cell], text: str) -> str:
    """Add the marks that a text begins with to the cell before, and return what is left.

    Behind a cursor or a gap they would join once more with what stands there, which does not count
    as changed. Where nothing stands before them on the strip, it is another widget's: none is seen.
    """
    end = 0
    while end < len(text) and not cell_len(text[end]):
        end += 1
    base = len(cells) - 1
    while end and base >= 0 and cells[base][0] is None:
        base -= 1
    if end and base >= 0:
        before, look = cells[base]
        cells[base] = (before or "") + text[:end], look
    return text[end:]


@lru_cache(maxsize=4_096)
def _look_of(style: Style, color_system: ColorSystem) -> Look:
    attributes = Strip.render_ansi(style.without_color, color_system)
    ink, paper = style.color, style.bgcolor
    return Look(
        attributes,
        ";".join(ink.downgrade(color_system).get_ansi_codes()) if ink else _DEFAULT_INK,
        ";".join(paper.downgrade(color_system).get_ansi_codes(foreground=False))
        if paper
        else _DEFAULT_PAPER,
        f"id={style._link_id};{style.link}" if style.link else "",  # noqa: SLF001 - as Strip does
    )


@lru_cache(maxsize=1_024)
def _blank_look(paper: str, link: str) -> Look:
    return Look("", None, paper, link)


@lru_cache(maxsize=4_096)
def _is_narrow(character: str) -> bool:
    return character.isprintable() and cell_len(character) == 1 == cell_len(f"a{character}") - 1


def _changed(before: list[Cell | None], cells: list[Cell]) -> Iterator[tuple[int, int]]:
    """Yield where cells change, from and to: texts are whole, and small gaps are not gone over."""
    start = last = -_GAP - 2
    for index, cell in enumerate(cells):
        if cell == before[index]:
            continue
        if index - last > _GAP + 1:
            if last >= 0:
                yield _whole(cells, start, last + 1)
            start = index
        last = index
    if last >= 0:
        yield _whole(cells, start, last + 1)


def _whole(cells: list[Cell], start: int, end: int) -> tuple[int, int]:
    while start > 0 and cells[start][0] is None:
        start -= 1
    while end < len(cells) and cells[end][0] is None:
        end += 1
    return start, end


class _Pen:
    """Writes cells, and of their looks what is another than that of the cell before."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._parts: list[str] = []
        self._place: tuple[int, int] | None = None
        self._below_frame: tuple[int, int] | None = None
        self._look: Look | None = None
        self._asked: Look | None = None

    def draw(self, x: int, y: int, cells: list[Cell]) -> None:
        is_edge = len(cells) == 1 and cells[0][0] in _FRAME
        if is_edge and self._below_frame == (x, y):
            # Down, and back. A tabulator would be shorter, and scrolls in a terminal that has
            # become smaller and has not said so yet.
            self._parts.append("\x1b[B\b")
        elif self._place != (x, y):
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        for text, look in cells:
            if text is not None:
                if look is not self._asked:
                    self._asked = look
                    self._take(look)
                self._parts.append(text)
        behind = x + len(cells)
        # At the right edge it stands on the last column or behind it, as the terminal likes.
        self._place = (behind, y) if behind < self._columns else None
        self._below_frame = (x, y + 1) if is_edge and self._place else None

    def lift(self) -> str:
        """Return all that was drawn, and leave the terminal plain."""
        if self._look is not None:
            if self._look.link:
                self._parts.append("\x1b]8;;\x1b\\")
            self._parts.append("\x1b[0m")
        return "".join(self._parts)

    def _take(self, look: Look) -> None:
        before, ink = self._look, look.ink
        if before is not None and look.ink is None and not _is_seen_on_blank(before):
            # What a blank would inherit is not seen on it: the next one may need it again.
            look = look._replace(attributes=before.attributes, ink=before.ink)
            ink = before.ink
        colours: list[str | None] = []
        if before is not None:
            colours += [ink] if ink not in {None, before.ink} else []
            colours += [look.paper] if look.paper != before.paper else []
        if before is not None and look.attributes == before.attributes:
            codes = colours
        else:
            codes = ["0", look.attributes]
            codes += [ink] if ink not in {None, _DEFAULT_INK} else []
            codes += [look.paper] if look.paper != _DEFAULT_PAPER else []
            if before is not None and (turned := _turned(before.attributes, look.attributes)):
                codes = min(codes, [*turned, *colours], key=_length)
        if codes := [code for code in codes if code]:
            self._parts.append(f"\x1b[{';'.join(codes)}m")
        if look.link != ("" if before is None else before.link):
            self._parts.append(f"\x1b]8;{look.link or ';'}\x1b\\")
        self._look = look


@lru_cache(maxsize=1_024)
def _turned(before: str, after: str) -> list[str]:
    """Return the codes from some attributes to others; [] where all has to be reset for it."""
    old, new = set(before.split(";")) - {""}, set(after.split(";")) - {""}
    if not old - new <= _OFF.keys():
        return []
    off = {_OFF[code] for code in old - new}
    # What ends one of them may end another that stays: 22 is for bold and for dim.
    return [*off, *(code for code in new if code not in old or _OFF.get(code) in off)]


def _length(codes: list[str | None]) -> int:
    return len(";".join(filter(None, codes)))


@lru_cache(maxsize=4_096)
def _is_seen_on_blank(look: Look) -> bool:
    return not _VISIBLE_ON_BLANK.isdisjoint(look.attributes.split(";"))
