"""What holds the key does not tell it: by no repr, no member that is printed, no traceback."""

import asyncio
import copy
import io
import logging
import pickle
import pprint
import traceback

import pytest
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from tests.contract.scripted import BREAK, Scripted, fault, reply
from tests.e2e.leaks import KEY, leaks_in
from tests.ui.entering import FakeKeyring
from xcoll_tui.api import routes
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import ApiError, InvalidKey
from xcoll_tui.api.keys import KeyMask, accept_key
from xcoll_tui.cli.access import ProfileAccess
from xcoll_tui.cli.inference import InferenceAccess
from xcoll_tui.credentials import (
    INFERENCE,
    Key,
    Profile,
    Secret,
    Supplied,
    Unfit,
    Vault,
    backends,
    parse_key,
    take_key,
)
from xcoll_tui.log import Log
from xcoll_tui.session.inference import InferenceHost
from xcoll_tui.session.session import Session


def told_of(thing):
    """Write an object, and what it holds, in every way that is common."""
    members = getattr(thing, "__dict__", {})
    yield from (repr(thing), str(thing), f"{thing}", f"{thing!r:>99}")
    yield from (
        repr(members),
        pprint.pformat(members),
        pprint.pformat(thing),
        pprint.saferepr([thing]),
    )
    yield from (pretty_repr(thing), pretty_repr(members), pretty_repr([thing], expand_all=True))
    console = Console(file=io.StringIO(), width=200)
    console.print(thing, members)
    yield console.file.getvalue()


def told_by(error, *, with_locals=True):
    """Write an error with its frames and all that they hold, in every way that is common."""
    yield from told_of(error)
    yield from traceback.format_exception(error)
    shown = traceback.TracebackException.from_exception(error, capture_locals=with_locals)
    yield from shown.format()
    console = Console(file=io.StringIO(), width=200)
    told = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=with_locals, locals_max_string=None
    )
    console.print(told)
    yield console.file.getvalue()
    logged = io.StringIO()
    logger, handler = logging.getLogger("leaks"), logging.StreamHandler(logged)
    logger.addHandler(handler)
    logger.error("It failed: %s, %r", error, error, exc_info=error)
    logger.removeHandler(handler)
    yield logged.getvalue()


def assert_silent(written):
    found = [leak for each in written for leak in leaks_in(each.encode("utf-8", "replace"))]
    assert not found, "\n".join(found)


class Open:
    """A holder as it should not be."""

    def __init__(self):
        self.key = KEY


def test_the_ways_of_telling_tell_of_a_holder_that_hides_nothing():
    assert sum(bool(leaks_in(each.encode())) for each in told_of(Open())) >= 4

    def fail():
        held = {"key": KEY}
        raise LookupError(len(held))

    with pytest.raises(LookupError) as caught:
        fail()
    telling = [each for each in told_by(caught.value) if leaks_in(each.encode())]
    assert len(telling) >= 2  # by both kinds of tracebacks


@pytest.fixture
async def service():
    async with Scripted(reply(body={"collections": [], "data": []})) as listening:
        yield listening


async def test_no_object_that_holds_the_key_tells_it(service, tmp_path):
    keyring = FakeKeyring()
    profile = Profile(base_url=service.url)
    access = ProfileAccess(
        profile,
        vault=keyring,
        environment_key=Key(Secret(KEY), "XAI_MANAGEMENT_KEY"),
        inference_url=service.url,
        inference_vault=keyring,
    )
    access.log = log = Log(tmp_path / "log")
    assert await access.find()
    connection = access.connect()
    await access.check(KEY)
    await access.keep()
    client = access._open[0]
    vault = Vault()
    vault._known_keys["default"] = Secret(KEY)
    with_text = Client(KEY, service.url)
    await client.list_collections()
    request = client._request(routes.LIST_COLLECTIONS, "/", "", None)
    assert request.headers["Authorization"].endswith(KEY)
    trusted = backends.Trusted("Secret Service", keyring)
    holders = (
        *(access.key, access.key.secret, access, access._checked, client, client._key),
        *(client._mask, KeyMask(accept_key(KEY)), with_text, with_text._key, accept_key(KEY)),
        *(vault, trusted, log, log._masks, connection, connection.session, client._http),
        keyring,
        *(access._maker(access.key.secret), Session(client)),
    )
    supplied = Supplied(INFERENCE, {"XAI_API_KEY": Secret(KEY)})
    inference = InferenceAccess(profile, supplied, service.url, log=log)
    searcher = await inference.open()
    await searcher.list_collections()
    entry = access.inference_keys
    await entry.check(KEY)
    assert (await entry.keep()).stored
    holders = (*holders, entry, entry._checked, access._inference_entered, access.inference())
    host = InferenceHost(inference.open)
    holders = (*holders, supplied, inference, await inference.find(), searcher, searcher._http)
    holders = (*holders, host, await host.service(), inference.vault())
    await host.close()
    await searcher.aclose()
    tasks = asyncio.all_tasks()
    await connection.close()
    await with_text.aclose()
    log.close()
    for holder in (*holders, *tasks):
        assert_silent(told_of(holder))
    # What httpx keeps of a request is open to who takes it apart; nothing of ours does.
    assert_silent([repr(request), repr(request.headers), str(request.headers)])
    assert_silent([pretty_repr(request), pretty_repr([request.headers])])


def test_a_secret_cannot_be_taken_out_by_the_way():
    secret = Secret(KEY)
    for take in (vars, pickle.dumps, lambda held: held.__getstate__(), lambda held: held.__dict__):
        with pytest.raises((TypeError, AttributeError)) as refusal:
            take(secret)
        assert_silent(told_by(refusal.value, with_locals=False))
    assert copy.deepcopy(Key(secret, "here")).secret is secret
    with pytest.raises((TypeError, ValueError)) as refusal:
        f"{secret:d}"
    assert_silent(told_by(refusal.value, with_locals=False))


ANSWERS = {
    "refused": [fault(401, 16, f"Invalid bearer token {KEY}.")],
    "another": [fault(418, 3, f"Not with {KEY}.")],
    "no answer of the API's": [
        reply(body=f"<title>{KEY}</title>".encode(), content_type="text/html")
    ],
    "redirected": [reply(302, location=f"https://x.example/{KEY}")],
    "interrupted": [BREAK],
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_no_error_of_a_request_holds_the_key_in_any_frame(name):
    async def sleep(_):
        """Go on."""

    async with (
        Scripted(*ANSWERS[name]) as service,
        Client(Secret(KEY), service.url, sleep=sleep) as client,
    ):
        with pytest.raises(ApiError) as caught:
            await client.list_collections()
        # pytest's frame is this one, and holds what this test holds.
        error = caught.value.with_traceback(caught.value.__traceback__.tb_next)
        assert_silent(told_by(error))
        assert_silent(told_of(vars(error)))


class Leaky:
    """A keyring of the library that says in its errors what it was given."""

    def get_password(self, *_):
        raise OSError(f"no {KEY} here")

    def set_password(self, _service, _username, password):
        raise RuntimeError(f"cannot write {password}")

    def delete_password(self, *_):
        raise ValueError(KEY)


@pytest.mark.parametrize("call", ["read", "store", "delete"])
async def test_no_error_of_a_keyring_holds_the_key_in_any_frame(call, monkeypatch):
    trusted = backends.Trusted("Secret Service", Leaky())
    if call == "store":
        monkeypatch.setattr(backends.Trusted, "read", lambda *_: None)
    monkeypatch.setattr("xcoll_tui.credentials.vault.find_trusted", lambda: trusted)
    vault, secret = Vault(), Secret(KEY)
    with pytest.raises(Exception, match="could not be") as caught:
        await (
            vault.store("default", secret) if call == "store" else getattr(vault, call)("default")
        )
    assert_silent(told_by(caught.value))


async def test_what_is_kept_and_can_be_no_key_is_not_told(monkeypatch):
    keyring = Leaky()
    keyring.get_password = lambda *_: f"{KEY}\n{KEY}"
    trusted = backends.Trusted("Secret Service", keyring)
    monkeypatch.setattr("xcoll_tui.credentials.vault.find_trusted", lambda: trusted)
    with pytest.raises(Unfit) as caught:
        await Vault().read("default")
    assert_silent(told_by(caught.value))


@pytest.mark.parametrize("made_unfit", ["\t{}", "{}\n{}", "{}✓", "\ud800{}"])
@pytest.mark.parametrize("take", ["parsed", "given", "held by the client"])
def test_no_error_about_a_key_tells_it(made_unfit, take):
    if (take, made_unfit) == ("parsed", "\t{}"):
        made_unfit = "{} {}"  # whitespace around it is dropped there
    text = made_unfit.format(KEY, KEY)
    taking = {
        "parsed": lambda: parse_key(text),
        "given": lambda: take_key({"XAI_MANAGEMENT_KEY": text}),
        "held by the client": lambda: Client(text),
    }
    with pytest.raises(InvalidKey) as caught:
        taking[take]()
    # The frames hold what they were given, which is text yet: no locals here.
    assert_silent(told_by(caught.value, with_locals=False))
