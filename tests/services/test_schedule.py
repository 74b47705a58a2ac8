"""Ticks: they come again whatever happens, and end when they should."""

import asyncio

from bot.services.schedule import Schedule


async def test_a_task_that_fails_comes_again_and_does_not_stop_the_others() -> None:
    schedule, ticks = Schedule(), asyncio.Queue[str]()

    async def fail() -> None:
        ticks.put_nowait("failing")
        raise ZeroDivisionError

    async def work() -> None:
        ticks.put_nowait("working")

    # So short that the test waits for events, not for time.
    schedule.every(0.01, fail)  # type: ignore[arg-type]  # whole seconds are for the program
    schedule.every(0.01, work)  # type: ignore[arg-type]  # the same
    schedule.start()
    try:
        async with asyncio.timeout(20):
            seen = [await ticks.get() for _ in range(8)]
            while seen.count("failing") < 2 or seen.count("working") < 2:
                seen.append(await ticks.get())
    finally:
        schedule.stop()
    assert set(seen) == {"failing", "working"}


async def test_nothing_about_anyone_is_in_a_job() -> None:
    schedule = Schedule()

    async def work() -> None:
        """Do nothing."""

    schedule.every(1, work)
    schedule.start()
    try:
        (job,) = schedule._scheduler.get_jobs()
        assert (job.args, job.kwargs) == ((), {})
        assert job.coalesce
        assert job.max_instances == 1
    finally:
        schedule.stop()
