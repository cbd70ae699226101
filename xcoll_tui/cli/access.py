"""A profile, its key, and what opens with them: found, checked against the service, kept."""

from functools import partial
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.errors import ApiError, Refused
from xcoll_tui.api.urls import accept_base_url
from xcoll_tui.credentials import (
    DEFAULT,
    KEY_VARIABLES,
    USER,
    WAYS_OUT,
    CredentialError,
    Key,
    KeyringProblem,
    Profile,
    Profiles,
    Secret,
    Supplied,
    Vault,
    parse_key,
    read_key,
    service_name,
)
from xcoll_tui.ui.access import STARTED_READ_ONLY, Connection, Kept, ProfileRow
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xcoll_tui.api.client import Client
    from xcoll_tui.api.http_process import HttpProcess
    from xcoll_tui.api.inference import InferenceClient
    from xcoll_tui.api.models import KeyInfo, RequestRecord, Wait
    from xcoll_tui.cli.inference import InferenceAccess
    from xcoll_tui.log import Log
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.access import KeyEntry, OnLoop

DEFAULT_BASE_URL = "https://management-api.x.ai"
DEFAULT_INFERENCE_URL = "https://api.x.ai"
ENTERED = "what was entered"
"""Where a key comes from that no keyring took."""


class ProfileAccess:
    """The way to the service with the key of a profile; `ui.access.Access` and its `Keys` in one.

    `environment_key` goes before every keyring. `base_url`, `inference_url` and `read_only` are
    what the command line or the environment say; they go before what a profile says.
    `inference_supplied` is what the environment holds for an inference key, which is looked at when
    somebody searches. Raises Refused for a URL that must not be used.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        environment_key: Key | None = None,
        profiles: Profiles | None = None,
        vault: Vault | None = None,
        base_url: str | None = None,
        read_only: bool = False,
        inference_supplied: Supplied | None = None,
        inference_url: str | None = None,
        inference_vault: Vault | None = None,
    ) -> None:
        self.profile = profile
        self.key = environment_key
        self.info: KeyInfo | None = None
        self.log: Log | None = None
        self._environment_key = environment_key
        self._profiles = profiles or Profiles()
        self.vault = vault or Vault()
        self._base_url = base_url
        self._read_only = read_only
        self._checked: tuple[Secret, KeyInfo | None] | None = None
        self._open: tuple[Client, Session] | None = None
        self._noticed = False
        self._inference_supplied = inference_supplied
        self._inference_url = inference_url
        self._inference_vault = inference_vault
        self._inference_entered: Key | None = None
        self.process: HttpProcess | None = None
        self._address = self._accept_address(profile)
        self.inference_url = self._accept_inference_url(profile)

    # What is in use now

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._address

    @property
    def destination(self) -> str:
        """The host that the key is sent to, as it is written in a URL."""
        return self._address.partition("://")[2]

    @property
    def is_listed(self) -> bool:
        """Whether the profile is one of those that were kept."""
        return self._profiles.get(self.profile.name) is not None

    @property
    def kept_as(self) -> str:
        """The profile, and the host however it is spelled; and which key the environment holds.

        That may be another team's each time: sixteen bits tell two apart, and nothing of either.
        """
        import hashlib  # noqa: PLC0415 - not for the first frame

        from xcoll_tui.session.place import Place  # noqa: PLC0415 - as above

        place, key = f"{self.profile.name} {Place.of(self.base_url).host}", self._environment_key
        secret = b"" if key is None else f"{place} {key.secret.reveal()}".encode()
        return f"{place} {hashlib.sha256(secret).hexdigest()[:4]}" if secret else place

    @property
    def team_id(self) -> str:
        """The team of the profile, "" where it names none."""
        return self.profile.team_id or ""

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._read_only or self.profile.read_only

    @property
    def facts(self) -> tuple[str, ...]:
        """The profile, the key and where it comes from, the host."""
        return (self.profile.name, _key_words(self.key), self.destination)

    @property
    def mode(self) -> str:
        """Whether nothing can be written."""
        return "read-only" if self.read_only else ""

    @property
    def why_read_only(self) -> str:
        """Say who made it so."""
        if self._read_only:
            return STARTED_READ_ONLY
        if self.profile.read_only:
            change = self.command("auth login --no-read-only")
            return (
                f"The profile {self.profile.name} is read-only, so nothing is written. "
                f"{change} changes that."
            )
        return ""

    @property
    def credential_variable(self) -> str:
        """The variable that holds the key that is used, else the one of the reference."""
        source = "" if self.key is None else self.key.source
        return source if source in KEY_VARIABLES else KEY_VARIABLES[1]

    @property
    def keys(self) -> "ProfileAccess":
        """Itself."""
        return self

    @property
    def ways_out(self) -> str:
        """A sentence on what helps where the keyring does not."""
        return WAYS_OUT

    @property
    def overruled_by(self) -> str:
        """The variable that the key comes from, "" where it is the keyring's or was entered."""
        return "" if self._environment_key is None else self._environment_key.source

    # The key

    async def find(self) -> bool:
        """Take the key of the environment, else the keyring's; see `Keys.find`."""
        if self._environment_key is not None:
            self._use(self._environment_key)
            return True
        secret = await self.vault.read(self.profile.name)
        if secret is None:
            return False
        self._use(Key(parse_key(secret.reveal()), await self.vault.backend()))
        return True

    async def check(self, text: str) -> None:
        """Ask the service about a key; raises InvalidKey and every other ApiError."""
        await self.check_secret(read_key(text).secret)

    async def check_secret(self, secret: Secret) -> "KeyInfo | None":
        """Ask the service about a key, and return what it tells."""
        from xcoll_tui.session.key_check import check_key  # noqa: PLC0415 - loads the session

        async with self._client(secret) as client:
            info = await check_key(client)
        self._checked = secret, info
        return info

    def accept_unchecked(self, secret: Secret) -> None:
        """Take a key as if it had been checked; raises InvalidKey for one that cannot be sent."""
        self._client(secret)
        self._checked = secret, None

    async def keep(self) -> Kept:
        """Put it into the keyring, or else use it in this session only; see `Keys.keep`."""
        try:
            backend = await self.store()
        except KeyringProblem as problem:
            return self.use(str(problem))
        self._adopt(backend)
        sentences = [self.where_kept(backend), f"{self.command('auth logout')} removes it."]
        try:
            self.save_profile()
        except CredentialError as problem:
            sentences.append(f"Its profile could not be listed. {problem}")
        if self.overruled_by:
            sentences.append(self.overruled)
        return Kept(True, sentences)

    def use(self, reason: str) -> Kept:
        """Use it in this session only; see `Keys.use`."""
        self._adopt(ENTERED)
        return Kept(False, ["The key is used until xcoll ends.", reason])

    async def store(self) -> str:
        """Put the key that was checked last into the keyring, and return the keyring's name.

        Raises KeyringProblem, and InvalidKey for what no keyring should hold.
        """
        secret, _ = self._last_checked()
        await self.vault.store(self.profile.name, secret)
        return await self.vault.backend()

    def save_profile(self) -> None:
        """List the profile; raises ProfileRefused."""
        self._profiles.save(self.profile)

    @property
    def entry(self) -> str:
        """The name that the keyring has for the key of this profile."""
        return service_name(self.profile.name)

    def where_kept(self, backend: str) -> str:
        """Say which keyring holds the key, and under which name."""
        return f"It is stored in {backend}, as {self.entry} of the user {USER}."

    def command(self, words: str = "") -> str:
        """Write a command of xcoll as it is typed for this profile."""
        return command_for(self.profile.name, words)

    @property
    def overruled(self) -> str:
        """Say that a variable goes before what the keyring holds."""
        name = self.overruled_by
        return (
            f"{name} is set, and takes precedence over the keyring: unset it, or it is "
            "used next time."
        )

    def carry_on(self) -> bool:
        """Give the key to the session that is open, if it is the same team's."""
        from xcoll_tui.session.key_check import team_of  # noqa: PLC0415 - loads the session

        if self._open is None or self.key is None:
            return False
        client, session = self._open
        team = team_of(session.key_info)
        if session.collections.loaded_at is None or not team or team != team_of(self.info):
            return False
        client.change_key(self.key.secret)
        session.note_key(self.info)
        return True

    # Profiles

    def profiles(self) -> "Sequence[ProfileRow]":
        """List the profiles with where their keys go."""
        return [self._row(profile) for profile in self._listed()]

    def switch(self, name: str) -> None:
        """Use another profile; raises ProfileRefused and Refused, and stays then."""
        profile = self._profiles.resolve(name)
        address = self._accept_address(profile)
        self.inference_url = self._accept_inference_url(profile)
        self._address = address
        self.profile, self.key, self.info = profile, None, None
        self._checked = self._open = self._inference_entered = None

    def _listed(self) -> list[Profile]:
        listed = self._profiles.listed()
        if all(profile.name != self.profile.name for profile in listed):
            listed.insert(0, self.profile)
        return listed

    def _row(self, profile: Profile) -> ProfileRow:
        facts = facts_of(profile, self._url_of(profile), read_only=self._read_only)
        return ProfileRow(profile.name, facts, profile.name == self.profile.name)

    def _url_of(self, profile: Profile) -> str:
        return self._base_url or profile.base_url or DEFAULT_BASE_URL

    def _accept_address(self, profile: Profile) -> str:
        try:
            return accept_base_url(self._url_of(profile))
        except Refused as refusal:
            if self._base_url:
                raise
            problem = str(refusal)
        change = command_for(profile.name, "auth login --base-url URL")
        raise Refused(f"{problem} It is the profile {profile.name}'s; {change} changes it.")

    def _accept_inference_url(self, profile: Profile) -> str:
        url = self._inference_url or profile.inference_url or DEFAULT_INFERENCE_URL
        return accept_base_url(url, "inference URL", DEFAULT_INFERENCE_URL)

    def inference(self) -> "InferenceAccess":
        """Return the way to search and files; nothing is looked for yet."""
        from xcoll_tui.cli.inference import InferenceAccess  # noqa: PLC0415 - few search

        return InferenceAccess(
            self.profile,
            self._inference_supplied,
            self.inference_url,
            entered=self._inference_entered,
            vault=self._inference_vault,
            read_only=self.read_only,
            log=self.log,
        )

    @property
    def inference_keys(self) -> "KeyEntry":
        """Where an inference key is taken."""
        from xcoll_tui.cli.inference_entry import InferenceEntry  # noqa: PLC0415 - few enter one

        return InferenceEntry(self, self._inference_supplied)

    def use_inference_key(self, secret: Secret, backend: str = "") -> None:
        """Use an inference key that was entered, and kept by a keyring if one is named.

        It goes before all others, until another profile is used.
        """
        self._inference_entered = Key(secret, backend or ENTERED)

    async def _open_inference(
        self,
        *,
        on_request: "Callable[[RequestRecord], object]",
        on_wait: "Callable[[Wait], object]",
    ) -> "InferenceClient":
        return await self.inference().open(on_request=on_request, on_wait=on_wait)

    # The session

    def connect(self, on_loop: "OnLoop | None" = None) -> Connection:
        """Build a session with the key that was found or entered; blocks. See `open_session`."""
        from xcoll_tui.cli.connection import open_session, own_state_folder  # noqa: PLC0415
        from xcoll_tui.cli.surroundings import start_notices  # noqa: PLC0415

        if self.key is None:
            raise LookupError("No key was found yet, so nothing can be opened.")
        state, problem = own_state_folder()
        client, session = open_session(
            self._maker(self.key.secret),
            self.log,
            state=state,
            state_problem=problem,
            base_url=self.base_url,
            team_id=self.team_id,
            open_inference=self._open_inference,
            on_loop=on_loop,
        )
        self._open = client, session
        notices = [] if self._noticed else start_notices(self._environment_key, self._profiles)
        self._noticed = True

        async def close() -> None:
            await session.end()
            await client.aclose()

        return Connection(session, close, notices=notices, kept_as=self.kept_as)

    def client(
        self,
        *,
        on_request: "Callable[[RequestRecord], object] | None" = None,
        on_wait: "Callable[[Wait], object] | None" = None,
    ) -> "Client":
        """Make a client alone, with the key that was found, for what needs no session."""
        if self.key is None:
            raise LookupError("No key was found yet, so nothing can be asked.")
        return self._maker(self.key.secret)(on_request=on_request, on_wait=on_wait)

    @property
    def opened(self) -> "tuple[Client, Session] | None":
        """The client and the session that `connect` has built."""
        return self._open

    # Within

    def _maker(self, secret: Secret) -> "Callable[..., Client]":
        from xcoll_tui.api.client import Client  # noqa: PLC0415 - runs behind the first frame

        options: Any = {"read_only": self.read_only, "process": self.process}
        return partial(Client, secret, self.base_url, self.profile.team_id, **options)

    def _client(self, secret: Secret) -> "Client":
        return self._maker(secret)()

    def _last_checked(self) -> "tuple[Secret, KeyInfo | None]":
        if self._checked is None:
            raise LookupError("No key was checked yet, so none can be stored.")
        return self._checked

    def _adopt(self, source: str) -> None:
        secret, self.info = self._last_checked()
        self._use(Key(secret, source))

    def _use(self, key: Key) -> None:
        self.key = key
        if self.log is not None:
            self.log.hide(key.secret)


def facts_of(profile: Profile, base_url: str | None = None, *, read_only: bool = False) -> str:
    """Tell of a profile where its key goes, and what it may do there."""
    url = base_url or profile.base_url or DEFAULT_BASE_URL
    facts = [url.partition("://")[2]]
    if profile.team_id:
        facts.append(f"team {profile.team_id}")
    if read_only or profile.read_only:
        facts.append("read-only")
    return " · ".join(facts)


def command_for(name: str, words: str = "") -> str:
    """Write a command of xcoll as it is typed for a profile."""
    named = "" if name == DEFAULT else f"--profile {name}"
    return " ".join(part for part in ("xcoll", words, named) if part)


def plain(words: str | Exception) -> str:
    """Make a sentence, or that of an error, fit for a terminal, whoever's words are in it."""
    return clean(words.explanation if isinstance(words, ApiError) else str(words), 2_000)


def _key_words(key: Key | None) -> str:
    if key is None:
        return "no key"
    origin = "this session only" if key.source == ENTERED else f"from {key.source}"
    return f"key {key.secret} {origin}"
