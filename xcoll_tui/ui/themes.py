"""The looks of xcoll: one accent, everything else calm."""

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="xcoll",
    primary="#82aaff",
    secondary="#82aaff",
    accent="#82aaff",
    warning="#e3b567",
    error="#f07178",
    success="#8fc98a",
    foreground="#c8ccd8",
    background="#14161d",
    surface="#14161d",
    panel="#1d2029",
    dark=True,
    variables={
        "boost": "#282d3b",  # as a member of the theme it counts only where there is no panel
        "border-quiet": "#383d4d",
        "quiet": "#9299ad",
        "stale": "#82899d",
        "row-cursor": "#2a3045",
        "row-hover": "#1d2029",
        "scrollbar": "#383d4d",
        "scrollbar-background": "#1d2029",
        "scrollbar-background-hover": "#1d2029",
        "scrollbar-background-active": "#1d2029",
    },
)

LIGHT = Theme(
    name="xcoll-light",
    primary="#2f55c8",
    secondary="#2f55c8",
    accent="#2f55c8",
    warning="#8a5a00",
    error="#b3261e",
    success="#2b6e2f",
    foreground="#23262f",
    background="#fbfbfc",
    surface="#fbfbfc",
    panel="#eef0f4",
    dark=False,
    variables={
        "boost": "#e6e9f0",
        "border-quiet": "#c3c8d4",
        "quiet": "#5d6475",
        "stale": "#666d7c",
        "row-cursor": "#dbe4ff",
        "row-hover": "#eef0f4",
        "scrollbar": "#c3c8d4",
        "scrollbar-background": "#eef0f4",
        "scrollbar-background-hover": "#eef0f4",
        "scrollbar-background-active": "#eef0f4",
    },
)


def theme_names() -> list[str]:
    """List the themes that can be chosen: ours first, then Textual's."""
    return [DARK.name, LIGHT.name, *sorted(BUILTIN_THEMES)]


def colours_of(theme: Theme) -> dict[str, str]:
    """Give the colours that our styles need and a theme from elsewhere does not name."""
    if theme.ansi:
        rest = "ansi_black" if theme.dark else "ansi_white"
        named = dict.fromkeys(("border-quiet", "quiet", "stale", "scrollbar"), "ansi_bright_black")
        return {**named, "row-cursor": rest, "row-hover": rest}
    generated = theme.to_color_system().generate()
    background = Color.parse(generated["background"])
    foreground = Color.parse(generated["foreground"])
    accent = Color.parse(generated["accent"])
    return {
        "border-quiet": background.blend(foreground, 0.25).hex,
        "quiet": background.blend(foreground, 0.62).hex,
        "stale": background.blend(foreground, 0.45).hex,
        "row-cursor": background.blend(accent, 0.22).hex,
        "row-hover": background.blend(foreground, 0.07).hex,
    }


def few_colours_of(theme: Theme) -> dict[str, str]:
    """Give what stands apart in 16 colours, or 8: there most greys are one, and so unreadable."""
    if theme.ansi:
        return {}
    if theme.dark:
        return {"quiet": "#aaaaaa", "stale": "#aaaaaa", "row-cursor": "#0000aa"}
    # What is yellow there is not seen on white.
    return {"quiet": "#555555", "stale": "#555555", "row-cursor": "#aaaaaa", "warning": "#aa00aa"}
