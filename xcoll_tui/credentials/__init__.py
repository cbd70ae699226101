"""The management key at rest and in memory; knows no screen and no HTTP."""

from xcoll_tui.credentials.backends import USER, service_name
from xcoll_tui.credentials.errors import (
    REMEDIES,
    CredentialError,
    Insecure,
    KeyFileRefused,
    KeyringProblem,
    Locked,
    NotKept,
    ProfileRefused,
    TimedOut,
    Unavailable,
    Unfit,
)
from xcoll_tui.credentials.secret import LONGEST_KEY, Secret, parse_key
from xcoll_tui.credentials.vault import LIMIT, KeyStore, Vault

__all__ = [
    "LIMIT",
    "LONGEST_KEY",
    "REMEDIES",
    "USER",
    "CredentialError",
    "Insecure",
    "KeyFileRefused",
    "KeyStore",
    "KeyringProblem",
    "Locked",
    "NotKept",
    "ProfileRefused",
    "Secret",
    "TimedOut",
    "Unavailable",
    "Unfit",
    "Vault",
    "parse_key",
    "service_name",
]
