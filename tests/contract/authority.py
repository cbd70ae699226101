"""A private authority, a service that shows a certificate of its, and a proxy before that."""

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contract.scripted import reply

HOST = "management-api.x.ai"
DAY = timedelta(days=1)


class Authority:
    """Makes certificates; `file` holds its own, and `folder` that under its hashed name."""

    def __init__(self, root: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")])
        certificate = self._sign(self._name, self._key.public_key())
        self.file = root / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.folder = root / "authorities"
        self.folder.mkdir()
        (self.folder / f"{_hash_of(self._name)}.0").write_bytes(self.file.read_bytes())
        self._root = root
        self._server = self.server_context(HOST)

    def server_context(self, host: str) -> ssl.SSLContext:
        """Return what a server of this name speaks TLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._sign(name, key.public_key(), host=host)
        both = self._root / f"{host}.pem"
        both.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        return context

    def _sign(self, name, key, *, host=""):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(x509.BasicConstraints(not host, None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host or HOST)]), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        return builder.sign(self._key, hashes.SHA256())

    def service(self):
        """Return a service that answers with an empty list over TLS."""
        return Service(self._server)


class Endpoint:
    """Listens on a port of this machine; at its end nothing of it is left."""

    def __init__(self, context=None) -> None:
        self._context = context
        self._tasks: set[asyncio.Task] = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await asyncio.gather(*self._tasks)

    async def _begin(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):
            await self.serve(reader, writer)
        await _close(writer)


class Service(Endpoint):
    """Answers every request with an empty list."""

    async def serve(self, reader, writer):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply(body={"collections": []}))


class Tunnel(Endpoint):
    """A proxy that leads every CONNECT to one port, or answers it by itself."""

    def __init__(self, port: int, answer: bytes = b"", context=None) -> None:
        super().__init__(context)
        self._to, self._answer = port, answer
        self.heard: list[str] = []

    async def serve(self, reader, writer):
        self.heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if self._answer:
            writer.write(self._answer)
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


async def _pipe(reader, writer):
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
    await _close(writer)


async def _close(writer):
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _hash_of(name) -> str:
    """Return the name under which OpenSSL looks for a subject: its canonical form, hashed."""
    canonical = b""
    for attribute in name:
        value = attribute.value.lower().encode()
        text = b"\x0c" + bytes([len(value)]) + value
        oid = b"\x06\x03\x55\x04\x03"
        pair = oid + text
        sequence = b"\x30" + bytes([len(pair)]) + pair
        canonical += b"\x31" + bytes([len(sequence)]) + sequence
    digest = sha1(canonical, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"
