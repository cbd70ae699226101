"""Sources of a key beside the keyring: the environment, or a file that it names."""

from collections.abc import MutableMapping
from dataclasses import dataclass

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.api.keys import accept_key
from xcoll_tui.credentials.key_file import read_key_file
from xcoll_tui.credentials.key_text import parse_key, read_key
from xcoll_tui.credentials.kinds import MANAGEMENT, KeyKind
from xcoll_tui.credentials.secret import Secret
from xcoll_tui.environment import Report, Variable, report_nothing

KEY_VARIABLES = MANAGEMENT.variables
"""The SDK reads the first; the reference's examples use the second."""


@dataclass(frozen=True)
class Key:
    """A key, and where it comes from, in words that go on after "from".

    `note` is a sentence on what was left out of the text that held it, or "".
    """

    secret: Secret
    source: str
    note: str = ""


@dataclass(frozen=True)
class Supplied:
    """What the environment holds for one kind of key, by variable; whether it is one is not known.

    `path` is the file that it names, "" for none.
    """

    kind: KeyKind
    secrets: dict[str, Secret]
    path: str = ""

    @property
    def variables(self) -> list[str]:
        """The variables that supply something, the one that counts first."""
        return [*self.secrets, *([self.kind.file_variable] if self.path else [])]

    def key(self, report: Report = report_nothing) -> Key | None:
        """Return the key that counts, None where nothing is supplied; raises as `take_key`."""
        if not self.variables:
            return None
        first, *ignored = self.variables
        for name in ignored:
            report(Variable(name, False, f"{first} takes precedence"))
        if first not in self.secrets:
            return self._key_of_file(report)
        secret = self._parsed(self.secrets[first], first)
        report(Variable(first, True, f"it holds the {self.kind.short}"))
        return Key(secret, first)

    def _key_of_file(self, report: Report) -> Key:
        variable = self.kind.file_variable
        text, notes = read_key_file(self.path, variable)
        secret, problem, left_out = Secret(text), "", ""
        del text
        try:
            secret, left_out = read_key(secret.reveal(), self.kind.noun)
        except InvalidKey as refusal:
            problem = str(refusal)
        if problem:
            raise InvalidKey(f"{problem} It comes from the file that {variable} names.")
        notes_shown = [f"the {self.kind.short} comes from the file that it names", *notes]
        if left_out:
            notes_shown.append("the key is the first line of several")
        report(Variable(variable, True, "; ".join(notes_shown)))
        return Key(secret, variable, left_out)

    def _parsed(self, secret: Secret, name: str) -> Secret:
        """Return the key in a variable; white space around it may be a mistake worth knowing."""
        try:
            if secret.reveal() != secret.reveal().strip():
                accept_key(secret, self.kind.noun)
            return parse_key(secret.reveal(), self.kind.noun)
        except InvalidKey as refusal:
            problem = str(refusal)
        raise InvalidKey(f"{problem} It comes from {name}.")


def take_supplied(environment: MutableMapping[str, str], kind: KeyKind) -> Supplied:
    """Take out of the environment what it holds for a kind of key; nothing is read or judged yet.

    Variables that hold a key are taken out, so that no child process inherits it. An empty variable
    counts as none.
    """
    secrets = {name: Secret(environment.pop(name, "")) for name in kind.variables}
    filled = {name: secret for name, secret in secrets.items() if secret.reveal()}
    return Supplied(kind, filled, environment.get(kind.file_variable) or "")


def take_key(
    environment: MutableMapping[str, str],
    report: Report = report_nothing,
    kind: KeyKind = MANAGEMENT,
) -> Key | None:
    """Return the key that the environment holds or names a file for, None without either.

    It is taken out, see `take_supplied`. Raises InvalidKey for what is no key, and KeyFileRefused
    for a file that others can read or that cannot be read: what is named is meant, so nothing else
    is tried then.
    """
    return take_supplied(environment, kind).key(report)
