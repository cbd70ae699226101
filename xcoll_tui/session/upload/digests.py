"""Hashes of local files, in the ways that the service may use; they block."""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xcoll_tui.session.upload.comparison import Digests
    from xcoll_tui.session.upload.local_files import LocalFile

SHA_256, BLAKE_3 = "SHA-256", "Blake3"
_PIECE = 1024 * 1024


def digests_of(file: LocalFile) -> Digests:
    """Return a file's hashes; {} for one that cannot be read. Blake3 where it is installed."""
    sha256, blake3 = hashlib.sha256(), _blake3()
    try:
        with file.path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                sha256.update(piece)
                if blake3 is not None:
                    blake3.update(piece)
    except OSError:
        return {}
    digests = {SHA_256: sha256.hexdigest()}
    if blake3 is not None:
        digests[BLAKE_3] = blake3.hexdigest()
    return digests


def _blake3() -> Any:  # noqa: ANN401 - of a package that few have, and that has no types
    try:
        package = import_module("blake3")
    except ImportError:
        return None
    return package.blake3()
