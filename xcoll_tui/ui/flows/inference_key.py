"""The inference key: asked for with the first thing that needs it, and where it is refused."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from xcoll_tui.api.errors import ApiError, InvalidKey, NoInferenceKey, Unauthorized
from xcoll_tui.credentials import INFERENCE, CredentialError
from xcoll_tui.ui.flows.key_entry import enter_key, find_key
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.key_words import INFERENCE_KEY

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host

T = TypeVar("T")


class InferenceKeyFlow:
    """The question for the inference key, where there is a way to enter one.

    Where there is none, as with sample data, whoever needs it says what is missing.
    """

    def __init__(self, host: "Host", session: "Session") -> None:
        self._host = host
        self._session = session
        self._declined = False

    async def begin(self) -> bool:
        """Find the key, or ask for it; False where there is none and the person leaves it."""
        self._declined = False
        if self._host.inference_keys is None:
            return True
        try:
            await find_key(self._host, self._session.inference.service(), INFERENCE.ways_out)
        except (NoInferenceKey, InvalidKey, CredentialError) as error:
            return await self.enter(sentence_of(error))
        except ApiError:
            pass  # told by what asks next
        return True

    async def enter(self, problem: str = "") -> bool:
        """Ask for a key, and use it from now on; False where the person leaves it."""
        keys = self._host.inference_keys
        if keys is None:
            return False
        if not await enter_key(self._host, keys, INFERENCE_KEY, problem):
            self._declined = bool(problem)
            return False
        await self._session.inference.close()
        return True

    async def mends(self, error: ApiError) -> bool:
        """Ask for another key after a refusal for want of one; tell whether to try again.

        Not twice for one that was not given.
        """
        is_about_key = isinstance(error, NoInferenceKey | InvalidKey | Unauthorized)
        return is_about_key and not self._declined and await self.enter(sentence_of(error))

    async def with_key(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask the inference host something; once more where another key was entered for it."""
        try:
            return await call()
        except ApiError as error:
            if not await self.mends(error):
                raise
        return await call()
