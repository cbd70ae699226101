"""What the client makes of refusals, faults, cut bodies, silence and waits."""

import asyncio
import inspect
import logging
import random
import traceback
from email.utils import formatdate

import pytest

from tests.contract.scripted import BREAK, KEY, SILENCE, Scripted, cut, fault, reply
from xcoll_tui.api import errors, retry
from xcoll_tui.api.client import Client

HTML = reply(200, b"<!doctype html><title>Sign in</title>", content_type="text/html")
EMPTY = reply(200, b"")
GARBAGE = reply(200, b"\x00\xff{]")
COLLECTION = reply(body={"collection_id": "c"})
DOCUMENT = {"file_metadata": {"file_id": "f"}, "fields": {"a": "1"}}

READS = {
    "list_collections": lambda c: c.list_collections(),
    "get_collection": lambda c: c.get_collection("c"),
    "list_documents": lambda c: c.list_documents("c"),
    "get_document": lambda c: c.get_document("c", "f"),
    "batch_get_documents": lambda c: c.batch_get_documents("c", ["f"]),
    "validate_key": lambda c: c.validate_key(),
}
REPEATABLE_WRITES = {
    "update_collection": lambda c: c.update_collection("c", collection_name="n"),
    "delete_collection": lambda c: c.delete_collection("c"),
    "add_document": lambda c: c.add_document("c", "f"),
    "remove_document": lambda c: c.remove_document("c", "f"),
}
ONCE_ONLY = {
    "create_collection": lambda c: c.create_collection("n"),
    "update_document": lambda c: c.update_document("c", "f", fields={"a": "1"}),
    "reindex_document": lambda c: c.reindex_document("c", "f"),
}
WRITES = REPEATABLE_WRITES | ONCE_ONLY
ALL = READS | WRITES
ALL_BUT_CREATE = {name: call for name, call in ALL.items() if name != "create_collection"}
# A whole answer that each of the calls can read.
ANY_ANSWER = reply(
    body={
        "collection_id": "c",
        "apiKeyId": "k",
        **DOCUMENT,
        "collections": [],
        "documents": [DOCUMENT],
    }
)


def of(calls):
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


class Waits:
    """A sleep that takes no time, a clock that it turns, and what was announced."""

    def __init__(self):
        self.slept = []
        self.announced = []
        self.records = []
        self.now = 1_000_000.0

    async def sleep(self, seconds):
        assert len(self.announced) > len(self.slept), "announced before it begins"
        self.slept.append(seconds)
        self.now += seconds

    def options(self, **more):
        return {
            "sleep": self.sleep,
            "clock": lambda: self.now,
            "random": lambda: 1.0,
            "on_wait": self.announced.append,
            "on_request": self.records.append,
            **more,
        }


async def fail(call, *steps, **options):
    """Run the call against a script; return the error, the service and what was waited."""
    waits = Waits()
    async with (
        Scripted(*steps) as service,
        Client(KEY, service.url, **waits.options(**options)) as client,
    ):
        with pytest.raises(errors.ApiError) as caught:
            await call(client)
    error = caught.value
    assert str(error).endswith(".")
    assert error.method
    assert error.path.startswith("/")
    return error, service, waits


async def succeed(call, *steps, **options):
    waits = Waits()
    async with (
        Scripted(*steps) as service,
        Client(KEY, service.url, **waits.options(**options)) as client,
    ):
        result = await call(client)
    return result, service, waits


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidArgument),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.Rejected),
        (409, errors.Conflict),
        (412, errors.Rejected),
    ],
)
@of({"a read": READS["list_documents"], **WRITES})
async def test_a_refusal_is_final(call, status, kind):
    error, service, waits = await fail(call, fault(status, 9, "Because."))
    assert type(error) is kind
    assert (error.status, error.code, error.message) == (status, 9, "Because.")
    assert len(service.heard) == 1
    assert waits.announced == []


@of(ALL_BUT_CREATE)
async def test_429_is_waited_out_as_told_but_for_a_create(call):
    _, service, waits = await succeed(
        call, fault(429, 8, retry_after="7"), fault(429, 8, retry_after="0.5"), ANY_ANSWER
    )
    assert waits.slept == [7.0, 0.5]
    assert len(service.heard) == 3
    assert len({(each.method, each.target, each.body) for each in service.heard}) == 1
    first = waits.announced[0]
    assert (first.seconds, first.attempt) == (7.0, 1)
    assert (first.method, first.path) == (service.heard[0].method, service.heard[0].target)
    assert "429" in first.reason


LIMITS = {
    "429": fault(429, 8, "Slow down.", retry_after="7"),
    "5xx": reply(
        500,
        {"code": 8, "message": "rpc error: code = ResourceExhausted desc = Slow down."},
        retry_after="7",
    ),
}


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS.keys())
async def test_a_create_is_not_sent_again_after_a_429(limit):
    error, service, waits = await fail(ONCE_ONLY["create_collection"], limit, ANY_ANSWER)
    assert type(error) is errors.RateLimited
    assert (error.retry_after, error.message) == (7.0, "Slow down.")
    assert error.outcome_unknown
    assert len(service.heard) == 1
    assert waits.announced == []


async def test_a_create_that_is_answered_429_pauses_the_others():
    waits = Waits()
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        waits.now += seconds

    async with (
        Scripted(LIMITS["429"], reply()) as service,
        Client(KEY, service.url, **waits.options(sleep=sleep)) as client,
    ):
        with pytest.raises(errors.RateLimited):
            await client.create_collection("n")
        await client.list_collections()
    assert slept == [7.0]


async def test_429_may_name_a_time():
    date = formatdate(1_000_090, usegmt=True)
    _, _, waits = await succeed(READS["list_collections"], fault(429, retry_after=date), reply())
    assert waits.slept == [90.0]


@pytest.mark.parametrize("told", ["0", "-1", formatdate(999_000, usegmt=True)])
async def test_429_that_asks_for_no_wait_is_no_burst(told):
    limits = [fault(429, retry_after=told)] * 3
    _, _, waits = await succeed(READS["list_collections"], *limits, reply())
    assert waits.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("ahead", [-120, 120, 86_400])
async def test_a_time_to_wait_for_is_by_the_clock_of_the_service(ahead):
    now = 1_000_000 + ahead
    later = formatdate(now + 5, usegmt=True)
    dated = fault(429, retry_after=later, date=formatdate(now, usegmt=True))
    _, _, waits = await succeed(READS["list_collections"], dated, reply())
    assert waits.slept == [5.0]


async def test_a_time_to_wait_for_without_a_date_is_by_the_last_one():
    waits = Waits()
    limit = fault(429, retry_after=formatdate(2_000_005, usegmt=True))
    steps = [reply(date=formatdate(2_000_000, usegmt=True)), limit, reply()]
    options = waits.options(monotonic=lambda: 7.0)
    async with Scripted(*steps) as service, Client(KEY, service.url, **options) as client:
        await client.list_collections()
        await client.list_collections()
    assert waits.slept == [5.0]


async def test_the_clock_of_the_service_is_known_from_any_answer():
    waits = Waits()
    now = [7.0]
    dates = [formatdate(seconds, usegmt=True) for seconds in (2_000_000, 2_000_100)]
    steps = [reply(), reply(date=dates[0]), fault(404, 5, date=dates[1]), reply(date="nonsense")]
    options = waits.options(monotonic=lambda: now[0])
    async with Scripted(*steps) as service, Client(KEY, service.url, **options) as client:
        await client.list_collections()
        assert client.service_clock() is None
        await client.list_collections()
        assert client.service_clock() == 2_000_000
        now[0] += 1.5
        assert client.service_clock() == 2_000_001.5
        with pytest.raises(errors.NotFound):
            await client.get_collection("c")
        assert client.service_clock() == 2_000_100
        await client.list_collections()
        assert client.service_clock() == 2_000_100


async def test_429_without_a_word_backs_off():
    _, _, waits = await succeed(READS["list_collections"], fault(429), fault(429), reply())
    assert waits.slept == [0.5, 1.0]


async def test_randomness_may_be_a_generator_of_numbers():
    options = {"random": random.Random(7)}
    _, _, waits = await succeed(READS["list_collections"], fault(500), reply(), **options)
    assert waits.slept == [0.5 * random.Random(7).random()]


async def test_429_for_ever_ends():
    error, service, _ = await fail(READS["list_collections"], fault(429, 8, retry_after="1"))
    assert type(error) is errors.RateLimited
    assert error.retry_after == 1.0
    assert len(service.heard) == retry.RATE_LIMITED_TRIES
    assert f"failed {retry.RATE_LIMITED_TRIES} times" in str(error)


async def test_a_wait_that_is_too_long_is_not_begun():
    error, service, waits = await fail(READS["list_collections"], fault(429, 8, retry_after="3600"))
    assert type(error) is errors.RateLimited
    assert error.retry_after == 3600.0
    assert (len(service.heard), waits.slept) == (1, [])


@pytest.mark.parametrize("trouble", [fault(500), fault(502), fault(503), cut(), cut(503), BREAK])
@of(READS | REPEATABLE_WRITES)
async def test_what_may_be_repeated_is(call, trouble):
    _, service, waits = await succeed(call, trouble, trouble, ANY_ANSWER)
    assert len(service.heard) == 3
    assert waits.slept == [0.5, 1.0]
    assert len({(each.method, each.target, each.body) for each in service.heard}) == 1


@of(READS | REPEATABLE_WRITES)
async def test_an_overloaded_service_is_tried_again(call):
    trouble = fault(529, 14, retry_after="3")
    _, _, waits = await succeed(call, trouble, ANY_ANSWER)
    assert waits.slept == [3.0]
    assert waits.announced[0].reason == "the service is overloaded (529)"


@pytest.mark.parametrize("trouble", [fault(500), cut(503), cut(), BREAK])
@of(ONCE_ONLY)
async def test_what_must_not_be_repeated_is_not(call, trouble):
    error, service, waits = await fail(call, trouble, ANY_ANSWER)
    assert len(service.heard) == 1
    assert waits.announced == []
    assert error.outcome_unknown
    assert "check before" in str(error)


@of(WRITES)
async def test_a_write_that_breaks_off_has_an_unknown_outcome(call):
    error, _, _ = await fail(call, BREAK)
    assert type(error) is errors.OutcomeUnknown


@of(READS)
async def test_a_read_that_breaks_off_is_unreachable(call):
    error, service, _ = await fail(call, BREAK)
    assert type(error) is errors.Unreachable
    assert len(service.heard) == retry.FAULT_TRIES


@of(READS)
async def test_a_read_that_is_cut_is_unreadable(call):
    error, _, _ = await fail(call, cut())
    assert type(error) is errors.Unreadable
    assert error.status == 200


@of(ALL)
async def test_5xx_is_a_server_fault(call):
    error, _, _ = await fail(call, fault(500, 13, "Oh."))
    assert type(error) is errors.ServerFault
    assert (error.status, error.code, error.message) == (500, 13, "Oh.")


def passed_on(code, description="Because."):
    return fault(500, 13, f"gRPC Call failed: rpc error: code = {code} desc = {description}")


@of(ALL)
async def test_a_refusal_within_a_5xx_is_final(call):
    error, service, waits = await fail(call, passed_on("InvalidArgument"))
    assert type(error) is errors.InvalidArgument
    assert (error.status, error.message, error.outcome_unknown) == (500, "Because.", False)
    assert len(service.heard) == 1
    assert waits.announced == []


@of(ALL_BUT_CREATE)
async def test_a_limit_within_a_5xx_is_waited_out(call):
    _, service, waits = await succeed(call, LIMITS["5xx"], ANY_ANSWER)
    assert waits.slept == [7.0]
    assert waits.announced[0].rate_limited
    assert len(service.heard) == 2


async def test_gone_in_the_words_of_a_5xx_after_a_lost_answer_is_done():
    await succeed(WRITES["remove_document"], BREAK, passed_on("NotFound"))


@of(READS | {"create_collection": ONCE_ONLY["create_collection"]})
@pytest.mark.parametrize("answer", [HTML, EMPTY, GARBAGE, reply(200, b"[]")])
async def test_an_answer_that_is_none_of_the_apis_is_unreadable(call, answer):
    error, service, _ = await fail(call, answer)
    assert type(error) is errors.Unreadable
    assert error.status == 200
    assert len(service.heard) == 1


@of({name: call for name, call in WRITES.items() if name != "create_collection"})
@pytest.mark.parametrize("answer", [HTML, GARBAGE, reply(200, b"[]")])
async def test_a_web_page_is_no_success_of_a_write(call, answer):
    error, _, _ = await fail(call, answer)
    assert type(error) is errors.Unreadable
    assert error.outcome_unknown


ACKNOWLEDGED = {
    name: WRITES[name]
    for name in (
        "delete_collection",
        "add_document",
        "remove_document",
        "reindex_document",
        "update_document",
    )
}
ACKNOWLEDGEMENTS = {
    "empty": EMPTY,
    "{}": reply(200, {}),
    "null": reply(200, b" null\n"),
    "no content": reply(204, b""),
    "accepted": reply(202, {"novel": 1}),
    "the document": reply(200, {**DOCUMENT, "novel": {"code": 5}}),
    "the collection": reply(200, {"collection_id": "c", "code": 7}),
    "no error": reply(200, {"code": 0, "message": "", "error": None}),
    "a success": reply(200, {"code": 200, "message": "OK"}),
}


@of(ACKNOWLEDGED)
@pytest.mark.parametrize("answer", ACKNOWLEDGEMENTS.values(), ids=ACKNOWLEDGEMENTS.keys())
async def test_an_answer_without_content_is_a_success_where_none_is_due(call, answer):
    await succeed(call, answer)


@of(ACKNOWLEDGED)
@pytest.mark.parametrize("body", [b"[]", b"7", b'"done"', b"true", b"OK", b"{", b"<html>"])
async def test_what_is_no_object_is_no_success(call, body):
    error, service, _ = await fail(call, reply(200, body))
    assert type(error) is errors.Unreadable
    assert error.outcome_unknown
    assert len(service.heard) == 1


ERRORS_WITHIN = {
    "grpc 5": ({"code": 5, "message": "m", "details": []}, errors.NotFound),
    "grpc 5 alone": ({"code": 5}, errors.NotFound),
    "grpc 6": ({"code": 6, "message": "m"}, errors.Conflict),
    "grpc 3": ({"code": 3, "message": "m"}, errors.InvalidArgument),
    "grpc 7": ({"code": 7, "message": "m"}, errors.Forbidden),
    "grpc 16": ({"code": 16, "message": "m"}, errors.Unauthorized),
    "an HTTP status": ({"error": {"code": 404, "message": "m"}}, errors.NotFound),
    "a name": ({"code": "ALREADY_EXISTS", "error": "m"}, errors.Conflict),
    "passed on": ({"error": "rpc error: code = NotFound desc = m"}, errors.NotFound),
    "with an empty list": (
        {"documents": [], "collections": [], "code": 5, "message": "m"},
        errors.NotFound,
    ),
}


@of(ALL)
@pytest.mark.parametrize(("body", "kind"), ERRORS_WITHIN.values(), ids=ERRORS_WITHIN.keys())
async def test_an_error_in_a_200_is_that_error(call, body, kind):
    error, _, waits = await fail(call, reply(200, body))
    assert type(error) is kind
    assert error.status == 200
    assert error.message in {"m", ""}
    assert not error.outcome_unknown
    assert waits.announced == []


@of(ALL)
@pytest.mark.parametrize(
    "body",
    [
        {"error": "m"},
        {"code": "Some text", "error": "m"},
        {"code": 99, "message": "m"},
        {"errors": [{"message": "m"}]},
    ],
)
async def test_an_error_in_a_200_that_says_nothing_leaves_a_write_unsure(call, body):
    error, service, _ = await fail(call, reply(200, body))
    assert type(error) is errors.Unreadable
    assert (error.status, error.message) == (200, "m")
    assert "m" in str(error)
    assert error.outcome_unknown is (service.heard[0].method != "GET")
    assert len(service.heard) == 1


@of(READS | REPEATABLE_WRITES)
@pytest.mark.parametrize("code", [13, 14, 4])
async def test_a_fault_in_a_200_is_tried_again_where_that_is_safe(call, code):
    trouble = reply(200, {"code": code, "message": "m"})
    await succeed(call, trouble, ANY_ANSWER)
    error, service, _ = await fail(call, trouble)
    assert type(error) is errors.ServerFault
    assert len(service.heard) == retry.FAULT_TRIES


@of(ONCE_ONLY)
async def test_a_fault_in_a_200_is_final_where_it_is_not(call):
    error, service, _ = await fail(call, reply(200, {"code": 13, "message": "m"}))
    assert type(error) is errors.ServerFault
    assert error.outcome_unknown
    assert len(service.heard) == 1


async def test_gone_in_a_200_after_a_lost_answer_is_done():
    await succeed(WRITES["remove_document"], BREAK, reply(200, {"code": 5, "message": "gone"}))


async def test_gone_in_plain_text_after_a_lost_answer_is_done():
    gone = reply(404, b"not found", content_type="text/plain")
    await succeed(WRITES["remove_document"], BREAK, gone)


@pytest.mark.parametrize("name", ["list_collections", "list_documents", "batch_get_documents"])
@pytest.mark.parametrize("body", [{"message": "Back soon."}, {"novel": []}, {"data": {}}])
async def test_what_is_no_list_is_no_empty_list(name, body):
    error, _, _ = await fail(READS[name], reply(200, body))
    assert type(error) is errors.Unreadable


@pytest.mark.parametrize("status", [404, 502, 429])
async def test_a_proxys_page_is_named(status):
    page = reply(status, b"<html><title>Bad day</title></html>", content_type="text/html")
    error, _, _ = await fail(READS["list_collections"], page)
    assert "“Bad day”" in str(error)
    assert error.status == status


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed(status):
    async with Scripted() as other:
        error, service, _ = await fail(
            READS["list_collections"], reply(status, b"", location=f"{other.url}/v1/collections")
        )
        assert other.connections == 0
    assert type(error) is errors.Rejected
    assert error.status == status
    assert other.url in str(error)
    assert len(service.heard) == 1


async def test_no_redirect_is_followed_to_the_same_host_either():
    error, service, _ = await fail(READS["list_collections"], reply(307, b"", location="/else"))
    assert error.status == 307
    assert len(service.heard) == 1


@pytest.mark.parametrize("lost", [BREAK, fault(502), cut()])
@pytest.mark.parametrize("name", ["delete_collection", "remove_document"])
async def test_gone_after_a_lost_answer_is_done(name, lost):
    _, service, _ = await succeed(WRITES[name], lost, fault(404, 5))
    assert len(service.heard) == 2


@pytest.mark.parametrize("name", ["delete_collection", "remove_document"])
async def test_gone_after_a_plain_429_was_gone_before(name):
    error, _, _ = await fail(WRITES[name], fault(429, 8, retry_after="1"), fault(404, 5))
    assert type(error) is errors.NotFound
    assert (error.outcome_unknown, error.tries) == (False, 2)


async def test_a_proxys_404_does_not_show_that_it_is_gone():
    page = reply(404, b"<html></html>", content_type="text/html")
    error, _, _ = await fail(WRITES["remove_document"], BREAK, page)
    assert type(error) is errors.NotFound
    assert error.outcome_unknown


def attach(fields):
    return lambda client: client.add_document("c", "f", fields=fields)


@pytest.mark.parametrize("fields", [None, {}, {"a": "1"}])
async def test_attached_after_a_lost_answer_is_done(fields):
    _, service, _ = await succeed(attach(fields), BREAK, fault(409, 6), reply(body=DOCUMENT))
    assert [each.method for each in service.heard] == ["POST", "POST", "GET"]


async def test_attached_with_fields_that_are_no_texts_after_a_lost_answer_is_done():
    fields = {"n": 5, "none": None, "half": "\ud800"}
    there = reply(body={**DOCUMENT, "fields": fields})
    await succeed(attach(fields), BREAK, fault(409, 6), there)
    shown = {"n": "5", "none": "", "half": "?"}
    error, _, _ = await fail(attach(shown), BREAK, fault(409, 6), there)
    assert type(error) is errors.Conflict


@pytest.mark.parametrize("found", [reply(body={**DOCUMENT, "fields": {"a": "2"}}), fault(404, 5)])
async def test_a_conflict_after_a_lost_answer_may_be_a_real_one(found):
    error, _, _ = await fail(attach({"a": "1"}), BREAK, fault(409, 6, "Taken."), found)
    assert type(error) is errors.Conflict
    assert error.message == "Taken."


LATER = {
    **{str(status): fault(status, 9, "m") for status in (400, 401, 403, 405, 409, 422, 500)},
    "404 of a proxy": reply(404, b"<html></html>", content_type="text/html"),
    "429": fault(429, 8, retry_after="3600"),
    "a redirect": reply(302, b"", location="/else"),
    "a page": HTML,
    "nothing": BREAK,
    "a refusal within a 5xx": passed_on("PermissionDenied"),
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER.keys())
@pytest.mark.parametrize("lost", [BREAK, cut(), fault(503)], ids=["broken", "cut", "503"])
@of(REPEATABLE_WRITES)
async def test_whatever_follows_a_lost_answer_the_outcome_is_unknown(call, lost, later):
    error, service, _ = await fail(call, lost, later)
    assert error.outcome_unknown
    assert "look" in str(error) or "check before" in str(error)
    assert len({each.target for each in service.heard}) == 1


async def test_an_outcome_stays_unknown_through_a_429():
    error, _, _ = await fail(
        WRITES["remove_document"], BREAK, fault(429, 8, retry_after="1"), fault(401, 16)
    )
    assert type(error) is errors.Unauthorized
    assert error.outcome_unknown


UNREAD = {
    "401": (fault(401, 16, "m"), errors.Unauthorized),
    "403": (fault(403, 7, "m"), errors.Forbidden),
    "500": (fault(500, 13, "m"), errors.ServerFault),
    "429": (fault(429, 8, retry_after="3600"), errors.RateLimited),
    "404": (fault(404, 5, "m"), errors.Conflict),
    "a page": (HTML, errors.Unreadable),
    "nothing": (BREAK, errors.Unreachable),
}


@pytest.mark.parametrize(("later", "kind"), UNREAD.values(), ids=UNREAD.keys())
async def test_a_conflict_that_cannot_be_looked_into_leaves_it_unknown(later, kind):
    error, service, _ = await fail(attach({"a": "1"}), BREAK, fault(409, 6), later)
    assert type(error) is kind
    assert error.outcome_unknown
    assert "before trying again" in str(error)
    assert [each.method for each in service.heard[:3]] == ["POST", "POST", "GET"]


async def test_a_refused_connection_is_unreachable_and_nothing_happened():
    async with Scripted() as service:
        pass
    for call, tries in [(READS["list_collections"], 4), (ONCE_ONLY["create_collection"], 1)]:
        waits = Waits()
        async with Client(KEY, service.url, **waits.options()) as client:
            with pytest.raises(errors.Unreachable, match="refused") as caught:
                await call(client)
        assert not caught.value.outcome_unknown
        assert len(waits.records) == tries


async def test_a_lost_write_stays_unknown_when_the_service_goes_away():
    waits = Waits()
    async with Scripted(BREAK) as service:

        async def close_door(_seconds):
            service._server.close()

        options = waits.options(sleep=close_door, on_wait=None)
        async with Client(KEY, service.url, **options) as client:
            with pytest.raises(errors.OutcomeUnknown):
                await client.remove_document("c", "f")
    assert "refused" in waits.records[-1].error


async def test_silence_ends_in_time():
    error, service, _ = await fail(READS["list_collections"], SILENCE, timeout=0.05)
    assert type(error) is errors.Unreachable
    assert len(service.heard) == retry.FAULT_TRIES
    error, service, _ = await fail(ONCE_ONLY["create_collection"], SILENCE, timeout=0.05)
    assert type(error) is errors.OutcomeUnknown
    assert len(service.heard) == 1


async def test_an_application_that_is_silent_ends_in_time_too():
    async def app(_scope, _receive, _send):
        await asyncio.Event().wait()

    async with Client(KEY, app=app, timeout=0.02) as client:
        with pytest.raises(errors.OutcomeUnknown):
            await client.create_collection("n")


async def test_a_broken_compression_is_a_sentence():
    step = reply(200, b"no gzip", content_encoding="gzip")
    error, service, _ = await fail(READS["list_collections"], step)
    assert type(error) is errors.Unreadable
    assert len(service.heard) == 1


async def test_an_endless_body_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr("xcoll_tui.api.transport._BODY_LIMIT", 1000)
    error, service, _ = await fail(READS["list_collections"], reply(200, b"[" * 2000))
    assert "longer than" in str(error)
    assert len(service.heard) == 1


@pytest.mark.parametrize("words", [b"HTTP/1.1 999999 X\r\n\r\n", b"SSH-2.0-x\r\n\r\n", b"\x16\x03"])
async def test_what_is_no_http_is_a_sentence(words):
    class Rude(Scripted):
        async def _serve(self, _reader, writer):
            self._serving.add(asyncio.current_task())
            writer.write(words)
            writer.close()

    waits = Waits()
    async with Rude() as service, Client(KEY, service.url, **waits.options()) as client:
        with pytest.raises(errors.Unreachable, match="broke"):
            await client.list_collections()


async def test_a_cancelled_call_leaves_the_client_usable():
    waits = Waits()
    async with (
        Scripted(SILENCE, reply()) as service,
        Client(KEY, service.url, **waits.options()) as client,
    ):
        call = asyncio.ensure_future(client.list_collections())
        await service.hearing.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await service.gone.wait()
        assert (await client.list_collections()).collections == []
    assert [record.error for record in waits.records] == ["it was cancelled", None]


async def test_a_wait_can_be_cancelled():
    begun = asyncio.Event()

    async def sleep(_seconds):
        begun.set()
        await asyncio.Event().wait()

    async with Scripted(fault(503), reply()) as service, Client(KEY, service.url, sleep=sleep) as c:
        call = asyncio.ensure_future(c.list_collections())
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await c.list_collections()


async def test_each_exchange_is_recorded():
    waits = Waits()
    steps = [fault(503), reply()]
    async with Scripted(*steps) as service, Client(KEY, service.url, **waits.options()) as client:
        await client.list_documents("c", filter="a b")
    first, second = waits.records
    path = "/v1/collections/c/documents?filter=a%20b"
    assert (first.method, first.path, first.status, first.error) == ("GET", path, 503, None)
    assert (second.status, second.started_at) == (200, 1_000_000.5)
    assert second.duration == 0.0


async def test_each_exchange_is_recorded_with_the_name_that_the_service_gave_it():
    waits = Waits()
    steps = [fault(503, x_request_id="one"), reply(x_request_id=f"two {KEY}"), reply(), BREAK]
    async with Scripted(*steps) as service, Client(KEY, service.url, **waits.options()) as client:
        await client.list_documents("c")
        await client.list_documents("c")
        with pytest.raises(errors.OutcomeUnknown):
            await client.create_collection("n")
    assert [record.request_id for record in waits.records] == ["one", "two [key]", None, None]


async def test_a_closed_client_says_so():
    client = Client(KEY, "http://localhost")
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.list_collections()


# The key


class Holder:
    """A key that reveals itself only when asked."""

    def reveal(self):
        return KEY


def everything_told(error):
    """Return an error as the most talkative crash report would show it, locals included.

    The first frame is the test's own, which holds the key itself.
    """
    error.__traceback__ = error.__traceback__.tb_next
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    chain = [error]
    while chain[-1].__cause__ or chain[-1].__context__:
        chain.append(chain[-1].__cause__ or chain[-1].__context__)
    told = [repr(each) + str(each) + repr(vars(each)) for each in chain]
    return "".join([*told, *frames.format(chain=True)])


ECHO = [
    fault(400, KEY, f"Who is {KEY}?"),
    reply(422, KEY.encode(), content_type="text/plain"),
    reply(404, f"<html><title>{KEY}".encode(), content_type="text/html"),
    reply(302, b"", location=f"https://elsewhere.example/?key={KEY}"),
    reply(200, f'"{KEY}"'.encode()),
    fault(503, 14, KEY, retry_after=KEY, x_request_id=KEY),
    BREAK,
    cut(),
]


@pytest.mark.parametrize("key", [KEY, Holder()], ids=["text", "holder"])
@pytest.mark.parametrize("step", ECHO)
async def test_the_key_is_in_no_error_log_record_or_repr(step, key, caplog):
    caplog.set_level(logging.DEBUG)
    waits = Waits()
    async with Scripted(step) as service, Client(key, service.url, **waits.options()) as client:
        for call in (READS["list_documents"], ONCE_ONLY["create_collection"]):
            with pytest.raises(errors.ApiError) as caught:
                await call(client)
            assert "secret" not in everything_told(caught.value)
        told = f"{client!r} {client} {vars(client)} {waits.records} {waits.announced}"
    assert "secret" not in told
    logged = [line for line in caplog.text.splitlines() if "receive_response_headers" not in line]
    assert not [line for line in logged if "secret" in line]
    assert [request.headers["authorization"] for request in service.heard] == [
        f"Bearer {KEY}"
    ] * len(service.heard)


@pytest.mark.parametrize("key", [KEY, "xai-token-a/b+c=secret"])
async def test_a_request_whose_url_names_the_key_is_not_sent(key):
    waits = Waits()
    async with Scripted() as service, Client(key, service.url, **waits.options()) as client:
        for asked in (
            client.get_collection(key),
            client.list_documents("collection_1", filter=f'name:"{key}"'),
            client.add_document("collection_1", f"file_{key}", fields={}),
        ):
            with pytest.raises(errors.Refused, match="holds the management key") as caught:
                await asked
            assert "secret" not in f"{caught.value!r} {vars(caught.value)} {waits.records}"
    assert service.heard == []


async def test_the_environment_does_not_get_the_key_or_replace_it(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with Scripted() as proxy, Scripted() as service:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with Client(KEY, service.url) as client:
            await client.list_collections()
    assert proxy.connections == 0
    assert service.heard[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_proxy_that_cannot_be_used_is_a_sentence_without_its_password(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "gopher://me:hunter2@proxy.example")
    async with Client(KEY, "https://localhost:1") as client:
        with pytest.raises(errors.Refused, match="proxy") as caught:
            await client.list_collections()
    assert "hunter2" not in everything_told(caught.value)


@pytest.mark.parametrize("key", ["", " ", "se\ncret", "secret\n", "secret€"])
def test_a_key_that_cannot_be_sent_is_refused_at_once(key):
    with pytest.raises(errors.InvalidKey) as caught:
        Client(key)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://example.org", "ftp://localhost", "nonsense", ""])
def test_an_address_that_must_not_be_used_is_refused_at_once(url):
    with pytest.raises(ValueError, match="base URL"):
        Client(KEY, url)


def test_a_latin_1_key_is_sent_as_latin_1():
    heard = []

    async def app(scope, _receive, send):
        heard.append(dict(scope["headers"])[b"authorization"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def ask():
        async with Client("clé", app=app) as client:
            await client.list_collections()

    asyncio.run(ask())
    assert heard == [b"Bearer cl\xe9"]


def test_the_signature_is_the_one_of_the_issue():
    parameters = inspect.signature(Client).parameters
    positional = [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == ["management_key", "base_url", "team_id", "read_only"]
    keyword = {p.name for p in parameters.values() if p.kind is p.KEYWORD_ONLY}
    assert keyword >= {"app", "on_request", "on_wait", "sleep", "clock", "random", "timeout"}
