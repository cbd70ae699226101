"""A multipart body with one file in it, read from the disk while it is sent."""

import asyncio
import os
import secrets
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from xcoll_tui.api.errors import FileRefused
from xcoll_tui.api.streamed_body import StreamedBody

# On a slow line that many share, each of these still leaves in time.
_PIECE = 64 * 1024
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_DEFAULT_TYPE = "application/octet-stream"


class UploadBody(StreamedBody):
    """The body that uploads a file: the texts that are not None, and then the file as `part`.

    The file is looked at here, and opened when it is sent; raises FileRefused for what is no file
    or is empty. `on_progress` is told how many bytes of the file have left.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        part: str,
        name: str,
        content_type: str = "",
        texts: Mapping[str, str | None],
        on_progress: Callable[[int], object] | None = None,
    ) -> None:
        self._path = Path(path)
        self._shown = f"“{self._path.name}”"
        self._on_progress = on_progress
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        texts_given = {key: text for key, text in texts.items() if text is not None}
        self._head = _head_of(boundary, texts_given, part, name, content_type or _DEFAULT_TYPE)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._state = self._look(self._path.stat)
        self.length = len(self._head) + self._state[0] + len(self._tail)

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the body; its last bytes only when the file is still what it was at first."""
        try:
            file = await asyncio.to_thread(self._open)
            try:
                yield self._head
                sent, size = 0, self._state[0]
                while sent < size:
                    piece = await asyncio.to_thread(self._read, file, min(_PIECE, size - sent))
                    yield piece
                    sent += len(piece)
                    if self._on_progress is not None:
                        self._on_progress(sent)
                await asyncio.to_thread(self._check, file)
                yield self._tail
            finally:
                file.close()
        except FileRefused as refusal:
            self.failure = refusal
            raise

    def _open(self) -> BinaryIO:
        try:
            file = os.fdopen(os.open(self._path, os.O_RDONLY | _BINARY), "rb", buffering=0)
        except OSError as problem:
            raise self._unreadable(problem) from None
        try:
            self._check(file)
        except BaseException:
            file.close()
            raise
        return file

    def _read(self, file: BinaryIO, size: int) -> bytes:
        try:
            piece = file.read(size)
        except OSError as problem:
            raise self._unreadable(problem) from None
        if not piece:
            raise self._changed()
        return piece

    def _check(self, file: BinaryIO) -> None:
        """Raise FileRefused where the file is not what it was when it was looked at."""
        if self._look(lambda: os.fstat(file.fileno())) != self._state:
            raise self._changed()

    def _look(self, look: Callable[[], os.stat_result]) -> tuple[int, int, int]:
        try:
            status = look()
        except OSError as problem:
            raise self._unreadable(problem) from None
        if not stat.S_ISREG(status.st_mode):
            raise FileRefused(f"{self._shown} is no file, so it was not uploaded.")
        if status.st_size == 0:
            raise FileRefused(f"{self._shown} is empty, so it was not uploaded.")
        # Elsewhere an open file may have another number than its path.
        number = status.st_ino if os.name == "posix" else 0
        return status.st_size, status.st_mtime_ns, number

    def _unreadable(self, problem: OSError) -> FileRefused:
        reason = problem.strerror or type(problem).__name__
        return FileRefused(f"{self._shown} cannot be read, so it was not uploaded: {reason}.")

    def _changed(self) -> FileRefused:
        return FileRefused(
            f"{self._shown} changed while it was read, so it was not uploaded. Upload it again "
            "when nothing writes to it any more."
        )


def _head_of(
    boundary: str, texts: Mapping[str, str], part: str, name: str, content_type: str
) -> bytes:
    lines = []
    for key, text in texts.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{key}"', "", text]
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{part}"; filename="{_quoted(name)}"',
        f"Content-Type: {_one_line(content_type)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _quoted(name: str) -> str:
    """Write a name as browsers do between the quotation marks of a header."""
    escapes = {'"': "%22", "\r": "%0D", "\n": "%0A"}
    return "".join(escapes.get(character, character) for character in name)


def _one_line(text: str) -> str:
    return "".join(text.splitlines())
