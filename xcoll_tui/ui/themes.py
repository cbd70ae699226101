"""The looks of xcoll: one accent, everything else calm."""

from textual.theme import Theme

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
    boost="#232733",
    dark=True,
    variables={
        "border-quiet": "#383d4d",
        "quiet": "#858ca1",
        "row-cursor": "#2a3045",
        "row-hover": "#1d2029",
        "scrollbar": "#383d4d",
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
    boost="#e6e9f0",
    dark=False,
    variables={
        "border-quiet": "#c3c8d4",
        "quiet": "#5d6475",
        "row-cursor": "#dbe4ff",
        "row-hover": "#eef0f4",
        "scrollbar": "#c3c8d4",
    },
)
