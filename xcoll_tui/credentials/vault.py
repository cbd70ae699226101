"""The keyring of the operating system, without blocking: threads, a time limit, and a memory."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import NoReturn, TypeVar

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.credentials.backends import Trusted, find_trusted
from xcoll_tui.credentials.errors import KeyringProblem, NotKept, TimedOut, Unfit
from xcoll_tui.credentials.key_text import parse_key
from xcoll_tui.credentials.kinds import MANAGEMENT, KeyKind
from xcoll_tui.credentials.secret import Secret

LIMIT = 30.0
# Entries of one name that a deletion removes; whoever has more of them has another problem.
_MOST_ENTRIES = 20

T = TypeVar("T")


class Vault:
    """The operating system's keyring, if it is one that is trusted.

    Each call of the keyring library runs in a daemon thread and has `limit` seconds. One that is
    late, or whose awaiting task was cancelled, is abandoned: nothing waits for it, the end of the
    program neither, and its answer is dropped. Every method raises KeyringProblem. `kind` is of
    the keys that are meant: a profile may have one of each.
    """

    def __init__(self, *, limit: float = LIMIT, kind: KeyKind = MANAGEMENT) -> None:
        self._limit = limit
        self._kind = kind
        self._known_keys: dict[str, Secret | None] = {}
        # One at a time, so that a person sees one prompt.
        self._turn = asyncio.Lock()

    async def backend(self) -> str:
        """Return the keyring's name, as in “Secret Service”."""
        trusted = await self._run(self._find, "The keyring could not be determined", [])
        return trusted.name

    async def read(self, profile: str) -> Secret | None:
        """Return the key of a profile, None if there is none; the keyring is asked once a run.

        Raises Unfit where something is kept that is not a key.
        """
        async with self._turn:
            if profile not in self._known_keys:
                trusted, secret = await self._look(profile)
                self._known_keys[profile] = (
                    None if secret is None else self._fit(secret, profile, trusted.name)
                )
            return self._known_keys[profile]

    async def store(self, profile: str, secret: Secret) -> bool:
        """Keep a key for a profile and read it back; False if it stood there already.

        Then nothing is written. Raises InvalidKey for what `parse_key` refuses, NotKept where the
        keyring does not show the key afterwards, and TimedOut with `writing` where it may yet.
        """
        secret = parse_key(secret.reveal(), self._kind.noun)
        async with self._turn:
            trusted, kept_secret = await self._look(profile)
            if kept_secret == secret:
                self._known_keys[profile] = secret
                return False
            # Whatever comes of it, what was known does not hold any more.
            self._known_keys.pop(profile, None)
            failed = f"{self._key_of(profile)} could not be stored"
            await self._run(
                lambda: trusted.write(profile, secret), failed, [trusted.name], writing=True
            )
            if await self._read_back(trusted, profile) != secret:
                raise NotKept(
                    f"{failed}: {trusted.name} accepted it, but holds something else now. "
                    "Another entry of the same name may be in the way: delete it with `xcoll "
                    f"auth logout`, then store the key again. {self._kind.ways_out}",
                    backend=trusted.name,
                )
            self._known_keys[profile] = secret
            return True

    async def delete(self, profile: str) -> bool:
        """Delete a profile's key, and what else stands under its name; False if none was there.

        Raises NotKept where the keyring still holds one, and TimedOut with `writing` where it may
        yet be deleted.
        """
        async with self._turn:
            trusted, secret = await self._look(profile)
            self._known_keys.pop(profile, None)
            entries = 0
            while secret is not None:
                if entries == _MOST_ENTRIES:
                    raise NotKept(
                        f"{self._key_of(profile)} could not be deleted: {trusted.name} "
                        f"still holds one after {entries} deletions. Delete it with the keyring's "
                        "own program.",
                        backend=trusted.name,
                    )
                entries += 1
                refusal = await self._delete_one(trusted, profile)
                secret = await self._read_back(trusted, profile)
                if secret is not None and refusal is not None:
                    raise refusal
            self._known_keys[profile] = None
            return entries > 0

    async def _look(self, profile: str) -> tuple[Trusted, Secret | None]:
        reached: list[str] = []

        def look() -> tuple[Trusted, Secret | None]:
            trusted = self._find()
            reached.append(trusted.name)
            return trusted, trusted.read(profile)

        failed = f"{self._key_of(profile)} could not be read"
        try:
            return await self._run(look, failed, reached)
        except KeyringProblem as problem:
            problem.untouched = True
            raise

    async def _read_back(self, trusted: Trusted, profile: str) -> Secret | None:
        failed = f"{self._key_of(profile)} was changed, and could not be read back"
        return await self._run(lambda: trusted.read(profile), failed, [trusted.name])

    async def _delete_one(self, trusted: Trusted, profile: str) -> NotKept | None:
        failed = f"{self._key_of(profile)} could not be deleted"
        try:
            await self._run(lambda: trusted.delete(profile), failed, [trusted.name], writing=True)
        except NotKept as refusal:
            # So it is also where another program was quicker: reading back tells.
            return refusal
        return None

    async def _run(
        self, work: Callable[[], T], failed: str, reached: list[str], *, writing: bool = False
    ) -> T:
        """Run one step in its own thread; `reached` names the keyring once it was found."""
        try:
            async with asyncio.timeout(self._limit):
                answer = await _in_own_thread(work)
        except TimeoutError:
            backend = "".join(reached)
            raise TimedOut(
                self._lateness(failed, backend, writing=writing),
                backend=backend,
                writing=writing,
            ) from None
        return answer()

    def _find(self) -> Trusted:
        return find_trusted() if self._kind is MANAGEMENT else find_trusted(self._kind)

    def _key_of(self, profile: str) -> str:
        return f"The {self._kind.short} of profile “{profile}”"

    def _fit(self, secret: Secret, profile: str, backend: str) -> Secret:
        with contextlib.suppress(InvalidKey):
            return parse_key(secret.reveal(), self._kind.noun)
        # Raised out here, it has no context.
        raise Unfit(
            f"What {backend} holds for profile “{profile}” is not a valid {self._kind.noun}. "
            f"Store the key again with `xcoll {self._kind.login}`, or delete the entry with "
            "`xcoll auth logout`.",
            backend=backend,
        )

    def _lateness(self, failed: str, backend: str, *, writing: bool) -> str:
        store = backend or "the keyring"
        cause = "its prompt may be waiting for you" if backend else "its service may be stuck"
        after = (
            "It may still happen: look with `xcoll auth status` before you try again. "
            if writing
            else ""
        )
        return (
            f"{failed}: {store} did not answer within {self._limit:g} seconds; {cause}. "
            f"{after}{self._kind.ways_out}"
        )


def _in_own_thread(work: Callable[[], T]) -> "asyncio.Future[Callable[[], T]]":
    """Run `work` in a daemon thread; what comes returns its value, or raises its exception.

    No executor: the ends of a loop and of the interpreter wait for those.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Callable[[], T]] = loop.create_future()

    def settle(answer: Callable[[], T]) -> None:
        if not future.done():
            future.set_result(answer)

    def run() -> None:
        answer: Callable[[], T]
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            answer = partial(_raise, error)
        else:
            answer = partial(_return, value)
        # The loop may be closed by now: nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, answer)

    threading.Thread(target=run, name="xcoll-keyring", daemon=True).start()
    return future


def _return(value: T) -> T:
    return value


def _raise(error: BaseException) -> NoReturn:
    raise error
