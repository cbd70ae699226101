"""Policies of a service where the sources are silent or disagree.

Nothing heavy is imported here: the command line reads the choices for its help.
"""

from typing import Literal, NamedTuple, TypedDict, get_args

MetadataPatch = Literal["replace", "merge", "ignore"]
Reattach = Literal["conflict", "replace", "keep"]
Remove = Literal["keep", "delete-file"]
Undeclared = Literal["accept", "refuse"]
Uploading = Literal["take", "fail"]


class PolicyOptions(TypedDict, total=False):
    """The policies as options; what is not given is as in `Policies`."""

    metadata_patch: MetadataPatch
    reattach: Reattach
    remove: Remove
    undeclared: Undeclared
    upload: Uploading


class ServiceOptions(PolicyOptions, total=False):
    """What a command line may say of all this; lag is how many seconds reads are behind writes."""

    lag: float


CHOICES: dict[str, tuple[str, ...]] = {
    name: get_args(choices) for name, choices in PolicyOptions.__annotations__.items()
}


class Policies(NamedTuple):
    """One choice of each kind.

    metadata_patch: what a PATCH with fields does to them. reattach: what attaching does to a
    document that is there already. remove: whether a file goes with its last document.
    undeclared: whether a field that the collection does not define is taken. upload: whether the
    direct upload of a document works, or fails as it was seen to for some callers.
    """

    metadata_patch: MetadataPatch = "replace"
    reattach: Reattach = "conflict"
    remove: Remove = "keep"
    undeclared: Undeclared = "accept"
    upload: Uploading = "take"

    def check(self) -> None:
        """Refuse a choice that does not exist with ValueError."""
        for name, choice in self._asdict().items():
            if choice not in CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}, not {choice!r}.")
