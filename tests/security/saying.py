"""What people of a walk say: a text, a voice note, a picture, a change, and what they take back."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.core import speech
from bot.core.conversation import MOST_HELD, Conversation
from bot.core.rooms.talks import UNSENT_HANDLE
from tests.security.marks import Mark, picture, sound
from tests.security.walk import Walk
from tests.services.people import OnSignal, OnTelegram, OnWeb, Person

Work = Callable[[], Awaitable[object]]


async def saying(walk: Walk) -> Work | None:
    """Let somebody say something that can only mean one conversation, or that can mean none."""
    if walk.blocked and walk.chance.random() < 0.1:
        return await _blocked_says(walk)
    talks = await walk.talks()
    if not talks:
        return None
    talk = walk.chance.choice(talks)
    person = walk.by_address[walk.chance.choice([talk.woman, *(each.address for each in talk.seats)])]
    if str(person.address) == talk.woman and person not in walk.staff:
        return await _woman_says(walk, person, talk)
    return await _staff_says(walk, person, talk, talks)


async def _blocked_says(walk: Walk) -> Work:
    """Let who is blocked write: nobody hears it, and she is not answered."""
    name = walk.chance.choice(sorted(walk.blocked))
    mark = await walk.note(next(each for each in walk.people if each.name == name), None)
    mark.is_quiet = True
    return partial(_type, mark)


async def _woman_says(walk: Walk, person: Person, talk: Conversation) -> Work | None:
    says_already = any(each.by is person and not each.handle and each.talk == talk.id for each in walk.marks)
    if len(talk.held) + 4 > MOST_HELD or (talk.is_code_asked and says_already):
        return None  # she would be told that it is too much, or it would not be what is compared
    if talk.is_code_asked:
        return await _asked_for_her_word(walk, person, talk)
    mark = await walk.note(person, talk)
    return await _change(walk, mark) or _say(walk, mark)


async def _asked_for_her_word(walk: Walk, person: Person, talk: Conversation) -> Work:
    """Let her write it, or something else: nobody reads either."""
    mark = await walk.note(person, None)
    mark.talk, mark.is_quiet = talk.id, True
    return partial(_type, mark) if walk.chance.random() < 0.5 else partial(person.types, walk.words.get(talk.id, "tea"))


def _say(walk: Walk, mark: Mark, answers: str = "") -> Work:
    """Say it in some way that goes across."""
    how = walk.chance.random()
    mark.is_file = how < 0.24
    if how < 0.12:
        return partial(_speak, mark, answers)
    if how < 0.24:
        return partial(_show, mark, walk.chance.choice(("jpeg", "png")), answers)
    if how < 0.34 and isinstance(mark.by, OnSignal | OnWeb):
        mark.is_back, mark.is_sure, mark.is_quiet = True, False, True
        return partial(_say_and_take_back, mark, answers)
    return partial(_type, mark, "", answers)


async def _change(walk: Walk, mark: Mark) -> Work | None:
    """Change something that was said before; what waits is read as it was changed last."""
    said = [each for each in walk.marks if each.by is mark.by and each.talk == mark.talk and each.handle]
    said = [
        each
        for each in said
        if each.is_text and not each.is_back and not each.is_quiet and each.is_held == mark.is_held
    ]
    # What waits may have been read by the time that it is changed.
    is_late = mark.is_held and not walk.is_calm
    if not said or is_late or isinstance(mark.by, OnSignal) or walk.chance.random() > 0.2:
        return None
    old = walk.chance.choice(said)
    mark.is_sure = False  # what is too old is not changed any more, and she is told so
    if mark.is_held and await _is_held(walk, old):
        old.freeze()
        mark.handle, old.handle = old.handle, ""
        return partial(mark.by.edits, mark.handle, f"so {mark.text} there")
    mark.is_held = False
    for each in walk.marks:
        # Of two changes at once the first may be gone before anybody has read it.
        each.is_quiet = each.is_quiet or (each.by is mark.by and each.instead == old.handle)
    mark.instead = old.handle
    return partial(mark.by.edits, old.handle, f"so {mark.text} there")


async def _is_held(walk: Walk, mark: Mark) -> bool:
    return any(each.handle == mark.handle for talk in await walk.talks() for each in talk.held if talk.id == mark.talk)


async def _type(mark: Mark, before: str = "", answers: str = "") -> None:
    mark.is_text = True
    mark.handle = await mark.by.types(f"{before}so {mark.text} there", answers)


async def _speak(mark: Mark, answers: str = "") -> None:
    mark.handle = await mark.by.speaks(f"file-{mark.text}", sound(mark), answers)


async def _show(mark: Mark, kind: str, answers: str = "") -> None:
    mark.handle = await mark.by.shows(f"file-{mark.text}", picture(mark, kind), answers)


async def _say_and_take_back(mark: Mark, answers: str = "") -> None:
    await _type(mark, "", answers)
    await mark.by.takes_back(mark.handle)


async def _staff_says(walk: Walk, person: Person, talk: Conversation, talks: list[Conversation]) -> Work | None:
    how = walk.chance.choice(("reply", "reply", "reply", "words", "change", "bare", "wrong"))
    own = [each for each in talks if await walk.readers(each, str(person.address))]
    if how in ("reply", "change"):
        # What an older one belonged to is not known any more: she would be asked.
        said = [each for each in walk.marks if each.talk == talk.id and walk.is_young(each) and had(talk, each, person)]
        handle = next((found for each in reversed(said) if (found := person.find(each.text))), "")
        mark = await walk.note(person, talk) if handle else None
        changed = await _change(walk, mark) if mark and how == "change" else None
        return changed or (_say(walk, mark, handle) if mark else None)
    if how == "words" and talk.woman != str(person.address):
        return partial(_type, await walk.note(person, talk), f"{talk.designation.title()}: ")
    if how == "bare":
        mark = await walk.note(person, own[0] if len(own) == 1 else None)
        mark.is_sure, mark.is_unsent = False, len(own) > 1
        return partial(_type, mark)
    over = [each for each in await walk.program.talks() if not each.is_live and each.seats]
    ended = walk.chance.choice(over) if how == "wrong" and over else None
    if ended and ended.designation not in {each.designation for each in talks}:
        return partial(_type, await walk.note(walk.by_address[ended.seats[0].address], None), f"{ended.designation}: ")
    return None


async def take_back(walk: Walk) -> str:
    """Let somebody take back what she said: it is gone where it was read, and nobody else reads it."""
    talks = {each.id: each for each in await walk.talks()}
    said = [each for each in walk.marks if each.handle and not each.is_back and isinstance(each.by, OnSignal | OnWeb)]
    said = [each for each in said if (each.talk in talks or each.is_unsent) and each.by.name not in walk.blocked]
    if not said:
        return "nothing can be taken back"
    mark = walk.chance.choice(said)
    mark.freeze()
    talk = talks.get(mark.talk)
    readers = await walk.readers(talk, str(mark.by.address)) if talk and walk.is_young(mark) else frozenset()
    readers = readers & {each.name for each in walk.people if talk and had(talk, mark, each)}
    await mark.by.takes_back(mark.handle)
    await walk.program.settled()
    for person in walk.people:
        is_there = any(mark.text in each for each in person.standing)
        told = f"{person.name} still has {mark.text[:4]}, which {mark.by.name} took back: {walk.history}"
        assert not is_there or person.name not in readers, told
    if walk.is_young(mark):
        assert mark.text not in await walk.kept(), "what was taken back is kept"
    return f"{mark.by.name} takes back {mark.text[:4]}"


def had(talk: Conversation, mark: Mark, reader: Person) -> bool:
    """Tell whether it is known where a reader has it: of who handed her over and took her again it is not any more."""
    return any(each.handle == mark.handle and each.to == str(reader.address) for each in talk.pairs if mark.handle)


async def choose(walk: Walk) -> str:
    """Let somebody who was asked whom it is for say so."""
    unsent = [each for each in walk.marks if each.is_unsent and each.handle and each.by.name not in walk.blocked]
    for mark in reversed(unsent):
        contact = await walk.program.contact(mark.by.address)
        if contact.answers.get(UNSENT_HANDLE) != mark.handle and not mark.is_back:
            continue
        for talk in await walk.talks():
            tongue = speech.language_name(mark.by.language, talk.language) if talk.language else ""
            label = " · ".join(each for each in (talk.designation, tongue) if each)
            if await walk.readers(talk, str(mark.by.address)) and await mark.by.presses(label):
                mark.is_unsent, mark.talk, mark.heard = False, talk.id, len(mark.by.received) - 1
                mark.to = frozenset() if mark.is_back else await walk.readers(talk, str(mark.by.address))
                return f"{mark.by.name} says that {mark.text[:4]} is for {talk.designation}"
    return "nobody was asked whom it is for"


def is_on_telegram(marks: list[Mark]) -> bool:
    """Tell whether only Telegram brought them in, which repeats what was not taken in."""
    return all(isinstance(each.by, OnTelegram) for each in marks)
