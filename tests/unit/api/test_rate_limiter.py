import asyncio
import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.virtual import now, run_virtual
from xcoll_tui.api import retry
from xcoll_tui.api.rate_limiter import RateLimiter


@dataclass
class Limit:
    """At most `rate` requests in any second, or a bucket that is filled at that rate."""

    rate: int
    kind: str = "sliding"
    told: str = "whole"
    latency: float = 0.02
    asked: int = 0
    refused: int = 0
    taken: deque = field(default_factory=deque)
    left: float = -1.0
    filled: float = 0.0

    async def answer(self):
        """Return None, or what Retry-After says, "" for nothing."""
        self.asked += 1
        await asyncio.sleep(self.latency / 2)
        wait = self.bucket() if self.kind == "bucket" else self.window()
        await asyncio.sleep(self.latency / 2)
        if wait <= 0:
            return None
        self.refused += 1
        return {"whole": ceil(wait), "exact": wait, "silent": ""}[self.told]

    def window(self):
        while self.taken and now() - self.taken[0] >= 1:
            self.taken.popleft()
        if len(self.taken) >= self.rate:
            return 1 - (now() - self.taken[0])
        self.taken.append(now())
        return 0.0

    def bucket(self):
        if self.left < 0:
            self.left, self.filled = float(self.rate), now()
        self.left = min(self.rate, self.left + (now() - self.filled) * self.rate)
        self.filled = now()
        if self.left < 1:
            return (1 - self.left) / self.rate
        self.left -= 1
        return 0.0


async def ask(limiter, limit, draw=lambda: 0.5):
    """Ask until it is answered, as the client does; return how often."""
    for attempt in range(1, retry.RATE_LIMITED_TRIES + 1):
        turn = await limiter.acquire()
        told = await limit.answer()
        if told is None:
            limiter.admit(turn)
            return attempt
        pause = retry.next_pause(
            attempt=attempt,
            waited=0.0,
            rate_limited=True,
            retry_after=None if told == "" else told,
            draw=draw,
            by_chance=limiter.refuses_by_chance,
        )
        if limiter.record_429(turn, pause, told=told != "") is None:
            await asyncio.sleep(pause)
    raise AssertionError("given up")


async def crowd(limit, requests, workers=8):
    """Send requests from several workers; return the limiter and the seconds it took."""
    limiter = RateLimiter(now, asyncio.sleep)
    began, left = now(), iter(range(requests))

    async def work():
        for _ in left:
            await ask(limiter, limit)

    await asyncio.gather(*(work() for _ in range(workers)))
    return limiter, now() - began


@settings(max_examples=40)
@given(
    st.integers(5, 300),
    st.sampled_from(["sliding", "bucket"]),
    st.sampled_from(["whole", "exact", "silent"]),
    st.floats(0.002, 0.2),
)
def test_few_requests_are_refused_and_the_limit_is_used(rate, kind, told, latency):
    limit = Limit(rate, kind, told, latency)
    limiter, seconds = run_virtual(crowd(limit, 600))
    assert limit.refused <= 0.1 * limit.asked
    assert not limiter.refuses_by_chance
    # Where no time is named it takes longer to find out that it is a limit, and which one.
    possible = min(rate, 8 / latency) * (0.6 if told != "silent" else 0.35)
    assert 600 / seconds >= possible


class Moody(Limit):
    """Refuses a part of all requests, at any rate, and names no time."""

    def __init__(self, share, seed):
        super().__init__(rate=0, latency=0.01)
        self.share, self.random = share, random.Random(seed)

    async def answer(self):
        self.asked += 1
        await asyncio.sleep(self.latency)
        return "" if self.random.random() < self.share else None


@pytest.mark.parametrize(("share", "workers"), [(0.05, 1), (0.05, 8), (0.2, 8)])
def test_what_is_refused_by_chance_lets_the_pace_sink_for_a_while_only(share, workers):
    async def scenario(seed):
        limit, limiter = Moody(share, seed), RateLimiter(now, asyncio.sleep)
        answered = [0] * 6

        async def work():
            while (turn := int(now() - began) // 10) < len(answered):
                await ask(limiter, limit, limit.random.random)
                answered[turn] += 1

        began = now()
        await asyncio.gather(*(work() for _ in range(workers)))
        return answered

    possible = workers / 0.01 * 10 * (1 - share)
    for seed in range(2):
        answered = run_virtual(scenario(seed))
        assert min(answered[3:]) >= 0.5 * possible, answered


def test_a_limit_behind_refusals_by_chance_is_found():
    async def scenario():
        moody, limit = Moody(0.2, 1), Limit(20, told="silent")
        limiter = RateLimiter(now, asyncio.sleep)
        while not limiter.refuses_by_chance:
            await ask(limiter, moody, moody.random.random)
        left = iter(range(600))

        async def work():
            for _ in left:
                await ask(limiter, limit, moody.random.random)

        await asyncio.gather(*(work() for _ in range(8)))
        return limiter.refuses_by_chance, limiter.rate, limit.refused

    by_chance, rate, refused = run_virtual(scenario())
    assert not by_chance
    assert 10 < rate < 25
    assert refused < 0.15 * 600


def test_what_is_not_limited_is_not_slowed_down():
    limit = Limit(1_000_000)
    limiter, seconds = run_virtual(crowd(limit, 800))
    assert seconds == pytest.approx(800 / 8 * 0.02)
    assert limiter.rate is None


def test_one_pause_holds_everything_and_one_sleeps():
    async def scenario():
        slept = []

        async def sleep(seconds):
            slept.append(seconds)
            await asyncio.sleep(seconds)

        limiter = RateLimiter(now, sleep)
        turn = await limiter.acquire()
        assert limiter.record_429(turn, 3.0) == 3.0
        began, left = now(), []

        async def leave():
            await limiter.acquire()
            left.append(now() - began)

        await asyncio.gather(*(leave() for _ in range(5)))
        return slept, left

    slept, left = run_virtual(scenario())
    assert slept[0] == 3.0
    assert len(slept) == len(left) == 5, "one a request that leaves, never one a worker"
    gaps = [after - before for before, after in itertools.pairwise(left)]
    assert left[0] == 3.0
    assert all(gap == pytest.approx(gaps[0], rel=0.2) and gap > 0.1 for gap in gaps), "a ramp"


def test_a_longer_pause_counts_for_those_who_wait_already():
    async def scenario():
        limiter = RateLimiter(now, asyncio.sleep)
        first, second = await limiter.acquire(), await limiter.acquire()
        limiter.record_429(first, 1.0)
        waiting = asyncio.create_task(limiter.acquire())
        began = now()
        await asyncio.sleep(0.5)
        assert limiter.record_429(second, 4.0) == 4.0
        await waiting
        return now() - began

    assert run_virtual(scenario()) == pytest.approx(4.5)


def test_those_refused_together_lower_the_rate_once():
    async def scenario(refused):
        limiter = RateLimiter(now, asyncio.sleep)
        for _ in range(40):
            limiter.admit()
        turns = [await limiter.acquire() for _ in range(8)]
        for turn in turns[:refused]:
            limiter.record_429(turn, 1.0)
        await limiter.acquire()
        return limiter.rate

    assert run_virtual(scenario(1)) == run_virtual(scenario(8)) == pytest.approx(36, rel=0.01)


def test_refused_again_halves_at_most_and_never_stops():
    async def scenario():
        limiter, rates = RateLimiter(now, asyncio.sleep), []
        for _ in range(12):
            limiter.record_429(await limiter.acquire(), 1.0)
            await limiter.acquire()
            rates.append(limiter.rate)
        return rates

    rates = run_virtual(scenario())
    assert all(after >= 0.44 * before for before, after in itertools.pairwise(rates))
    assert rates[0] > 7
    assert 0.4 < rates[-1] <= 0.5


def test_the_limit_is_forgotten_after_a_quiet_while():
    async def scenario():
        limiter = RateLimiter(now, asyncio.sleep)
        limiter.record_429(await limiter.acquire(), 1.0)
        await asyncio.sleep(20)
        near = limiter.rate
        await asyncio.sleep(600)
        began = now()
        for _ in range(1000):
            await limiter.acquire()
        return near, now() - began

    near, seconds = run_virtual(scenario())
    assert 7.5 < near < 9
    assert seconds == 0


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_holds_nothing_up(jump):
    async def scenario():
        offset = 0.0
        limiter = RateLimiter(lambda: now() + offset, asyncio.sleep)
        turn = await limiter.acquire()
        limiter.record_429(turn, 2.0)
        offset = jump
        began = now()
        for _ in range(8):
            await limiter.acquire()
        return now() - began

    assert run_virtual(scenario()) < 5


def test_a_sleep_that_does_not_turn_the_clock_ends_all_the_same():
    async def scenario():
        slept = []

        async def sleep(seconds):
            slept.append(seconds)

        limiter = RateLimiter(lambda: 0.0, sleep)
        limiter.record_429(await limiter.acquire(), 7.0)
        await limiter.acquire()
        return slept

    assert run_virtual(scenario()) == [7.0]


def test_a_cancelled_wait_hands_its_place_on():
    async def scenario():
        limiter = RateLimiter(now, asyncio.sleep)
        limiter.record_429(await limiter.acquire(), 5.0)
        first, second = (asyncio.create_task(limiter.acquire()) for _ in range(2))
        await asyncio.sleep(1)
        first.cancel()
        began = now()
        await second
        return now() - began

    assert run_virtual(scenario()) == pytest.approx(4.0)
