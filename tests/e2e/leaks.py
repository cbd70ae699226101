"""Where a key went: a search for it in bytes and files, and surroundings that can be searched.

A leak is any run of eight characters of the key behind its common beginning, in any form in which
programs write text: as it is, percent-encoded, as JSON, base64, UTF-16 or hexadecimal. The last
four characters, which are shown on purpose, are too short for one.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from tests.e2e.terminal import ROOT, Terminal
from tests.isolation import NO_KEYRING, environment

KEY = "xai-token-Qm7+Rv2/Zk9=Wt4+Hx8/Np3=Jd6_Gs1-Fy5.Bc0~Lr42q"
"""The canary."""
UNMARKED = KEY.removeprefix("xai-token-")
"""A key that does not begin as keys do."""
INFERENCE_KEY = "xai-Vn5+Ts8/Bq2=Kw6+Mz9/Rh7=Xc3_Dj4-Pf0.Lg1~Yb51k"
"""The other canary, for search and files."""
# Every key of its kind begins so; it tells nothing.
_COMMON = {KEY: len("xai-token-"), INFERENCE_KEY: len("xai-")}
_RUN = 8
_OSC_52 = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]*)")
# What moves the cursor and changes colours between the characters of a text.
_CODES = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]")


def forms_of(text: str) -> dict[str, bytes]:
    """Write a text in every form that is searched for whole, by name."""
    escaped = "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in text)
    plain = text.encode()
    return {
        "plain": plain,
        "percent-encoded": quote(text, safe="").encode(),
        "percent-encoded but for slashes": quote(text).encode(),
        "percent-encoded in lower case": _lower(quote(text, safe="")).encode(),
        "JSON": json.dumps(text)[1:-1].encode(),
        "JSON with \\/": text.replace("/", "\\/").encode(),
        "JSON with \\u": escaped.encode(),
        "UTF-16-LE": text.encode("utf-16-le"),
        "UTF-16-BE": text.encode("utf-16-be"),
        "hexadecimal": plain.hex().encode(),
        "HEXADECIMAL": plain.hex().upper().encode(),
    }


def _lower(encoded: str) -> str:
    return re.sub("%..", lambda code: code[0].lower(), encoded)


def _in_base64(text: str, common: int) -> Iterator[tuple[str, bytes]]:
    """Write runs of a text as they stand in base64, after any number of bytes of something else."""
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + text.encode())
        # Each character holds six bits: these are of the text behind its common beginning alone.
        begin, end = -(-(shift + common) * 8 // 6), (shift + len(text)) * 8 // 6
        for at in range(begin, end - 10):
            run = whole[at : at + 11]
            yield f"base64, shifted by {shift}", run
            yield (
                f"base64 for URLs, shifted by {shift}",
                run.translate(bytes.maketrans(b"+/", b"-_")),
            )


def _needles(key: str, common: int) -> dict[bytes, str]:
    needles: dict[bytes, str] = {}
    for at in range(common, len(key) - _RUN + 1):
        for name, form in forms_of(key[at : at + _RUN]).items():
            needles.setdefault(form, name)
    needles.update({run: name for name, run in _in_base64(key, common)})
    return needles


_NEEDLES = {
    needle: name
    for key, common in _COMMON.items()
    for needle, name in _needles(key, common).items()
}


def leaks_in(written: bytes) -> list[str]:
    """Name the forms in which a part of a key stands in bytes; each with what is around it."""
    found: dict[str, str] = {}
    for needle, name in _NEEDLES.items():
        at = written.find(needle)
        if at >= 0 and name not in found:
            found[name] = f"{name}: …{written[max(0, at - 60) : at + 90]!r}…"
    return list(found.values())


def leaks_on(transcript: bytes) -> list[str]:
    """Search what was written to a terminal: also between codes, and on the clipboard."""
    copied = copied_in(transcript)
    found = leaks_in(transcript) or leaks_in(_CODES.sub(b"", transcript))
    return found + [f"clipboard, {each}" for text in copied for each in leaks_in(text)]


def copied_in(transcript: bytes) -> list[bytes]:
    """Return what was put on the clipboard, the first first."""
    return [base64.b64decode(text) for text in _OSC_52.findall(transcript)]


def leaks_under(*folders: Path, but: tuple[Path, ...] = ()) -> list[str]:
    """Search every file, and every name, below these folders."""
    found = []
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path in but:
            continue
        found += [f"the name {path}: {each}" for each in leaks_in(os.fsencode(path.name))]
        if path.is_symlink():
            found += [f"the link {path}: {each}" for each in leaks_in(os.fsencode(path.readlink()))]
        elif path.is_file():
            found += [f"{path}: {each}" for each in leaks_in(path.read_bytes())]
    return found


class Cage:
    """Folders for one run of the program, outside of which it has nothing to write to.

    `files` are all that it may write in; `env` says so, and that there is no keyring, unless it is
    given the environment of one.
    """

    def __init__(self, root: Path, keyring: dict[str, str] | None = None) -> None:
        self.root = root
        self.work = self._make("work")
        bus = (keyring or {}).get("DBUS_SESSION_BUS_ADDRESS")
        self.env = {
            "HOME": str(self._make("home")),
            "XDG_CONFIG_HOME": str(self._make("config")),
            "XDG_STATE_HOME": str(self._make("state")),
            "XDG_CACHE_HOME": str(self._make("cache")),
            "XDG_DATA_HOME": str(self._make("data")),
            "XDG_RUNTIME_DIR": str(self._make("run")),
            "TMPDIR": str(self._make("tmp")),
            "PYTHONPATH": str(ROOT),
            **(
                {"DBUS_SESSION_BUS_ADDRESS": bus} if bus else {"PYTHON_KEYRING_BACKEND": NO_KEYRING}
            ),
        }

    def _make(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(mode=0o700)
        return folder

    def write(self, name: str, text: str) -> Path:
        """Put a file of the owner's into the folder of work."""
        path = self.work / name
        path.touch(0o600)
        path.write_text(text)
        return path

    def open(self, *arguments: str, script: str = "", **env: str) -> Terminal:
        """Run the program in a terminal; a script may change something first."""
        return Terminal(*_command(script, arguments), env={**self.env, **env}, cwd=self.work)

    def run(self, *arguments: str, script: str = "", stdin: str = "", **env: str):
        """Run the program without a terminal; what it wrote is bytes."""
        return subprocess.run(
            _command(script, arguments),
            input=stdin.encode(),
            capture_output=True,
            timeout=30,
            check=False,
            cwd=self.work,
            env=environment({**self.env, **env}),
        )

    def assert_clean(self, *written: bytes, but: tuple[Path, ...] = ()) -> None:
        """Assert that the key stands nowhere: not in what was written, and in no file."""
        found = [leak for each in written for leak in leaks_on(each)]
        found += leaks_under(self.root, but=but)
        assert not found, "\n".join(found)


def _command(script: str, arguments: tuple[str, ...]) -> list[str]:
    if not script:
        return [sys.executable, "-m", "xcoll_tui", *arguments]
    # The script comes first, the program after it, as if it had been started by itself.
    return [sys.executable, "-c", f"{script}\nfrom xcoll_tui.cli import main\nmain()\n", *arguments]
