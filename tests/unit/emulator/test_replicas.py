"""Reads that lag behind are held against the truth of as many seconds before."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xcoll_tui.emulator.policies import Policies
from xcoll_tui.emulator.routes import Call, Routes
from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import RefusedError

START = 1_780_000_000.0
TICK = 0.5
BOUNDARY = "multipart/form-data; boundary=b"
DEFINITIONS = [{"key": "u", "unique": True}, {"key": "k"}]


def answer(routes, method, path, body=None, **query):
    """Ask; answers the status and what came with it."""
    content = b"" if body is None else json.dumps(body).encode()
    call = Call(method, path.encode(), urlencode(query, doseq=True).encode(), "", content)
    try:
        return 200, routes.answer(call)
    except RefusedError as error:
        return error.status, error.message


def upload(routes, name):
    part = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{name}'
    call = Call("POST", b"/v1/files", b"", BOUNDARY, f"{part}\r\n--b--\r\n".encode())
    return routes.answer(call)["id"]


class World:
    """A store that is written at ticks of the clock, and everything that a reader may ask of it."""

    def __init__(self, **options):
        self.now = START
        self.store = Store(clock=lambda: self.now)
        self.truth = Routes(self.store, key="key", index_seconds=0.8, **options)
        self.files = [upload(self.truth, f"{number % 3}-{number}.txt") for number in range(5)]
        self.all_files = list(self.files)
        self.collections = []

    def create(self, number):
        body = {"collection_name": f"C{number}", "field_definitions": DEFINITIONS}
        status, made = answer(self.truth, "POST", "/v1/collections", body)
        assert status == 200
        self.collections.append(f"/v1/collections/{made['collection_id']}")

    def write(self, action, collection, file, value):
        """Carry out one write; that it is refused is as good as anything."""
        if action == "create" or not self.collections:
            self.create(value)
            return
        path = self.collections[collection % len(self.collections)]
        file_id = self.files[file]
        document = f"{path}/documents/{file_id}"
        fields = {"u": str(value), "k": str(value % 2)}
        update = {"field_definition": {"key": "k"}, "operation": "FIELD_DEFINITION_DELETE"}
        requests = {
            "attach": ("POST", document, {"fields": fields}),
            "patch": ("PATCH", document, {"fields": fields}),
            "reindex": ("PATCH", document, None),
            "remove": ("DELETE", document, None),
            "rename": ("PUT", path, {"collection_name": f"R{value}"}),
            "undefine": ("PUT", path, {"field_definition_updates": [update]}),
            "delete": ("DELETE", path, None),
            "delete-file": ("DELETE", f"/v1/files/{file_id}", None),
        }
        answer(self.truth, *requests[action])
        if action == "delete-file":
            self.files[file] = upload(self.truth, f"again-{value}.txt")
            self.all_files.append(self.files[file])

    def walk(self, routes, path, member, **query):
        """List page by page; all pages have to come from one replica, which sees no change."""
        rows, token = [], ""
        while True:
            status, page = answer(routes, "GET", path, pagination_token=token, **query)
            if status != 200:
                return status, page
            rows += page[member]
            token = page.get("pagination_token")
            if not token:
                return status, rows

    def see(self, routes):
        """Ask everything there is to ask."""
        seen = {"all": self.walk(routes, "/v1/collections", "collections", limit=1)}
        for query in ('collection_name:"R"', "documents_count:>1"):
            seen[query] = answer(routes, "GET", "/v1/collections", filter=query)
        for path in self.collections:
            documents = f"{path}/documents"
            seen[path] = answer(routes, "GET", path)
            seen[f"{path} batch"] = answer(
                routes, "GET", f"{documents}:batchGet", file_ids=self.all_files
            )
            for sort in ("NAME", "SIZE", "AGE"):
                for order in ("ASCENDING", "DESCENDING"):
                    query = {
                        "sort_by": f"DOCUMENTS_SORT_BY_{sort}",
                        "order": f"ORDERING_{order}",
                        "limit": 2,
                    }
                    listed = self.walk(routes, documents, "documents", **query)
                    seen[f"{path} {sort} {order}"] = listed
            for query in ("fields.k:1", 'name:"1"', "status:DOCUMENT_STATUS_PROCESSED"):
                seen[f"{path} {query}"] = answer(routes, "GET", documents, filter=query)
            for file_id in self.all_files:
                seen[f"{path} {file_id}"] = answer(routes, "GET", f"{documents}/{file_id}")
        return seen


WRITES = st.tuples(
    st.sampled_from(
        [
            *("attach", "attach", "attach", "patch", "patch", "remove", "remove", "reindex"),
            *("create", "rename", "undefine", "delete", "delete-file"),
        ]
    ),
    st.integers(0, 2),
    st.integers(0, 4),
    st.integers(0, 9),
)


@pytest.mark.parametrize("remove", ["keep", "delete-file"])
@settings(max_examples=15)
@given(st.lists(st.lists(WRITES, max_size=3), min_size=4, max_size=12))
def test_a_read_sees_what_was_true_as_many_seconds_before(remove, ticks):
    world, behind = World(policies=Policies(remove=remove)), 3
    lagging = Routes(world.store, key="key", lag=behind * TICK)
    # What nobody had heard of then was not there.
    seen = [{}] * behind
    for writes in [*ticks, *[[]] * (behind + 2)]:
        for write in writes:
            world.write(*write)
        seen.append(world.see(world.truth))
        for question, found in world.see(lagging).items():
            if question in seen[-1 - behind]:
                assert found == seen[-1 - behind][question], question
            else:
                status, what = found
                assert status == 404 or not (what if isinstance(what, list) else any(what.values()))
        world.now += TICK
    world.store.close()


@pytest.mark.parametrize("lag", [-1, [], [0, -1]])
def test_a_lag_that_is_none_is_refused(lag):
    store = Store()
    with pytest.raises(ValueError, match="lag is seconds"):
        Routes(store, key="key", lag=lag)
    store.close()


def test_without_lag_nothing_is_kept():
    world = World()
    world.create(1)
    world.write("attach", 0, 0, 1)
    with world.store.reading() as connection:
        assert connection.execute("SELECT * FROM sqlite_temp_master").fetchall() == []
    world.store.close()


def test_what_is_shown_by_all_is_forgotten():
    world = World()
    lagging = Routes(world.store, key="key", lag=[0, 2])
    world.create(1)
    for turn in range(50):
        world.write("attach" if turn % 2 else "remove", 0, 0, 1)
        world.now += 1
        answer(lagging, "GET", "/v1/collections")
    with world.store.reading() as connection:
        kept = connection.execute("SELECT count(*) FROM past_documents").fetchone()[0]
        assert kept < 10
    world.store.close()


def test_samples_that_are_put_in_meanwhile_do_not_lag():
    world = World()
    lagging = Routes(world.store, key="key", lag=2)
    world.create(1)
    world.now += 5
    world.write("attach", 0, 0, 1)
    with world.store.writing(seeding=True) as connection:
        connection.execute(
            "INSERT INTO documents SELECT 1, id, name, size_bytes, content_type, created_at,"
            " '{}', 0, 0, 1, NULL, NULL FROM files WHERE id = 2"
        )
    for count in (1, 2):
        path = world.collections[0]
        assert answer(lagging, "GET", path)[1]["documents_count"] == count
        assert len(answer(lagging, "GET", f"{path}/documents")[1]["documents"]) == count
        world.now += 2
    world.store.close()
