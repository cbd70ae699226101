"""What a line, a proxy and a broken server do to an answer: cases by family and name.

A case is the bytes that are answered, or a coroutine that plays a connection (`service.Wire`).
"""

import asyncio
import gzip
import zlib

from tests.contract.scripted import reply
from tests.hostile.service import answered, raw, right
from tests.hostile.shapes import nested

_HTML = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
PORTAL = _HTML % (b"Welcome to Hotel WiFi", b"Sign in")
CHUNKED = b"transfer-encoding: chunked\r\n"


def after_request(*pieces, reset=False):
    """Play: hear a request, send what is made of the right answer, and end the line."""

    async def play(wire):
        if await wire.hear() is None:
            return
        for piece in pieces:
            await wire.say(piece(wire) if callable(piece) else piece)
        if reset:
            await asyncio.sleep(0.01)  # so that what was sent is not lost with the line
            wire.reset()

    return play


def made(make):
    """Play: answer with what is made of the right body."""
    return after_request(lambda wire: make(wire.right))


def length(text):
    """Play: the right body under another Content-Length."""
    return made(lambda body: raw(b"content-length: " + text(len(body)) + b"\r\n", body))


def chunks(text):
    """Play: the right body in chunks as `text` writes it."""
    return made(lambda body: raw(CHUNKED, text(body)))


def encoded(encoding, encode=lambda body: body):
    """Play: the right body in an encoding."""

    def answer(body):
        content = encode(body)
        head = b"content-encoding: %s\r\ncontent-length: %d\r\n" % (encoding, len(content))
        return raw(head, content)

    return made(answer)


def body(content, **headers):
    """Return a successful answer with this body."""
    return reply(200, content, **headers)


def whole_chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


def raw_deflate(content):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


async def reset_at_once(wire):
    wire.reset()


async def banner(wire):
    await wire.say(HTTP["an SSH banner"])
    await wire.gone()


async def close_at_once(_wire):
    return


async def reset_after_head(wire):
    await wire.hear_head()
    wire.reset()


async def refuse_before_body(wire):
    await wire.hear_head()
    await wire.say(
        reply(413, {"code": 3, "message": "Too much.", "details": []}, connection="close")
    )
    await wire.gone()  # closed now, the answer might be lost with what was not read


async def silence(wire):
    await wire.gone()


async def silence_after_head(wire):
    await wire.hear()
    await wire.say(raw(b"content-length: 500\r\n", b"{"))
    await wire.gone()


async def slow_head(wire):
    await wire.hear()
    await wire.drip(raw(b"content-length: 2\r\n", b"{}"), 0.02)


async def slow_body(wire):
    await wire.hear()
    await wire.say(raw(b"content-length: 500\r\n"))
    await wire.drip(b" " * 500, 0.02)


def for_ever(first, again):
    """Play: send something, and then something else again and again."""

    async def play(wire):
        await wire.hear()
        await wire.say(first)
        while True:
            await wire.say(again)
            await asyncio.sleep(0)

    return play


def interim(status, count=1):
    return b"HTTP/1.1 %d Interim\r\nlink: </x>\r\n\r\n" % status * count


def redirected(wire, status, location):
    headers = {} if location is None else {"location": location}
    return reply(status, wire.right, **headers)


def redirect(status, location):
    return after_request(lambda wire: redirected(wire, status, location))


LINE = {
    "reset as it is connected": reset_at_once,
    "closed as it is connected": close_at_once,
    "reset while the request is sent": reset_after_head,
    "refused before its body is read": refuse_before_body,
    "reset after the request": after_request(reset=True),
    "closed after the request": after_request(),
    "reset in the head": after_request(b"HTTP/1.1 200 OK\r\ncont", reset=True),
    "closed in the head": after_request(b"HTTP/1.1 200 OK\r\ncont"),
    "reset in the body": after_request(raw(b"content-length: 500\r\n", b'{"a":'), reset=True),
    "closed in the body": after_request(raw(b"content-length: 500\r\n", b'{"a":')),
    "reset after the answer": after_request(right, reset=True),
    "two answers to one request": after_request(right, right),
    "an answer before any request": after_request(right, reply(500, b"", content_type="text/html")),
}
HTTP = {
    "HTTP/0.9": b"hello\r\n",
    "an SSH banner": b"SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46",
    "status 99": b"HTTP/1.1 99 Low\r\ncontent-length: 2\r\n\r\n{}",
    "status 1000": b"HTTP/1.1 1000 High\r\ncontent-length: 2\r\n\r\n{}",
    "status of no number": b"HTTP/1.1 abc OK\r\n\r\n",
    "HTTP/3.7": b"HTTP/3.7 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "no reason": made(
        lambda body: b"HTTP/1.1 200\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    ),
    "a header without a colon": raw(b"nonsense\r\ncontent-length: 2\r\n", b"{}"),
    "a header with NUL": raw(b"x-a: a\0b\r\ncontent-length: 2\r\n", b"{}"),
    "a header with an escape code": made(
        lambda body: raw(b"x-request-id: \x1b[2J\r\ncontent-length: %d\r\n" % len(body), body)
    ),
    "a header that is no ASCII": made(
        lambda body: raw(b"x-request-id: \xff\xfe\r\ncontent-length: %d\r\n" % len(body), body)
    ),
    "a folded header": made(
        lambda body: raw(b"x-a: b\r\n c\r\ncontent-length: %d\r\n" % len(body), body)
    ),
    "a head of a megabyte": raw(b"x-a: " + b"b" * (1 << 20) + b"\r\ncontent-length: 2\r\n", b"{}"),
    "ten thousand headers": raw(b"x-a: b\r\n" * 10_000 + b"content-length: 2\r\n", b"{}"),
    "100 first": after_request(interim(100), right),
    "102 and 103 first": after_request(interim(102), interim(103, 3), right),
    "101 instead": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
    "100 and no more": after_request(interim(100)),
    "204 with the answer": made(lambda body: reply(204, body)),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "205": reply(205, b""),
    "304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "HTTP/1.0 without a length": made(lambda body: b"HTTP/1.0 200 OK\r\n\r\n" + body),
    "HTTP/1.1 without a length": made(lambda body: raw(b"", body)),
}
LENGTH = {
    "too long": length(lambda size: b"%d" % (size + 7)),
    "too short": length(lambda size: b"%d" % (size - 1)),
    "none": length(lambda _: b"0"),
    "negative": length(lambda size: b"-%d" % size),
    "of no number": length(lambda _: b"many"),
    "of thirty digits": length(lambda _: b"9" * 30),
    "twice the same": length(lambda size: b"%d\r\ncontent-length: %d" % (size, size)),
    "twice, differing": length(lambda size: b"%d\r\ncontent-length: %d" % (size, size + 1)),
    "and chunks": made(
        lambda body: raw(CHUNKED + b"content-length: 3\r\n", whole_chunk(body) + b"0\r\n\r\n")
    ),
}
CHUNKS = {
    "right": chunks(lambda body: whole_chunk(body) + b"0\r\n\r\n"),
    "of one byte": chunks(
        lambda body: b"".join(whole_chunk(bytes([one])) for one in body) + b"0\r\n\r\n"
    ),
    "with trailers": chunks(lambda body: whole_chunk(body) + b"0\r\nx-a: b\r\n\r\n"),
    "without the last one": chunks(whole_chunk),
    "of a size that is none": chunks(lambda body: b"zz\r\n" + body),
    "of a negative size": chunks(lambda body: b"-5\r\n" + body + b"\r\n0\r\n\r\n"),
    "of a huge size": chunks(lambda body: b"f" * 40 + b"\r\n" + body),
    "longer than told": chunks(lambda body: b"1\r\n" + body + b"\r\n0\r\n\r\n"),
    "shorter than told": chunks(lambda body: b"%x\r\n" % (len(body) + 9) + body + b"\r\n0\r\n\r\n"),
    "with an extension": chunks(lambda body: b"%x;a=b\r\n" % len(body) + body + b"\r\n0\r\n\r\n"),
}
COMPRESSION = {
    "gzip": encoded(b"gzip", gzip.compress),
    "deflate": encoded(b"deflate", zlib.compress),
    "deflate without a wrapper": encoded(b"deflate", raw_deflate),
    "identity": encoded(b"identity"),
    "gzip that is none": encoded(b"gzip"),
    "gzip, cut": encoded(b"gzip", lambda body: gzip.compress(body)[:-9]),
    "gzip with a wrong checksum": encoded(
        b"gzip", lambda body: gzip.compress(body)[:-8] + b"x" * 8
    ),
    "deflate that is none": encoded(b"deflate"),
    "an encoding that was not asked for": encoded(b"br"),
    "twice": encoded(b"gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "a bomb": encoded(b"gzip", lambda _: gzip.compress(b" " * 4_000_000)),
    "a bomb in a bomb": encoded(
        b"gzip, gzip", lambda _: gzip.compress(gzip.compress(b" " * 40_000_000, 1), 1)
    ),
}
BODY = {
    "nothing": body(b""),
    "blanks": body(b" \r\n\t"),
    "a cut": made(lambda body: reply(200, body[:-1])),
    "a half": made(lambda body: reply(200, body[: len(body) // 2])),
    "twice": made(lambda body: reply(200, body + body)),
    "something behind it": made(lambda body: reply(200, body + b" // ok")),
    "a callback around it": made(lambda body: reply(200, b"callback(" + body + b")")),
    "a guard before it": made(lambda body: reply(200, b")]}',\n" + body)),
    "NaN": body(b'{"documents":[NaN]}'),
    "not UTF-8": body(b'{"documents":"\xff\xfe"}'),
    "a mark of UTF-8 before it": made(lambda body: reply(200, b"\xef\xbb\xbf" + body)),
    "UTF-16": made(lambda body: reply(200, body.decode().encode("utf-16"))),
    "NUL": body(b"\0" * 40),
    "random bytes": body(bytes(range(256))),
    "escape codes": body(b"\x1b]0;gone\x07\x1b[2J"),
    "the key": lambda wire: answered(wire, body(b'"xai-token-0123456789-secret"')),
    "null": body(b"null"),
    "a list": body(b"[1, 2]"),
    "a text": body(b'"OK"'),
    "a number": body(b"7"),
    "a truth value": body(b"true"),
    "nested deeply": body(nested(100_000)),
    "an object of something else": body(b'{"hello":"world"}'),
    "names given twice": made(
        lambda body: reply(200, body[:-1] + (b"," + body[1:] if len(body) > 2 else b"}"))
    ),
    "a login page": body(PORTAL, content_type="text/html"),
    "a login page that says JSON": body(PORTAL),
    "a page with scripts": body(
        _HTML % (b"<script>alert(1)</script>", b"\x1b[31m"), content_type="text/html"
    ),
    "XML": body(b'<?xml version="1.0"?><error>No</error>', content_type="text/xml"),
    "an error": body(b'{"code":5,"message":"Not here.","details":[]}'),
    "an error of the other host": body(b'{"code":"Not found","error":"Not here."}'),
    "an error passed on": body(b'{"error":"rpc error: code = NotFound desc = Not here."}'),
    "other content type": made(lambda body: reply(200, body, content_type="text/plain")),
}
PACE = {
    "silence": silence,
    "silence in the body": silence_after_head,
    "a slow head": slow_head,
    "a slow body": slow_body,
    "1xx without end": for_ever(b"", interim(102, 10)),
}
"""Played with a short time-out."""
FLOOD = {
    "trailers without end": for_ever(
        raw(CHUNKED, b"2\r\n{}\r\n0\r\n"), b"x-a: " + b"b" * 100 + b"\r\n"
    ),
    "a head without end": for_ever(b"HTTP/1.1 200 OK\r\n", b"x-a: " + b"b" * 1000 + b"\r\n"),
    "chunks without end": for_ever(raw(CHUNKED), whole_chunk(b" " * 9000)),
    "a body without a length or an end": for_ever(raw(b""), b" " * 9000),
    "a body longer than told, without end": for_ever(raw(b"content-length: 2\r\n"), b"{}" * 100),
    "a compressed body without end": for_ever(
        raw(b"content-encoding: gzip\r\n", gzip.compress(b" " * 4000)[:-20]), b"\x00" * 9000
    ),
}
_PLACES = {
    "elsewhere": "{elsewhere}/v1/collections",
    "elsewhere without a scheme": "//{host}/v1/collections",
    "to http": "http://management-api.x.ai/v1/collections",
    "to itself": "/v1/collections",
    "to a script": "javascript:alert(1)",
    "to nowhere": None,
    "with an escape code": "https://a.example/\x1b[2J",
}
REDIRECTS = {
    f"{status} {place}": (status, location)
    for status in (300, 301, 302, 303, 307, 308)
    for place, location in _PLACES.items()
}
FAMILIES = {
    "line": LINE,
    "HTTP": HTTP,
    "length": LENGTH,
    "chunks": CHUNKS,
    "compression": COMPRESSION,
    "body": BODY,
    "pace": PACE,
    "flood": FLOOD,
}
