"""The referee: what the API's notes say, as traffic, held against the client and the emulator.

`examples/*.json` were written by hand from the notes on the API, not from either side's code.
For each, the client has to build that request and read that answer, and the emulator, asked by a
plain HTTP connection, has to answer that shape. A file has these members:

endpoint    one of `corpus.ELEVEN` or `corpus.BEYOND`: "GET /v1/collections/{collection_id}"
source      ["[L,R] Section: fact", …]: kinds and section as in the notes on the API; "[silent]"
            where they say nothing, or say that it is unsure
assumed     true exactly where a source is silent; `assumption` then says what is assumed
client      optional arguments of Client besides the key: {"team_id": "team-1"}
call        {"method": "list_documents", "arguments": {"collection_id": …, "limit": 2}}; a `path` is
            that of a file with what the request's part with a file name holds
request     method, path (as on the request line), query {name: value or [values]}, headers, and
            at most one of body (JSON), text (sent as JSON), multipart [{name, filename?,
            content_type?, data or base64}]
answer      status, headers, body (JSON) or text; "cut": true where the connection closes early
reads       what the call returns: {dotted path: value}; "documents[].name" is a list of all names,
            "" the returned value itself. Or
raises      {"error": class, "status", "code", "message"} of xcoll_tui.api.errors
emulator    options  arguments of Server, else seed="none", index_seconds=0; one with an empty
                     store of its own is asked for with {"fresh": true}
            setup    requests that come before (with "times": n), each of which has to answer
                     `status` (200); "takes": {"an ID or token of this file": "path in the answer"}
                     puts what the emulator gave in the place of the example's;
                     {"like": "another_example"} stands for all the steps of that one
            until    {member: value}: ask again, the emulator's clock half a second on each time,
                     until the answer holds that
            key      another key than the right one, null for none
            free     paths whose value (not type) is the emulator's own
            lists    {path: n}: the emulator has n items there, each like the example's first
skip        {"client" or "emulator": why this side has no part}
"""

import contextlib
import email
import email.policy
import functools
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.contract import corpus
from tests.contract.corpus import Example, assumptions
from tests.contract.wire import Answer, Recorder, ask
from xcoll_tui.api import errors, models
from xcoll_tui.api.client import Client
from xcoll_tui.api.inference import InferenceClient
from xcoll_tui.emulator.server import Server

KEY = "xai-token-of-the-examples"
EXAMPLES = corpus.load()


def those_with(side: str) -> Any:
    chosen = [example for example in EXAMPLES if not example.skipped(side)]
    return pytest.mark.parametrize("example", chosen, ids=lambda example: example.name)


# The corpus


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_holds_to_the_form(example: Example):
    assert list(corpus.faults(example)) == []


@pytest.mark.parametrize("endpoint", corpus.ELEVEN + corpus.BEYOND)
def test_endpoint_has_an_example_of_success_and_of_refusal(endpoint: str):
    statuses = {
        example["answer"]["status"] // 100
        for example in EXAMPLES
        if example["endpoint"] == endpoint
    }
    assert statuses >= ({4} if endpoint == "any other" else {2, 4})


def test_both_sides_are_judged_by_most_examples():
    for side in ("client", "emulator"):
        judged = [example for example in EXAMPLES if not example.skipped(side)]
        assert len(judged) > len(EXAMPLES) / 2, side


def test_no_example_repeats_another():
    seen: dict[str, str] = {}
    for example in EXAMPLES:
        text = json.dumps({k: v for k, v in example.document.items() if k != "source"})
        assert text not in seen, f"{example.name} says what {seen[text]} says"
        seen[text] = example.name


def test_what_is_assumed_is_written_down():
    written = Path(__file__).with_name("ASSUMPTIONS.md").read_text("utf-8")
    assert written == assumptions(), "python -m tests.contract.corpus writes it"


# The client


async def no_sleep(_: float) -> None:
    """Wait no time between tries."""


async def call(example: Example, url: str) -> Any:
    arguments, method = dict(example["call"]["arguments"]), example["call"]["method"]
    kind = Client if hasattr(Client, method) else InferenceClient
    folder = contextlib.ExitStack()
    if "path" in arguments:
        # What is uploaded is read from a disk: the part that has a file name.
        (part,) = (part for part in example["request"]["multipart"] if "filename" in part)
        path = Path(folder.enter_context(tempfile.TemporaryDirectory())) / arguments["path"]
        path.write_text(part["data"])
        arguments["path"] = path
    options = {"base_url": url, "sleep": no_sleep, **example.get("client", {})}
    with folder:
        return await answer_of(kind(KEY, **options), method, arguments)


async def answer_of(client: Client, method: str, arguments: Mapping[str, Any]) -> Any:
    async with client:
        result = getattr(client, method)(**arguments)
        if not isinstance(result, AsyncIterator):
            return await result
        pages = []
        async for page in result:
            assert len(pages) < 5, "This walk has no end."
            pages.append(page)
        return pages


def recorder(example: Example) -> Recorder:
    answer = example["answer"]
    body = json.dumps(answer["body"]) if "body" in answer else answer["text"]
    headers = {"content-type": "application/json"} | answer.get("headers", {})
    return Recorder(answer["status"], headers, body.encode(), cut=answer.get("cut", False))


@those_with("client")
async def test_client_builds_the_request(example: Example):
    with recorder(example) as server:
        try:
            await call(example, server.url)
        except errors.ApiError:
            assert "raises" in example.document
    expected = corpus.build(example["request"], KEY, {})
    first = server.requests[0]
    assert (first.method, first.path, first.query) == (
        expected.method,
        expected.path,
        expected.query,
    )
    if "body" in example["request"]:
        assert json.loads(first.body) == example["request"]["body"]
        assert first.headers["content-type"].partition(";")[0] == "application/json"
    elif "multipart" in example["request"]:
        assert parts_of(first) == parts_of(expected)
        assert first.headers["content-length"] == str(len(first.body))
    else:
        assert first.body == b""
    for request in server.requests:
        # The later ones are tries again, the next page, or a second look.
        assert request.method == "GET" or (request.target, request.body) == (
            first.target,
            first.body,
        )
        assert request.headers["authorization"] == expected.headers["authorization"]
        assert KEY not in request.target


def parts_of(request: Any) -> dict[str, Any]:
    """Read a multipart body, with a parser that is neither side's."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    parts = {
        part.get_param("name", header="content-disposition"): (
            part.get_filename(),
            part["content-type"],
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    }
    if "fields" in parts:  # JSON, however it is written
        parts["fields"] = (*parts["fields"][:2], json.loads(parts["fields"][2]))
    return parts


STRUCTS = {
    "chunk_configuration": models.ChunkConfiguration,
    "field_definitions": list[models.FieldDefinition],
    "field_definition_updates": list[models.FieldDefinitionUpdate],
}
STRUCTURED = [e for e in EXAMPLES if STRUCTS.keys() & e.get("call", {}).get("arguments", {}).keys()]


@pytest.mark.parametrize("example", STRUCTURED, ids=lambda example: example.name)
async def test_client_takes_structs_for_mappings(example: Example):
    arguments = {
        name: msgspec.convert(value, STRUCTS[name]) if name in STRUCTS else value
        for name, value in example["call"]["arguments"].items()
    }
    called = example["call"] | {"arguments": arguments}
    with recorder(example) as server, contextlib.suppress(errors.ApiError):
        await call(Example(example.name, {**example.document, "call": called}), server.url)
    expected = example["request"]["body"]
    assert without_unset(json.loads(server.requests[0].body)) == without_unset(expected)


def without_unset(value: Any) -> Any:
    """Leave out members that proto-JSON reads like absent ones."""
    if isinstance(value, list):
        return [without_unset(item) for item in value]
    if not isinstance(value, dict):
        return value
    default = {"operation": "FIELD_DEFINITION_ADD"}
    members = {name: without_unset(member) for name, member in value.items()}
    return {n: m for n, m in members.items() if m and m != default.get(n)}


@those_with("client")
async def test_client_reads_the_answer(example: Example):
    with recorder(example) as server:
        if "raises" not in example.document:
            result = await call(example, server.url)
            expected = example["reads"]
            read = {path: look_up(result, path) for path in expected}
            assert retyped(read, expected) == expected
            return
        told = example["raises"]
        with pytest.raises(getattr(errors, told["error"])) as caught:
            await call(example, server.url)
    found = {name: getattr(caught.value, name) for name in told if name != "error"}
    assert found == {name: told[name] for name in found}
    sentence = str(caught.value)
    assert re.fullmatch(r"[A-Z“\"'].*[.!?…”)]", sentence, re.DOTALL), sentence
    assert KEY not in sentence + repr(caught.value)
    assert not re.search(r"<\w", sentence), f"markup in a sentence: {sentence}"


def look_up(value: Any, path: str) -> Any:
    """Follow `a.b[0].c`; `[]` looks the rest up in each item."""
    if not path:
        return value
    step, rest = re.match(r"(\[\d*\]|[^.\[\]]+)\.?(.*)", path, re.DOTALL).groups()
    if step == "[]":
        return [look_up(item, rest) for item in value]
    if step.startswith("["):
        return look_up(value[int(step[1:-1])], rest)
    inner = value[step] if isinstance(value, Mapping) else getattr(value, step)
    return look_up(inner, rest)


def retyped(read: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Make values of the wrong type unequal: 1 is not True, and 1.0 not 1."""
    return {
        path: value if _plain(value) is _plain(expected[path]) else (type(value), value)
        for path, value in read.items()
    }


def _plain(value: Any) -> type:
    """The JSON type of a value; an enum of words is a word."""
    return str if isinstance(value, str) else type(value)


# The emulator


@functools.cache
def shared_server(options: str) -> Server:
    """Start one emulator for all examples with the same options; it dies with the process."""
    return Server(**json.loads(options)).__enter__()


@pytest.fixture
def serve() -> Iterator[Callable[[Example], Server]]:
    """Give the emulator an example needs: a shared one, or one that nobody else uses."""
    own: list[Server] = []

    def server_for(example: Example) -> Server:
        options = {"seed": "none", "index_seconds": 0, "key": KEY}
        options |= example.get("emulator", {}).get("options", {})
        if not options.pop("fresh", False):
            return shared_server(json.dumps(options, sort_keys=True))
        own.append(Server(**options).__enter__())
        return own[-1]

    yield server_for
    for server in own:
        server.__exit__(None, None, None)


class Asked:
    """One conversation with an emulator, and the names it gave to what the example names."""

    def __init__(self, server: Server):
        self.server = server
        self.names: dict[str, str] = {}

    def ask(self, request: Mapping[str, Any], key: str | None) -> Answer:
        return ask(self.server.url, corpus.build(request, key, self.names))

    def ask_until(
        self, told: Mapping[str, Any], request: Mapping[str, Any], key: str | None
    ) -> Answer:
        begin = time.time()
        for half_seconds in range(60):
            self.server.store.clock = lambda now=begin + half_seconds / 2: now
            answer = self.ask(request, key)
            found = answer.json()
            if all(found.get(member) == value for member, value in told.items()):
                return answer
        pytest.fail(f"It never came to be {told}: {answer}")

    def prepare(self, steps: list[Mapping[str, Any]]) -> None:
        for step in steps:
            for _ in range(step.get("times", 1)):
                answer = self.ask(step, self.server.key)
                assert answer.status == step.get("status", 200), (step, answer)
            for own, path in step.get("takes", {}).items():
                self.names[own] = look_up(answer.json(), path)


@those_with("emulator")
def test_emulator_answers_the_shape(example: Example, serve: Callable[[Example], Server]):
    emulator = example.get("emulator", {})
    asked = Asked(serve(example))
    asked.prepare(example.setup())
    key = emulator.get("key", asked.server.key)
    if until := emulator.get("until"):
        answer = asked.ask_until(until, example["request"], key)
    else:
        answer = asked.ask(example["request"], key)

    told = example["answer"]
    assert answer.status == told["status"], answer
    if "text" in told:
        assert answer.body == told["text"].encode()
        content_type = answer.headers["content-type"].partition(";")[0]
        assert content_type == told["headers"]["content-type"]
        return
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    for name, value in told.get("headers", {}).items():
        assert answer.headers[name].isdigit() is value.isdigit()
    free, lists = tuple(emulator.get("free", ())), emulator.get("lists", {})
    found = answer.json()
    assert (
        list(corpus.differences(told["body"], found, names=asked.names, free=free, lists=lists))
        == []
    ), found


# The referee itself


def mutations(value: Any, name: str = "") -> Iterator[Any]:
    """Yield every answer that is one member, one type, one item or one value away from `value`."""
    if isinstance(value, dict):
        yield value | {"a_member_too_many": 1}
        for member in value.keys() - corpus.OPEN_MEMBERS.keys():
            yield {other: value[other] for other in value if other != member}
            for mutated in mutations(value[member], member):
                yield value | {member: mutated}
    elif isinstance(value, list):
        yield [*value, {}]
        for index, inner in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for mutated in mutations(inner):
                yield [*value[:index], mutated, *value[index + 1 :]]
    elif isinstance(value, str):
        # The words of an error and a token are the emulator's own.
        yield from (None, 1) if name in {"message", "pagination_token"} else (None, 1, value + "?")
    else:
        others: dict[type, tuple[Any, ...]] = {
            bool: (int(bool(value)), None, not value),
            int: (str(value), None, True),
        }
        yield from others.get(type(value), ("", 0, {}))


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if "body" in e["answer"]], ids=lambda example: example.name
)
def test_no_answer_beside_the_right_one_passes(example: Example):
    body = example["answer"]["body"]
    assert list(corpus.differences(body, body)) == []
    passed = [wrong for wrong in mutations(body) if not list(corpus.differences(body, wrong))]
    assert passed == []


def test_a_known_name_is_not_any_name():
    one, other = (f"file_{n:08x}-0000-4000-8000-000000000000" for n in (1, 2))
    assert list(corpus.differences({"file_id": one}, {"file_id": other})) == []
    assert list(corpus.differences({"file_id": one}, {"file_id": other}, names={one: one})) != []
    assert list(corpus.differences({"file_id": one}, {"file_id": "collection" + one[4:]})) != []
    assert list(
        corpus.differences({"created_at": "2026-04-16T09:59:19.123456Z"}, {"created_at": "now"})
    )
