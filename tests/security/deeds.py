"""What people of a walk do in their conversations, and what happens to them."""

import asyncio
from datetime import timedelta

from bot.core.contact import Position
from bot.core.conversation import Conversation
from tests.bot_api.state import Payload
from tests.fake_bot_api import Fault
from tests.security.cast import NAMES
from tests.security.plant import plant
from tests.security.walk import Walk
from tests.services.people import Person, label

NOTE = Position("answer", "note")
LONG = timedelta(hours=74)
"""So long nothing waits."""


async def call(walk: Walk) -> str:
    """Let a woman call, or leave a message."""
    free = await walk.free()
    if not free:
        return "nobody is free"
    person = walk.chance.choice(free)
    await walk.enter(person)
    await person.walks(("start", "Talk to a peer"))
    if not await _choose_line(person):
        await person.types(walk.chance.choice(("Porto", "Barcelona")))
        await walk.program.settled()
        await _choose_line(person)
    await walk.program.settled()
    await person.walks(("peer", "Yes, call a peer"), ("peer", "Just to talk"))
    await person.walks(("peer", "Leave a message"), ("peer", "Yes, leave a message"))
    return f"{person.name} calls"


async def _choose_line(person: Person) -> bool:
    for name in NAMES:
        for state in ("line_here", "line_away"):
            said = f"{label(person.language, 'directory', name)} · {label(person.language, '', state)}"
            if await person.presses(said):
                return True
    return False


async def take(walk: Walk) -> str:
    """Let everybody who is called press at once."""
    waiting = [each for each in await walk.talks() if each.state in ("waiting", "left", "second")]
    first = [each for each in waiting if each.state == "second" or each.aim == "support"]
    if not waiting:
        return "nobody waits"
    talk = walk.chance.choice(first or waiting)
    words = [each for each in walk.staff if each.find(talk.designation)]
    await asyncio.gather(*(each.says("", "letter_take", talk.designation) for each in words))
    await walk.program.settled()
    return f"{[each.name for each in words]} press for {talk.designation}"


async def work(walk: Walk) -> str:
    """Let who answers use what there is for her."""
    seated = [(talk, each.address) for talk in await walk.talks() if talk.is_open for each in talk.seats]
    if not seated:
        return "nobody answers"
    talk, address = walk.chance.choice(seated)
    person = walk.by_address[address]
    ways = {
        "over": (("answer", "Hand it over"), ("answer", "No note")),
        "note": (("answer", "Hand it over"),),
        "second": (("answer", "One more of us"), ("answer", "Yes, call one more")),
        "danger": (("answer", "She's in danger"), ("answer", "Call a tutor")),
        "code": (("answer", "Is it still her?"), ("answer", "Yes, ask her")),
        "end": (("answer", "End it"), ("", "closing_other")),
        "canned": (("answer", "A ready answer"),),
        "again": (("answer", "Read again what she asks"),),
    }
    what = walk.chance.choice(
        ("over", "note", "note", "second", "second", "danger", "code", "code", "end", "canned", "again")
    )
    is_there = await person.says("", "letter_more", talk.designation) and await person.walks(*ways[what])
    # Something that came meanwhile may have kept her from being asked for it.
    is_asked = is_there and (await walk.program.contact(person.address)).position == NOTE
    if what == "note" and is_asked:
        await _pass_on(walk, person, talk)
    await person.types("menu")
    return f"{person.name} does {what} in {talk.designation}"


async def _pass_on(walk: Walk, person: Person, talk: Conversation) -> None:
    """Write what the next one should know, and the woman does not read."""
    note = await walk.note(person, None)
    note.talk, note.is_quiet, note.is_shaken, note.most = talk.id, True, True, 9
    note.never = frozenset({walk.by_address[talk.woman].name, person.name})
    await person.types(f"so {note.text} there")
    await walk.program.settled()


async def block(walk: Walk) -> str:
    """Let who answers block: from then on whoever wrote hears nothing."""
    seated = [(talk, each.address) for talk in await walk.talks() if talk.is_open for each in talk.seats]
    talk, address = walk.chance.choice(seated) if seated else (None, "")
    if talk is None:
        return "nobody can be blocked"
    person, woman = walk.by_address[address], walk.by_address[talk.woman]
    if await person.says("", "letter_more", talk.designation):
        await person.walks(("answer", "Block"), ("answer", "Yes, block"))
    # Who answers herself has no seat any more, at the next look.
    await walk.program.lines.tick()
    await walk.program.settled()
    if await walk.program.store.blocked.is_blocked(woman.address):
        walk.blocked[woman.name] = len(woman.received)
        for errand in walk.errands:
            errand.later = 0 if errand.woman is woman else errand.later
    await person.types("menu")
    return f"{person.name} blocks {woman.name}"


async def let_in(walk: Walk) -> str:
    """Let the operator lift every block."""
    names = sorted(walk.blocked)
    if not names:
        return "nobody is blocked"
    await walk.program.store.blocked.lift(walk.program.clock.now())
    walk.blocked.clear()
    for person in (each for each in walk.people if each.name in names):
        await walk.come_back(person)
    return f"let in again: {', '.join(names)}"


async def cry(walk: Walk) -> str:
    """Let who is blocked cry for help: the bot answers, and nobody else hears it."""
    if not walk.blocked:
        return "nobody is blocked"
    name = walk.chance.choice(sorted(walk.blocked))
    person = next(each for each in walk.people if each.name == name)
    before = {each.name: len(each.received) for each in walk.people}
    await person.types("she took an overdose")
    await walk.program.settled()
    heard = {each.name for each in walk.people if len(each.received) > before[each.name]}
    assert heard == {name}, f"a cry of {name} was heard by {heard}: {walk.history}"
    await person.types("menu")
    await walk.program.settled()
    walk.blocked[name] = len(person.received)
    return f"{name} cries for help"


async def set_code(walk: Walk) -> str:
    """Let a woman agree on a word, by which it can be known later that it is still her."""
    talks = [each for each in await walk.talks() if walk.by_address[each.woman] in walk.women]
    if not talks:
        return "nobody needs a word"
    talk = walk.chance.choice(talks)
    person, word = walk.by_address[talk.woman], plant()
    await person.types("menu")
    if not await person.walks(("start", "Talk to a peer"), ("peer", "Set a code word")):
        return "no word is asked for"
    mark = await walk.note(person, None)
    mark.text, mark.is_quiet = word, True
    await person.types(word)
    await person.walks(("peer", "Go on"))
    walk.words[talk.id] = word
    return f"{person.name} sets a word"


async def leave(walk: Walk) -> str:
    """Let somebody end hers, hide the chat or be forgotten."""
    able = [each for each in (*walk.women, *walk.women, *walk.staff) if each.name not in walk.blocked]
    person = walk.chance.choice(able)
    how = walk.chance.choice(("exit", "exit", "forget me", "stop", "end"))
    if how != "end":
        for errand in walk.errands:
            errand.later = 0 if errand.woman is person else errand.later
        await person.types(how)
    else:
        await person.types("menu")
        await person.walks(("start", "Talk to a peer"), ("peer", "I want to stop"))
    await walk.program.settled()
    if how == "forget me" and walk.is_alone:
        assert not await walk.program.contact(person.address), f"{person.name} is still known"
        assert str(person.address) not in await walk.kept(), f"the address of {person.name} is kept: {walk.history}"
    await walk.come_back(person)
    return f"{person.name}: {how}"


async def revoke(walk: Walk) -> str:
    """Let the operator take a role away, and give it again some other day."""
    person = walk.chance.choice(walk.staff)
    if staff := (await walk.program.staff()).get(str(person.address)):
        await walk.program.store.staff.revoke(staff.designation, walk.program.clock.now())
        await walk.program.lines.tick()
        await walk.program.settled()
    await walk.come_back(person)
    return f"{person.name} is revoked"


# --- what happens ----------------------------------------------------------------------------------------------------


async def kill(walk: Walk) -> None:
    """Cut the power, after a moment in which something may have left, and start again."""
    for _ in range(walk.chance.randrange(60)):
        await asyncio.sleep(0)
    await walk.program.kill()
    await walk.program.start()


async def restart(walk: Walk) -> None:
    """Stop and start."""
    await walk.program.stop()
    await walk.program.start()


async def falter(walk: Walk) -> None:
    """Let the platform refuse one message to somebody."""
    left = [1]

    def fault(method: str, _payload: Payload) -> Fault | None:
        if not method.startswith("send") or not left:
            return None
        left.pop()
        return Fault(walk.chance.choice((429, 500, 502)), retry_after=0)

    walk.program.api.fault = fault


async def wait(walk: Walk) -> str:
    """Let some minutes pass, or so many days that nothing waits any more."""
    time = walk.chance.choice((*[timedelta(minutes=each) for each in (1, 4, 4, 30)], timedelta(hours=20), LONG))
    until = int((walk.program.clock.now() + time).timestamp())
    over = [each for each in await walk.talks() if each.state == "left" and each.left_until <= until]
    before = {each.name: len(each.received) for each in walk.people}
    await walk.program.passes(time)
    await walk.program.store.purge(walk.program.clock.now())
    await walk.program.settled()
    for talk in over:
        await _expired(walk, talk, before)
    return f"{time} pass"


async def _expired(walk: Walk, talk: Conversation, before: dict[str, int]) -> None:
    """See that what waited is gone, and that both sides were told."""
    woman, kept = walk.by_address[talk.woman], await walk.kept()
    team = {each.designation: each for each in (await walk.program.staff()).values()}
    assert not [each for each in talk.held if each.text and each.text in kept], f"it waits for ever: {walk.history}"
    news = woman.received[before[woman.name] :]
    said = label(woman.language, "", "letter_expired_unread")
    assert any(said[:30] in each for each in news), f"{woman.name} is not told: {walk.history}"
    called = [walk.by_address[team[each].address] for each in talk.rung if each in team]
    for person in [each for each in called if each.name not in walk.blocked]:
        news = person.received[before[person.name] :]
        assert any(talk.designation in each for each in news), f"{person.name} is not told: {walk.history}"
