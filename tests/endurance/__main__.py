"""`python -m tests.endurance --seed N --actions 10000`: random operations against a hostile world.

Everything comes of the seed; the same seed plays the same. `--seeds A-B` plays several, `--ui`
plays through the screen, `--mutants` shows which planted defects are noticed.
"""

# ruff: noqa: T201 - it speaks through its output

import argparse
import os
import sys
import time

from tests.isolation import leave_home


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", help="several, as 1-10")
    parser.add_argument("--actions", type=int, default=None)
    parser.add_argument("--ui", action="store_true")
    parser.add_argument("--mutants", action="store_true")
    arguments = parser.parse_args()
    if "PYTHONMALLOC" not in os.environ:
        # Python's own allocator keeps a whole arena for one object that lives: with malloc what
        # grows is what is held.
        environ = {**os.environ, "PYTHONMALLOC": "malloc"}
        os.execve(sys.executable, [sys.executable, "-m", "tests.endurance", *sys.argv[1:]], environ)
    leave_home()
    if arguments.mutants:
        from tests.endurance.mutants import main as run_mutants  # noqa: PLC0415

        return run_mutants(arguments.actions or 2000)
    if arguments.ui:
        from tests.endurance.screen import play  # noqa: PLC0415
    else:
        from tests.endurance.play import play  # noqa: PLC0415
    low, _, high = (arguments.seeds or str(arguments.seed)).partition("-")
    wrong = 0
    for seed in range(int(low), int(high or low) + 1):
        began = time.process_time()
        result = play(seed, arguments.actions or (500 if arguments.ui else 10_000))
        wrong += bool(result.wrong)
        print(f"{result} [{time.process_time() - began:.0f} s CPU]", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
