"""An inference key entered in the program: checked by the service, then kept for the profile."""

from typing import TYPE_CHECKING, Protocol

from xcoll_tui.api.errors import Forbidden
from xcoll_tui.cli.inference import check_inference_key
from xcoll_tui.credentials import (
    INFERENCE,
    CredentialError,
    KeyringProblem,
    Profile,
    Secret,
    Supplied,
    read_key,
)
from xcoll_tui.ui.access import Kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xcoll_tui.cli.inference import InferenceAccess


class Owner(Protocol):
    """Whose key it is: the way to the service with a profile, `cli.access.ProfileAccess`."""

    @property
    def profile(self) -> Profile:
        """The profile that it is kept for."""

    @property
    def inference_url(self) -> str:
        """The host that it is sent to."""

    def inference(self) -> "InferenceAccess":
        """Return the way to search and files."""

    def command(self, words: str = "") -> str:
        """Write a command of xcoll as it is typed for this profile."""

    def save_profile(self) -> None:
        """List the profile; raises ProfileRefused."""

    def use_inference_key(self, secret: Secret, backend: str = "") -> None:
        """Use a key from now on, which a keyring holds if one is named."""


class InferenceEntry:
    """Takes an inference key for a profile; see `ui.access.KeyEntry`.

    `supplied` is what the environment holds for one: it goes before the keyring at the next start.
    """

    def __init__(self, access: Owner, supplied: Supplied | None) -> None:
        self._access = access
        self._supplied = supplied
        self._checked: Secret | None = None
        self._notes: Sequence[str] = ()

    @property
    def destination(self) -> str:
        """The host that the key is sent to, as it is written in a URL."""
        return self._access.inference_url.partition("://")[2]

    @property
    def overruled_by(self) -> str:
        """The variable that goes before what a keyring holds, "" where none is set."""
        variables = [] if self._supplied is None else self._supplied.variables
        return variables[0] if variables else ""

    @property
    def ways_out(self) -> str:
        """A sentence on what helps where the keyring does not."""
        return INFERENCE.ways_out

    async def check(self, text: str) -> None:
        """Ask the service about a key; raises InvalidKey and every other ApiError.

        One that may not list files may still search: that is said when it is kept.
        """
        secret = read_key(text, INFERENCE.noun).secret
        self._notes = ()
        try:
            await check_inference_key(self._access.inference(), secret)
        except Forbidden as refusal:
            self._notes = (f"It does not let xcoll list files. {refusal.explanation}",)
        self._checked = secret

    async def keep(self) -> Kept:
        """Put it into the keyring, or else use it in this session only."""
        access, secret = self._access, self._last_checked()
        inference = access.inference()
        vault = inference.vault()
        try:
            await vault.store(access.profile.name, secret)
            backend = await vault.backend()
        except KeyringProblem as problem:
            return self.use(str(problem))
        access.use_inference_key(secret, backend)
        sentences = [
            f"It is stored in {backend}, as {inference.entry} of the user {INFERENCE.user}.",
            f"{access.command('auth logout --inference')} removes it.",
            *self._notes,
        ]
        try:
            access.save_profile()
        except CredentialError as problem:
            sentences.append(f"Its profile could not be listed. {problem}")
        if self.overruled_by:
            sentences.append(
                f"{self.overruled_by} is set, and takes precedence over the keyring: unset it, or "
                "it is used next time."
            )
        return Kept(True, sentences)

    def use(self, reason: str) -> Kept:
        """Use it in this session only."""
        self._access.use_inference_key(self._last_checked())
        return Kept(False, ["The key is used until xcoll ends.", reason, *self._notes])

    def _last_checked(self) -> Secret:
        if self._checked is None:
            raise LookupError("No key was checked yet, so none can be kept.")
        return self._checked
