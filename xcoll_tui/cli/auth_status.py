"""`xcoll auth status`: which key is used, where it comes from, whether the service takes it."""

import argparse
import asyncio
import json
import os
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError, Forbidden, Misconfigured, Refused, Unauthorized
from xcoll_tui.cli.access import ProfileAccess, plain
from xcoll_tui.cli.auth_inference import inference_status
from xcoll_tui.cli.own_access import INFERENCE_URL_VARIABLE
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_NO_KEY, say
from xcoll_tui.cli.patience import patiently, run_until_signal
from xcoll_tui.cli.surroundings import variables_in_use
from xcoll_tui.credentials import (
    INFERENCE,
    KEY_FILE_VARIABLE,
    KEY_VARIABLES,
    PROFILE_VARIABLE,
    CredentialError,
    Insecure,
    KeyringProblem,
    Locked,
    NoKeyring,
    Profiles,
    TimedOut,
    Unavailable,
    take_key,
    take_supplied,
)
from xcoll_tui.session.key_check import team_of
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.environment import Variable

_CHECK_SECONDS = 15


def tell_status(options: argparse.Namespace) -> int:
    """Carry out `xcoll auth status`, and return the exit code."""
    profiles = Profiles()
    variables: list[Variable] = []
    inference_supplied = take_supplied(os.environ, INFERENCE)
    key = take_key(os.environ, variables.append)
    profile = profiles.resolve(options.profile, os.environ.get(PROFILE_VARIABLE))
    access = ProfileAccess(
        profile,
        environment_key=key,
        profiles=profiles,
        base_url=os.environ.get("XCOLL_BASE_URL"),
        inference_supplied=inference_supplied,
        inference_url=os.environ.get(INFERENCE_URL_VARIABLE),
    )
    status, code = run_until_signal(_look(access, verify=not options.no_verify))
    variables += variables_in_use(access.base_url, os.environ, profiles)
    if options.json:
        environment = [
            {"name": variable.name, "used": variable.used, "note": plain(variable.note)}
            for variable in variables
        ]
        say(json.dumps({**status, "environment": environment}, indent=2))
    else:
        facts = {name: _worded(value) for name, value in status.items() if value is not None}
        last = facts.pop("next")
        for name, value in facts.items():
            say(f"{name.replace('_', ' '):<10} {value}")
        for variable in variables:
            use = "used" if variable.used else "not used"
            say(f"{use:<10} {variable.name}: {plain(variable.note)}")
        say(f"{'next':<10} {last}")
    return code


async def _look(access: ProfileAccess, *, verify: bool) -> tuple[dict[str, object], int]:
    """Tell all that is known of the key in use, and the exit code that sums it up."""
    problem, check, code = None, None, 0
    keyring_problem: KeyringProblem | None = None
    try:
        has_key = await patiently(access.find())
    except (CredentialError, Refused) as trouble:
        has_key, problem = False, plain(trouble)
        # A keyring that is not there, or not asked, is none that failed.
        code = EXIT_NO_KEY if isinstance(trouble, NoKeyring | Insecure) else EXIT_FAILED
        keyring_problem = trouble if isinstance(trouble, KeyringProblem) else None
    if not has_key and problem is None:
        problem, code = f"No key is stored for the profile {access.profile.name}.", EXIT_NO_KEY
    if has_key and verify:
        check, problem, failed = await _verify(access)
        code = EXIT_FAILED if failed else 0
    key = access.key
    supplied = access.overruled_by
    # A keyring that failed once is not asked again, nor is one that nothing was taken from.
    inference = await inference_status(
        access, verify=verify, ask_keyring=has_key and not supplied and keyring_problem is None
    )
    info = access.info
    team = access.profile.team_id or team_of(info)
    backend = "" if key is None else key.source
    if keyring_problem is not None:
        backend = keyring_problem.backend
    status: dict[str, object] = {
        "profile": access.profile.name,
        "logged_in": has_key,
        "key": str(key.secret) if key is not None else None,
        "source": None if key is None else supplied or access.entry,
        "backend": None if supplied else backend or None,
        "base_url": access.base_url,
        "team": clean(team, 200) or None,
        "key_name": clean(info.name, 100) or None if info is not None else None,
        "read_only": access.read_only,
        "check": check or ("not asked" if has_key else None),
        "problem": problem,
        **inference,
        "next": _next_step(access, keyring_problem, has_key=has_key, check=check),
    }
    return status, code


async def _verify(access: ProfileAccess) -> tuple[str, str | None, bool]:
    """Ask the service about the key that was found: in a word, why, and whether something is wrong.

    A service that does not answer is no fault of this machine's.
    """
    if access.key is None:
        return "not asked", None, False
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            access.info = await access.check_secret(access.key.secret)
    except (Unauthorized, Forbidden) as refusal:
        return "refused", plain(refusal), True
    except Misconfigured as problem:
        return "not possible", plain(problem), True
    except ApiError as error:
        return "not possible", plain(error), False
    except TimeoutError:
        return "not possible", f"No answer within {_CHECK_SECONDS} s.", False
    return "accepted", None, False


def _next_step(
    access: ProfileAccess,
    keyring_problem: KeyringProblem | None,
    *,
    has_key: bool,
    check: str | None,
) -> str:
    login, supplied = access.command("auth login"), access.overruled_by
    if isinstance(keyring_problem, Locked | TimedOut) and keyring_problem.backend:
        return f"unlock the keyring, or set {KEY_VARIABLES[0]}"
    if isinstance(keyring_problem, Unavailable | Insecure | TimedOut):
        return f"set {KEY_VARIABLES[0]}, or name a key file in {KEY_FILE_VARIABLE}"
    if not has_key:
        return f"{login}, or set {KEY_VARIABLES[0]}"
    if check == "refused" and supplied:
        place = f"the file that {supplied} names" if supplied == KEY_FILE_VARIABLE else supplied
        return f"put another key into {place}"
    if check == "refused":
        return login
    return access.command("auth status") if check == "not possible" else access.command()


def _worded(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
