import pytest

from xcoll_tui.session.learned import UNKNOWN, Fact, Learned
from xcoll_tui.session.place import Place

DAY = 24 * 60 * 60


class Clock:
    def __init__(self, now=1_000_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


def make():
    clock = Clock()
    return Learned(None, Place("here"), clock=clock), clock


def test_nothing_is_known_at_first():
    learned, _ = make()
    assert learned.settling_time() == 10
    assert [learned.patch, learned.reattach, learned.files] == [UNKNOWN] * 3
    assert learned.patch.value == "unknown"


@pytest.mark.parametrize(
    ("samples", "seconds"),
    [
        ([0.0], 2),
        ([0.01, 0.02], 2),
        ([0.1, 1.0, 0.2], 3.5),
        ([9.0], 27.5),
        ([9.9, 0.0], 30),
        ([3000.0], 30),
        ([-5.0], 2),
        ([float("nan")], 10),
        ([float("inf"), 1.0], 3.5),
    ],
)
def test_the_settling_time_follows_the_longest_of_the_recent_writes(samples, seconds):
    learned, _ = make()
    for sample in samples:
        learned.note_shown(sample)
    assert learned.settling_time() == pytest.approx(seconds)


def test_one_slow_day_is_forgotten_after_a_hundred_quick_writes():
    learned, clock = make()
    learned.note_shown(8)
    for _ in range(99):
        clock.now += 1
        learned.note_shown(0.01)
    assert learned.settling_time() == 24.5
    clock.now += 1
    learned.note_shown(0.01)
    assert learned.settling_time() == 2


def test_or_after_a_week():
    learned, clock = make()
    learned.note_shown(8)
    clock.now += 3 * DAY
    learned.note_shown(1)
    clock.now += 4 * DAY
    assert learned.settling_time() == 24.5
    clock.now += 1
    assert learned.settling_time() == 3.5
    clock.now += 4 * DAY
    assert learned.settling_time() == 10


def test_that_new_fields_were_ignored_is_forgiven_when_they_are_taken_later():
    learned, clock = make()
    learned.note_strategy("patch", "ignored")
    assert learned.patch == Fact("ignored", clock.now)
    assert learned.reattach == UNKNOWN
    clock.now += 1
    learned.note_strategy("patch", "applied")
    assert learned.patch == Fact("applied", clock.now)
    learned.note_strategy("patch", "ignored", at=clock.now - 100)
    assert learned.patch.value == "applied"


def test_that_new_fields_were_ignored_expires():
    learned, clock = make()
    learned.note_strategy("reattach", "ignored")
    learned.note_strategy("patch", "applied")
    clock.now += 30 * DAY
    assert learned.reattach.value == "ignored"
    clock.now += 1
    assert learned.reattach == UNKNOWN
    assert learned.patch.value == "applied"


def test_the_latest_evidence_on_files_wins():
    learned, clock = make()
    learned.note_files("kept")
    clock.now += 1
    learned.note_files("deleted")
    assert learned.files == Fact("deleted", clock.now)
    learned.note_files("kept", at=clock.now - 10)
    assert learned.files.value == "deleted"
    clock.now += 400 * DAY
    assert learned.files.value == "deleted"
    learned.note_files("kept")
    assert learned.files.value == "kept"


def test_a_clock_that_was_set_back_does_not_keep_what_is_seen_next_from_counting():
    learned, clock = make()
    learned.note_strategy("patch", "ignored")
    learned.note_shown(9)
    clock.now -= 365 * DAY
    learned.note_strategy("patch", "applied")
    learned.note_shown(0.1)
    assert learned.patch == Fact("applied", clock.now)
    assert learned.settling_time() == 2
