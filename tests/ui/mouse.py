"""What a hand on the mouse does: click on what it reads, turn the wheel, and no key at all.

What is pasted comes from the clipboard, by the terminal's own menu: the tests set it as the value.
"""

from contextlib import asynccontextmanager

from rich.cells import cell_len
from textual import events
from textual.command import CommandList
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.widgets import Select

from tests.conftest import screen_text, wait_until
from tests.ui.writing import words_on

_TURNS = 80
_NOTCHES = 3
# So much of a collection's name can be read in the narrow pane.
_READ = 16


async def _no_key(*keys):
    raise AssertionError(f"the mouse alone, and not {keys}")


@asynccontextmanager
async def mouse_alone(browsing):
    """Run the program for a hand that has no keyboard: a key that is pressed fails the test."""
    async with browsing as pilot:
        pilot.press = _no_key
        yield pilot


def find_text(pilot, text, region=None, *, whole=False):
    """Return where a text stands on the screen, in a region of it; None while it does not.

    As a whole line where `whole`, with nothing beside it but frames and blanks.
    """
    region = region or Region(0, 0, *pilot.app.size)
    for y, strip in enumerate(pilot.app.screen._compositor.render_strips()):
        if not region.y <= y < region.bottom:
            continue
        line = "".join(each.text for each in strip.crop(region.x, region.right))
        stands = line.strip(" ▎▊│▌▐┃") == text if whole else text in line
        if stands:
            return region.x + cell_len(line[: line.index(text)]), y
    return None


async def click_at(pilot, x, y, **options):
    """Click on whatever stands there.

    The pilot has to be told what that is: it calls its target the widget that was clicked.
    """
    widget, region = pilot.app.screen.get_widget_at(x, y)
    await pilot.click(widget, offset=(x - region.x, y - region.y), **options)


async def click_text(pilot, text, region=None, **options):
    """Click on a text as soon as it can be read."""
    await wait_until(pilot, lambda: find_text(pilot, text, region))
    x, y = find_text(pilot, text, region)
    await click_at(pilot, x + 1, y, **options)


async def turn_wheel(pilot, widget, *, up=False):
    """Turn the wheel by a few notches over a widget."""
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    x, y = widget.region.center
    x, y = int(x), int(y)
    sent = kind(widget, x, y, 0, 0, 0, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y)
    for _ in range(_NOTCHES):
        pilot.app.screen._forward_event(sent)
    await pilot.pause()


async def turn_until(pilot, widget, holds):
    """Turn the wheel until something can be seen: downwards, and then up again."""
    for turn in range(2 * _TURNS):
        if holds():
            return
        await turn_wheel(pilot, widget, up=turn >= _TURNS)
    raise AssertionError(f"the wheel did not bring it:\n{screen_text(pilot)}")


async def click_row(pilot, table, text, **options):
    """Click on the row of a table in which a text stands."""
    await turn_until(pilot, table, lambda: find_text(pilot, text, table.region))
    await click_text(pilot, text, table.region, **options)


async def mark_row(pilot, table, text):
    """Click at the left of a row, where the marks stand."""
    await turn_until(pilot, table, lambda: find_text(pilot, text, table.region))
    _, y = find_text(pilot, text, table.region)
    await click_at(pilot, table.region.x + 1, y)


async def open_by_mouse(pilot, name):
    """Double-click a collection, and wait for its documents."""
    main = pilot.app.main
    await wait_until(pilot, lambda: main.collections.table.listing.loaded)
    await click_row(pilot, main.collections.table, name[:_READ], times=2)
    documents = main.documents
    await wait_until(pilot, lambda: documents.heading == name and documents.feed.loaded_at)
    await wait_until(pilot, lambda: not documents.feed.loading)
    await wait_until(pilot, lambda: main.pane is documents)
    return documents


async def click_footer(pilot, label):
    """Click a key of the footer, by what it says."""
    main = pilot.app.main
    await click_text(pilot, label, main.footer.region)


async def click_button(pilot, label, times=1):
    """Click the button of a dialog that says this."""
    buttons = [each for each in pilot.app.screen.query("Button") if str(each.label) == label]
    assert len(buttons) == 1, words_on(pilot)
    await click_widget(pilot, buttons[0], times=times)


async def click_hint(pilot, text):
    """Click one of the hints in the lower edge of a dialog."""
    frame = pilot.app.screen.query("Vertical").first().region
    await click_text(pilot, text, Region(frame.x, frame.bottom - 1, frame.width, 1))


async def turn_to(pilot, widget):
    """Turn the wheel over what scrolls until a widget in it can be seen."""
    around = [each for each in widget.ancestors if isinstance(each, VerticalScroll)]
    if around:
        body = around[0]
        await turn_until(pilot, body, lambda: _is_seen(widget, body))


def _is_seen(widget, body):
    seen = widget.region.intersection(body.region)
    # The wheel moves it up and down only; the button that adds a field begins left of its form.
    return seen.height == widget.region.height and bool(seen.area)


async def click_widget(pilot, widget, **options):
    """Click on a widget of a form, once the wheel has brought it."""
    await turn_to(pilot, widget)
    # A button takes no second press until the first has been seen, a fifth of a second.
    await wait_until(pilot, lambda: not widget.has_class("-active"))
    under, _ = pilot.app.screen.get_widget_at(*(int(each) for each in widget.region.center))
    assert widget in (under, *under.ancestors), f"{under} is in front of {widget}"
    place = pilot.app.screen.find_widget(widget)
    await pilot.click(widget, offset=place.visible_region.offset - place.region.offset, **options)


async def paste(pilot, control, text):
    """Click into an input or a text area, and paste what takes the place of all that it holds."""
    await click_widget(pilot, control)
    assert pilot.app.focused is control
    if hasattr(control, "value"):
        control.value = text
    else:
        control.text = text
    await pilot.pause()


async def choose(pilot, select: Select, label):
    """Open a list of choices by a click, and click on one of them."""
    await click_widget(pilot, select)
    await wait_until(pilot, lambda: select.expanded)
    overlay = select.query("SelectOverlay").first()
    await wait_until(pilot, lambda: overlay.region.area)
    await click_row(pilot, overlay, label)
    await wait_until(pilot, lambda: not select.expanded)


async def choose_command(pilot, title):
    """Open the palette by a click on the header, find a command by the wheel, and click it."""
    await click_widget(pilot, pilot.app.main.header)
    await wait_until(pilot, lambda: pilot.app.screen.query(CommandList))
    found = pilot.app.screen.query_one(CommandList)
    await wait_until(pilot, lambda: found.option_count > 30)
    line = f" {title}  "  # its note and its key stand behind it
    await turn_until(pilot, found, lambda: find_text(pilot, line, found.region))
    x, y = find_text(pilot, line, found.region)
    await click_at(pilot, x + 3, y)
