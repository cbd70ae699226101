"""Profiles: which service, team and rights go with a key. Their list holds no secret.

It is one small JSON file in the config folder, since a keyring cannot tell what is in it. The key
of a profile is in the OS keyring only, under the profile's name.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xcoll_tui.api.keys import ANY_PREFIX, KEY_PREFIX
from xcoll_tui.credentials.errors import NameRefused, NoSuchProfile, ProfileRefused
from xcoll_tui.paths import FolderUnusable, config_folder, config_path
from xcoll_tui.private_files import replace_private

DEFAULT = "default"
PROFILE_VARIABLE = "XCOLL_PROFILE"
_FILE = "profiles.json"
_SIZE_LIMIT = 4 * 1024 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_NO_NAME = (
    "That is not a valid profile name. Use 1 to 32 of a-z, 0-9, - and _, and begin with a "
    "letter or a digit."
)
_LONGEST_TEAM = 200
# A longer name that begins as inference keys do is more likely one.
_LONGEST_OF_ITS_KIND = 20
_TEXTS = ("base_url", "team_id", "inference_url")
_FACTS = (*_TEXTS, "read_only")


@dataclass(frozen=True)
class Profile:
    """A name for one way to the service; what is None is left to the program or the service."""

    name: str = DEFAULT
    base_url: str | None = None
    team_id: str | None = None
    read_only: bool = False
    inference_url: str | None = None


def accept_name(name: str) -> str:
    """Return a profile's name if it is one; raises NameRefused, which does not repeat it.

    What was typed in the place of a name may be a key.
    """
    may_be_key = name.startswith(KEY_PREFIX) or (
        name.startswith(ANY_PREFIX) and len(name) > _LONGEST_OF_ITS_KIND
    )
    if _NAME.fullmatch(name) is None or may_be_key:
        raise NameRefused(_NO_NAME)
    return name


def accept_team_id(team_id: str) -> str | None:
    """Return a team's ID, None for an empty one; raises NameRefused."""
    if not team_id:
        return None
    plain = team_id.isprintable() and " " not in team_id and len(team_id) <= _LONGEST_TEAM
    if not plain or team_id.startswith(ANY_PREFIX):
        raise NameRefused(
            "That is not a team ID. Copy it from the xAI Console, or leave it out: the key has "
            "its own team."
        )
    return team_id


class Profiles:
    """The list of profiles, and which of them is chosen.

    It is read afresh at every call, because another xcoll may have changed it, and written for its
    owner only, whole or not at all. Every method raises ProfileRefused where the list is there and
    cannot be read; those that write also where it cannot be written.
    """

    def __init__(
        self,
        where: Callable[[], Path] = config_path,
        make: Callable[[], Path] = config_folder,
    ) -> None:
        self._where = where
        self._make = make
        self.problem = ""
        """Why the list was taken for an empty one, a sentence; "" where it was read."""

    @property
    def chosen(self) -> str:
        """The name of the profile that is used when none is named."""
        name = self._read().get("chosen", DEFAULT)
        return name if isinstance(name, str) and _NAME.fullmatch(name) else DEFAULT

    def listed(self) -> list[Profile]:
        """List the profiles by name."""
        profiles = self._read().get("profiles", {})
        return [
            _profile(name, profiles[name]) for name in sorted(profiles) if _NAME.fullmatch(name)
        ]

    def get(self, name: str) -> Profile | None:
        """Return a profile of the list, None where it has none of that name."""
        return next((profile for profile in self.listed() if profile.name == name), None)

    def name_of(self, option: str | None = None, variable: str | None = None) -> str:
        """Return the name that counts: the option's, else XCOLL_PROFILE's, else the chosen one's.

        Raises NameRefused.
        """
        if option or not variable:
            return accept_name(option) if option else self.chosen
        with suppress(NameRefused):
            return accept_name(variable)
        raise NameRefused(f"{_NO_NAME} It comes from {PROFILE_VARIABLE}.")

    def resolve(self, option: str | None = None, variable: str | None = None) -> Profile:
        """Return the profile that the option names, else XCOLL_PROFILE, else the chosen one.

        The default one need not be in the list; any other that is named and is not there raises
        NoSuchProfile.
        """
        name = self.name_of(option, variable)
        profile = self.get(name)
        if profile is not None:
            return profile
        if name == DEFAULT or not (option or variable):
            return Profile()
        raise _unknown(name, "" if option else f" It comes from {PROFILE_VARIABLE}.")

    def save(self, profile: Profile) -> None:
        """Put a profile into the list, or in the place of the one of its name."""
        accept_name(profile.name)
        facts = {
            "base_url": profile.base_url,
            "team_id": profile.team_id,
            "read_only": profile.read_only or None,
            "inference_url": profile.inference_url,
        }
        fields = {key: value for key, value in facts.items() if value is not None}
        with self._alone() as folder:
            content = self._read()
            profiles = content.get("profiles", {})
            # What a newer xcoll wrote beside them is not ours to drop.
            other_fields = {
                k: v for k, v in profiles.get(profile.name, {}).items() if k not in _FACTS
            }
            profiles = {**profiles, profile.name: {**other_fields, **fields}}
            _write(folder / _FILE, {**content, "profiles": profiles})

    def choose(self, name: str) -> None:
        """Use this profile where none is named; raises NoSuchProfile for one not in the list."""
        accept_name(name)
        if name != DEFAULT and self.get(name) is None:
            raise _unknown(name)
        with self._alone() as folder:
            _write(folder / _FILE, {**self._read(), "chosen": name})

    def remove(self, name: str) -> bool:
        """Take a profile out of the list; False where it was not there."""
        if self.get(name) is None:
            return False
        with self._alone() as folder:
            content = self._read()
            profiles = dict(content.get("profiles", {}))
            was_listed = profiles.pop(name, None) is not None
            content = {**content, "profiles": profiles}
            if content.get("chosen") == name:
                del content["chosen"]
            _write(folder / _FILE, content)
        return was_listed

    def _read(self) -> dict[str, Any]:
        try:
            path = self._where() / _FILE
        except FolderUnusable:
            return {}  # nothing can have been written either
        try:
            if path.stat().st_size > _SIZE_LIMIT:
                raise _unreadable(path, "it is larger than a list of profiles can be")
            content = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except PermissionError as error:
            if not _is_someone_elses(path.parent):
                raise _unreadable(path, error.strerror or "it may not be read") from None
            self.problem = (
                f"The folder {path.parent} is another user's and cannot be read, so no profile is "
                "used. Name your own home folder in HOME, or a folder of yours in XDG_CONFIG_HOME."
            )
            return {}
        except (OSError, ValueError, RecursionError) as error:
            problem = getattr(error, "strerror", None) or "it is not JSON"
            raise _unreadable(path, problem) from None
        profiles = content.get("profiles", {}) if isinstance(content, dict) else None
        if not isinstance(profiles, dict) or not all(map(_is_profile, profiles.values())):
            raise _unreadable(path, "it is not a list of profiles")
        return dict(content)

    @contextmanager
    def _alone(self) -> Iterator[Path]:
        """Yield the folder, while no other xcoll changes the list; raises ProfileRefused.

        A name that another one dropped from the list would leave a key that nothing tells of.
        """
        try:
            folder = self._make()
        except FolderUnusable as unusable:
            raise ProfileRefused(str(unusable)) from None
        with _locked(folder):
            yield folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, where the system has such locks; it ends with the process."""
    if os.name != "posix":
        yield
        return
    import fcntl  # noqa: PLC0415 - not everywhere

    with ExitStack() as ending:
        with suppress(OSError):  # some file systems have none
            descriptor = os.open(folder, os.O_RDONLY)
            ending.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _is_someone_elses(folder: Path) -> bool:
    """Tell whether a folder, or the first above it that can be looked at, is another user's."""
    for place in (folder, *folder.parents):
        with suppress(PermissionError):
            return os.name == "posix" and place.stat().st_uid != os.geteuid()
    return False


def _write(path: Path, content: Mapping[str, Any]) -> None:
    try:
        replace_private(path, json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise ProfileRefused(
            f"The list of profiles {path} cannot be written: {error.strerror}. Free some "
            "space, or make its folder writable."
        ) from None


def _is_profile(facts: object) -> bool:
    # A key must not go elsewhere because the host it is for cannot be read.
    return isinstance(facts, dict) and all(
        isinstance(facts.get(name), str | None) for name in _TEXTS
    )


def _profile(name: str, facts: Mapping[str, Any]) -> Profile:
    return Profile(
        name,
        facts.get("base_url") or None,
        facts.get("team_id") or None,
        # What is not plainly false protects.
        facts.get("read_only", False) is not False,
        facts.get("inference_url") or None,
    )


def _unknown(name: str, origin: str = "") -> NoSuchProfile:
    return NoSuchProfile(
        f"There is no profile {name}. xcoll auth list shows them; "
        f"xcoll auth login --profile {name} creates it.{origin}"
    )


def _unreadable(path: Path, problem: str) -> ProfileRefused:
    return ProfileRefused(
        f"The list of profiles {path} cannot be read: {problem}. Correct it, or delete it and "
        "log in again; the keys are kept elsewhere."
    )
