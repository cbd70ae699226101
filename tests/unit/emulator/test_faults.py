import pytest

from xcoll_tui.emulator.faults import Fault, FaultSyntaxError, Rate, find_fault, parse_fault


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("GET:/v1/collections:503", Fault("GET", "/v1/collections", 503)),
        ("*:*:reset", Fault("*", "*", "reset")),
        ("post:*/documents/*:timeout:after", Fault("POST", "*/documents/*", "timeout", "after")),
        ("GET:*:garbage:0.25", Fault("GET", "*", "garbage", share=0.25)),
        ("GET:*:500:during:0.5", Fault("GET", "*", 500, "during", 0.5)),
        ("GET:*:500:1", Fault("GET", "*", 500, share=1.0)),
        ("GET:*/documents:batchGet:429", Fault("GET", "*/documents:batchGet", 429)),
        (
            "GET:*documents:batchGet:reset:before:0.1",
            Fault("GET", "*documents:batchGet", "reset", "before", 0.1),
        ),
    ],
)
def test_specs_are_read_from_both_ends(spec, fault):
    assert parse_fault(spec) == fault


@pytest.mark.parametrize(
    "spec",
    [
        *("", "GET", "GET:/v1", ":/v1:500", "GET::500", "GET:/v1:sometimes", "GET:/v1:99"),
        *("GET:/v1:600", "GET:/v1:500:often", "GET:/v1:500:2", "GET:/v1:500:0.5:after"),
        *("GET:/v1:500:-0.1", "GET:/v1:500:nan", "GET:/v1:5000"),
    ],
)
def test_wrong_specs_are_sentences_with_an_example(spec):
    with pytest.raises(FaultSyntaxError, match=r"cannot be read; write .* for example"):
        parse_fault(spec)


@pytest.mark.parametrize(
    "spec", ["P*:*:500", "FETCH:*:500", "GET:v1/collections:503", "GET:*:500:0", "G:*:reset:after"]
)
def test_specs_that_can_never_strike_are_refused(spec):
    with pytest.raises(FaultSyntaxError, match=r"would never strike: \w+ (is|begins) .*\.$"):
        parse_fault(spec)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 1 / 3, 0.5, 0.9, 1.0])
def test_a_share_is_kept_and_evenly_spread(share):
    fault = Fault("*", "*", 500, share=share)
    struck = [fault.strikes("GET", "/") for _ in range(300)]
    assert sum(struck) == round(300 * share)
    for start in range(0, 290, 10):
        assert abs(sum(struck[start : start + 10]) - 10 * share) <= 1


def test_every_matching_fault_counts_and_the_first_that_strikes_wins():
    half, always = Fault("GET", "*", 500, share=0.5), Fault("*", "/a*", "reset")
    faults = [half, always]
    assert find_fault(faults, "GET", "/a") is always
    assert find_fault(faults, "GET", "/a") is half
    assert find_fault(faults, "POST", "/b") is None
    assert (half.seen, always.seen) == (2, 2)


def test_a_rate_holds_in_any_second():
    now = [0.0]
    rate = Rate(2, clock=lambda: now[0])
    admitted = []
    for tick in range(40):
        now[0] = tick / 10
        wait = rate.admit()
        assert 0 <= wait <= 1
        if not wait:
            admitted.append(now[0])
    assert admitted == [0.0, 0.1, 1.0, 1.1, 2.0, 2.1, 3.0, 3.1]
