"""`xcoll auth`: log in and out, and tell which key is used; one way for scripts and for people.

What was done goes to standard output, what is wrong or waited for to standard error.
"""

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import NoReturn

from xcoll_tui.api.errors import ApiError, Forbidden, Refused, Unauthorized
from xcoll_tui.api.urls import accept_base_url
from xcoll_tui.cli.access import (
    DEFAULT_INFERENCE_URL,
    ProfileAccess,
    command_for,
    facts_of,
    plain,
)
from xcoll_tui.cli.auth_status import tell_status
from xcoll_tui.cli.key_input import piped_key, require_hidden_input, typed_key
from xcoll_tui.cli.own_access import INFERENCE_URL_VARIABLE
from xcoll_tui.cli.own_streams import own_streams
from xcoll_tui.cli.parser import (
    EXIT_FAILED,
    Parser,
    ShortHelp,
    exit_code_of,
    exit_code_of_signal,
    looks_like_key,
    say,
    stop,
    stop_unwritten,
    warn,
)
from xcoll_tui.cli.patience import begin_line, patiently, run_until_signal
from xcoll_tui.credentials import (
    DEFAULT,
    INFERENCE,
    MANAGEMENT,
    PROFILE_VARIABLE,
    CredentialError,
    Insecure,
    KeyKind,
    KeyringProblem,
    Profile,
    Profiles,
    Secret,
    TimedOut,
    Unavailable,
    Vault,
    accept_team_id,
    read_key,
    take_supplied,
)
from xcoll_tui.signals import Ended
from xcoll_tui.ui.presentation.text import clean

_EPILOG = """\
examples:
  xcoll auth login
  pass show xai/management | xcoll auth login --key-stdin --profile work
  xcoll auth status --json

exit codes: 0 done, 1 failed, 2 wrong usage, 4 not logged in, 128+n signal n
"""

_EXAMPLES = {
    "login": "example: xcoll auth login --profile work --read-only",
    "status": "example: xcoll auth status --json",
    "list": "example: xcoll auth list",
    "use": "example: xcoll auth use work",
    "logout": "example: xcoll auth logout --profile work",
}


class _AuthParser(Parser):
    """A parser that repeats nothing of what it does not know: it may be a key."""

    takes_key = False
    """Whether it is of the command that people give a key to."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong; a value that is left over where a key is asked for is one."""
        if message.startswith("unrecognized arguments"):
            words = message.partition(": ")[2].split()
            if any("key" in word or "=" in word for word in words):
                self.refuse_key()
            if any(not word.startswith("-") for word in words):
                if self.takes_key:
                    self.refuse_key()
                message = "it takes no such argument, and no command takes a key as one"
        if "ignored explicit argument" in message:
            self.refuse_key()
        if "invalid choice" in message:
            message = "there is no such command: use login, status, list, use or logout"
        super().error(message)


def run(arguments: list[str]) -> int:
    """Carry out `xcoll auth …` and return the exit code; wrong usage ends with SystemExit."""
    parser = make_auth_parser()
    options, rest = parser.parse_known_args(arguments)
    if rest:
        # By the parser of the command, which knows how that is used.
        options.parser.error(f"unrecognized arguments: {' '.join(rest)}")
    for name in ("base_url", "inference_url"):
        if looks_like_key(getattr(options, name, None) or ""):
            parser.refuse_key()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what a terminal of few letters lacks is no crash
    with own_streams():
        return _carry_out(options)


def _carry_out(options: argparse.Namespace) -> int:
    try:
        code: int = options.act(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (CredentialError, Refused) as refusal:
        stop(plain(refusal), exit_code_of(refusal))
    except ApiError as error:
        stop(plain(error), EXIT_FAILED)
    except (KeyboardInterrupt, Ended):
        begin_line()
        stop("Interrupted, so nothing was changed.", exit_code_of_signal())
    except OSError as error:  # nothing else lets one through
        stop_unwritten(error, "xcoll auth status shows the current state.")
    return code


def make_auth_parser() -> Parser:
    """Make the parser of `xcoll auth` and its commands."""
    parser = _AuthParser(
        prog="xcoll auth",
        description="Log in, and see which key is used. Keys are stored in the OS keyring.",
        epilog=_EPILOG,
        formatter_class=ShortHelp,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_AuthParser)

    def command(name: str, act: Callable[[argparse.Namespace], int], summary: str) -> _AuthParser:
        subparser = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=_EXAMPLES[name],
            formatter_class=ShortHelp,
            allow_abbrev=False,
        )
        subparser.set_defaults(act=act, parser=subparser)
        return subparser

    named = "the profile; else XCOLL_PROFILE, else the chosen one"

    login = command("login", _login, "Check a key, and store it in the OS keyring.")
    login.takes_key = True
    login.add_argument("--profile", metavar="NAME", help="make or change this profile")
    login.add_argument("--base-url", metavar="URL", help="where the profile's API is")
    login.add_argument(
        "--inference", action="store_true", help="the key of search and files (xAI API Keys)"
    )
    login.add_argument("--inference-url", metavar="URL", help="where the profile's search is")
    login.add_argument("--team-id", metavar="ID", help="the team; by default that of the key")
    login.add_argument(
        "--read-only",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether the profile refuses every write",
    )
    login.add_argument(
        "--key-stdin", action="store_true", help="read the key from standard input, as from a pipe"
    )
    login.add_argument("--no-verify", action="store_true", help="store the key without checking it")

    status = command("status", tell_status, "Show which key is used, and where it comes from.")
    status.add_argument("--profile", metavar="NAME", help=named)
    status.add_argument("--json", action="store_true", help="as JSON, for scripts")
    status.add_argument("--no-verify", action="store_true", help="do not ask the service")

    command("list", _list, "List the profiles.")
    use = command("use", _use, "Choose the profile that is used when none is named.")
    use.add_argument("profile", metavar="PROFILE")

    logout = command("logout", _logout, "Delete the key from the keyring, and the profile.")
    choice = logout.add_mutually_exclusive_group()
    choice.add_argument("--profile", metavar="NAME", help=named)
    choice.add_argument("--all", action="store_true", help="all profiles")
    logout.add_argument("--inference", action="store_true", help="the key of search and files only")
    return parser


# Logging in


def _login(options: argparse.Namespace) -> int:
    require_hidden_input(from_pipe=options.key_stdin)
    supplied = _take_supplied()
    profiles = Profiles()
    name = profiles.name_of(options.profile, os.environ.get(PROFILE_VARIABLE))
    profile = _described(profiles.get(name) or Profile(name), options)
    access = ProfileAccess(
        profile,
        profiles=profiles,
        base_url=options.base_url or os.environ.get("XCOLL_BASE_URL"),
        inference_url=options.inference_url or os.environ.get(INFERENCE_URL_VARIABLE),
    )
    if options.inference:
        from xcoll_tui.cli.auth_inference import log_in_inference  # noqa: PLC0415 - few have one

        code = log_in_inference(access, options)
        _tell_supplied(supplied, INFERENCE)
        return code
    # Before anybody types: where there is no keyring, there is nothing to log in to.
    run_until_signal(patiently(access.vault.backend()))
    secret, note = read_key(piped_key() if options.key_stdin else typed_key(access.destination))
    if note:
        say(note)
    code = run_until_signal(_log_in(access, secret, verify=not options.no_verify))
    _tell_supplied(supplied, MANAGEMENT)
    return code


def _tell_supplied(supplied: list[str], kind: KeyKind) -> None:
    """Say which variables go before the keyring with a key of this kind."""
    for name in supplied:
        if name in {*kind.variables, kind.file_variable}:
            say(f"{name} is set, and takes precedence over the keyring: unset it to use this key.")


def _described(profile: Profile, options: argparse.Namespace) -> Profile:
    if options.base_url is not None:
        profile = replace(profile, base_url=accept_base_url(options.base_url))
    if options.inference_url is not None:
        url = accept_base_url(options.inference_url, "inference URL", DEFAULT_INFERENCE_URL)
        profile = replace(profile, inference_url=url)
    if options.team_id is not None:
        profile = replace(profile, team_id=accept_team_id(options.team_id))
    if options.read_only is not None:
        profile = replace(profile, read_only=options.read_only)
    return profile


async def _log_in(access: ProfileAccess, secret: Secret, *, verify: bool) -> int:
    sentence = "The key was not checked with the service."
    if verify:
        try:
            info = await access.check_secret(secret)
        except (Unauthorized, Forbidden) as refusal:
            stop(f"The key was not stored. {plain(refusal)}", EXIT_FAILED)
        except ApiError as error:
            stop(
                f"The key was not stored, because it could not be checked. {plain(error)} "
                "--no-verify stores it unchecked.",
                EXIT_FAILED,
            )
        named = clean(info.name, 100) if info is not None else ""
        sentence = f"The service accepts the key{f': {named}' if named else ''}."
    else:
        access.accept_unchecked(secret)
    backend = await _stored(access)
    say(sentence)
    say(access.where_kept(backend))
    say(f"{access.command('auth logout')} removes it.")
    try:
        access.save_profile()
    except CredentialError as problem:
        # The key serves without it, but goes to the host and the team of a profile that is not.
        warn(
            f"xcoll: The key is stored, but its profile {access.profile.name} could not be listed, "
            f"so its host, team and rights are not kept. {plain(problem)}"
        )
        return EXIT_FAILED
    say(f"{access.command()} opens it.")
    return 0


async def _stored(access: ProfileAccess) -> str:
    """Put the key into the keyring and return its name, or end with what became of the key."""
    try:
        return await patiently(access.store())
    except asyncio.CancelledError:
        begin_line()
        status = access.command("auth status")
        problem = f"Interrupted while the keyring was asked: {status} tells whether it has the key."
    except KeyringProblem as trouble:
        problem = plain(trouble)
        if trouble.untouched:
            problem = f"The key was not stored. {problem}"
    return stop(problem, EXIT_FAILED)


# Profiles


def _list(_options: argparse.Namespace) -> int:
    profiles = Profiles()
    listed, chosen = profiles.listed(), profiles.chosen
    if not listed:
        say("There are no profiles yet. xcoll auth login creates one.")
        return 0
    width = max(len(profile.name) for profile in listed)
    for profile in listed:
        mark = "*" if profile.name == chosen else " "
        say(f"{mark} {profile.name:<{width}}  {clean(facts_of(profile), 500)}")
    if all(profile.name != chosen for profile in listed):
        warn("None of them is used without --profile. xcoll auth use NAME chooses one.")
    if os.environ.get(PROFILE_VARIABLE):
        warn(f"{PROFILE_VARIABLE} is set, and takes precedence over the chosen profile.")
    return 0


def _use(options: argparse.Namespace) -> int:
    Profiles().choose(options.profile)
    say(f"xcoll uses the profile {options.profile} when none is named.")
    named = os.environ.get(PROFILE_VARIABLE)
    if named and named != options.profile:
        say(f"{PROFILE_VARIABLE} names another, and takes precedence.")
    return 0


# Logging out


def _logout(options: argparse.Namespace) -> int:
    supplied = _take_supplied()
    profiles = Profiles()
    if options.all:
        names = sorted({DEFAULT, *(profile.name for profile in profiles.listed())})
    else:
        names = [profiles.name_of(options.profile, os.environ.get(PROFILE_VARIABLE))]
    code = run_until_signal(_log_out(names, profiles, inference_only=options.inference))
    kinds = (INFERENCE,) if options.inference else (MANAGEMENT, INFERENCE)
    for kind in kinds:
        article = "an" if kind is INFERENCE else "a"
        for name in supplied:
            if name in {*kind.variables, kind.file_variable}:
                say(
                    f"{name} is still set, so xcoll still has {article} {kind.short}. "
                    "Unset it to be logged out."
                )
    return code


async def _log_out(names: list[str], profiles: Profiles, *, inference_only: bool) -> int:
    code = 0
    vault, inference_vault = Vault(), Vault(kind=INFERENCE)
    for name in names:
        try:
            was_there = not inference_only and await patiently(vault.delete(name))
            had_inference = await patiently(inference_vault.delete(name))
        except asyncio.CancelledError:
            begin_line()
            stop(
                f"Interrupted while the keyring was asked: the key of {name} may still be there. "
                f"{command_for(name, 'auth status')} tells.",
                EXIT_FAILED,
            )
        except CredentialError as problem:
            warn(f"xcoll: {plain(problem)}")
            code = EXIT_FAILED
            if isinstance(problem, TimedOut | Unavailable | Insecure):
                break  # it would be the same for the others
            continue
        if inference_only:
            state = "is deleted" if had_inference else "is not there"
            say(f"The inference key of {name} {state}.")
            continue
        say(f"The key of {name} is deleted." if was_there else f"There is no key of {name}.")
        if had_inference:
            say(f"The inference key of {name} is deleted.")
        _forget_what_was_seen(name)
        try:
            if profiles.remove(name):
                say(f"The profile {name} is no longer listed.")
        except CredentialError as problem:
            warn(f"xcoll: The profile {name} may still be listed. {plain(problem)}")
            code = EXIT_FAILED
    return code


def _forget_what_was_seen(name: str) -> None:
    """Remove the names of collections that would be painted before a key is looked for."""
    from xcoll_tui.paths import FolderUnusable, state_path  # noqa: PLC0415 - few log out
    from xcoll_tui.session.seen_collections import forget_seen  # noqa: PLC0415 - as above

    with suppress(FolderUnusable):
        forget_seen(state_path(), name)


def _take_supplied() -> list[str]:
    """List the variables that supply a key, the one that counts first; no child inherits them."""
    return [
        name
        for kind in (MANAGEMENT, INFERENCE)
        for name in take_supplied(os.environ, kind).variables
    ]
