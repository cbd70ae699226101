"""What the tests around the key share: a keyring of their own, and the program with profiles."""

import asyncio
from contextlib import asynccontextmanager

from tests.conftest import NOW, screen_text
from xcoll_tui.cli.access import ProfileAccess
from xcoll_tui.credentials import Key, Profile, Profiles, Secret
from xcoll_tui.ui.app import XcollApp


class FakeKeyring:
    """A keyring in memory that can be missing, or never answer; called as `credentials.Vault`."""

    def __init__(self, **held: str):
        self.held = {name.replace("_", "-"): Secret(key) for name, key in held.items()}
        self.calls: list[tuple[str, str]] = []
        self.problem: Exception | None = None
        self.hangs: set[str] = set()
        self.go_on = asyncio.Event()

    async def backend(self):
        """Return a name."""
        return "Fake Keyring"

    async def read(self, profile):
        """Return what is held."""
        await self._asked("read", profile)
        return self.held.get(profile)

    async def store(self, profile, secret):
        """Hold it."""
        await self._asked("store", profile)
        changed = self.held.get(profile) != secret
        self.held[profile] = secret
        return changed

    async def delete(self, profile):
        """Hold it no more."""
        await self._asked("delete", profile)
        return self.held.pop(profile, None) is not None

    async def _asked(self, what, profile):
        self.calls.append((what, profile))
        if what in self.hangs:
            await self.go_on.wait()
        if self.problem is not None:
            raise self.problem


def profiles_in(folder, *profiles):
    """Make a list of profiles in a folder."""
    listed = Profiles(lambda: folder, lambda: folder)
    for each in profiles:
        listed.save(each)
    return listed


@asynccontextmanager
async def enter(
    server, tmp_path, keyring, *profiles, given=None, start="default", inference=None, **options
):
    """Run the program with these profiles; without any, the default one is the server's.

    `inference` is the keyring for inference keys; they go to the same server.
    """
    listed = profiles_in(tmp_path, *(profiles or (Profile(base_url=server.url),)))
    access = ProfileAccess(
        listed.resolve(start),
        environment_key=None if given is None else Key(Secret(given), "XAI_MANAGEMENT_KEY"),
        profiles=listed,
        vault=keyring,
        inference_url=None if inference is None else server.url,
        inference_vault=inference,
    )
    size = options.pop("size", (120, 40))
    app = XcollApp(access, clock=lambda: NOW, **options)
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        yield pilot


def header_of(pilot):
    """Return the first line of the screen."""
    return screen_text(pilot).split("\n")[0]


async def type_key(pilot, key):
    """Paste a key into the dialog, and hand it over."""
    pilot.app.screen._key_input.value = key
    await pilot.press("enter")
