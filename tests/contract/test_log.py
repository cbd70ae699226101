"""What the log says of an exchange."""

from xcoll_tui.api.keys import accept_key
from xcoll_tui.api.models import RequestRecord
from xcoll_tui.log import Log

KEY = "xai-token-0123456789-secret"


def lines_of(path):
    return [line.partition("Z ")[2] for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_exchange_is_a_line_with_the_name_that_the_service_gave_it(tmp_path):
    log = Log(tmp_path / "log")
    log.hide(accept_key(KEY))
    log.request(RequestRecord("GET", "/v1/collections", 200, None, 0.0123, 0.0))
    log.request(RequestRecord("PUT", "/v1/c", 503, None, 0.5, 0.0, "0a1b"))
    log.request(RequestRecord("GET", "/v1/c", None, "no answer", 1, 0.0, f"{KEY}\n"))
    log.close()
    assert lines_of(tmp_path / "log")[1:] == [
        "GET /v1/collections 200 12 ms",
        "PUT /v1/c 503 500 ms, request ID 0a1b",
        "GET /v1/c no answer 1000 ms, request ID [key]\\n",
    ]
