"""`python -m xcoll_tui.emulator`."""

import sys

from xcoll_tui.emulator.command import main

sys.exit(main())
