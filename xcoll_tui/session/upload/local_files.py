"""Files of this machine that are to be uploaded, and what is left out of them and why."""

from __future__ import annotations

import glob
import mimetypes
import os
import shlex
import stat
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from xcoll_tui.api.models import writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEGABYTE = 1_000_000
LONGEST = 100 * MEGABYTE
"""Bytes that one file may have for the service; whether of a million or a little more is unsure."""
LONGEST_ROUND = 50 * MEGABYTE
"""The same for the way by POST /v1/files."""
_DEFAULT_TYPE = "application/octet-stream"
_MAGIC = frozenset("*?[")
# What some systems do not know by its ending; the service chooses how to read a file by its type.
_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".jsonl": "application/jsonl",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class SkipReason(StrEnum):
    """Why a file is not uploaded; the values are words for a person."""

    MISSING = "not there"
    EMPTY = "empty"
    TOO_LARGE = "over 100 MB"
    UNREADABLE = "not readable"
    NO_FILE = "no file"
    FOLDER = "a folder"
    HIDDEN = "hidden"
    SAME = "there already, the same"
    SAME_SIZE = "the name is there, with the same size"
    CHANGED = "the name is there, with other content"
    NAME_THERE = "the name is there already"
    NAME_TWICE = "the name is given twice"


@dataclass(frozen=True)
class LocalFile:
    """A file as it was when it was looked at; `modified` is in seconds since the epoch."""

    path: Path
    size: int
    modified: float = 0.0

    @property
    def name(self) -> str:
        """The name that its document gets."""
        return writable_name(self.path)

    @property
    def content_type(self) -> str:
        """Its type, by the ending of its name."""
        suffix = self.path.suffix.lower()
        return _TYPES.get(suffix) or mimetypes.guess_type(self.path.name)[0] or _DEFAULT_TYPE


@dataclass(frozen=True)
class Skipped:
    """Something that is not uploaded."""

    path: Path
    reason: SkipReason
    size: int | None = None


@dataclass(frozen=True)
class Gathered:
    """The files that were found, in order, each path once, and what was left out.

    `of_folder` tells whether a folder was named: then what is in the collection and not among the
    files may be missing.
    """

    files: tuple[LocalFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    of_folder: bool = False


def writable_name(path: Path) -> str:
    """Return the name of a path as a text that can be sent and shown."""
    return writable(os.fsdecode(path.name) or str(path))


def same_name(name: str) -> str:
    """Return a name as it is compared: systems write the same letters in different ways."""
    return unicodedata.normalize("NFC", name)


def gather_files(paths: Iterable[str | Path], *, recursive: bool = False) -> Gathered:
    """Look at paths, patterns and folders; blocks, and raises nothing.

    Of a folder its files are taken, those of the folders in it with `recursive`; hidden ones only
    where they are named themselves.
    """
    paths = list(paths)
    files: dict[str, LocalFile] = {}
    skipped: dict[str, Skipped] = {}
    for path, is_named in _expanded(paths, recursive=recursive):
        key = os.path.abspath(path)  # noqa: PTH100 - a link stays what it is called
        if key in files:
            continue
        found = _look(path, is_named=is_named)
        if isinstance(found, LocalFile):
            files[key] = found
            skipped.pop(key, None)
        else:
            skipped.setdefault(key, found)
    of_folder = any(_is_folder(_home(str(path))) for path in paths)
    return Gathered(tuple(files.values()), tuple(skipped.values()), of_folder)


def pasted_paths(text: str) -> list[str]:
    """Read what a terminal pastes when files are dropped on it, or what a person typed.

    Those are paths in quotes or with escapes, divided by blanks, or one a line, or `file:` URLs. A
    line that is a path as it is, blanks included, is taken for it.
    """
    paths: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped:
            continue
        if os.path.exists(os.path.expanduser(stripped)):  # noqa: PTH110, PTH111 - a text yet
            paths.append(stripped)
            continue
        try:
            words = shlex.split(stripped)
        except ValueError:  # a quotation mark that is part of a name
            words = [stripped]
        paths += map(_without_scheme, words)
    return paths


def _without_scheme(word: str) -> str:
    return unquote(urlsplit(word).path) if word.lower().startswith("file://") else word


def _expanded(paths: Iterable[str | Path], *, recursive: bool) -> Iterator[tuple[Path, bool]]:
    """Yield paths, and whether they were named themselves."""
    for text in map(str, paths):
        path = _home(text)
        if _MAGIC & set(text) and not os.path.lexists(path):
            matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - any pattern
            for match in matches:
                yield from _within(Path(match), recursive=recursive)
            if not matches:
                yield path, True
        else:
            yield from _within(path, recursive=recursive)


def _within(path: Path, *, recursive: bool) -> Iterator[tuple[Path, bool]]:
    if not _is_folder(path):
        yield path, True
        return
    try:
        entries = sorted(path.iterdir())
    except OSError:
        yield path, True
        return
    for entry in entries:
        # A folder behind a link may lead back to here.
        if not _is_folder(entry):
            yield entry, False
        elif recursive and not entry.is_symlink() and not entry.name.startswith("."):
            # One that cannot be read comes back itself, and is no mere folder.
            yield from ((inner, inner == entry) for inner, _ in _within(entry, recursive=True))
        else:
            yield entry, False


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - False where it cannot be looked at: Path raises


def _look(path: Path, *, is_named: bool) -> LocalFile | Skipped:
    if not is_named and path.name.startswith("."):
        return Skipped(path, SkipReason.HIDDEN)
    try:
        status = path.stat()
    except FileNotFoundError:
        return Skipped(path, SkipReason.MISSING)
    except (OSError, ValueError):
        return Skipped(path, SkipReason.UNREADABLE)
    if stat.S_ISDIR(status.st_mode):
        return Skipped(path, SkipReason.UNREADABLE if is_named else SkipReason.FOLDER)
    size = status.st_size
    rules = (
        (not stat.S_ISREG(status.st_mode), SkipReason.NO_FILE),
        (size == 0, SkipReason.EMPTY),
        (size > LONGEST, SkipReason.TOO_LARGE),
        (not os.access(path, os.R_OK), SkipReason.UNREADABLE),
    )
    reason = next((reason for holds, reason in rules if holds), None)
    return LocalFile(path, size, status.st_mtime) if reason is None else Skipped(path, reason, size)


def _home(text: str) -> Path:
    text = _without_scheme(text)
    try:
        return Path(text).expanduser()
    except RuntimeError:  # nobody of that name is known
        return Path(text)
