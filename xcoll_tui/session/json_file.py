"""JSON on disk that a person, a crash or another program may have changed since it was written.

Whatever stands in a file, reading it ends in a value, an OSError or a ValueError whose text is a
clause that goes on after "cannot be read: ".
"""

from __future__ import annotations

import math
import os
import stat
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from xcoll_tui.paths import make_private_folder
from xcoll_tui.private_files import replace_private

if TYPE_CHECKING:
    import json
    from pathlib import Path

SIZE_LIMIT = 256 * 1024 * 1024
_MEGABYTE = 1024 * 1024
_BINARY = getattr(os, "O_BINARY", 0)
_TOO_LARGE = "it holds a number that is too large"


class _OddNumberError(ValueError):
    """Python's JSON reads it, and nobody else's."""


def encode(value: object) -> bytes:
    """Write a value on one line, in ASCII: half a character (a lone surrogate) stays what it is.

    Raises ValueError for what cannot be read again, such as values nested too deeply.
    """
    import json  # noqa: PLC0415 - not for the first frame

    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
    except RecursionError:
        problem = "it is nested too deeply"
    except (ValueError, TypeError):
        problem = "it holds a value that JSON does not have"
    raise ValueError(problem)


def decode(content: bytes) -> object:
    """Read a value; raises ValueError."""
    import json  # noqa: PLC0415 - a start that finds no file of ours needs none

    try:
        return _decoder().decode(content.decode())
    except json.JSONDecodeError as error:
        problem = f"it is not JSON ({error})"
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    except RecursionError:
        problem = "it is nested too deeply"
    except _OddNumberError as error:
        problem = str(error)
    except ValueError:  # an integer of more digits than Python reads
        problem = _TOO_LARGE
    raise ValueError(problem)


def decode_object(content: bytes) -> dict[str, Any]:
    """Read an object; raises ValueError."""
    members = decode(content)
    if not isinstance(members, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - about a file, not about types
    return members


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; raises OSError, and ValueError for anything else."""
    # Opening a pipe would wait for somebody who writes to it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise ValueError("it is not a regular file")


def read_file(path: Path, limit: int = SIZE_LIMIT) -> bytes:
    """Return the content of a regular file; raises OSError, and ValueError for anything else."""
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size > limit:
            raise ValueError(f"it is larger than {limit // _MEGABYTE} MB")
        return file.read(limit + 1)


def write_state(path: Path, members: dict[str, Any], loss: str) -> str:
    """Write an object in place of what is there; return what went wrong as a sentence, or "".

    `loss` is what is lost with xcoll's end then, and its verb, as in "Columns are".
    """
    try:
        make_private_folder(path.parent)
        replace_private(path, encode(members))
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        return f"{path} cannot be written: {reason}. {loss} lost when xcoll ends."
    return ""


def set_aside(path: Path, aside: Path) -> Path:
    """Give what cannot be read another name, and return that; raises OSError.

    What was set aside before stays: a name that is taken gets a number.
    """
    free = free_name(aside)
    path.rename(free)
    return free


def free_name(path: Path) -> Path:
    """Return a path, with a number behind it where it is taken."""
    free, number = path, 1
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def text_of(members: dict[str, Any], name: str) -> str:
    """Return a text of an object; raises ValueError."""
    value = members.get(name)
    if not isinstance(value, str):
        raise ValueError(f"its {name} is not text")  # noqa: TRY004 - about a file, not about types
    return value


def texts_of(members: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return texts of an object by their names; raises ValueError."""
    return {name: text_of(members, name) for name in names}


def number_of(members: dict[str, Any], name: str) -> float:
    """Return a finite number of an object; raises ValueError."""
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"its {name} is not a number")  # noqa: TRY004
    try:
        return float(value)
    except OverflowError:
        pass
    raise ValueError(f"its {name} is not a usable number")


def reason_of(error: OSError | ValueError) -> str:
    """Return what went wrong, as a clause."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)


@cache
def _decoder() -> json.JSONDecoder:
    import json  # noqa: PLC0415 - as above

    return json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _refuse_constant(name: str) -> NoReturn:
    raise _OddNumberError(f"it holds {name}, which is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _OddNumberError(_TOO_LARGE)
    return value
