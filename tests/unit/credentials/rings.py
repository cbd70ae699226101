"""Keyrings of the library that are none: judged by their names, they stand for any of them.

None of them is derived from the library's base class, which would register it for every later test.
"""

import threading
from collections import defaultdict

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"


class Ring:
    """Entries in memory; `failing` and `hanging` tell what each call does instead.

    `calls` are the names of the calls in their order. A hanging one waits for `answer`.
    """

    def __init__(self):
        self.entries = defaultdict(list)
        self.calls = []
        self.failing = {}
        self.hanging = set()
        self.hung = threading.Event()
        self.answer = threading.Event()

    def get_password(self, service, username):
        self._call("get")
        found = self.entries[service, username]
        return found[0] if found else None

    def set_password(self, service, username, password):
        self._call("set", password)
        self.entries[service, username][:1] = [password]

    def delete_password(self, service, username):
        self._call("delete")
        if not self.entries[service, username]:
            from keyring.errors import PasswordDeleteError  # noqa: PLC0415 - slow

            raise PasswordDeleteError("No such password!")
        del self.entries[service, username][0]

    def _call(self, name, password=None):
        # As in the library, the password stands in a frame of what raises.
        self.calls.append(name)
        if name in self.hanging:
            self.hung.set()
            assert self.answer.wait(20), "nobody let it go on"
        if name in self.failing:
            error = self.failing[name]
            raise error(password) if callable(error) and password else error


def ring_named(path, **members):
    """Make a ring whose class goes by the name of one of the library, or of any other."""
    return kind_named(path, **members)()


def kind_named(path, base=Ring, **members):
    """Make a class of rings that goes by a name."""
    module, _, name = path.rpartition(".")
    return type(name, (base,), {"__module__": module, "__qualname__": name, **members})
