"""Tasks in the background: the end leaves none behind, whatever those that let go begin."""

import asyncio

from xcoll_tui.session.context import BackgroundTasks


async def test_the_end_cancels_also_what_is_begun_by_what_lets_go():
    tasks, begun = BackgroundTasks(), []

    async def last():
        begun.append("last")
        await asyncio.Event().wait()

    async def first():
        try:
            await asyncio.Event().wait()
        finally:
            begun.append("first")
            left.append(tasks.spawn(last()))

    left = [tasks.spawn(first())]
    await asyncio.sleep(0)
    await tasks.end()
    assert begun[0] == "first"
    assert [task.done() for task in left] == [True, True]
