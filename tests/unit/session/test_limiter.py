import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.session.fakes import settle
from tests.unit.virtual import now, run_virtual
from xcoll_tui.session.bulk.limiter import MOST, WriteLimiter
from xcoll_tui.session.writes.outcome import NotSent


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_it_halves_once_a_pause_and_doubles_after_a_quiet_while():
    clock = Clock()
    limiter = WriteLimiter(clock)
    limits = []
    for _ in range(5):
        limiter.note_pause(1.0)
        limiter.note_pause(0.5)
        limits.append(limiter.limit)
        assert limiter.paused_until == clock.now + 1.0
        clock.now += 1.0
        assert limiter.paused_until is None
    assert limits == [4, 2, 1, 1, 1]
    clock.now += 4.9
    assert limiter.limit == 1
    grown = []
    for _ in range(4):
        clock.now += 5.0
        grown.append(limiter.limit)
    assert grown == [2, 4, 8, 8]


def test_a_longer_pause_within_one_lengthens_it():
    clock = Clock()
    limiter = WriteLimiter(clock)
    limiter.note_pause(1.0)
    limiter.note_pause(9.0)
    assert limiter.paused_until == clock.now + 9.0
    assert limiter.limit == MOST // 2


def test_a_pause_that_is_cut_short_is_over_and_the_rate_stays_halved():
    clock = Clock()
    limiter = WriteLimiter(clock)
    limiter.note_pause(90.0)
    limiter.end_pause()
    assert limiter.paused_until is None
    assert limiter.limit == MOST // 2
    clock.now += 5.0
    assert limiter.limit == MOST
    limiter.end_pause()  # there is none
    assert limiter.limit == MOST


async def test_first_come_first_served_and_never_too_many():
    limiter, order = WriteLimiter(Clock()), []

    async def hold(number):
        await limiter.acquire()
        order.append(number)

    tasks = [asyncio.create_task(hold(n)) for n in range(12)]
    await settle()
    assert order == list(range(MOST))
    limiter.release()
    await settle()
    assert order == list(range(MOST + 1))
    for _ in range(3):
        limiter.release()
    await asyncio.gather(*tasks)
    assert order == list(range(12))


async def test_giving_up_wakes_the_owners_own_and_nobody_else():
    limiter, owner = WriteLimiter(Clock()), object()
    for _ in range(MOST):
        await limiter.acquire()
    mine = [asyncio.create_task(limiter.acquire(owner)) for _ in range(3)]
    other = asyncio.create_task(limiter.acquire(object()))
    await settle()
    limiter.give_up(owner)
    await settle()
    for task in mine:
        with pytest.raises(NotSent):
            await task
    assert not other.done()
    limiter.release()
    await other


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 0.5),  # arrives
            st.floats(0.001, 0.3),  # holds
            st.none() | st.floats(0, 0.5),  # cancelled after
        ),
        max_size=40,
    ),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.2)), max_size=4),
    st.none() | st.floats(0, 1),
)
def test_no_room_is_lost_and_none_is_given_twice(requests, pauses, given_up_at):
    async def scenario():
        limiter, held, owner = WriteLimiter(now), 0, object()

        async def request(arrives, holds):
            nonlocal held
            await asyncio.sleep(arrives)
            try:
                await limiter.acquire(owner)
            except NotSent:
                return
            held += 1
            try:
                assert held <= MOST
                await asyncio.sleep(holds)
            finally:
                held -= 1
                limiter.release()

        async def after(seconds, act, *given):
            await asyncio.sleep(seconds)
            act(*given)

        tasks = [asyncio.create_task(request(arrives, holds)) for arrives, holds, _ in requests]
        others = [after(when, limiter.note_pause, seconds) for when, seconds in pauses]
        others += [
            after(cancelled, task.cancel)
            for task, (*_, cancelled) in zip(tasks, requests, strict=True)
            if cancelled is not None
        ]
        if given_up_at is not None:
            others.append(after(given_up_at, limiter.give_up, owner))
        await asyncio.gather(*others)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(end is None or isinstance(end, asyncio.CancelledError) for end in ends), ends
        assert held == 0
        await asyncio.sleep(60)
        for _ in range(MOST):
            async with asyncio.timeout(1):
                await limiter.acquire()

    run_virtual(scenario())
