"""The body of an answer as it was before it was compressed, never more of it than is wanted.

A few hundred bytes can stand for gigabytes, and for more where what was compressed is compressed
again: so a body is compressed once at most, and comes out in pieces.
"""

import zlib
from collections.abc import AsyncIterator

ACCEPTED = "gzip, deflate"
_GZIP, _RAW = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS
_HEAD = 2
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


class UnusableBodyError(ValueError):
    """The body of an answer cannot be had; a clause. `lasting`: nor at another try."""

    def __init__(self, clause: str, *, lasting: bool = True) -> None:
        super().__init__(clause)
        self.lasting = lasting


async def read_body(raw: AsyncIterator[bytes], encodings: str, most: int) -> bytes:
    """Return a body of that many bytes at most, in the encodings that its headers name.

    Raises UnusableBodyError for one that is longer, broken, or compressed as nobody asked for.
    """
    decompressor = _Decompressor(encodings)
    chunks: list[bytes] = []
    room = most
    async for data in raw:
        chunk = decompressor.add(data, room)
        room -= len(chunk)
        if room < 0:
            raise UnusableBodyError(f"the answer is longer than {most >> 20} MiB")
        chunks.append(chunk)
    if not decompressor.complete:
        raise UnusableBodyError("the compressed answer breaks off", lasting=False)
    return b"".join(chunks)


class _Decompressor:
    """Takes a body as it comes."""

    def __init__(self, encodings: str) -> None:
        names = [name for name in encodings.lower().replace(" ", "").split(",") if name]
        names = [name for name in names if name != "identity"]
        if len(names) > 1:
            raise UnusableBodyError("the answer is compressed more than once")
        if names and names[0] not in _WINDOWS:
            raise UnusableBodyError("the answer's compression is none that was asked for")
        self._bare = names == ["deflate"]
        self._inner = zlib.decompressobj(_WINDOWS[names[0]]) if names else None
        self._began = False
        self._head = b""

    def add(self, data: bytes, room: int) -> bytes:
        """Return what the next bytes are, at most one byte more than there is room for."""
        if self._inner is None:
            return data[: room + 1]
        if not data or self._inner.eof:
            return b""
        if not self._began:
            # Two bytes tell whether there is a wrapper.
            self._head += data
            if len(self._head) < _HEAD:
                return b""
            data = self._head
        try:
            piece = self._inner.decompress(data, room + 1)
        except zlib.error:
            if not self._bare or self._began:
                raise UnusableBodyError("the answer's compression is broken") from None
            # Many a server leaves out the wrapper that the standard asks for.
            self._bare, self._inner, self._head = False, zlib.decompressobj(_RAW), b""
            return self.add(data, room)
        self._began = True
        return piece

    @property
    def complete(self) -> bool:
        """Whether the end was reached, or nothing came at all."""
        return self._inner is None or self._inner.eof or not (self._began or self._head)
