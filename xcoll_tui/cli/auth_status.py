"""`xcoll auth status`: which key is used, where it comes from, whether the service takes it."""

import argparse
import asyncio
import json
import os

from xcoll_tui.api.errors import ApiError, Forbidden, Refused, Unauthorized
from xcoll_tui.cli.access import ProfileAccess, plain
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_NO_KEY, say
from xcoll_tui.cli.patience import patiently, run_until_signal
from xcoll_tui.credentials import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLES,
    PROFILE_VARIABLE,
    CredentialError,
    Insecure,
    KeyringProblem,
    Locked,
    Profiles,
    TimedOut,
    Unavailable,
    take_key,
)
from xcoll_tui.session.key_check import team_of
from xcoll_tui.ui.text import clean

_CHECK_SECONDS = 15


def tell_status(options: argparse.Namespace) -> int:
    """Carry out `xcoll auth status`, and return the exit code."""
    profiles = Profiles()
    given = take_key(os.environ)
    profile = profiles.resolve(options.profile, os.environ.get(PROFILE_VARIABLE))
    access = ProfileAccess(
        profile, given=given, profiles=profiles, base_url=os.environ.get("XCOLL_BASE_URL")
    )
    status, code = run_until_signal(_look(access, verify=not options.no_verify))
    if options.json:
        say(json.dumps(status, indent=2))
    else:
        for name, value in status.items():
            if value is None:
                continue
            say(f"{name.replace('_', ' '):<10} {_worded(value)}")
    return code


async def _look(access: ProfileAccess, *, verify: bool) -> tuple[dict[str, object], int]:
    """Tell all that is known of the key in use, and the exit code that sums it up."""
    problem, check, code = None, None, 0
    asked: KeyringProblem | None = None
    try:
        found = await patiently(access.find())
    except (CredentialError, Refused) as trouble:
        found, problem, code = False, plain(str(trouble)), EXIT_FAILED
        asked = trouble if isinstance(trouble, KeyringProblem) else None
    if not found and problem is None:
        problem, code = f"No key is kept for the profile {access.profile.name}.", EXIT_NO_KEY
    if found and verify:
        check, problem, refused = await _verify(access)
        code = EXIT_FAILED if refused else 0
    key = access.key
    supplied = access.overruled_by
    info = access.info
    team = access.profile.team_id or team_of(info)
    backend = asked.backend if asked is not None else key.source if key is not None else ""
    status: dict[str, object] = {
        "profile": access.profile.name,
        "logged_in": found,
        "key": str(key.secret) if key is not None else None,
        "source": None if key is None else supplied or access.entry,
        "backend": None if supplied else backend or None,
        "base_url": access.base_url,
        "team": clean(team, 200) or None,
        "key_name": clean(info.name, 100) or None if info is not None else None,
        "read_only": access.read_only,
        "check": check or ("not asked" if found else None),
        "problem": problem,
        "next": _next_step(access, asked, found=found, check=check),
    }
    return status, code


async def _verify(access: ProfileAccess) -> tuple[str, str | None, bool]:
    """Ask the service about the key that was found: in a word, why, and whether it was refused."""
    if access.key is None:
        return "not asked", None, False
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            access.info = await access.check_secret(access.key.secret)
    except (Unauthorized, Forbidden) as refusal:
        return "refused", plain(str(refusal)), True
    except ApiError as error:
        return "not possible", plain(str(error)), False
    except TimeoutError:
        return "not possible", f"No answer within {_CHECK_SECONDS} s.", False
    return "accepted", None, False


def _next_step(
    access: ProfileAccess, asked: KeyringProblem | None, *, found: bool, check: str | None
) -> str:
    login, supplied = access.command("auth login"), access.overruled_by
    if isinstance(asked, Locked | TimedOut) and asked.backend:
        return f"unlock the keyring, or set {KEY_VARIABLES[0]}"
    if isinstance(asked, Unavailable | Insecure | TimedOut):
        return f"set {KEY_VARIABLES[0]}, or name a key file in {KEY_FILE_VARIABLE}"
    if not found:
        return f"{login}, or set {KEY_VARIABLES[0]}"
    if check == "refused" and supplied:
        where = f"the file that {supplied} names" if supplied == KEY_FILE_VARIABLE else supplied
        return f"put another key into {where}"
    if check == "refused":
        return login
    return access.command("auth status") if check == "not possible" else access.command()


def _worded(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
