"""What each endpoint may do, and where it is."""

import pytest

from xcoll_tui.api import routes
from xcoll_tui.api.errors import Refused
from xcoll_tui.api.routes import Endpoint, Repeatable

ALL = {name: value for name, value in vars(routes).items() if isinstance(value, Endpoint)}


@pytest.mark.parametrize("name", ALL)
def test_what_gets_reads_and_everything_else_but_a_search_writes(name):
    assert ALL[name].writes is (ALL[name].method != "GET" and name != "SEARCH_DOCUMENTS")


@pytest.mark.parametrize("name", ALL)
def test_what_may_be_repeated_does_no_more_the_second_time(name):
    # Attaching is idempotent by collection and file; a PATCH indexes again each time.
    repeatable = {
        "CREATE_COLLECTION": Repeatable.NEVER,
        "UPDATE_DOCUMENT": Repeatable.WHEN_REFUSED,
        "UPLOAD_DOCUMENT": Repeatable.NEVER,
        "UPLOAD_FILE": Repeatable.NEVER,
    }.get(name, Repeatable.ALWAYS)
    assert ALL[name].repeatable is repeatable


def test_a_path_holds_its_ids_each_as_one_segment():
    path = routes.GET_DOCUMENT.path_of("a/b", "c d")
    assert path == "/v1/collections/a%2Fb/documents/c%20d"
    assert routes.LIST_COLLECTIONS.path_of() == "/v1/collections"


@pytest.mark.parametrize("odd", ["", ".", "..", "\ud800"])
def test_an_id_that_no_path_can_hold_is_refused_by_its_name(odd):
    with pytest.raises(Refused, match="file_id"):
        routes.GET_DOCUMENT.path_of("c", odd)


@pytest.mark.parametrize("ids", [(), ("c",), ("c", "f", "g")])
def test_a_path_takes_as_many_ids_as_it_has_names(ids):
    with pytest.raises(ValueError, match="zip"):
        routes.GET_DOCUMENT.path_of(*ids)
