"""What stops a command: a sentence, and the exit code that goes with it."""

from xcoll_tui.cli.parser import EXIT_FAILED


class CommandFailed(Exception):  # noqa: N818 - a fact about the command; its text is a whole sentence
    """The command cannot go on; `str()` says why and what to do, fit for a terminal."""

    def __init__(self, sentence: str, code: int = EXIT_FAILED) -> None:
        super().__init__(sentence)
        self.code = code
