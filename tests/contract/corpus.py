"""The examples: reading them, holding them to their form, and comparing an answer with one.

The form of a file is told in tests/contract/test_examples.py.
`python -m tests.contract.corpus` prints what is assumed: ASSUMPTIONS.md, beside this file.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.contract.wire import Request, multipart

FOLDER = Path(__file__).parent / "examples"

COLLECTIONS = "/v1/collections"
COLLECTION = "/v1/collections/{collection_id}"
DOCUMENTS = "/v1/collections/{collection_id}/documents"
DOCUMENT = "/v1/collections/{collection_id}/documents/{file_id}"

ELEVEN = (
    f"POST {COLLECTIONS}",
    f"GET {COLLECTIONS}",
    f"GET {COLLECTION}",
    f"PUT {COLLECTION}",
    f"DELETE {COLLECTION}",
    f"POST {DOCUMENT}",
    f"GET {DOCUMENTS}",
    f"GET {DOCUMENT}",
    f"PATCH {DOCUMENT}",
    f"DELETE {DOCUMENT}",
    f"GET {DOCUMENTS}:batchGet",
)
BEYOND = (
    "GET /auth/management-keys/validation",
    f"POST {DOCUMENTS}",
    "POST /v1/files",
    "GET /v1/files",
    "GET /v1/files/{id}",
    "GET /v1/files/{id}/content",
    "DELETE /v1/files/{id}",
    "POST /v1/documents/search",
    "any other",
)

# The sections of the notes on the API that a source may point to.
SECTIONS = (
    "Host and authentication",
    "Wire form",
    "Errors",
    "The eleven endpoints",
    "Collection",
    "Document",
    "Changing the fields of a document",
    "Filters",
    "Beyond the eleven",
    "Choices of the emulator",
)
# L recorded, R reference, P protocol definitions, D other official pages, O reported, I inferred;
# "silent": no source says it, or the sources say that they do not know.
SOURCE = re.compile(
    rf"\[(silent|[LRPDOI](,[LRPDOI])*)\] ({'|'.join(map(re.escape, SECTIONS))}): \S.+",
    re.DOTALL,
)

# Members that an answer may have or not have, as far as any source tells: name -> JSON type.
# (Wire form: unset optional fields are absent; Collection: "also seen".)
OPEN_MEMBERS: dict[str, type] = {
    "upload_status": str,
    "upload_error_message": str,
    "processing_status": str,
    "file_path": str,
    "disable_rag_lookup": bool,
    "collection_type": str,
}

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
COLLECTION_ID, FILE_ID = re.compile(f"collection_{_UUID}"), re.compile(f"file_{_UUID}")

REQUIRED = {"endpoint": str, "source": list, "assumed": bool, "request": dict, "answer": dict}
OPTIONAL = {
    "assumption": str,
    "client": dict,
    "call": dict,
    "reads": dict,
    "raises": dict,
    "emulator": dict,
    "skip": dict,
}
REQUEST = {"method", "path", "query", "headers", "body", "text", "multipart"}
ANSWER = {"status", "headers", "body", "text", "cut"}
RAISES = {"error", "status", "code", "message"}
EMULATOR = {"options", "setup", "free", "lists", "until", "key"}
STEP = REQUEST | {"status", "takes", "times", "like"}
SENTENCE = re.compile(r"[A-Z“`*].*[.]", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One file of the corpus."""

    name: str
    document: Mapping[str, Any]

    def __getitem__(self, member: str) -> Any:
        return self.document[member]

    def get(self, member: str, default: Any = None) -> Any:
        return self.document.get(member, default)

    def setup(self) -> list[Mapping[str, Any]]:
        """Return the requests that come before, those of other examples in their places."""
        steps: list[Mapping[str, Any]] = []
        for step in self.get("emulator", {}).get("setup", []):
            steps += read(FOLDER / f"{step['like']}.json").setup() if "like" in step else [step]
        return steps

    def skipped(self, side: str) -> str | None:
        """Tell why one side has no part in this example, or None where it has."""
        return self.get("skip", {}).get(side)


def load() -> list[Example]:
    """Read every example, in the order of their names."""
    return [read(path) for path in sorted(FOLDER.glob("*.json"))]


def read(path: Path) -> Example:
    """Read one example."""
    return Example(path.stem, json.loads(path.read_text("utf-8")))


def faults(example: Example) -> Iterator[str]:
    """Say, a sentence each, where a file departs from the form or contradicts itself."""
    document = example.document
    for member, kind in REQUIRED.items():
        if not isinstance(document.get(member), kind):
            yield f"`{member}` is missing or of another type."
            return
    for member, value in document.items():
        kind = REQUIRED.get(member) or OPTIONAL.get(member)
        if kind is None or not isinstance(value, kind):
            yield f"`{member}` is not in the form, or of another type."
    yield from _strangers("request", document["request"], REQUEST)
    yield from _strangers("answer", document["answer"], ANSWER)
    yield from _strangers("raises", document.get("raises", {}), RAISES)
    yield from _strangers("emulator", document.get("emulator", {}), EMULATOR)
    for step in document.get("emulator", {}).get("setup", ()):
        yield from _strangers("a step", step, STEP)
    yield from _faults_of_source(document)
    yield from _faults_of_request(document)
    yield from _faults_of_sides(document)


def _strangers(place: str, found: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    for member in set(found) - known:
        yield f"{place} has an unknown member `{member}`."


def _faults_of_source(document: Mapping[str, Any]) -> Iterator[str]:
    sources = document["source"]
    if not sources:
        yield "There is no source."
    for source in sources:
        if not SOURCE.fullmatch(source):
            yield f"This names no kind, section and fact: {source!r}."
    silent = any(source.startswith("[silent]") for source in sources)
    if silent is not document["assumed"]:
        yield "`assumed` is true exactly where a source is silent."
    if ("assumption" in document) is not document["assumed"]:
        yield "`assumption` stands exactly where something is assumed."
    if not SENTENCE.fullmatch(document.get("assumption", "So.")):
        yield "`assumption` is no sentence."


def _faults_of_request(document: Mapping[str, Any]) -> Iterator[str]:
    request, endpoint = document["request"], document["endpoint"]
    if endpoint not in ELEVEN + BEYOND:
        yield f"{endpoint!r} is no endpoint."
    if sum(form in request for form in ("body", "text", "multipart")) > 1:
        yield "A request has one body at most."
    if "?" in request["path"]:
        yield "The query stands in `query`."
    if endpoint != "any other":
        method, _, template = endpoint.partition(" ")
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if request["method"] != method or not re.fullmatch(pattern, _canonical(request["path"])):
            yield "The request is not one of its endpoint."
    if not isinstance(document["answer"].get("status"), int):
        yield "An answer has a status."
    if ("body" in document["answer"]) is ("text" in document["answer"]):
        yield "An answer has either a JSON `body` or a `text`."


def _canonical(path: str) -> str:
    return path.replace("%3A", ":")


def _faults_of_sides(document: Mapping[str, Any]) -> Iterator[str]:
    skip = document.get("skip", {})
    yield from _strangers("skip", skip, {"client", "emulator"})
    if len(skip) > 1:
        yield "An example that both sides skip shows nothing."
    for reason in skip.values():
        if not SENTENCE.fullmatch(reason):
            yield f"This is no reason: {reason!r}."
    if ("call" in document) is ("client" in skip):
        yield "There is a `call` exactly where the client has a part."
    if "call" in document and ("reads" in document) is ("raises" in document):
        yield "A call either reads or raises."
    if "client" in skip and {"client", "reads", "raises"} & set(document):
        yield "What the client does stands only where it has a part."
    if "emulator" in skip and "emulator" in document:
        yield "What the emulator needs stands only where it has a part."


def build(request: Mapping[str, Any], key: str | None, names: Mapping[str, str]) -> Request:
    """Make the request that an example describes, with `names` put in for its own IDs and tokens.

    A `key` of None leaves out the Authorization header.
    """
    request = json.loads(rename(json.dumps(request, ensure_ascii=False), names))
    pairs = [
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, values in request.get("query", {}).items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    headers = {"host": "127.0.0.1", "accept": "*/*"}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    body = b""
    if "body" in request:
        body, headers["content-type"] = json.dumps(request["body"]).encode(), "application/json"
    elif "text" in request:
        body, headers["content-type"] = request["text"].encode(), "application/json"
    elif "multipart" in request:
        body, headers["content-type"] = multipart(
            [
                (part["name"], part.get("filename"), part.get("content_type"), _data(part))
                for part in request["multipart"]
            ]
        )
    headers |= request.get("headers", {})
    target = "?".join(filter(None, [request["path"], "&".join(pairs)]))
    return Request(request["method"], target, headers, body)


def _data(part: Mapping[str, Any]) -> bytes:
    return base64.b64decode(part["base64"]) if "base64" in part else part["data"].encode()


def rename(text: str, names: Mapping[str, str]) -> str:
    """Put the names that were really given in the place of the example's own."""
    for own, given in names.items():
        text = text.replace(own, json.dumps(given)[1:-1])
    return text


def differences(
    told: Any,
    found: Any,
    *,
    names: Mapping[str, str] | None = None,
    free: tuple[str, ...] = (),
    lists: Mapping[str, int] | None = None,
) -> Iterator[str]:
    """Say, a sentence each, where a JSON value departs from the example's.

    Members, JSON types and lengths always count. Values count too, except where they cannot be the
    same: times, and IDs that `names` does not hold (their form counts), tokens, the words of an
    error, and the paths in `free`, `[]` standing for every index. A path in `lists` holds that many
    items, each like the first one.
    """
    names = names or {}
    told = json.loads(rename(json.dumps(told, ensure_ascii=False), names))
    comparison = _Comparison(free, lists or {}, frozenset(names.values()), error=_is_error(told))
    yield from comparison.compare("", "", told, found)


def _is_error(told: Any) -> bool:
    return isinstance(told, dict) and {"code", "message", "details"} == set(told)


@dataclass(frozen=True)
class _Comparison:
    free: tuple[str, ...]
    lists: Mapping[str, int]
    given: frozenset[str]
    error: bool

    def compare(self, path: str, pattern: str, told: Any, found: Any) -> Iterator[str]:
        """`path` is where we stand; `pattern` the same with [] for every index."""
        if type(told) is not type(found):
            yield f"{path or 'The answer'} is {_kind(found)}, not {_kind(told)}."
        elif isinstance(told, dict):
            yield from self._compare_members(path, pattern, told, found)
        elif isinstance(told, list):
            yield from self._compare_items(path, pattern, told, found)
        elif pattern in {*self.free, "pagination_token", *(["message"] if self.error else [])}:
            if told and not found:
                yield f"{path} is empty."
        elif isinstance(told, str) and told not in self.given and (form := _form(told)):
            if not form.fullmatch(found):
                yield f"{path} has another form: {found!r}, not {told!r}."
        elif told != found:
            yield f"{path} is {found!r}, not {told!r}."

    def _compare_members(
        self, path: str, pattern: str, told: dict[str, Any], found: dict[str, Any]
    ) -> Iterator[str]:
        for member in told.keys() - found.keys():
            if member not in OPEN_MEMBERS:
                yield f"{path or 'The answer'} lacks `{member}`."
        for member, value in found.items():
            place, spot = (f"{path}.{member}", f"{pattern}.{member}") if path else (member, member)
            if member in OPEN_MEMBERS:
                if type(value) is not OPEN_MEMBERS[member]:
                    yield f"{place} is {_kind(value)}."
            elif member not in told:
                yield f"{path or 'The answer'} has `{member}` besides: {value!r}."
            else:
                yield from self.compare(place, spot, told[member], value)

    def _compare_items(
        self, path: str, pattern: str, told: list[Any], found: list[Any]
    ) -> Iterator[str]:
        if pattern in self.lists:
            told = told[:1] * self.lists[pattern]
        if len(told) != len(found):
            yield f"{path} has {len(found)} items, not {len(told)}."
        for index, (item, other) in enumerate(zip(told, found, strict=False)):
            yield from self.compare(f"{path}[{index}]", f"{pattern}[]", item, other)


def _form(told: str) -> re.Pattern[str] | None:
    return next(
        (form for form in (TIMESTAMP, COLLECTION_ID, FILE_ID) if form.fullmatch(told)), None
    )


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


_ABOUT = """\
# What is assumed of the service

The API is documented in parts. Where the sources are silent xcoll works either way, and the
emulator makes the choice below; the examples that hold it are marked with `"assumed": true`.
`python -m tests.contract.corpus` writes this file.
"""


def assumptions() -> str:
    """Write what is assumed, and which examples hold it, as the text of ASSUMPTIONS.md."""
    rows: dict[str, list[str]] = {}
    for example in load():
        if example["assumed"]:
            rows.setdefault(example["assumption"], []).append(f"`{example.name}`")
    lines = [f"| {assumption} | {', '.join(names)} |" for assumption, names in sorted(rows.items())]
    return "\n".join([_ABOUT, "| Assumed | Examples |", "|---|---|", *lines, ""])


if __name__ == "__main__":
    print(assumptions(), end="")  # noqa: T201 - printing is what it is run for
