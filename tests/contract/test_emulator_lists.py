"""The emulator's lists: orders, pages that stay whole while things change, and filters."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.plain import Plain
from xcoll_tui.emulator.server import Server

START = 1_700_000_000.0
SORTS = ["DOCUMENTS_SORT_BY_NAME", "DOCUMENTS_SORT_BY_SIZE", "DOCUMENTS_SORT_BY_AGE"]
ORDERS = ["ORDERING_ASCENDING", "ORDERING_DESCENDING"]
RELAXED = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def server(clock):
    with Server(clock=clock) as server:
        yield server


@pytest.fixture(scope="module")
def plain(server):
    plain = Plain(server.url, server.key)
    yield plain
    plain.close()


@pytest.fixture(scope="module")
def small():
    with Server(seed="small", clock=Clock()) as server:
        plain = Plain(server.url, server.key)
        yield plain
        plain.close()


def id_of(document):
    return document["file_metadata"]["file_id"]


def key_of(sort):
    return {
        "DOCUMENTS_SORT_BY_NAME": lambda each: each["file_metadata"]["name"],
        "DOCUMENTS_SORT_BY_SIZE": lambda each: int(each["file_metadata"]["size_bytes"]),
        "DOCUMENTS_SORT_BY_AGE": lambda each: each["file_metadata"]["created_at"],
    }[sort]


@pytest.fixture(scope="module")
def equals(plain, clock):
    """Make a collection whose rows share names, sizes and times."""
    path = plain.collection()
    for number in range(40):
        clock.now = START + number % 3
        plain.attach(path, name=f"{'BaÄ🚀'[number % 4]}.txt", content=b"x" * (1 + number % 5))
    return path


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 7, 20, 39, 40, 41])
def test_a_walk_shows_each_once_in_order_and_descending_is_the_reverse(plain, equals, sort, limit):
    walks = []
    for order in ORDERS:
        query = {"sort_by": sort, "order": order, "limit": limit}
        pages = list(plain.walk(f"{equals}/documents", "documents", **query))
        assert all(len(page) == limit for page in pages[:-1])
        assert pages[-1]
        walks.append([row for page in pages for row in page])
    up, down = walks
    assert len({id_of(row) for row in up}) == 40
    assert up == down[::-1]
    assert [key_of(sort)(row) for row in up] == sorted(key_of(sort)(row) for row in up)


def test_lists_are_by_name_descending_unless_told_otherwise(plain, equals):
    plainly = plain.ok("GET", f"{equals}/documents")
    told = plain.ok("GET", f"{equals}/documents", order=ORDERS[1], sort_by=SORTS[0])
    assert plainly == told
    camel = plain.ok("GET", f"{equals}/documents", sortBy=SORTS[1], limit=2)
    snake = plain.ok("GET", f"{equals}/documents", sort_by=SORTS[1], limit=2)
    assert camel == snake
    camel = plain.ok(
        "GET", f"{equals}/documents", sortBy=SORTS[1], paginationToken=camel["pagination_token"]
    )
    assert camel["documents"]


@pytest.mark.parametrize(
    ("limit", "expected"), [("0", 100), ("-5", 100), ("", 100), ("1000", 100), ("3", 3)]
)
def test_limits(small, limit, expected):
    assert len(small.ok("GET", "/v1/files", limit=limit)["data"]) == expected
    articles = find(small, "Support articles")
    page = small.ok("GET", f"{articles}/documents", limit=limit)
    assert len(page["documents"]) == expected
    assert page["pagination_token"]


def find(plain, name):
    found = plain.ok("GET", "/v1/collections", filter=f'collection_name = "{name}"')
    assert len(found["collections"]) == 1
    return f"/v1/collections/{found['collections'][0]['collection_id']}"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "ten"},
        {"limit": "1.5"},
        {"order": "ORDERING_SIDEWAYS"},
        {"order": "ASC"},
        {"sort_by": "COLLECTIONS_SORT_BY_AGE"},
        {"sort_by": "name"},
        {"pagination_token": "garbage"},
        {"pagination_token": "ünïcode"},
        {"filter": "name"},
    ],
)
def test_a_wrong_query_is_400(plain, equals, query):
    assert plain.refused("GET", f"{equals}/documents", **query) == (400, 3)
    if "sort_by" not in query:
        assert plain.refused("GET", "/v1/collections", **query) == (400, 3)


def test_an_empty_list_is_only_an_empty_list(plain):
    assert plain.ok("GET", f"{plain.collection()}/documents") == {"documents": []}
    none = plain.ok("GET", "/v1/collections", filter="collection_id:none")
    assert none == {"collections": []}


def test_a_token_belongs_to_its_list_order_and_filter(plain, equals):
    query = {"limit": 5, "filter": "size_bytes > 1", "order": ORDERS[0], "sort_by": SORTS[1]}
    path = f"{equals}/documents"
    token = plain.ok("GET", path, **query)["pagination_token"]
    plain.ok("GET", path, **{**query, "limit": 3}, pagination_token=token)
    for change in [
        {"order": ORDERS[1]},
        {"sort_by": SORTS[2]},
        {"filter": "size_bytes > 2"},
        {"filter": ""},
        {"name": "a"},
    ]:
        wrong = {**query, **change, "pagination_token": token}
        assert plain.refused("GET", path, **wrong) == (400, 3)
    for forged in (token[:-1], token + "A", token[:-1] + ("A" if token[-1] != "A" else "B")):
        assert plain.refused("GET", path, **query, pagination_token=forged) == (400, 3)
    other = f"{plain.collection()}/documents"
    assert plain.refused("GET", other, **query, pagination_token=token) == (400, 3)


def test_collections_are_sorted_by_name_and_by_age(plain, clock):
    made = []
    for number, name in enumerate(["b", "B", "ä", "a", "b"]):
        clock.now = START + 100 + number // 2
        made.append(plain.collection(collection_name=f"sorted {name}").rsplit("/", 1)[1])
    for sort, order in [("NAME", [1, 3, 0, 4, 2]), ("AGE", [0, 1, 2, 3, 4])]:
        query = {"sort_by": f"COLLECTIONS_SORT_BY_{sort}", "filter": "collection_name:sorted"}
        walks = []
        for direction in ORDERS:
            pages = plain.walk("/v1/collections", "collections", limit=2, order=direction, **query)
            walks.append([row["collection_id"] for page in pages for row in page])
        assert walks[0] == [made[number] for number in order]
        assert walks[1] == walks[0][::-1]


# --- walks while rows come and go

STEP = st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 9), st.integers(0, 2))


@given(
    steps=st.lists(st.lists(STEP, max_size=3), max_size=6),
    sort=st.sampled_from(SORTS),
    order=st.sampled_from(ORDERS),
    limit=st.integers(1, 5),
)
@settings(RELAXED, max_examples=25)
def test_a_walk_while_rows_come_and_go_doubles_none_and_loses_no_other(
    plain, clock, *, steps, sort, order, limit
):
    path = plain.collection()

    def add(number, second):
        clock.now = START + second
        return plain.attach(path, name=f"{number}.txt", content=b"x" * (1 + number % 3))

    there = [add(number % 4, number % 3) for number in range(8)]
    stayed, seen = set(there), []
    turns = iter(steps)
    query = {"sort_by": sort, "order": order, "limit": limit}
    for page in plain.walk(f"{path}/documents", "documents", **query):
        seen += [id_of(row) for row in page]
        for what, number, second in next(turns, []):
            if what == "add":
                there.append(add(number, second))
            elif there:
                gone = there.pop(number % len(there))
                stayed.discard(gone)
                plain.ok("DELETE", f"{path}/documents/{gone}")
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


# --- filters

NAMES = ["quarterly.txt", "Quarterly.pdf", "a b.txt", 'it\'s "q".md', "x\\y", "数.txt", "10..20"]
STATUSES = ["PROCESSING", "PROCESSED", "FAILED"]


@pytest.fixture(scope="module")
def library():
    """Make documents of all kinds, on a server whose clock is then left alone."""
    clock = Clock()
    with Server(clock=clock) as server:
        plain = Plain(server.url, server.key)
        path = plain.collection()
        for number in range(36):
            clock.now = START + number * 1000
            fields = {}
            if number % 3:
                fields["form"] = ["", "10-K", "10-Q"][number % 3]
            if number % 4 == 0:
                fields["odd key's"] = str(number)
            file_id = plain.upload(
                NAMES[number % len(NAMES)],
                b"\xff" * number if number % 5 == 0 else b"x" * number,
                ["text/plain", "application/x-thing", "text/markdown"][number % 3],
            )
            plain.ok("POST", f"{path}/documents/{file_id}", {"fields": fields})
        yield plain, path, plain.ok("GET", f"{path}/documents")["documents"]
        plain.close()


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def text_predicate(operator, want, get):
    def holds(row):
        have = get(row)
        if operator in (":", ":!"):
            return (have is not None and want in have) == (operator == ":")
        if operator in ("!=", ":!="):
            return have != want
        if have is None:
            return False
        return compare(operator, have, want)

    return holds


def compare(operator, have, want):
    return {
        "=": have == want,
        ":": have == want,
        "!=": have != want,
        ":!": have != want,
        ":!=": have != want,
        "<": have < want,
        ">": have > want,
        "<=": have <= want,
        ">=": have >= want,
    }[operator if operator in (":", ":!", ":!=") else operator.removeprefix(":")]


OPERATORS = [":", "=", "!=", "<", ">", "<=", ">=", ":!", ":!=", ":=", ":<", ":>", ":<=", ":>="]


def metadata(member):
    return lambda row: row["file_metadata"][member]


@st.composite
def texts(draw):
    member = draw(st.sampled_from(["name", "content_type"]))
    operator = draw(st.sampled_from(OPERATORS))
    want = draw(st.sampled_from([*NAMES, "q", "text", "text/plain", "Q", "."]))
    return f"{member} {operator}{quoted(want)}", text_predicate(operator, want, metadata(member))


@st.composite
def fields(draw):
    keys = {"fields.form": "form", 'fields."odd key\'s"': "odd key's", "fields.x": "x"}
    name = draw(st.sampled_from(sorted(keys)))
    operator = draw(st.sampled_from(OPERATORS))
    want = draw(st.sampled_from(["10-K", "10", "1", "16", ""]))
    return f"{name}{operator} {quoted(want)}", text_predicate(
        operator, want, lambda row: row["fields"].get(keys[name])
    )


@st.composite
def sizes(draw):
    operator, want = draw(st.sampled_from(OPERATORS)), draw(st.integers(-2, 40))
    return f"size_bytes{operator}{want}", lambda row: compare(
        operator, int(row["file_metadata"]["size_bytes"]), want
    )


@st.composite
def ranges(draw):
    low, high = draw(st.integers(-2, 40)), draw(st.integers(-2, 40))
    return (
        f"size_bytes:{low}..{high}",
        lambda row: low <= int(row["file_metadata"]["size_bytes"]) <= high,
    )


@st.composite
def times(draw):
    operator = draw(st.sampled_from(OPERATORS))
    want = draw(st.sampled_from(["2023-11-14T22:13:20Z", "2023-11-15T03:46:40.000000Z"]))
    shown = want if "." in want else want.replace("Z", ".000000Z")
    return f"created_at{operator}{want}", lambda row: compare(
        operator, row["file_metadata"]["created_at"], shown
    )


@st.composite
def statuses(draw):
    operator = draw(st.sampled_from([":", "=", "!=", ":!"]))
    want = f"DOCUMENT_STATUS_{draw(st.sampled_from(STATUSES))}"
    return f"status {operator} {want}", lambda row: compare(operator, row["status"], want)


NONSENSE = st.sampled_from(OPERATORS).map(lambda operator: (f"nonsense{operator}1", None))
comparisons = st.one_of(texts(), fields(), sizes(), ranges(), times(), statuses(), NONSENSE)


def both(left, right):
    """Three-valued AND: None is neither true nor false."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def negate(value):
    return None if value is None else not value


def evaluate(predicate, row):
    return None if predicate is None else predicate(row)


@st.composite
def expressions(draw, depth=3):
    kind = draw(st.sampled_from(["one", "one", "and", "or", "not"])) if depth else "one"
    if kind == "one":
        text, predicate = draw(comparisons)
        return text, lambda row: evaluate(predicate, row)
    if kind == "not":
        text, inner = draw(expressions(depth=depth - 1))
        return f"NOT ({text})", lambda row: negate(inner(row))
    (left, holds_left), (right, holds_right) = (draw(expressions(depth=depth - 1)) for _ in "12")
    if kind == "and":
        return f"({left}) AND ({right})", lambda row: both(holds_left(row), holds_right(row))
    return f"({left}) OR ({right})", lambda row: negate(
        both(negate(holds_left(row)), negate(holds_right(row)))
    )


@given(expression=expressions())
@RELAXED
def test_a_filter_finds_what_a_predicate_finds(library, expression):
    plain, path, documents = library
    text, holds = expression
    found = plain.ok("GET", f"{path}/documents", filter=text)["documents"]
    assert [id_of(row) for row in found] == [id_of(row) for row in documents if holds(row) is True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # OR binds tighter than AND: name AND (size OR size).
        ("name:数 AND size_bytes=5 OR size_bytes=12", [5, 12]),
        ("size_bytes=5 OR size_bytes=12 AND name:数", [5, 12]),
        ("(size_bytes=5 OR name:nope) AND name:数", [5]),
        ("NOT size_bytes>1", [0, 1]),
        ("NOT NOT size_bytes<2 AND NOT(size_bytes=0)", [1]),
        ("size_bytes:10..12", [10, 11, 12]),
        ("size_bytes=10..12 AND name:'a b'", []),
        ("size_bytes : > 34", [35]),
        ("size_bytes:>=34.5", [35]),
        ('size_bytes>"34"', [35]),
        ('name:"it\'s \\"q\\"" AND size_bytes<4', [3]),
        ("name:'it\\'s' AND size_bytes<4", [3]),
        ("name = 'x\\\\y' AND size_bytes<5", [4]),
        ("name = 'x\\y' AND size_bytes<5", [4]),
        ('name = "10..20" AND size_bytes<7', [6]),
        ("name:report.pdf", []),
        ("content_type:text/markdown AND size_bytes:<6", [2, 5]),
        ("created_at:2023-11-14T22:13:20Z..2023-11-14T22:30:00Z", [0, 1]),
        ("created_at:<2023-11-14T23:30:00+01:00", [0]),
        ("created_at>=2023-11-15 AND created_at:<2023-11-15T00:15:00Z", [7]),
        ("fields.form:10-K AND size_bytes<5", [1, 4]),
        ("fields.form = '10' AND size_bytes<5", []),
        ("fields.form:!10-K AND size_bytes<4", [0, 2, 3]),
        ("fields.form:10-K..10-L AND size_bytes<5", [1, 4]),
        ("nonsense:1", []),
        ("nonsense!=1", []),
        ("NOT nonsense:1", []),
        ("nonsense:1 OR size_bytes=1", [1]),
        ("  size_bytes=1\n", [1]),
    ],
)
def test_filters_by_hand(library, text, expected):
    plain, path, _ = library
    query = {"filter": text, "sort_by": SORTS[1], "order": ORDERS[0]}
    found = plain.ok("GET", f"{path}/documents", **query)["documents"]
    assert [int(row["file_metadata"]["size_bytes"]) for row in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        *("name", "name:", "name:'", 'name:"x', "name:x name:y", "name:x AND", "AND name:x"),
        *("(name:x", "name:x)", "()", "NOT", "name:x and name:y", "name:AND", ":x", "'x'"),
        *("-name:x", 'name:"x"y', "name=(x)", "a..b:1", "fields.:x", "quarterly"),
        *("name==x", "name::x", "name:!!x", "name=>x", "name<>x"),
        *("size_bytes:big", "size_bytes>10..20", "size_bytes:1..", "size_bytes:0x10"),
        *("created_at>yesterday", "created_at:5", "created_at>2025-13-01T00:00:00Z"),
        *("status:NEW", "status:PROCESSED", "status>DOCUMENT_STATUS_FAILED"),
        "(" * 200 + "name:x" + ")" * 200,
        " AND ".join(["name:x"] * 300),
        "NOT " * 200 + "name:x",
    ],
)
def test_wrong_filters_are_400_and_say_why(library, text):
    plain, path, _ = library
    status, answer = plain.ask("GET", f"{path}/documents", filter=text)
    assert (status, answer["code"]) == (400, 3)
    assert answer["message"].startswith("Invalid filter: ")


def test_long_filters_within_the_bounds_work(library):
    plain, path, _ = library
    statuses = " OR ".join(["status:DOCUMENT_STATUS_FAILED"] * 250)
    assert len(plain.ok("GET", f"{path}/documents", filter=statuses)["documents"]) == 6
    plain.ok("GET", f"{path}/documents", filter="(" * 48 + "name:x" + ")" * 48)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('collection_name:"SEC" AND documents_count:>10', ["SEC Filings"]),
        ('collection_name = "Filings"', ["SEC Filings"]),
        ('collection_name = "filings"', []),
        ('collection_name != "s" AND documents_count<100', ["社内ナレッジ 📚"]),
        ("documents_count:0", ["Drafts"]),
        ("documents_count:80..100", ["Product manuals", "Release notes"]),
        ("collection_name:社内", ["社内ナレッジ 📚"]),
        ("created_at:>2023-11-01T00:00:00Z", ["Drafts"]),
        ('collection_id = "collection_123"', []),
        ("name:SEC", []),
    ],
)
def test_filters_of_collections(small, text, expected):
    found = small.ok("GET", "/v1/collections", filter=text, order=ORDERS[0])["collections"]
    assert [each["collection_name"] for each in found] == expected


def test_the_deprecated_name_matches_partially(library):
    plain, path, _ = library
    assert set(plain.names(path, name="uarterly")) == {"quarterly.txt", "Quarterly.pdf"}
    assert plain.names(path, name="uarterly", filter="size_bytes=7") == ["quarterly.txt"]


def test_a_filtered_walk_is_whole(small):
    articles = find(small, "Support articles")
    query = {"filter": 'fields.product = "Desk"', "limit": 100}
    pages = list(small.walk(f"{articles}/documents", "documents", **query))
    ids = [id_of(row) for page in pages for row in page]
    assert len(ids) == len(set(ids)) > 300
    everything = [r for p in small.walk(f"{articles}/documents", "documents") for r in p]
    assert set(ids) == {id_of(row) for row in everything if row["fields"]["product"] == "Desk"}


def test_the_query_may_be_percent_encoded_in_any_way(library):
    plain, path, _ = library
    wanted = urlencode({"filter": "size_bytes = 7"})
    for query in (wanted, wanted.replace("+", "%20"), wanted + "&unknown=1&team_id=t"):
        answer = plain.ok("GET", f"{path}/documents?{query}")
        assert len(answer["documents"]) == 1
