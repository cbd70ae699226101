"""Signals at all moments: `python -m tests.endurance.signals [--times N]` prints a table.

(signal, moment, exit code, restored): single, double, with SIGCONT as a service manager sends it,
stopped and continued before. Run by hand; a part of it is in the suite.
"""

import argparse
import itertools
import random
import signal
import sys
import time

from tests.e2e.ending import ENDING, MOMENTS, end_by, judge, start

MORE = (
    signal.SIGUSR2,
    signal.SIGVTALRM,
    signal.SIGPROF,
    signal.SIGXCPU,
    signal.SIGIO,
    signal.SIGRTMIN,
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
)


def main() -> None:
    """Print a line for each signal at each moment, then what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.signals", description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    count, wrong = 0, []

    def tried(what, moment, code, problem):
        nonlocal count
        count += 1
        restored = "restored" if not problem else f"WRONG: {problem}"
        sys.stdout.write(f"{what:<22} {moment:<18} {code:>4} {restored}\n")
        sys.stdout.flush()
        if problem:
            wrong.append((what, moment, problem))

    for _ in range(options.times):
        for number, (moment, wait) in itertools.product((*ENDING, *MORE), MOMENTS.items()):
            with start() as terminal:
                wait(terminal, number)
                code, seconds = end_by(terminal, number)
                wanted = (128 + number, 0) if moment == "quitting" else (128 + number,)
                tried(number.name, moment, code, judge(terminal, code, seconds, *wanted))
        for number, (moment, wait) in itertools.product(ENDING, MOMENTS.items()):
            other, apart = chance.choice(ENDING), chance.choice((0, 0.002, 0.01, 0.03, 0.1))
            with start() as terminal:
                wait(terminal, number)
                code, seconds = end_by(terminal, number, other, apart=apart)
                wanted = (128 + number, 128 + other, *((0,) if moment == "quitting" else ()))
                name = f"{number.name}+{other.name[3:]} {apart * 1000:.0f} ms"
                tried(name, moment, code, judge(terminal, code, seconds, *wanted))
        for first, (moment, wait) in itertools.product(
            ("TERM CONT", "CONT TERM", "STOP CONT TERM", "TSTP CONT TERM", "TSTP TERM CONT"),
            MOMENTS.items(),
        ):
            numbers = [signal.Signals[f"SIG{name}"] for name in first.split()]
            with start() as terminal:
                wait(terminal, signal.SIGTERM)
                apart = chance.choice((0, 0.003, 0.05))
                code, seconds = end_by(terminal, *numbers, apart=apart)
                wanted = (143, 0) if moment == "quitting" else (143,)
                tried(first, moment, code, judge(terminal, code, seconds, *wanted))
        for _at in range(12):  # from the very first moment of the process
            number, delay = chance.choice(ENDING[1:]), chance.uniform(0, 0.6)
            with start() as terminal:
                until = time.monotonic() + delay
                while time.monotonic() < until:
                    terminal.pump(0.001)
                code, seconds = end_by(terminal, number)
                # Before the first line of ours a signal does what it does to every process.
                problem = judge(terminal, code, seconds, 128 + number, -number)
                tried(number.name, f"at {delay * 1000:.0f} ms", code, problem)
    sys.stdout.write(f"{count} tried, {len(wrong)} wrong\n")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
