"""Errors around keys at rest; `str(error)` is whole sentences, and a key stands in none.

CredentialError
├── KeyringProblem   the keyring; `backend` is its name, "" where none was reached
│   ├── Unavailable  no usable one: its bus is gone, its configuration is broken
│   │   └── NoKeyring  there is none, and nothing failed
│   ├── Insecure     there is one, but none that is trusted: plain text, null, unknown
│   ├── Locked       it is locked, and it was not unlocked
│   ├── TimedOut     no answer in time; `writing`: what was asked for may still happen
│   ├── NotKept      a change was refused, or reading back does not show it
│   └── Unfit        what is kept there can be no key
├── KeyFileRefused   the file that XCOLL_KEY_FILE or XCOLL_API_KEY_FILE names
└── ProfileRefused   the list of profiles cannot be read or written
    ├── NameRefused    not the name of a profile, or not the ID of a team
    └── NoSuchProfile  none of that name was made yet
"""

# ruff: noqa: N818  the names are facts, as in the error tree of the API

from xcoll_tui.credentials.kinds import MANAGEMENT

WAYS_OUT = MANAGEMENT.ways_out


class CredentialError(Exception):
    """A key could not be had or kept; `str(error)` says what failed, why, and what to do next."""


class KeyringProblem(CredentialError):
    """The keyring did not do what it was asked; `backend` is its name, or "".

    With `untouched` it was only asked what is there, so that nothing can have been changed.
    """

    untouched = False

    def __init__(self, sentence: str, *, backend: str = "") -> None:
        super().__init__(sentence)
        self.backend = backend


class Unavailable(KeyringProblem):
    """No keyring can be used: none is there, its bus is gone, its configuration is broken."""


class NoKeyring(Unavailable):
    """There is no keyring here at all."""


class Insecure(KeyringProblem):
    """There is a keyring, but none of those that are trusted."""


class Locked(KeyringProblem):
    """The keyring is locked, and it was not unlocked."""


class TimedOut(KeyringProblem):
    """The keyring did not answer in time.

    With `writing` it was asked for a change, which may still happen.
    """

    def __init__(self, sentence: str, *, backend: str = "", writing: bool = False) -> None:
        super().__init__(sentence, backend=backend)
        self.writing = writing


class NotKept(KeyringProblem):
    """A change was refused, or reading back does not show it."""


class Unfit(KeyringProblem):
    """What the keyring holds can be no key."""


class KeyFileRefused(CredentialError):
    """The file that a variable names for a key is not read, or holds none."""


class ProfileRefused(CredentialError):
    """The list of profiles cannot be read or written."""


class NameRefused(ProfileRefused):
    """Not the name of a profile, or not the ID of a team; it is not repeated: it may be a key."""


class NoSuchProfile(ProfileRefused):
    """There is no profile of that name."""
