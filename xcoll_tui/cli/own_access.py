"""The way to the service that the options and the environment of this process name."""

import argparse
import os

from xcoll_tui.cli.access import ProfileAccess
from xcoll_tui.credentials import PROFILE_VARIABLE, Profiles, take_key

NO_KEY = (
    "No management key. Set XAI_MANAGEMENT_KEY (xAI Console → Management Keys), log in with "
    "xcoll auth login, or look around with xcoll --demo."
)
"""What is said where there is no key, and nobody to ask for one."""


def own_access(options: argparse.Namespace) -> ProfileAccess:
    """Return the way to the service, with the key of the environment if that holds one.

    Of the options `profile`, `base_url` and `read_only` count. The key is taken out of the
    environment. Raises CredentialError, and Refused for what must not be used.
    """
    profiles = Profiles()
    key = take_key(os.environ)
    return ProfileAccess(
        profiles.resolve(options.profile, os.environ.get(PROFILE_VARIABLE)),
        environment_key=key,
        profiles=profiles,
        base_url=options.base_url or os.environ.get("XCOLL_BASE_URL"),
        read_only=options.read_only,
    )
