"""Company and referrals in a walk, and a moderator who writes to the group meanwhile."""

from bot.core.agreed import agreed
from bot.core.conversation import Conversation
from bot.core.notice import Notice, NoticeKind
from tests.security.cast import GROUP, HOUSE, LINES, PARTNER
from tests.security.marks import Errand, Mark
from tests.security.walk import Walk
from tests.services.people import Person

LATER = {"referral": ("referral", "Yes, in the morning"), "company": ("company", "Yes, that evening")}
DAY = 86400


async def refer(walk: Walk) -> str:
    """Let a woman be handed to a service, with words of hers."""
    person = await _before_the_card(walk)
    if person is None or not await person.walks(("find", "Let them expect me"), ("referral", "Don't say what I need")):
        return "no referral"
    speaks = walk.chance.choice(("Yes", "No"))
    await person.walks(("referral", speaks), ("referral", "Don't say when"))
    mark = await walk.note(person, None)
    mark.is_quiet, mark.most = True, 99
    await person.types(f"so {mark.text} there")
    await walk.program.settled()
    if walk.chance.random() < 0.2:
        await person.types("menu")
        return f"{person.name} thinks again"
    return await _agree(walk, person, "referral", mark)


async def company(walk: Walk) -> str:
    """Let a woman ask for somebody to come along."""
    person = await _before_the_card(walk)
    if person is None or not await person.walks(("find", "Come with me"), ("company", "I'd rather not say")):
        return "no company"
    await person.walks(("company", "I don't know yet"), ("company", "Go on"))
    return await _agree(walk, person, "company", None)


async def _before_the_card(walk: Walk) -> Person | None:
    free = await walk.free()
    if not free:
        return None
    person = walk.chance.choice(free)
    place = walk.program.library.services[PARTNER].name
    await walk.enter(person)
    await walk.program.settled()
    await person.types("joaquim urbano")
    await walk.program.settled()
    await person.presses(place)
    await walk.program.settled()
    return person


async def _agree(walk: Walk, person: Person, aim: str, mark: Mark | None) -> str:
    is_asked = walk.chance.random() < 0.6
    await person.walks(LATER[aim] if is_asked else (aim, "No, don't ask"))
    if is_asked and aim == "referral":
        await person.walks((aim, "I don't know yet"))
    await person.says("", "agree_yes")
    await walk.program.settled()
    talk = await walk.talk_of(person)
    if talk is None or talk.aim != aim:
        return f"{person.name}: no {aim} comes of it"
    if mark:
        mark.talk, mark.to = talk.id, frozenset(name for name, lines in LINES.items() if HOUSE in lines)
    texts = frozenset(agreed(walk.program.library, language, talk) for language in ("en", "pt", "es"))
    errand = Errand(person, talk.id, talk.designation, walk.program.clock.now(), texts, mark, int(is_asked))
    walk.errands.append(errand)
    return f"{person.name} asks for {aim}"


async def decide(walk: Walk) -> str:
    """Let the people of the service say whether they receive her, or ask her."""
    talks = [each for each in await walk.talks() if each.aim == "referral" and each.is_open]
    if not talks:
        return "nobody has to decide"
    talk = walk.chance.choice(talks)
    person = walk.by_address[walk.chance.choice(talk.seats).address]
    what = walk.chance.choice(("letter_accept", "letter_accept", "letter_ask", "letter_refuse"))
    if not await person.says("", what, talk.designation):
        return f"{person.name} has decided already"
    await walk.program.settled()
    if what == "letter_ask":
        mark = await walk.note(person, talk)
        mark.is_sure = False
        await person.types(f"so {mark.text} there")
    if what == "letter_refuse":
        await person.walks(("receive", "We're full"))
        for errand in walk.errands:
            errand.later = 0 if errand.talk == talk.id else errand.later
    await walk.program.settled()
    return f"{person.name}: {what} for {talk.designation}"


async def withdraw(walk: Walk) -> str:
    """Let a woman take her yes back: what she agreed to and said is in no other chat, and in no row."""
    talks = [each for each in await walk.talks() if each.aim in ("referral", "company")]
    if not talks:
        return "nobody has said yes"
    talk = walk.chance.choice(talks)
    woman = walk.by_address[talk.woman]
    ways = (("", "letter_back"), ("referral", "Take my yes back"), ("company", "Take it back"))
    for flow, name in ways:
        is_over = all(each.id != talk.id for each in await walk.talks())
        is_over = is_over or not await woman.says(flow, name) or not await walk.program.settled()
    if any(each.id == talk.id for each in await walk.talks()):
        return f"{woman.name} finds no button"
    await _is_gone(walk, talk, woman)
    return f"{woman.name} takes her yes back"


async def _is_gone(walk: Walk, talk: Conversation, woman: Person) -> None:
    await walk.program.settled()
    await walk.look()
    kept, (errand,) = await walk.kept(), [each for each in walk.errands if each.talk == talk.id]
    errand.later = 0
    said = [each for each in walk.marks if each.talk == talk.id and each.by is woman and not each.is_back]
    for mark in said:
        mark.freeze()
        assert mark.text not in kept, f"what {woman.name} took back is kept: {walk.history}"
    words = [each.text for each in said if walk.is_young(each)]
    for person in walk.staff if walk.is_young(errand) else ():
        for standing in person.standing:
            is_there = errand.designation in standing and any(text in standing for text in errand.texts)
            told = f"{person.name} still has what {woman.name} took back: {walk.history}"
            assert not is_there, told
            assert not any(word in standing for word in words), told


async def announce(walk: Walk) -> str:
    """Let a moderator write to the group: each member reads it once, and nobody else."""
    now = walk.program.clock.now()
    if not 10 <= now.hour < 20:
        return "it is night"
    mark = await walk.note(next(each for each in walk.staff if each.name == "rosa"), None)
    mark.to, mark.is_quiet = await walk.members() - {"rosa"}, True
    at = int(now.timestamp())
    texts = dict.fromkeys(("en", "pt", "es"), f"so {mark.text} there")
    await walk.program.store.outbox.announce(Notice(NoticeKind.BROADCAST, (GROUP,), at, at + DAY, texts=texts))
    walk.program.outbox.wake()
    return f"{mark.text[:4]} goes to {sorted(mark.to)}"
