"""What a woman types on Signal while a talk is open, through the whole program: for us, or for the other side."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.conversation import ConversationState
from tests.services.program import Program, program
from tests.services.test_conversations import PORTO, call, enter, on_signal, on_telegram, take


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Program]:
    """Run the program."""
    async with program(tmp_path) as found:
        yield found


async def test_a_number_counts_after_her_own_words_and_is_said_after_those_of_the_other_side(running: Program) -> None:
    ana, rosa = on_signal(running, "ana", 0), on_telegram(running, "rosa", 1)
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    words = await call(ana)
    await take(rosa, words)
    await rosa.types("how many?")
    await running.settled()
    await ana.types("1")
    await running.settled()
    assert rosa.find(f"{words}:\n1")
    await rosa.says("", "letter_more", words)
    await rosa.walks(("answer", "Hand it over"), ("answer", "No note"))
    await ana.types("he has left")
    await running.settled()
    assert await ana.says("", "exit")
    await running.settled()
    (talk,) = [each for each in await running.talks() if not each.seats or each.is_live]
    assert talk.state is ConversationState.ENDED


async def test_a_cry_that_nobody_reads_is_answered_and_read_by_who_comes(running: Program) -> None:
    ana, rosa = on_signal(running, "ana", 0), on_telegram(running, "rosa", 1)
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    words = await call(ana)
    await ana.types("are you there?")
    await running.passes(timedelta(minutes=4))
    await running.settled()
    await ana.types("she is not breathing")
    await running.settled()
    assert ana.find("breastbone")
    await take(rosa, words)
    await running.settled()
    assert rosa.find("she is not breathing")
