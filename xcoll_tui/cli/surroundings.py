"""The variables that are set: what became of each, for `xcoll auth status`, and at a start."""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

from xcoll_tui.api.certificates import TLS_VARIABLES, create_context
from xcoll_tui.api.errors import Misconfigured
from xcoll_tui.api.proxies import choose_proxy
from xcoll_tui.cli.screen_environment import encoding_variables, screen_variables
from xcoll_tui.credentials import Key, Profiles, failed_plugins
from xcoll_tui.environment import Variable
from xcoll_tui.paths import folder_in_use, folder_variable

_KEYRING = "PYTHON_KEYRING_BACKEND"


def start_notices(key: Key | None, profiles: Profiles) -> list[str]:
    """Return the sentences to say once a screen stands: what of the surroundings takes effect.

    That there is no state folder at all is told by the session, which has to do without.
    """
    folder, exposure = folder_in_use("state")
    notices = [profiles.problem, "" if folder is None else exposure]
    if key is not None and key.note:
        notices.append(f"{key.note} It comes from {key.source}.")
    return [notice for notice in notices if notice]


def variables_in_use(
    base_url: str, environment: MutableMapping[str, str], profiles: Profiles
) -> Iterator[Variable]:
    """Yield what became of each variable that is set, but for those of the key.

    Belongs after the keyring was asked, which tells which of its plugins are broken.
    """
    variables: list[Variable] = []
    with suppress(Misconfigured):
        choose_proxy(base_url, environment, variables.append)
    tls_variables = [name for name in TLS_VARIABLES if environment.get(name)]
    if tls_variables:
        if base_url.startswith("https:"):
            with suppress(Misconfigured):
                create_context(environment, variables.append)
        else:
            unused = "nothing is encrypted on this machine"
            variables += (Variable(name, False, unused) for name in tls_variables)
    yield from variables
    yield from screen_variables(environment)
    yield from encoding_variables(environment)
    yield from _folders(environment, profiles)
    yield from _keyrings(environment)


def _folders(environment: Mapping[str, str], profiles: Profiles) -> Iterator[Variable]:
    for kind in ("config", "state"):
        name = folder_variable(kind)
        set_to = environment.get(name)
        folder, problem = folder_in_use(kind)
        if set_to and not Path(set_to).is_absolute():
            yield Variable(name, False, "it is not an absolute path, so the usual folder is used")
        elif set_to or problem:
            note = problem or f"the {kind} is kept in {folder}"
            is_read = folder is None and kind == "config" and bool(profiles.listed())
            if is_read:
                note += " The profiles in it are used, and no other can be kept."
            yield Variable(name if set_to else "HOME", folder is not None or is_read, note)
    if profiles.problem:
        yield Variable("HOME", False, profiles.problem)


def _keyrings(environment: Mapping[str, str]) -> Iterator[Variable]:
    if _KEYRING in environment:
        yield Variable(_KEYRING, True, "it chooses the keyring")
    for plugin, error in failed_plugins().items():
        yield Variable(f"keyring plugin {plugin}", False, f"it cannot be loaded ({error})")
