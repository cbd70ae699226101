"""The tests; whoever imports one of them, or of their helpers, has left home."""

from tests.isolation import leave_home

leave_home()
