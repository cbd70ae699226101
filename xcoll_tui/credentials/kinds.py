"""The two kinds of keys: one for the management host, and one for the inference host."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyKind:
    """A kind of key, and where one of it is looked for.

    `noun` is what it is, `short` what it is called where that is plain; `user` is the keyring's
    name for it. `variables` hold it, `file_variable` names a file for it. `login` is what makes
    `xcoll auth` mean it.
    """

    noun: str
    short: str
    user: str
    variables: tuple[str, ...]
    file_variable: str
    login: str

    @property
    def remedies(self) -> tuple[str, ...]:
        """What helps when the keyring does not; each can stand in a list, or in a sentence."""
        return (
            f"set {self.variables[0]}",
            f"name a key file in {self.file_variable}",
            "unlock or install a keyring (gnome-keyring, KWallet)",
        )

    @property
    def ways_out(self) -> str:
        """The same as a sentence."""
        first, second, third = self.remedies
        return f"To continue, {first}, {second}, or {third}."


MANAGEMENT = KeyKind(
    noun="management key",
    short="key",
    user="management-key",
    # The SDK reads the first; the reference's examples use the second.
    variables=("XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY"),
    file_variable="XCOLL_KEY_FILE",
    login="auth login",
)
INFERENCE = KeyKind(
    noun="inference key",
    short="inference key",
    user="inference-key",
    variables=("XAI_API_KEY",),
    file_variable="XCOLL_API_KEY_FILE",
    login="auth login --inference",
)
