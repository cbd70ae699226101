"""Every pair of keys and clicks in one write: `python -m tests.endurance.pairs [--state NAME]`.

Two events in one read are what a slow link makes of typing ahead, and what a quick hand does. After
each pair the program has to be there, and to do what it is told next; where one of the two ends it,
it has to end with 0, and to leave the terminal as it was. Run by hand; a sample is in the suite.
"""

import argparse
import itertools
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator

from tests.e2e.terminal import Terminal
from tests.endurance.played import FIRST_KEY, STATES
from tests.processes import state_of

# As the kitty protocol writes them: an Esc in front of another byte would be a key with Alt.
_CODES = {
    "escape": "\x1b[27u",
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
}
_CTRL = "cegklnpqrsu"
MAIN_KEYS = (
    *"12hlsSFRpvadeinzUYBcLPK?jkgGfw*!@/:q",
    *(
        "enter",
        "escape",
        "tab",
        "space",
        "up",
        "down",
        "left",
        "right",
        "pagedown",
        "end",
        "delete",
    ),
    *(f"ctrl+{letter}" for letter in "pqrl"),
    "f1",
)
DIALOG_KEYS = (
    *("enter", "escape", "tab", "shift+tab", "space", "up", "down", "left", "right", "pagedown"),
    *("y", "q", "r", "x", "z", "c", "U", "@", "?", ":", "backspace"),
    *(f"ctrl+{letter}" for letter in "snpqu"),
)
_TITLE = re.compile(rb"\x1b\]2;(\[.*?\])\x07")
ENDS = {"q", "ctrl+q"}


def code_of(event: str | tuple[int, int]) -> bytes:
    """Return the bytes of a key, or of a click on a cell."""
    if isinstance(event, tuple):
        at = f"{event[0] + 1};{event[1] + 1}"
        return f"\x1b[<0;{at}M\x1b[<0;{at}m".encode()
    if event.startswith("ctrl+"):
        return bytes([ord(event[-1]) & 0x1F])
    return _CODES.get(event, event).encode()


class Player:
    """The program in a terminal, which is put into a state, then sent a pair."""

    def __init__(self) -> None:
        self.pairs = self.starts = 0
        self._terminal: Terminal | None = None
        self._plays = 0

    def play(self, state: str, pair: tuple, *, ahead: bytes = b"") -> None:
        """Send a pair in one write, and see that all is well; `ahead` comes first in it."""
        terminal = self._terminal or self._start(state)
        written = ahead + b"".join(map(code_of, pair))
        os.write(terminal.process.fd, written)
        self.pairs += 1
        self._put_back(state, written)

    def places(self, state: str) -> list[tuple[int, int]]:
        """Return where something can be clicked on in a state."""
        if self._terminal is None:
            self._start(state)
        self._put_back(state, b"")
        return [tuple(place) for place in self._answer[2]]

    def close(self) -> None:
        """End the program."""
        if self._terminal is not None:
            self._terminal.__exit__()
            self._terminal = None

    def _start(self, state: str) -> Terminal:
        self.starts += 1
        self._plays = 0
        self._terminal = Terminal(
            sys.executable, "-m", "tests.endurance.played", columns=110, rows=32
        )
        self._terminal.wait_for("Filings ar")
        self._put_back(state, b"")
        return self._terminal

    def _put_back(self, state: str, written: bytes) -> None:
        """Put the program into a state; it may have ended, if it was told to."""
        terminal = self._terminal
        assert terminal is not None
        wanted, deadline = self._plays + 1, time.monotonic() + 60
        terminal.raw = terminal.raw[-100_000:]
        asked_again = time.monotonic() + 12
        told = False
        while True:
            if not told:
                try:
                    os.write(terminal.process.fd, self._key_of(state))
                    told = True
                except OSError:
                    pass
            alive = terminal.pump(0.02)
            found = _TITLE.findall(terminal.raw)
            if found and json.loads(found[-1])[0] >= wanted:
                self._answer = json.loads(found[-1])
                self._plays = self._answer[0]
                break
            if not alive:
                self._ended(written)
                return
            now = time.monotonic()
            if now > asked_again:
                asked_again = now + 12
                if state_of(terminal.process.pid) == "T":
                    terminal.process.kill(signal.SIGCONT)
                told = False
            if now > deadline:
                raise AssertionError(f"no answer after {written!r} at {state}:\n{terminal.text}")
        assert b"Traceback" not in terminal.raw, (state, written, terminal.text)
        assert b"never awaited" not in terminal.raw, (state, written)

    def _key_of(self, state: str) -> bytes:
        return f"\x1b[{FIRST_KEY + STATES.index(state)}u".encode()

    def _ended(self, written: bytes) -> None:
        terminal = self._terminal
        assert terminal is not None
        code = terminal.wait_end(5)
        said = terminal.raw[-3000:].decode(errors="replace")
        assert code == 0, (code, written, said)
        assert "Traceback" not in said, (written, said)
        assert "Warning" not in said, (written, said)
        terminal.assert_restored()
        terminal.__exit__()
        self._terminal = None


def events_of(player: Player, state: str) -> list:
    """List what can be pressed and clicked in a state."""
    keys = MAIN_KEYS if state in {"documents", "collections"} else DIALOG_KEYS
    if state == "filter":
        keys = (*DIALOG_KEYS, "a", "d", "i", "left", "home")
    return [*keys, *player.places(state)]


def pairs_of(player: Player, state: str) -> Iterator[tuple]:
    """List the pairs of a state; those that end the program last."""
    pairs = list(itertools.product(events_of(player, state), repeat=2))
    yield from sorted(pairs, key=lambda pair: bool(ENDS & {pair[0], pair[1]}))


def main() -> None:
    """Play all pairs, and print how many there were."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.pairs", description=__doc__)
    parser.add_argument("--state", choices=STATES, action="append")
    parser.add_argument("--sample", type=int, help="only so many of each state, by chance")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    player = Player()
    failed = 0
    try:
        for state in options.state or STATES:
            before, began = player.pairs, time.monotonic()
            pairs = list(pairs_of(player, state))
            if options.sample is not None and options.sample < len(pairs):
                pairs = chance.sample(pairs, options.sample)
            for pair in pairs:
                try:
                    player.play(state, pair)
                except AssertionError as error:
                    failed += 1
                    sys.stdout.write(f"FAILED {state} {pair}: {error}\n")
                    sys.stdout.flush()
                    player.close()
            seconds = time.monotonic() - began
            count = player.pairs - before
            sys.stdout.write(f"{state}: {count} pairs in {seconds:.0f} s\n")
            sys.stdout.flush()
        while_quitting(player, chance, options.sample)
    finally:
        player.close()
    sys.stdout.write(f"{player.pairs} pairs, {player.starts} starts, {failed} failed\n")
    raise SystemExit(1 if failed else 0)


def while_quitting(player: Player, chance: random.Random, sample: int | None) -> None:
    """Send pairs behind a `q`, at rest; each ends the program."""
    pairs = list(itertools.product(events_of(player, "documents"), repeat=2))
    for pair in chance.sample(pairs, min(sample or 300, len(pairs))):
        player.play("documents", pair, ahead=b"q")
    sys.stdout.write("while quitting: done\n")


if __name__ == "__main__":
    main()
