"""`xcoll auth` for the second key, that of search and files: logging in, and how it stands."""

import argparse
import asyncio
from typing import Any

from xcoll_tui.api.errors import ApiError, Forbidden, Refused, Unauthorized
from xcoll_tui.api.keys import is_other_kind, tell_other_kind
from xcoll_tui.cli.access import ProfileAccess, plain
from xcoll_tui.cli.inference import InferenceAccess, check_inference_key
from xcoll_tui.cli.key_input import piped_key, typed_key
from xcoll_tui.cli.parser import EXIT_FAILED, say, stop, warn
from xcoll_tui.cli.patience import begin_line, patiently, run_until_signal
from xcoll_tui.credentials import INFERENCE, CredentialError, KeyringProblem, Secret, read_key

_CHECK_SECONDS = 15


def log_in_inference(access: ProfileAccess, options: argparse.Namespace) -> int:
    """Check an inference key and keep it for the profile; returns the exit code."""
    inference = access.inference()
    vault = inference.vault()
    # Before anybody types: where there is no keyring, there is nothing to log in to.
    run_until_signal(patiently(vault.backend()))
    destination = inference.url.partition("://")[2]
    text = piped_key() if options.key_stdin else typed_key(destination, INFERENCE)
    secret, note = read_key(text, INFERENCE.noun)
    if note:
        say(note)
    return run_until_signal(_log_in(access, inference, secret, verify=not options.no_verify))


async def _log_in(
    access: ProfileAccess, inference: InferenceAccess, secret: Secret, *, verify: bool
) -> int:
    sentence = "Not asked whether the service takes the key."
    if verify:
        sentence = await _verified(inference, secret)
    elif is_other_kind(secret, for_inference=True):
        stop(f"The key was not stored. {tell_other_kind(for_inference=True)}", EXIT_FAILED)
    try:
        vault = inference.vault()
        await patiently(vault.store(access.profile.name, secret))
        backend = await vault.backend()
    except asyncio.CancelledError:
        begin_line()
        status = access.command("auth status")
        stop(
            f"Interrupted while the keyring was asked: {status} tells whether it has the key.",
            EXIT_FAILED,
        )
    except KeyringProblem as trouble:
        problem = plain(trouble)
        stop(f"The key was not stored. {problem}" if trouble.untouched else problem, EXIT_FAILED)
    say(sentence)
    say(f"It is kept in {backend}, as {inference.entry} of the user {INFERENCE.user}.")
    say(f"{access.command('auth logout --inference')} removes it.")
    try:
        access.save_profile()
    except CredentialError as problem:
        warn(f"xcoll: The key is kept, but its profile could not be listed. {plain(problem)}")
        return EXIT_FAILED
    return 0


async def _verified(inference: InferenceAccess, secret: Secret) -> str:
    """Ask the service about a key; ends the program where it must not be stored."""
    try:
        await check_inference_key(inference, secret)
    except Unauthorized as refusal:
        stop(f"The key was not stored. {plain(refusal)}", EXIT_FAILED)
    except Forbidden as refusal:
        # It was told apart from a wrong one; what it may do is another matter.
        return f"The service knows the key, and does not let it list files. {plain(refusal)}"
    except ApiError as error:
        stop(
            f"The key was not stored, because it could not be checked. {plain(error)} "
            "--no-verify stores it unchecked.",
            EXIT_FAILED,
        )
    return "The service takes the key."


async def inference_status(
    access: ProfileAccess, *, verify: bool, ask_keyring: bool
) -> dict[str, Any]:
    """Tell how it stands with the inference key; {} where there is none, and nothing wrong."""
    inference = access.inference()
    supplied = inference.supplied
    if not ask_keyring and (supplied is None or not supplied.variables):
        return {}
    try:
        key = await patiently(inference.find())
    except (CredentialError, Refused) as problem:
        return {"inference_problem": plain(problem)}
    if key is None:
        return {}
    from_environment = supplied is not None and key.source in supplied.variables
    status: dict[str, Any] = {
        "inference_key": str(key.secret),
        "inference_source": key.source if from_environment else inference.entry,
        "inference_url": inference.url,
    }
    if verify:
        status |= await _check(inference, key.secret)
    return status


async def _check(inference: InferenceAccess, secret: Secret) -> dict[str, str]:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check_inference_key(inference, secret)
    except Unauthorized as refusal:
        return {"inference_check": "refused", "inference_problem": plain(refusal)}
    except Forbidden as refusal:
        return {"inference_check": "without files", "inference_problem": plain(refusal)}
    except ApiError as error:
        return {"inference_check": "not possible", "inference_problem": plain(error)}
    except TimeoutError:
        problem = f"No answer within {_CHECK_SECONDS} s."
        return {"inference_check": "not possible", "inference_problem": problem}
    return {"inference_check": "accepted"}
