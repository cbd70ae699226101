"""The keys of both kinds, at rest and in memory; knows no screen and no HTTP."""

from xcoll_tui.credentials.backends import USER, failed_plugins, service_name
from xcoll_tui.credentials.errors import (
    WAYS_OUT,
    CredentialError,
    Insecure,
    KeyFileRefused,
    KeyringProblem,
    Locked,
    NameRefused,
    NoKeyring,
    NoSuchProfile,
    NotKept,
    ProfileRefused,
    TimedOut,
    Unavailable,
    Unfit,
)
from xcoll_tui.credentials.key_file import KEY_FILE_VARIABLE
from xcoll_tui.credentials.key_text import parse_key, read_key
from xcoll_tui.credentials.kinds import INFERENCE, MANAGEMENT, KeyKind
from xcoll_tui.credentials.profiles import (
    DEFAULT,
    PROFILE_VARIABLE,
    Profile,
    Profiles,
    accept_name,
    accept_team_id,
)
from xcoll_tui.credentials.secret import LONGEST_KEY, Secret
from xcoll_tui.credentials.sources import KEY_VARIABLES, Key, Supplied, take_key, take_supplied
from xcoll_tui.credentials.vault import LIMIT, Vault

__all__ = [
    "DEFAULT",
    "INFERENCE",
    "KEY_FILE_VARIABLE",
    "KEY_VARIABLES",
    "LIMIT",
    "LONGEST_KEY",
    "MANAGEMENT",
    "PROFILE_VARIABLE",
    "USER",
    "WAYS_OUT",
    "CredentialError",
    "Insecure",
    "Key",
    "KeyFileRefused",
    "KeyKind",
    "KeyringProblem",
    "Locked",
    "NameRefused",
    "NoKeyring",
    "NoSuchProfile",
    "NotKept",
    "Profile",
    "ProfileRefused",
    "Profiles",
    "Secret",
    "Supplied",
    "TimedOut",
    "Unavailable",
    "Unfit",
    "Vault",
    "accept_name",
    "accept_team_id",
    "failed_plugins",
    "parse_key",
    "read_key",
    "service_name",
    "take_key",
    "take_supplied",
]
