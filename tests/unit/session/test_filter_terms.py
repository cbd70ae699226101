"""Filters of people who do not know the grammar: what is typed, as what the service is asked."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from xcoll_tui.api.models import Collection, Document, DocumentStatus, FileMetadata
from xcoll_tui.session.lists.filter_completion import complete, values_seen
from xcoll_tui.session.lists.filter_conditions import COLLECTIONS, DOCUMENTS
from xcoll_tui.session.lists.filter_history import KEPT, FilterHistory
from xcoll_tui.session.lists.filter_terms import translate
from xcoll_tui.session.lists.filter_values import When, forms_of, read_size

NOW = datetime(2026, 4, 15, 22, 30, tzinfo=UTC).timestamp()  # the 16th in Berlin
BERLIN = When(NOW, ZoneInfo("Europe/Berlin"))
KEYS = ("ticker", "Form", "two words", "time")
LIST = DOCUMENTS.with_keys(KEYS)
COMPOSED, DECOMPOSED = "Caf\u00e9", "Cafe\u0301"


def asked(text, subject=LIST, **options):
    translation = translate(text, subject, when=BERLIN, **options)
    assert not translation.problem
    return translation.expression


def any_name(*forms):
    return " OR ".join(f'name:"{form}"' for form in forms)


TRANSLATED = {
    # Words: each in the name, in any case.
    "aapl": any_name("aapl", "AAPL", "Aapl"),
    "AAPL 10-k": f"({any_name('AAPL', 'aapl', 'Aapl')}) AND ({any_name('10-k', '10-K')})",
    "AAPL AND 2025": f'({any_name("AAPL", "aapl", "Aapl")}) AND (name:"2025")',
    '"10 K"': any_name("10 K", "10 k"),
    "10:30": 'name:"10:30"',
    "2025 note:": f'(name:"2025") AND ({any_name("note:", "NOTE:", "Note:")})',
    "it's": any_name("it's", "IT'S", "It's"),
    '"12': "name:'\"12'",
    ">5": 'name:">5"',
    # States.
    "failed": "status:DOCUMENT_STATUS_FAILED",
    "Ready": "status:DOCUMENT_STATUS_PROCESSED",
    "indexing": "status:!DOCUMENT_STATUS_PROCESSED AND status:!DOCUMENT_STATUS_FAILED",
    "status:failed": "status:DOCUMENT_STATUS_FAILED",
    "status=chunked": "status:DOCUMENT_STATUS_CHUNKED",
    "status!=failed": "NOT (status:DOCUMENT_STATUS_FAILED)",
    "status!=chunked": "status:!DOCUMENT_STATUS_CHUNKED",
    '"failed"': any_name("failed", "FAILED", "Failed"),
    "failed OR status:chunked": (
        "(status:DOCUMENT_STATUS_FAILED) OR (status:DOCUMENT_STATUS_CHUNKED)"
    ),
    # Fields.
    "ticker:10": 'fields.ticker:"10"',
    "ticker:AAPL": 'fields.ticker:"AAPL" OR fields.ticker:"aapl" OR fields.ticker:"Aapl"',
    "ticker=10": 'fields.ticker = "10"',
    "TICKER:10": 'fields.ticker:"10"',
    "form:10": 'fields.Form:"10"',
    "time:10:30": 'fields.time:"10:30"',
    "ticker!=10": 'NOT (fields.ticker = "10")',
    "ticker >= 10": 'fields.ticker >= "10"',
    'ticker:"1 2"': 'fields.ticker:"1 2"',
    'fields."two words":1 2': '(fields."two words":"1") AND (name:"2")',
    # The opposite.
    "NOT failed": "NOT (status:DOCUMENT_STATUS_FAILED)",
    "NOT status:failed": "NOT (status:DOCUMENT_STATUS_FAILED)",
    "10 NOT 2025": '(name:"10") AND (NOT (name:"2025"))',
    "NOT NOT 10": 'name:"10"',
    # Everything.
    "* failed": "status:DOCUMENT_STATUS_FAILED",
    "name:*": "",
    "10 OR **": "",
    # Sizes.
    "size>5MB": "size_bytes:>5242880",
    ">5mb": "size_bytes:>5242880",
    "<= 1.5 KiB": "size_bytes:<=1536",
    "size > 1.5 GiB": "size_bytes:>1610612736",
    "size:0": "size_bytes = 0",
    "size_bytes>5MB": "size_bytes:>5242880",
    # Days, in the person's time zone.
    "created:today": "created_at:>=2026-04-15T22:00:00Z AND created_at:<2026-04-16T22:00:00Z",
    "created:yesterday": "created_at:>=2026-04-14T22:00:00Z AND created_at:<2026-04-15T22:00:00Z",
    "created>2026-01-01": "created_at:>2025-12-31T23:00:00Z",
    "created_at>2026-01-01": "created_at:>2025-12-31T23:00:00Z",
    "created<=2026-03-29": "created_at:<2026-03-29T22:00:00Z",  # the clocks are changed that day
    "created:2026-12": "created_at:>=2026-11-30T23:00:00Z AND created_at:<2026-12-31T23:00:00Z",
    "created>=2026-01-01T10:00": "created_at:>=2026-01-01T09:00:00Z",
    "created>=2026-01-01T10:00Z": "created_at:>=2026-01-01T10:00:00Z",
    # Patterns and types.
    "*.pdf": any_name(".pdf", ".PDF"),
    "10*.pdf": f'(name:"10") AND ({any_name(".pdf", ".PDF")})',
    "name:*.pdf": any_name(".pdf", ".PDF"),
    "type:pdf": 'content_type:"application/pdf" OR content_type:"pdf"',
    "type!=x/y": 'NOT (content_type:"x/y")',
}


@pytest.mark.parametrize("typed", TRANSLATED)
def test_what_is_typed_is_translated(typed):
    assert asked(typed) == TRANSLATED[typed]


@pytest.mark.parametrize(
    "expression",
    [
        'name:"SEC" AND size_bytes:>10',
        "name:10-K",
        "status:DOCUMENT_STATUS_FAILED",
        "size_bytes:>x",
        "created_at:>2025-01-01T00:00:00Z",
        "(name:a OR name:b) AND status:!DOCUMENT_STATUS_FAILED",
        'fields.ticker:"a" AND name:x',
        "NOT name:x",
        "size_bytes:10..20",
    ],
)
def test_an_expression_goes_as_it_is(expression):
    translation = translate(f" {expression} ", LIST, when=BERLIN)
    assert translation.as_it_is
    assert translation.expression == expression


def test_a_pasted_expression_is_never_changed():
    for expression in ("status:failed", "created_at:>2026-01-01", "name:a b", "size_bytes>5MB"):
        assert asked(expression) != expression
        assert asked(expression, pasted=True) == expression
    assert asked("aapl", pasted=True) == any_name("aapl", "AAPL", "Aapl")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("created>2026-13-01", "is not a date"),
        ("created:2026-02-30", "is not a date"),
        ("created:soon", "is not a date"),
        ("created>9999-12-31", "is not a date"),
        ("size>big", "is not a size"),
        ("size>5XB", "is not a size"),
        ("ticker:", "Write a value"),
        ("type>pdf", "type:pdf"),
        ("aapl status>failed", "status:failed"),
        ("2 status:odd", "is not a status"),
        ("NOT *", "would match nothing"),
    ],
)
def test_what_cannot_be_meant_is_said_and_not_asked(typed, problem):
    translation = translate(typed, LIST, when=BERLIN)
    assert problem in translation.problem
    assert not translation.expression


def test_a_star_alone_is_every_name():
    translation = translate("*", LIST, when=BERLIN)
    assert (translation.expression, translation.words) == ("", "every name")
    assert translation.matches is not None
    assert translation.matches(None)


def test_a_field_that_is_not_here_is_looked_for_in_the_name_and_said():
    translation = translate("author:10", LIST, when=BERLIN)
    assert translation.expression == 'name:"author:10"' or "AUTHOR:10" in translation.expression
    assert translation.notes == ("there is no field “author” here",)


def test_a_field_of_the_collection_goes_before_what_we_call_by_that_name():
    own = DOCUMENTS.with_keys(["type"])
    assert asked("type:10", own) == 'fields.type:"10"'
    assert asked("name:10*", own) == 'name:"10"'


def test_both_ways_to_write_an_accent_are_asked_for():
    for typed in (COMPOSED, DECOMPOSED):
        forms = forms_of(typed)
        assert forms[0] == typed
        assert {COMPOSED, DECOMPOSED, COMPOSED.lower(), DECOMPOSED.lower()} <= set(forms)
        assert all(f'name:"{form}"' in asked(typed) for form in forms)


def test_a_key_in_the_wrong_place_is_written_in_no_other_way():
    assert asked("xai-token-Ab1") == 'name:"xai-token-Ab1"'
    history = FilterHistory()
    assert not history.remember("c", "xai-token-Ab1")
    assert history.earlier("c") == []


def test_very_much_stays_an_expression_of_some_length():
    translation = translate("word " * 10_000, LIST, when=BERLIN)
    assert len(translation.expression) < 2_000
    assert translation.notes == ("only the first 20 words",)
    assert asked("x" * 100_000) == f'name:"{"x" * 100_000}"'


def test_the_collections_have_fields_of_their_own():
    assert asked("documents>100", COLLECTIONS) == "documents_count:>100"
    assert asked("10", COLLECTIONS) == 'collection_name:"10"'
    assert asked("failed", COLLECTIONS).startswith('collection_name:"failed"')
    assert asked("size>5MB", COLLECTIONS).startswith('collection_name:"size>5MB"')
    with_many = Collection(collection_id="c", collection_name="SEC", documents_count=101)
    for typed, wanted in {"documents>100": True, "sec": True, "created:today": False}.items():
        assert translate(typed, COLLECTIONS, when=BERLIN).matches(with_many) is wanted


ROW = Document(
    file_metadata=FileMetadata(
        file_id="file_1",
        name=f"AAPL {DECOMPOSED}.PDF",
        size_bytes=5_000_001,
        content_type="application/pdf",
        created_at="2026-04-15T22:10:00.000001Z",
    ),
    fields={"ticker": "aapl", "year": "2025"},
    status=DocumentStatus.FAILED,
)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    {
        "aapl": True,
        "aApL": True,
        COMPOSED.upper(): True,
        "aapl tsla": False,
        "aapl OR tsla": True,
        "failed": True,
        "ready": False,
        "status!=failed": False,
        "ticker:AAPL": True,
        "ticker=AAP": False,
        "ticker!=AAPL": False,
        "ticker!=x": True,
        "size>5MB": False,
        "size>4.7MB": True,
        "size>=5.1MB": False,
        "created:today": True,
        "created:yesterday": False,
        "created!=today": False,
        "created>2026-04-16": True,
        "created<2026-04-16": False,
        "created<=2026-04-16": True,
        "*.pdf": True,
        "*.pd": False,
        "aapl*": True,
        "*.pdf.txt": False,
        "type:pdf": True,
        "type!=pdf": False,
        "type:csv": False,
    }.items(),
)
def test_rows_are_found_here_as_they_are_by_the_service(typed, wanted):
    assert translate(typed, LIST, when=BERLIN).matches(ROW) is wanted


def test_sizes():
    assert [read_size(text) for text in ("1", "1k", "1KiB", "2.5 mb", "x", "1e3", "")] == [
        1, 1_024, 1_024, 2_621_440, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ti", "ticker:"),
        ("stat", "status:"),
        ("aapl fai", "failed"),
        ("status:pr", "status:processing"),
        ("ticker:a", "ticker:aapl"),
        ("x ticker=", "ticker=aapl"),
        ("two words:", None),
        ('fields."two words":', 'fields."two words":"b c"'),
        ("created:to", "created:today"),
        ("type:p", "type:pdf"),
        ("zzz", None),
    ],
)
def test_tab_completes_names_keys_statuses_and_values_seen(typed, first):
    other = Document(file_metadata=FileMetadata(file_id="f"), fields={"two words": "b c"})
    seen = values_seen([ROW, other], LIST)
    completion = complete(typed, len(typed), LIST, seen)
    assert (completion.texts or (None,))[0] == first
    if first is not None:
        assert typed[completion.start :] in first


def test_the_history_keeps_the_newest_of_each_collection():
    history = FilterHistory()
    for number in range(KEPT + 5):
        history.remember("c", f"filter {number}")
    history.remember("c", "filter 30")
    history.remember(None, "SEC")
    assert history.earlier("c")[:2] == ["filter 30", f"filter {KEPT + 4}"]
    assert len(history.earlier("c")) == KEPT
    assert history.earlier(None) == ["SEC"]
    assert history.earlier("other") == []
    assert FilterHistory(history.as_dict()).as_dict() == history.as_dict()


def test_what_is_shown_has_the_brackets_of_what_is_asked():
    translation = translate("failed OR indexing", DOCUMENTS, when=When(0.0))
    assert translation.words == (
        "status:DOCUMENT_STATUS_FAILED OR "
        "(status:!DOCUMENT_STATUS_PROCESSED AND status:!DOCUMENT_STATUS_FAILED)"
    )


@pytest.mark.parametrize("word", ["AND", "OR", "NOT"])
def test_a_condition_that_is_missing_is_asked_for(word):
    problem = translate(f"ticker:AAPL {word} ", LIST, when=BERLIN).problem
    assert problem == f"{word} what? Write a condition behind it."
