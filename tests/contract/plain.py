"""Asking the emulator through http.client, as nobody's client library does."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

BOUNDARY = "plain-boundary"


class Clock:
    """A clock that is turned by hand."""

    def __init__(self, now: float = 1_790_000_000.0):
        self.now = now

    def __call__(self) -> float:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += seconds


class Plain:
    """One keep-alive connection to a server, with its key."""

    def __init__(self, url: str, key: str):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        self.key = key
        self.headers: http.client.HTTPMessage | None = None

    def raw(self, method, path, body=None, headers=None):
        """Ask; answers status and the body's bytes, and keeps the headers."""
        given = {"Authorization": f"Bearer {self.key}"} if headers is None else headers
        self.connection.request(method, path, body=body, headers=given)
        answer = self.connection.getresponse()
        content = answer.read()
        self.headers = answer.headers
        return answer.status, content

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        """Ask with JSON; every answer must be JSON."""
        if query:
            path += "?" + urlencode(query, doseq=True)
        content = None if body is None else json.dumps(body)
        status, answer = self.raw(method, path, content)
        assert self.headers["content-type"] == "application/json"
        return status, json.loads(answer)

    def ok(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        status, answer = self.ask(method, path, body, **query)
        assert status == 200, (method, path, status, answer)
        return answer

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, int]:
        """Ask for what is refused; answers the HTTP status and the body's code."""
        status, answer = self.ask(method, path, body, **query)
        assert set(answer) == {"code", "message", "details"}, answer
        assert answer["message"]
        assert answer["details"] == []
        return status, answer["code"]

    def form(self, path, *parts):
        """Post a multipart form; a part is (name, content, filename or None, type or None)."""
        lines = []
        for name, content, filename, kind in parts:
            disposition = f'Content-Disposition: form-data; name="{name}"'
            if filename is not None:
                disposition += f'; filename="{filename}"'
            lines += [f"--{BOUNDARY}".encode(), disposition.encode()]
            lines += [f"Content-Type: {kind}".encode()] if kind else []
            lines += [b"", content]
        body = b"\r\n".join([*lines, f"--{BOUNDARY}--".encode(), b""])
        status, answer = self.raw(
            "POST",
            path,
            body,
            {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            },
        )
        return status, json.loads(answer)

    def upload(self, name="notes.txt", content=b"some text\n", kind="text/plain") -> str:
        status, answer = self.form("/v1/files", ("file", content, name, kind))
        assert status == 200, answer
        return answer["id"]

    def collection(self, **members: Any) -> str:
        """Make a collection; answers its path."""
        made = self.ok("POST", "/v1/collections", {"collection_name": "Sample", **members})
        return f"/v1/collections/{made['collection_id']}"

    def attach(self, collection: str, fields=None, **upload: Any) -> str:
        file_id = self.upload(**upload)
        self.ok("POST", f"{collection}/documents/{file_id}", {"fields": fields or {}})
        return file_id

    def names(self, collection: str, filter: str | None = None, **query: Any) -> list[str]:  # noqa: A002 -- the API's word
        """List one page of documents; answers their names."""
        if filter is not None:
            query["filter"] = filter
        page = self.ok("GET", f"{collection}/documents", **query)
        return [each["file_metadata"]["name"] for each in page["documents"]]

    def walk(self, path: str, member: str, **query: Any):
        """Yield page after page until no token comes."""
        token = None
        while True:
            page = self.ok("GET", path, **query, **({"pagination_token": token} if token else {}))
            yield page[member]
            token = page.get("pagination_token")
            if not token:
                return

    def close(self):
        self.connection.close()


def segment(text: str) -> str:
    return quote(text, safe="")
