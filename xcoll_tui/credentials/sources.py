"""Sources of the key beside the keyring: the environment, or a file that it names."""

from collections.abc import MutableMapping
from dataclasses import dataclass

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.api.keys import accept_key
from xcoll_tui.credentials.key_file import KEY_FILE_VARIABLE, read_key_file
from xcoll_tui.credentials.key_text import parse_key, read_key
from xcoll_tui.credentials.secret import Secret
from xcoll_tui.environment import Report, Variable, report_nothing

KEY_VARIABLES = ("XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY")
"""The SDK reads the first; the reference's examples use the second."""


@dataclass(frozen=True)
class Key:
    """A key, and where it comes from, in words that go on after "from".

    `note` is a sentence on what was left out of the text that held it, or "".
    """

    secret: Secret
    source: str
    note: str = ""


def take_key(environment: MutableMapping[str, str], report: Report = report_nothing) -> Key | None:
    """Return the key that the environment holds or names a file for, None without either.

    Variables that hold a key are taken out, so that no child process inherits it. An empty variable
    counts as none. Raises InvalidKey for what is no key, and KeyFileRefused for a file that others
    can read or that cannot be read: what is named is meant, so nothing else is tried then.
    """
    secrets = {name: Secret(environment.pop(name, "")) for name in KEY_VARIABLES}
    path = environment.get(KEY_FILE_VARIABLE)
    names = [name for name, secret in secrets.items() if secret.reveal()]
    names += [KEY_FILE_VARIABLE] if path else []
    if not names:
        return None
    first, *ignored = names
    for name in ignored:
        report(Variable(name, False, f"{first} goes before it"))
    if first == KEY_FILE_VARIABLE and path:
        return _key_of_file(path, report)
    secret = _parsed(secrets[first], first)
    report(Variable(first, True, "it holds the key"))
    return Key(secret, first)


def _key_of_file(path: str, report: Report) -> Key:
    text, notes = read_key_file(path)
    secret, problem, left_out = Secret(text), "", ""
    del text
    try:
        secret, left_out = read_key(secret.reveal())
    except InvalidKey as refusal:
        problem = str(refusal)
    if problem:
        raise InvalidKey(f"{problem} It comes from the file that {KEY_FILE_VARIABLE} names.")
    notes_shown = ["the key comes from the file that it names", *notes]
    if left_out:
        notes_shown.append("the key is the first line of several")
    report(Variable(KEY_FILE_VARIABLE, True, "; ".join(notes_shown)))
    return Key(secret, KEY_FILE_VARIABLE, left_out)


def _parsed(secret: Secret, name: str) -> Secret:
    """Return the key in a variable; white space around it may be a mistake worth knowing."""
    try:
        if secret.reveal() != secret.reveal().strip():
            accept_key(secret)
        return parse_key(secret.reveal())
    except InvalidKey as refusal:
        problem = str(refusal)
    raise InvalidKey(f"{problem} It comes from {name}.")
