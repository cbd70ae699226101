"""What `xcoll doctor` finds out, one after another; a failure of one keeps no other from it."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError, Forbidden, Misconfigured, Refused
from xcoll_tui.api.proxies import choose_proxy
from xcoll_tui.cli.access import plain
from xcoll_tui.cli.doctor.finding import FACT, OK, PROBLEM, Finding
from xcoll_tui.cli.doctor.machine import machine_findings
from xcoll_tui.cli.own_access import NO_KEY, own_access
from xcoll_tui.cli.patience import patiently
from xcoll_tui.cli.surroundings import variables_in_use
from xcoll_tui.credentials import CredentialError, KeyringProblem, Profiles
from xcoll_tui.paths import folder_in_use

if TYPE_CHECKING:
    from xcoll_tui.api.client import Client
    from xcoll_tui.cli.access import ProfileAccess
    from xcoll_tui.credentials import Key
    from xcoll_tui.session.session import Session

_SECONDS = 20
"""How long one question may take."""
_NO_SECOND = (
    "none; search and files need one: set XAI_API_KEY, or log in with xcoll auth login --inference"
)
_FAR_OFF = 60
"""Seconds that the two clocks may differ."""


class Examination:
    """Finds out what a report should hold: `run` once; then `has_key` tells whether there is one.

    No finding holds a key, a name or an ID of the user's; places in their home begin with `~`.
    """

    def __init__(self, options: argparse.Namespace, environment: MutableMapping[str, str]) -> None:
        self._options = options
        self._environment = environment
        self._findings: list[Finding] = []
        self.has_key = False
        self._has_keyring = False
        self._inference_key: Key | None = None

    async def run(self) -> list[Finding]:
        """Look at everything, and return what was found."""
        self._findings += machine_findings(self._environment)
        try:
            access = own_access(self._options)
        except (CredentialError, Refused) as refusal:
            self._add("Key", "key", PROBLEM, plain(refusal))
            return self._findings
        await self._look_for_key(access)
        await self._look_for_inference_key(access)
        self._look_around(access)
        if self.has_key:
            await self._ask(access)
        else:
            await self._ask_for_files(access)
        return self._findings

    def _add(self, topic: str, name: str, state: str, value: str) -> None:
        home = str(Path.home())
        words = value.replace(home, "~") if len(home) > 1 else value
        kind = PROBLEM if state == PROBLEM else OK if state == OK else FACT
        self._findings.append(Finding(topic, name, kind, words))

    # The key

    async def _look_for_key(self, access: "ProfileAccess") -> None:
        try:
            self._add("Key", "keyring", OK, await patiently(access.vault.backend()))
            self._has_keyring = True
        except KeyringProblem as problem:
            # It is needed only where nothing else brings a key.
            self._add("Key", "keyring", FACT, plain(problem))
        try:
            self.has_key = await patiently(access.find())
        except (CredentialError, Refused) as problem:
            self._add("Key", "key", PROBLEM, plain(problem))
            return
        if not self.has_key or access.key is None:
            self._add("Key", "key", PROBLEM, NO_KEY)
            return
        source = access.overruled_by or access.key.source
        self._add("Key", "key", OK, f"from {source}")
        self._add("Key", "writes", FACT, "refused (read-only)" if access.read_only else "allowed")

    async def _look_for_inference_key(self, access: "ProfileAccess") -> None:
        """Say where the second key is found; nothing is wrong where there is none."""
        inference = access.inference()
        supplied = [] if inference.supplied is None else inference.supplied.variables
        try:
            # A keyring that has failed once is not asked again.
            asks = bool(supplied) or self._has_keyring
            self._inference_key = await patiently(inference.find()) if asks else None
        except (CredentialError, Refused) as problem:
            state = PROBLEM if supplied else FACT
            self._add("Key", "inference key", state, plain(problem))
        else:
            key = self._inference_key
            state = FACT if key is None else OK
            self._add("Key", "inference key", state, f"from {key.source}" if key else _NO_SECOND)

    def _look_around(self, access: "ProfileAccess") -> None:
        for name, url in (("host", access.base_url), ("inference host", access.inference_url)):
            secure, _, host = url.partition("://")
            self._add("Network", name, FACT, host if secure == "https" else f"{host}, unencrypted")
        try:
            proxy = choose_proxy(access.base_url, self._environment)
        except Misconfigured as problem:
            self._add("Network", "proxy", PROBLEM, plain(problem))
        else:
            words = "none" if proxy is None else f"{proxy.address} ({proxy.variable})"
            self._add("Network", "proxy", FACT, words)
        profiles = Profiles()
        for variable in variables_in_use(access.base_url, self._environment, profiles):
            use = "used" if variable.used else "not used"
            self._add("Environment", variable.name, FACT, f"{use}: {plain(variable.note)}")
        folder, sentence = folder_in_use("state")
        state = PROBLEM if folder is None else FACT if sentence else OK
        self._add("Environment", "state folder", state, sentence or f"{folder}")

    # The service

    async def _ask(self, access: "ProfileAccess") -> None:
        try:
            connection = access.connect()
        except ApiError as problem:
            self._add("Service", "connection", PROBLEM, plain(problem))
            await self._ask_for_files(access)
            return
        try:
            if access.opened is not None:
                client, session = access.opened
                await self._ask_each(client)
                await self._ask_for_files(access)
                await self._remember(session)
        finally:
            await connection.close()

    async def _ask_for_files(self, access: "ProfileAccess") -> None:
        """See whether the inference host answers, where there is a key for it."""
        key = self._inference_key
        if key is None:
            self._add("Service", "list files", FACT, "not tried: there is no inference key")
            return
        from xcoll_tui.cli.inference import check_inference_key  # noqa: PLC0415 - few have one

        async def list_files() -> None:
            try:
                await check_inference_key(access.inference(), key.secret)
            except Forbidden as refusal:
                # It has answered, and such a key may well search.
                status = f" (HTTP {refusal.status})" if refusal.status else ""
                self._add("Service", "right to files", FACT, f"{plain(refusal.meaning)}{status}")

        await self._try("list files", list_files)

    async def _ask_each(self, client: "Client") -> None:
        """Try each endpoint that reads; what needs an ID takes the first one that is listed."""
        await self._try("validate the key", client.validate_key)
        collection_id = file_id = ""

        async def list_collections() -> None:
            nonlocal collection_id
            page = await client.list_collections(limit=1)
            collection_id = next((row.collection_id for row in page.collections), "")

        async def list_documents() -> None:
            nonlocal file_id
            page = await client.list_documents(collection_id, limit=1)
            file_id = next((row.file_id for row in page.documents), "")

        await self._try("list collections", list_collections)
        for name, call, needs in (
            ("read a collection", lambda: client.get_collection(collection_id), "a collection"),
            ("list documents", list_documents, "a collection"),
            ("read a document", lambda: client.get_document(collection_id, file_id), "a document"),
            (
                "read documents at once",
                lambda: client.batch_get_documents(collection_id, [file_id]),
                "a document",
            ),
        ):
            if not (collection_id if needs == "a collection" else file_id):
                self._add("Service", name, FACT, f"not tried: {needs} is needed, and none was seen")
                continue
            await self._try(name, call)
        now = client.service_clock()
        if now is not None:
            apart = time.time() - now
            state = OK if abs(apart) < _FAR_OFF else PROBLEM
            self._add("Service", "clocks", state, f"{abs(apart):.0f} s apart")

    async def _try(self, name: str, call: Callable[[], Awaitable[object]]) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_SECONDS):
                await call()
        except TimeoutError:
            self._add("Service", name, PROBLEM, f"no answer within {_SECONDS} s")
        except ApiError as error:
            # Not the service's own words, which may name what is the user's.
            status = f" (HTTP {error.status})" if error.status else ""
            self._add("Service", name, PROBLEM, f"{plain(error.meaning)}{status}")
        else:
            self._add("Service", name, OK, f"{(time.monotonic() - began) * 1000:.0f} ms")

    async def _remember(self, session: "Session") -> None:
        state = session.state
        await state.load()
        for name, value in _remembered(session):
            self._add("Remembered", name, FACT, value)
        for problem in state.problems:
            self._add("Remembered", "problem", PROBLEM, plain(problem))


def _remembered(session: "Session") -> "Iterator[tuple[str, str]]":
    learned = session.state.learned
    yield "reads are behind", f"at most {learned.settling_time():.0f} s, as counted on"
    for name, fact in (
        ("PATCH with fields", learned.patch),
        ("attaching again", learned.reattach),
        ("files of removed documents", learned.files),
    ):
        day = f", {fact.day}" if fact.value != "unknown" else ""
        yield name, f"{fact.value}{day}"
    yield "undo log", f"{len(session.state.undo_log.entries):,} entries"
    yield "interrupted", f"{len(session.unfinished):,} replacements"
