"""Run xcoll as ``python -m xcoll_tui``."""

from xcoll_tui.cli import main

if __name__ == "__main__":
    main()
