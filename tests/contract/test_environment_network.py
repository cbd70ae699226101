"""What the environment says about proxies and certificates, on real sockets with a real TLS."""

import asyncio
import base64
import os
import socket
import ssl
import stat
from urllib.parse import quote

import certifi
import pytest

pytest.importorskip("cryptography", reason="It makes the certificates.")

from tests.contract.authority import HOST, Authority, Tunnel
from xcoll_tui.api import certificates
from xcoll_tui.api.certificates import TLS_VARIABLES, create_context
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import ApiError, Misconfigured, Unreachable

KEY = "xai-token-0123456789-secret"
SERVICE = f"https://{HOST}"
SECRET = "hunter2"
posix_only = pytest.mark.skipif(os.name != "posix", reason="its files are of another kind")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A private authority that no system knows."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """An environment that says nothing."""
    for name in list(os.environ):
        if name in TLS_VARIABLES or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


async def ask(url=SERVICE, **options):
    """Ask the service once; return the error, and what became of each request."""
    records = []

    async def no_sleep(_):
        pass

    async with Client(KEY, url, on_request=records.append, sleep=no_sleep, **options) as client:
        try:
            await client.list_collections()
        except ApiError as error:
            return error, records
    return None, records


def everything_told(error, records):
    return f"{error!r} {error} {vars(error)} {records}"


# Proxies


PASSWORDS = ["plain", "a#b", "a/b?c", "a@b:c", "%23", "100%", "[x]", "ä€", "q\"uo'te", "a b", ""]


@pytest.mark.parametrize("encoded", [True, False])
async def test_a_proxy_gets_the_password_that_is_meant(encoded, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with authority.service() as service, Tunnel(service.port) as tunnel:
        for password in PASSWORDS:
            if not encoded and "%23" in password:
                continue  # that would be a "#"
            written = quote(password, safe="") if encoded else password
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:{written}@127.0.0.1:{tunnel.port}\r\n")
            error, records = await ask()
            assert error is None
            assert [record.status for record in records] == [200]
            head = tunnel.heard.pop()
            assert head.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n")
            wanted = base64.b64encode(f"me:{password}".encode()).decode()
            assert f"Proxy-Authorization: Basic {wanted}\r\n" in head
            assert KEY not in head
    assert tunnel.heard == []


async def test_what_is_excluded_goes_directly_whatever_the_proxy_is(authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with authority.service() as service, Tunnel(service.port) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
        for no_proxy in ("localhost,::1,[::1]", "localhost", "127.0.0.0/8,fd00::/8,["):
            monkeypatch.setenv("NO_PROXY", no_proxy)
            host = "127.0.0.1" if "127" in no_proxy else "localhost"
            error, _ = await ask(f"https://{host}:{service.port}")
            # It was reached, and shows a certificate for another name.
            assert "is not trusted" in str(error)
            assert "SSL_CERT_FILE" not in str(error)
        monkeypatch.setenv("HTTPS_PROXY", f"nonsense://{SECRET}:port")
        error, _ = await ask(f"https://127.0.0.1:{service.port}")
        assert "certificate" in str(error)
    assert tunnel.heard == []


async def test_a_proxy_that_speaks_tls_itself_is_trusted_like_the_service(authority, monkeypatch):
    context = authority.server_context("localhost")
    async with authority.service() as service, Tunnel(service.port, context=context) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"https://me:{SECRET}@localhost:{tunnel.port}")
        error, records = await ask()
        assert "through the proxy of HTTPS_PROXY is not trusted" in str(error)
        assert SECRET not in everything_told(error, records)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert (await ask())[0] is None
        assert len(tunnel.heard) == 1


ANSWERS = {
    b"HTTP/1.1 407 %b\r\n\r\n": "asks for a user name and password",
    b"HTTP/1.1 403 %b\r\nX: %b\r\n\r\n": "does not let through to https://management-api.x.ai",
    b"HTTP/1.1 502 %b\r\n\r\n": "(HTTP 502)",
    b"%b\r\n\r\n": "broke",
    b"HTTP/1.1 200 %b\r\n\r\nno TLS, but %b": "HTTPS_PROXY",
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_proxy_that_refuses_is_told_by_its_variable_and_not_in_its_words(
    answer, monkeypatch
):
    filled = answer.replace(b"%b", SECRET.encode())
    async with Tunnel(0, filled) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:{SECRET}@127.0.0.1:{tunnel.port}")
        error, records = await ask(timeout=5)
    assert isinstance(error, Unreachable)
    assert ANSWERS[answer] in str(error)
    assert "HTTPS_PROXY" in str(error)
    assert SECRET not in everything_told(error, records)
    if b"407" in answer:
        assert len(records) == 1  # it would be the same at the next try


async def test_a_proxy_that_is_not_there_is_told_by_its_variable(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("all_proxy", f"me:{SECRET}@127.0.0.1:{taken.getsockname()[1]}")
        error, records = await ask()
    assert "cannot be reached through the proxy of all_proxy (Connection refused)" in str(error)
    assert SECRET not in everything_told(error, records)


async def test_a_proxy_that_can_be_none_is_refused_before_anything_is_sent(monkeypatch):
    for value in (f"http://me:{SECRET}@p:port", f"socks5://me:{SECRET}@p", f"http://{SECRET}..x"):
        monkeypatch.setenv("HTTPS_PROXY", value)
        error, records = await ask()
        assert isinstance(error, Misconfigured)
        assert records == []
        assert SECRET not in everything_told(error, records)
        assert (await ask("http://127.0.0.1:9"))[1] != []


async def test_a_proxy_inside_the_program_is_none(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://")
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    assert (await ask("https://localhost", app=app))[0] is None


# Certificates


async def test_an_untrusted_certificate_names_the_variable_that_helps(authority, monkeypatch):
    async with authority.service() as service, Tunnel(service.port) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
        error, records = await ask()
        assert "is not trusted" in str(error)
        assert "a private authority can be named in SSL_CERT_FILE" in str(error)
        assert len(records) == 1
        monkeypatch.setenv("SSL_CERT_DIR", str(authority.folder))
        assert (await ask())[0] is None
        monkeypatch.delenv("SSL_CERT_DIR")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert (await ask())[0] is None
        monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
        error, _ = await ask()
        assert "SSL_CERT_FILE names the only authorities that are trusted" in str(error)


async def test_the_authorities_of_the_system_are_trusted_too(authority, monkeypatch):
    nowhere = ssl.get_default_verify_paths()._replace(openssl_cafile="/no/x", openssl_capath="/no")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(certificates, "_STORES", ("/no/y", str(authority.file)))
    web = create_context({}).get_ca_certs()
    assert len(web) > 50
    assert any(("commonName", "Authority") in pair for each in web for pair in each["subject"])
    async with authority.service() as service, Tunnel(service.port) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
        assert (await ask())[0] is None


def broken_files(root):
    """Yield paths that hold no certificates, each with a clause that says why."""
    yield root / "nope", "no such file or directory"
    yield root / "nope" / "deeper", "no such file or directory"
    yield root, "it is a folder"
    for name, content, clause in (
        ("empty", b"", "it is empty"),
        ("junk", b"junk", "it holds no certificate that can be read"),
        ("binary", bytes(range(256)), "it holds no certificate that can be read"),
        ("cut", b"-----BEGIN CERTIFICATE-----\nMIIB", "it holds no certificate that can be read"),
        ("blank", b"\n \n", "it holds no certificate that can be read"),
    ):
        (root / name).write_bytes(content)
        yield root / name, clause
    yield root / "empty" / "below", "not a directory"
    with (root / "huge").open("wb") as huge:
        huge.truncate(65 << 20)
    yield root / "huge", "it is too large to be read"
    if os.name == "posix":
        os.mkfifo(root / "pipe")
        yield root / "pipe", "it is a pipe"
        yield "/dev/null", "it is a device"
        (root / "loop").symlink_to(root / "loop")
        yield root / "loop", "too many levels of symbolic links"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(root / "s"))
        yield root / "s", "it is a socket"


@posix_only
@pytest.mark.timeout(20)
async def test_a_file_of_certificates_that_cannot_be_used_is_a_sentence(tmp_path, monkeypatch):
    for path, clause in broken_files(tmp_path):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        error, records = await ask()
        assert isinstance(error, Misconfigured), path
        assert str(error) == (
            f"Nothing was sent: SSL_CERT_FILE names {path}, which cannot be used: {clause}. Name a "
            "file of certificates as PEM text, or unset SSL_CERT_FILE."
        )
        assert records == []
        assert error.__context__ is None


async def test_a_folder_of_certificates_that_cannot_be_used_is_a_sentence(
    authority, tmp_path, monkeypatch
):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "unnamed").mkdir()
    (tmp_path / "unnamed" / "authority.pem").write_bytes(authority.file.read_bytes())
    for path, clause in (
        (tmp_path / "nope", "no such file or directory"),
        (tmp_path / "file", "not a directory"),
        (tmp_path / "unnamed", "it holds no certificate under the name that OpenSSL looks for"),
    ):
        monkeypatch.setenv("SSL_CERT_DIR", str(path))
        error, _ = await ask()
        assert isinstance(error, Misconfigured)
        assert f"SSL_CERT_DIR names {path}, which cannot be used: {clause}." in str(error)
        # Where another one serves it is left out, and told.
        told = []
        both = f"{path}{os.pathsep}{authority.folder}"
        create_context({"SSL_CERT_DIR": both}, told.append)
        assert [(each.used, clause in each.note) for each in told] == [(False, True), (True, False)]
        told.clear()
        create_context(
            {"SSL_CERT_FILE": str(authority.file), "SSL_CERT_DIR": str(path)}, told.append
        )
        assert [(each.name, each.used) for each in told] == [
            ("SSL_CERT_FILE", True),
            ("SSL_CERT_DIR", False),
        ]


@posix_only
@pytest.mark.timeout(20)
async def test_keys_are_logged_for_the_owner_or_a_sentence_says_why_not(
    authority, tmp_path, monkeypatch
):
    log = tmp_path / "keys"
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    before = os.umask(0)
    try:
        async with authority.service() as service, Tunnel(service.port) as tunnel:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
            monkeypatch.setenv("SSLKEYLOGFILE", str(log))
            assert (await ask())[0] is None
    finally:
        os.umask(before)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert b"SECRET" in log.read_bytes()
    os.mkfifo(tmp_path / "pipe")
    for path, clause in (
        (tmp_path / "none" / "k", "no such file or directory"),
        (tmp_path, "it is a folder"),
        (tmp_path / "pipe", "it is a pipe"),
        ("/dev/full", "it is a device"),
        (log / "below", "not a directory"),
    ):
        monkeypatch.setenv("SSLKEYLOGFILE", str(path))
        error, _ = await ask()
        assert isinstance(error, Misconfigured)
        assert f"SSLKEYLOGFILE names {path}, which cannot be used: {clause}." in str(error)
    for nothing in ("", "/dev/null"):
        monkeypatch.setenv("SSLKEYLOGFILE", nothing)
        assert isinstance((await ask("https://127.0.0.1:9"))[0], Unreachable)


async def test_what_no_request_needs_is_not_looked_at(tmp_path, monkeypatch):
    nowhere = dict.fromkeys(TLS_VARIABLES, str(tmp_path / "none" / "x"))
    for name, value in nowhere.items():
        monkeypatch.setenv(name, value)
    error, _ = await ask("http://127.0.0.1:9")
    assert isinstance(error, Unreachable)
    told = []
    with pytest.raises(Misconfigured, match="SSLKEYLOGFILE"):
        await asyncio.to_thread(create_context, nowhere, told.append)
    assert {each.name for each in told} == {
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "SSLKEYLOGFILE",
    }
