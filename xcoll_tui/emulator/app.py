"""The web application: authentication, routes, faults, and answers as grpc-gateway writes them.

What the sources leave open is chosen here, once (the first group is the list that everyone who
tests against the emulator goes by; the second is the emulator's own):

- Authentication is checked before anything else, on every route, existing or not.
- 400 with code 3: malformed JSON; an empty or missing collection_name; unknown enum names (in
  filters too); a wrong type; a limit that is no integer; a field definition without a key; a filter
  with a syntax error, or a comparison of a number or time with something that is none; a token of
  another list, order or filter.
- A limit above 100 counts as 100; 0 and below as absent. Text sorts and compares by code point. OR
  binds tighter than AND. `name` matches partially.
- `documents%3AbatchGet` works as `documents:batchGet`; unknown IDs are left out, repeated ones are
  taken once, any number is answered.
- Two collections may have the same name. Attaching an unknown file is 404, a broken field rule 400
  (unique: 409), and nothing is attached. Deleting a collection keeps the files, in every case.
- `remove`: `keep` keeps the file of a removed document; `delete-file`: a file goes with its last
  document. `undeclared`: `accept` takes fields without a definition, `refuse` answers 400 to an
  attach and a PATCH with one. A direct upload is refused then in every case, with 500 and the words
  of gRPC.
- `lag`: list, get, batchGet and counts show what was so many seconds ago; writes see the truth.
- An attach or PATCH may have a JSON content type and no body. A route that does not exist is 404, a
  method that does not fit 405 code 12, HEAD and OPTIONS among them.

- Every answer has an `x-request-id` of its own, and a `date` by the clock of the store.
- Equal sort keys are ordered by when the thing was made; descending is the exact reverse.
- `:` on text means "contains", `=` equals (collection_name: both "contain"). `!=`, `:!`, NOT are
  exact negations, also where a document lacks the field; an unknown field is neither true nor
  false. A date without a time is its midnight UTC. A bare range compares text by code point.
- A request member given in both spellings is refused, and so is a body that is no object; null is
  absent; an empty body is an empty object.
- PUT: a chunk_configuration without a strategy keeps the old one; its flags, when absent, stay.
  Adding a field as unique where documents share a value is 409; deleting one that is not there
  changes nothing. An existing field may become required. collection_description "" is kept as "".
- `lag` makes nothing else late: files are the truth, and a write answers what it made. Indexing is
  as far behind as the rest. Several lags are replicas that answer one read after the other.
- `late`: a removal, an attach, a PATCH, and the change or deletion of a collection take effect only
  so long after their answer. What would be refused is refused at once.
- Refusing undeclared fields looks at those that are given; with `metadata_patch` `ignore`, or
  `reattach` `keep`, at none. An empty value does not satisfy `required`, and `unique` does not
  compare it.
- PATCH indexes again in every case. `replace`: the given fields are all there are ({} removes
  all); `merge`: they are laid over the old ones, and no key is ever removed; `ignore`: they are
  not looked at beyond their types. Field rules hold as at attach.
- Attaching again: `conflict` 409; `replace` the fields, and index again; `keep`: nothing changes.
- A file that is neither UTF-8 text without NUL bytes, nor PDF or Office by type or name, fails.
- `last_indexed_at` stays while a document is indexed again, and when that fails.
- A document's age is that of its file. A file that is deleted leaves every collection.
- Files and search are the inference host's, here on the same port. With one key they take it as
  well, and answer errors in the same form; with an inference key of their own they take that alone,
  and answer in the form of that host, where a wrong key is 400.
- A direct upload needs `data`; without `name` it has the part's file name. A file may have 50 MB, a
  direct upload 100 MB (of a million bytes); more is 413 code 3. `upload` `fail`: it is always 500.
- The list of files is `data`, by age, the newest first; `name` in its filter is part of a name in
  any case. A file that has expired is gone for the routes of files and for attaching; what becomes
  of its documents no source says, and they stay.
- A search is a stand-in (`search.py`, `search_index.py`): bm25 for words, n-grams for spelling, and
  reciprocal ranks for both; it finds what is indexed by then, whatever the `lag`.
"""

import asyncio
import hmac
import sys
import traceback
import uuid
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from math import ceil
from typing import Any, Unpack

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from xcoll_tui.emulator.faults import GARBAGE, Fault, Rate, find_fault
from xcoll_tui.emulator.policies import Policies, PolicyOptions
from xcoll_tui.emulator.routes import Call, Routes
from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import RefusedError, encode, error_body

ABORT = "xcoll.abort"
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Answer:
    """An answer before it is sent."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


_WRONG_KEY = "Incorrect API key provided."
# How the inference host begins its errors, where that was seen or is likely.
_INFERENCE_CODES = {
    400: "Client specified an invalid argument",
    404: "Some requested entity was not found",
    405: "The method is not allowed here",
    413: "The request is too large",
    429: "Some resource has been exhausted",
}


def _refusal(error: RefusedError, *, inference: bool = False) -> Answer:
    status, body = error.status, error_body(error.status, error.message)
    if inference:
        status = 400 if status == 401 else status
        code = _INFERENCE_CODES.get(status, "The service is currently unavailable")
        body = {"code": code, "error": error.message}
    return Answer(status, encode(body), headers=error.headers)


def is_of_inference(path: str) -> bool:
    """Tell whether a path is one of the inference host."""
    return path in {"/v1/documents/search", "/v1/files"} or path.startswith("/v1/files/")


@dataclass(frozen=True, eq=False)
class Service:
    """The ASGI application below Starlette: one request after the other through all the steps.

    The store is only touched in the executor's one thread, so that the event loop, which may be
    the user interface's own, never waits for SQLite.
    """

    store: Store
    routes: Routes
    key: str
    inference_key: str | None
    latency: float
    rate: Rate | None
    faults: list[Fault]
    executor: ThreadPoolExecutor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        send = self._with_headers(send)
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        except Exception as error:
            # Inside another program the body is made there while it is read, and may fail there.
            raise ConnectionResetError("The request was broken off by its sender.") from error
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            self._admit(request)
        except RefusedError as error:
            answer = _refusal(error, inference=self._speaks_inference(request))
            await _send(answer, scope, receive, send)
            return
        fault = find_fault(self.faults, request.method, scope["path"])
        if fault is None:
            await _send(await self._perform(request, body), scope, receive, send)
        elif fault.phase == "before":
            await _go_wrong(fault, None, scope, receive, send)
        else:
            await _go_wrong(fault, await self._perform(request, body), scope, receive, send)

    async def fail(self, _request: Request, error: Exception) -> Response:
        """Answer what went wrong in here, or was to go wrong without a socket."""
        if not isinstance(error, ConnectionResetError):
            traceback.print_exception(error, file=sys.stderr)
        body = encode(error_body(500, "The emulator has a defect; its stderr tells more."))
        return Response(body, 500, {"content-type": JSON_TYPE, **self._headers_of_all()})

    def _headers_of_all(self) -> dict[str, str]:
        # Tests put another clock into the store at any time.
        date = formatdate(self.store.clock(), usegmt=True)
        return {"date": date, "x-request-id": str(uuid.uuid4())}

    def _with_headers(self, send: Send) -> Send:
        """Add what every answer has, unless a fault says otherwise."""

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=[*message["headers"]])
                for name, value in self._headers_of_all().items():
                    headers.setdefault(name, value)
                message = {**message, "headers": headers.raw}
            await send(message)

        return send_with_headers

    def _admit(self, request: Request) -> None:
        authorization = request.headers.get("authorization", "").encode("latin-1")
        scheme, _, key = authorization.partition(b" ")
        given = scheme.lower() + b" " + key.strip()
        right, other, refusal = self.key, self.inference_key, "Invalid bearer token."
        if self._speaks_inference(request):
            right, other, refusal = self.inference_key or "", self.key, _WRONG_KEY
        if not hmac.compare_digest(given, f"bearer {right}".encode()):
            advice = "Pass the emulator's key as Authorization: Bearer KEY."
            if other is not None and hmac.compare_digest(given, f"bearer {other}".encode()):
                advice = "This is the key of the other host."
            raise RefusedError(401, f"{refusal} {advice}")
        wait = self.rate.admit() if self.rate else 0
        if wait > 0:
            raise RefusedError(429, "Too many requests.", {"Retry-After": str(ceil(wait))})

    def _speaks_inference(self, request: Request) -> bool:
        return self.inference_key is not None and is_of_inference(request.scope["path"])

    async def _perform(self, request: Request, body: bytes) -> Answer:
        raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
        call = Call(
            method=request.method,
            raw_path=raw_path,
            query_string=request.scope["query_string"],
            content_type=request.headers.get("content-type", ""),
            body=body,
        )
        loop = asyncio.get_running_loop()
        inference = self._speaks_inference(request)
        return await loop.run_in_executor(self.executor, self._answer, call, inference)

    def _answer(self, call: Call, inference: bool) -> Answer:
        try:
            payload = self.routes.answer(call)
        except RefusedError as error:
            return _refusal(error, inference=inference)
        if isinstance(payload, dict):
            return Answer(200, encode(payload))
        content, content_type = payload
        return Answer(200, content, content_type)


async def _send(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {**answer.headers, "content-type": answer.content_type}
    await Response(answer.body, answer.status, headers)(scope, receive, send)


async def _go_wrong(
    fault: Fault, answer: Answer | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer as a fault says; answer is what was to be said, None before it took effect."""
    if fault.effect == "garbage":
        answer = Answer(200, GARBAGE, headers=fault.headers)
    elif isinstance(fault.effect, int) and not (answer and fault.effect == answer.status):
        body = encode(error_body(fault.effect, "This fault was asked for."))
        # HTTP allows these two no body.
        body = b"" if fault.effect in (204, 304) else body
        answer = Answer(fault.effect, body, headers=fault.headers)
    if fault.phase == "during" and answer is not None:
        headers = {
            **answer.headers,
            "content-type": answer.content_type,
            "content-length": str(len(answer.body)),
        }
        start = Response(status_code=answer.status, headers=headers)
        await send(
            {
                "type": "http.response.start",
                "status": start.status_code,
                "headers": start.raw_headers,
            }
        )
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
    elif answer is not None and fault.effect not in ("reset", "timeout"):
        await _send(answer, scope, receive, send)
        return
    if fault.effect == "timeout":
        await _until_client_leaves(receive)
    else:
        await _drop(scope, receive, rude=fault.effect == "reset")


async def _until_client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drop(scope: Scope, receive: Receive, *, rude: bool) -> None:
    abort: Callable[[bool], None] | None = scope.get("extensions", {}).get(ABORT)
    if abort is None:
        # There is no socket: the exception is what the client gets instead.
        raise ConnectionResetError("The emulator dropped the connection, as a fault says.")
    abort(rude)
    await _until_client_leaves(receive)


def create_app(
    store: Store,
    *,
    key: str,
    inference_key: str | None = None,
    lag: float | Sequence[float] = 0.0,
    late: float | Mapping[str, float] = 0.0,
    index_seconds: float = 5.0,
    latency: float = 0.0,
    rate: int | None = None,
    faults: Sequence[Fault] = (),
    **policies: Unpack[PolicyOptions],
) -> Starlette:
    """Make the application of a store.

    `inference_key` is what files and search take, None for the same key. latency, lag and late are
    in seconds, rate in requests a second; of lag and late Routes tells
    more. `app.state.faults` is a list of Fault that may be changed at any time.
    `app.state.executor` runs what touches the store; whoever made the application shuts it down
    before closing the store.
    """
    app = Starlette()
    app.state.faults = list(faults)
    app.state.executor = ThreadPoolExecutor(1, thread_name_prefix="emulator")
    routes = Routes(
        store,
        key=key,
        policies=Policies(**policies),
        index_seconds=index_seconds,
        lag=lag,
        late=late,
    )
    # Starlette's own routes match decoded paths, where an ID that holds %2F cannot be told from
    # two segments; and they answer what they do not know in plain text.
    app.router.default = service = Service(
        store,
        routes,
        key=key,
        inference_key=inference_key,
        latency=latency,
        rate=Rate(rate) if rate else None,
        faults=app.state.faults,
        executor=app.state.executor,
    )
    app.add_exception_handler(Exception, service.fail)
    return app
