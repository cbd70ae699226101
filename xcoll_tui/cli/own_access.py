"""The way to the service that the options and the environment of this process name."""

import argparse
import os

from xcoll_tui.cli.access import ProfileAccess
from xcoll_tui.credentials import INFERENCE, PROFILE_VARIABLE, Profiles, take_key, take_supplied

INFERENCE_URL_VARIABLE = "XCOLL_INFERENCE_URL"

NO_KEY = (
    "No management key. Set XAI_MANAGEMENT_KEY (xAI Console → Management Keys), log in with "
    "xcoll auth login, or look around with xcoll --demo."
)
"""What is said where there is no key, and nobody to ask for one."""


def own_access(options: argparse.Namespace) -> ProfileAccess:
    """Return the way to the service, with the key of the environment if that holds one.

    Of the options `profile`, `base_url`, `inference_url` and `read_only` count. The keys of both
    kinds are taken out of the environment; that for inference is not looked at yet. Raises
    CredentialError, and Refused for what must not be used.
    """
    profiles = Profiles()
    inference_supplied = take_supplied(os.environ, INFERENCE)
    key = take_key(os.environ)
    return ProfileAccess(
        profiles.resolve(options.profile, os.environ.get(PROFILE_VARIABLE)),
        environment_key=key,
        profiles=profiles,
        base_url=options.base_url or os.environ.get("XCOLL_BASE_URL"),
        read_only=options.read_only,
        inference_supplied=inference_supplied,
        inference_url=options.inference_url or os.environ.get(INFERENCE_URL_VARIABLE),
    )
