"""The floor of the start-up: the smallest Textual program that shows a text."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """Say hello."""

    def compose(self) -> ComposeResult:
        yield Static("hello")


if __name__ == "__main__":
    Bare().run()
