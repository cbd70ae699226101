"""What the screen needs of the command line: keys, profiles, and what opens with them."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session


OnLoop = Callable[[Coroutine[Any, Any, Any]], Any]
"""Waits, in a thread, until the event loop of the program has done some work; returns its result,
None where the program ends before."""
STARTED_READ_ONLY = "xcoll was started with --read-only, so nothing is written."
"""What the keys that write say where the command line made it so."""


@dataclass(frozen=True)
class Connection:
    """A session with the service behind it, ready to be started, and how to end it."""

    session: "Session"
    close: Callable[[], Awaitable[None]]
    samples: tuple[str, ...] = ()
    """File IDs to try attaching with."""
    settled: Callable[[], Awaitable[None]] | None = None
    """Waits until the service has got ready behind the screen; the counts are read again then."""
    notices: Sequence[str] = ()
    """Sentences to say once, on what is not as it should be around the program."""
    kept_as: str = ""
    """Under which name it is remembered what was open in it; "" where that is not."""
    is_sample: bool = False
    """Whether it ends with the program, and all that was kept of it: nothing is undone later."""


@dataclass(frozen=True)
class ProfileRow:
    """A profile, to be picked from a list."""

    name: str
    facts: str
    current: bool


@dataclass(frozen=True)
class Kept:
    """The result of keeping a key: sentences, and whether a keyring holds it."""

    stored: bool
    sentences: Sequence[str]


class Access(Protocol):
    """The way to a service; what it tells is for the header."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Whose and where: the profile, the key and its source, the host."""

    @property
    def mode(self) -> str:
        """What must not be overlooked, such as "read-only"."""

    @property
    def why_read_only(self) -> str:
        """A sentence for the keys that write where they may not, else ""."""

    @property
    def credential_variable(self) -> str:
        """The variable that the key comes from, or the one that commands to copy will name."""

    @property
    def keys(self) -> "Keys | None":
        """The key and the profiles, None where they play no part, as with sample data."""

    @property
    def inference_keys(self) -> "KeyEntry | None":
        """Where an inference key is taken, None where that plays no part."""

    @property
    def kept_as(self) -> str:
        """Under which name it is kept what is seen of the service; "" where that is not."""

    @property
    def team_id(self) -> str:
        """The team that is asked for, "" where that is left to the key."""

    def connect(self, on_loop: OnLoop) -> Connection:
        """Build a session; blocks, and belongs into a thread. An ApiError is a sentence.

        What is asked ahead is done on the loop that the session will belong to.
        """


class KeyEntry(Protocol):
    """The place where a key of one kind is taken.

    What a person typed goes down, and sentences come up, without any of the key in them.
    """

    @property
    def destination(self) -> str:
        """The host that a key is sent to."""

    @property
    def overruled_by(self) -> str:
        """The variable that goes before what a keyring holds, "" where none is set."""

    @property
    def ways_out(self) -> str:
        """A sentence on what helps where the keyring does not."""

    async def check(self, text: str) -> None:
        """Ask the service about a key; raises ApiError where it does not take it."""

    async def keep(self) -> Kept:
        """Put the key that was checked last into the keyring, and use it from now on.

        Where no keyring takes it, it is used in this session only. Cancelled, nothing is used yet.
        """

    def use(self, reason: str) -> Kept:
        """Use the key that was checked last in this session only, for the reason that is given."""


class Keys(KeyEntry, Protocol):
    """The key in use and its profile: found, asked for, changed."""

    async def find(self) -> bool:
        """Look for the key of the profile; False where there is none.

        Raises CredentialError or InvalidKey where it is there and cannot be used. It may take as
        long as a keyring waits to be unlocked; cancelled, it lets go at once.
        """

    def carry_on(self) -> bool:
        """Give the key to the session that is open; False where it needs another session.

        It does when nothing was loaded yet, or when the key may be another team's.
        """

    def profiles(self) -> Sequence[ProfileRow]:
        """List the profiles; raises CredentialError."""

    def switch(self, name: str) -> None:
        """Use another profile, the key of which is yet to be found; raises CredentialError."""
