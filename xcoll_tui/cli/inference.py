"""The inference key of a profile, and the host of search and files; loaded when they are needed."""

from typing import TYPE_CHECKING

from xcoll_tui.api.errors import NoInferenceKey
from xcoll_tui.api.inference import InferenceClient
from xcoll_tui.credentials import (
    INFERENCE,
    CredentialError,
    Insecure,
    Key,
    NoKeyring,
    Profile,
    Secret,
    Supplied,
    Vault,
    parse_key,
    service_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.api.models import RequestRecord, Wait
    from xcoll_tui.log import Log

NO_INFERENCE_KEY = (
    "Search and files need an inference key, and there is none. Set XAI_API_KEY (xAI Console → API "
    "Keys), name a file in XCOLL_API_KEY_FILE, or log in with xcoll auth login --inference."
)


class InferenceAccess:
    """The way to search and files with the inference key of a profile.

    `entered` is what a person entered since the program began, and goes before all else;
    `supplied` is what the environment holds for it, which goes before the keyring. `url` is the
    host, read and accepted.
    """

    def __init__(
        self,
        profile: Profile,
        supplied: Supplied | None,
        url: str,
        *,
        entered: Key | None = None,
        vault: Vault | None = None,
        read_only: bool = False,
        log: "Log | None" = None,
    ) -> None:
        self.profile = profile
        self.url = url
        self.supplied = supplied
        self._entered = entered
        self._vault = vault
        self._read_only = read_only
        self._log = log

    @property
    def entry(self) -> str:
        """The name that the keyring has for the keys of this profile."""
        return service_name(self.profile.name)

    def vault(self) -> Vault:
        """Return the keyring for keys of this kind; asked afresh, since another may be there."""
        return self._vault or Vault(kind=INFERENCE)

    async def find(self) -> Key | None:
        """Return the key that was entered, or the environment's, or the keyring's; None for none.

        Raises InvalidKey and CredentialError.
        """
        key = self._entered
        if key is None and self.supplied is not None:
            key = self.supplied.key()
        if key is None:
            vault = self.vault()
            secret = await vault.read(self.profile.name)
            if secret is None:
                return None
            key = Key(parse_key(secret.reveal(), INFERENCE.noun), await vault.backend())
        if self._log is not None:
            self._log.hide(key.secret)
        return key

    async def open(
        self,
        *,
        on_request: "Callable[[RequestRecord], object] | None" = None,
        on_wait: "Callable[[Wait], object] | None" = None,
    ) -> InferenceClient:
        """Find the key and make a client of it; raises NoInferenceKey, and InvalidKey."""
        problem = NO_INFERENCE_KEY
        try:
            key = await self.find()
        except (NoKeyring, Insecure):
            key = None
        except CredentialError as trouble:
            key, problem = None, f"Search and files need an inference key. {trouble}"
        if key is None:
            raise NoInferenceKey(problem)
        return self.client(key.secret, on_request=on_request, on_wait=on_wait)

    def client(
        self,
        secret: Secret,
        *,
        on_request: "Callable[[RequestRecord], object] | None" = None,
        on_wait: "Callable[[Wait], object] | None" = None,
    ) -> InferenceClient:
        """Make a client with a key."""
        return InferenceClient(
            secret,
            self.url,
            read_only=self._read_only,
            on_request=on_request,
            on_wait=on_wait,
        )


async def check_inference_key(access: InferenceAccess, secret: Secret) -> None:
    """Ask the service about a key; raises ApiError, Forbidden where it has not the right to files.

    Nothing tells what such a key is, so files are asked for, of which one is enough.
    """
    async with access.client(secret) as client:
        await client.list_files(limit=1)
