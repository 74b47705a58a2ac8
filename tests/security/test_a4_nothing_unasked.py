"""A4: nothing is ever sent first without her yes, outside of her hours, or after she left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bot.core import diary
from bot.core.contact import Contact, Position
from bot.core.engine import respond
from bot.core.house import Answered, GroupState, House, meeting_subject
from bot.core.message import Address, Incoming, Kind, fold, token
from bot.core.notice import Notice, NoticeKind, still
from bot.core.plan import Plan
from bot.core.telling import judge
from bot.core.terms import Terms
from bot.core.verdict import Hold, Send
from tests.scenes.content import library
from tests.scenes.world import World, world

ANA, EVA = Address("telegram", "700000001"), Address("signal", "700000002")
START = datetime(2026, 10, 19, 12, 0, tzinfo=UTC)
"""Six days before clocks change."""
GROUPS = ("trial-porto", "trial-barcelona", "trial-athens", "trial-open")
TERMS = (
    Terms(),
    Terms("quiet"),
    Terms("hours", time(9), time(12)),
    Terms("hours", time(22), time(2)),
    Terms("hours", time(18, 30), time(19)),
)
HISTORIES, LIVES = 10_000, 12
"""Judged alone, and lived through the store."""
SEED = 20261119


@dataclass
class Model:
    """What she has asked for, kept apart from everything that the program keeps."""

    joined: dict[str, Terms] = field(default_factory=dict)
    wrote_at: datetime = START
    declined: set[tuple[str, str]] = field(default_factory=set)

    def leave(self, groups: Iterable[str]) -> None:
        """Let her leave some groups; what she answered there goes with them."""
        for group in groups:
            self.joined.pop(group, None)
            self.declined = {each for each in self.declined if each[0] != group}

    def may_get(self, notice: Notice, at: datetime, *, has_written: bool) -> bool:
        """Tell whether she asked for this, at this moment."""
        about = set(self.joined if notice.kind is NoticeKind.STILL else notice.groups) & set(self.joined)
        is_member = bool(about) and at - self.wrote_at < timedelta(days=180)
        is_wanted = notice.kind is not NoticeKind.REMINDER or not any(
            (group, notice.meeting) in self.declined for group in notice.groups
        )
        is_of_use = at.timestamp() < notice.until_at
        return is_member and is_wanted and is_of_use and all(self._allows(each, at, has_written) for each in about)

    def _allows(self, group: str, at: datetime, has_written: bool) -> bool:  # noqa: FBT001 - one of three facts
        terms, city = self.joined[group], library().cities[library().groups[group].city]
        local = at.astimezone(ZoneInfo(city.zone))
        minutes = local.hour * 60 + local.minute
        if terms.kind == "quiet":
            return has_written and at - self.wrote_at < timedelta(hours=2)
        if terms.kind == "any":
            return 8 * 60 <= minutes < 22 * 60
        first, last = (each.hour * 60 + each.minute for each in (terms.first, terms.last))
        return first <= minutes < last if first < last else minutes >= first or minutes < last


def histories() -> Iterator[tuple[Random, Model, Contact]]:
    """Return somebody after each of many random lives with the bot, through the engine, and what she asked for."""
    for number in range(HISTORIES):
        random = Random(SEED + number)  # noqa: S311 - lives, not secrets
        model, contact, now = Model(), Contact("en", "porto", seen=fold(START)), START
        for step in range(random.randint(1, 5)):
            now += timedelta(hours=random.choice((0, 1, 5, 30, 24 * 40)))
            contact = _live(random, model, contact, now, Incoming(ANA, Kind.TEXT, str(step)))
        yield random, model, contact


def _live(random: Random, model: Model, contact: Contact, now: datetime, blank: Incoming) -> Contact:
    """Let her join, hide, leave one group, leave all, be forgotten, or only write."""
    group, terms = random.choice(GROUPS), random.choice(TERMS)
    node, text = random.choice(
        (("sample_first", "Yes, I join"),) * 8
        + (("sample_first", "Not now"), ("member", "I leave this group"), ("member", "menu"))
        + (("member", "exit"), ("member", "stop"), ("member", "forget me"), ("member", "overdose"))
    )
    known = {"group": group, "terms": terms.kind, "first": f"{terms.first:%H:%M}", "last": f"{terms.last:%H:%M}"}
    if now - model.wrote_at >= timedelta(days=180):
        model.leave(GROUPS)
    standing = replace(contact, language="en", position=Position("groups", node), answers=known, seen=fold(now))
    expired = contact.forget_expired(now)
    standing = replace(standing, memberships=expired.memberships, address=expired.address)
    presses = replace(blank, kind=Kind.PRESS, token=token("groups", node, text))
    is_button = text in library().flows["groups"].nodes[node].choices
    turn = respond(library(), standing, presses if is_button else replace(blank, text=text), now)
    model.wrote_at = now
    if text == "Yes, I join":
        model.joined[group] = terms
    elif text == "I leave this group":
        model.leave([group])
    elif text in ("stop", "forget me"):
        model.leave(GROUPS)
    return turn.contact


def any_notice(random: Random, now: datetime) -> tuple[Notice, House]:
    """Return something that might be sent at a moment, and what is settled then."""
    groups = tuple(random.sample(GROUPS, random.randint(1, 2)))
    due, until = int(now.timestamp()), int((now + timedelta(hours=random.choice((-1, 1, 20)))).timestamp())
    kind = random.choice(tuple(NoticeKind))
    if kind in (NoticeKind.REMINDER, NoticeKind.CHANGE):
        groups, at = groups[:1], now + timedelta(hours=4)
        zone = library().zone(library().groups[groups[0]])
        local = at.astimezone(zone).replace(tzinfo=None)
        house = House({groups[0]: GroupState(Plan().add("one", local))})
        return Notice(kind, groups, due, until, meeting="xone", starts_at=int(at.timestamp())), house
    if kind is NoticeKind.STILL:
        return still(now), House()
    return Notice(kind, groups, due, until, texts={"en": "Hello."}), House()


def test_in_ten_thousand_lives_nothing_comes_that_she_did_not_ask_for() -> None:
    sent = 0
    for random, model, contact in histories():
        assert set(contact.memberships) <= set(model.joined)
        assert bool(contact.address) <= bool(model.joined), "nobody is written to who has left"
        for _ in range(3):
            sent += _is_sent(random, model, contact)
    assert sent > HISTORIES / 20, "some of it is wanted, or nothing is proved"


def _is_sent(random: Random, model: Model, contact: Contact) -> bool:
    """Judge something that might be sent, and hold the verdict against what she asked for."""
    now = model.wrote_at + timedelta(minutes=random.randint(0, random.choice((100, 5_000, 300_000))))
    notice, house = any_notice(random, now)
    has_written = random.random() < 0.3
    if random.random() < 0.2 and notice.kind is NoticeKind.REMINDER:
        model.declined.add((notice.groups[0], notice.meeting))
        house = replace(house, own={meeting_subject(notice.groups[0], notice.meeting): "no"})
    verdict = judge(library(), now)(contact, replace(house, has_written=has_written), notice)
    if isinstance(verdict, Hold):
        assert now < verdict.until
        assert verdict.until.timestamp() < notice.until_at
    if isinstance(verdict, Send):
        assert model.may_get(notice, now, has_written=has_written), (notice, model, now)
        assert verdict.to == ANA
    model.declined.clear()
    return isinstance(verdict, Send)


async def test_in_whole_lives_through_the_store_nothing_comes_that_was_not_asked_for(tmp_path: Path) -> None:
    arrived = 0
    for number in range(LIVES):
        random, models = Random(SEED - number), {ANA: Model(), EVA: Model()}  # noqa: S311 - lives, not secrets
        async with world(tmp_path / str(number), library(), START) as opened:
            for address in models:
                opened.phone(address, "en")
            for step in range(60):
                before = len(opened.arrivals)
                writer = await _happens(opened, random, models, step)
                for arrival in opened.arrivals[before:]:
                    has_written = arrival.to == writer
                    assert models[arrival.to].may_get(arrival.notice, arrival.at, has_written=has_written), arrival
            arrived += len(opened.arrivals)
    assert arrived > LIVES


async def _happens(opened: World, random: Random, models: dict[Address, Model], step: int) -> Address | None:
    """Let something happen; return who wrote."""
    address = random.choice(tuple(models))
    what = random.choice(("write", "time", "time", "time", "change", "restart", "decline"))
    if what == "time":
        await opened.look(opened.now + timedelta(minutes=random.choice((10, 60, 300, 700))))
        return None
    if what == "restart":
        opened.start()
        await opened.look(opened.now + timedelta(hours=random.choice((1, 30))))
        return None
    if what == "change":
        await _change(opened, random, step)
        return None
    if what == "decline":
        await _decline(opened, random, models[address], address)
        return None
    contact = await opened.contact(address)
    lived = _live(random, models[address], contact, opened.now, Incoming(address, Kind.TEXT, str(step)))
    await opened.store.step(address, lambda *_: (lived, None))
    await opened.receive(opened.chats[address.channel].phones[address].types("menu"))
    models[address].wrote_at = opened.now
    return address


async def _change(opened: World, random: Random, step: int) -> None:
    group = random.choice(GROUPS)
    local = (opened.now + timedelta(hours=random.randint(1, 60))).replace(tzinfo=None, second=0, microsecond=0)
    plan = (await opened.state(group)).plan.add(str(step), local)
    await opened.change(group, f"x{step}", plan)


async def _decline(opened: World, random: Random, model: Model, address: Address) -> None:
    group = random.choice(GROUPS)
    if group not in model.joined:
        return
    state = await opened.state(group)
    for each in diary._to_come(library(), {group: state}, library().groups[group], opened.now):
        model.declined.add((group, each.id))
        turn = type("Turn", (), {"changes": (Answered(meeting_subject(group, each.id), "no"),)})()
        await opened.store.step(address, lambda contact, _, turn=turn: (contact, turn))
        return


def test_the_model_is_strict() -> None:
    model = Model({"trial-porto": Terms("hours", time(9), time(12))})
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    model.wrote_at = at
    notice = Notice(NoticeKind.REMINDER, ("trial-porto",), 0, 2**40, meeting="m")
    assert model.may_get(notice, at, has_written=False)
    assert not model.may_get(notice, at.replace(hour=12), has_written=True)
    assert not model.may_get(replace(notice, groups=("trial-open",)), at, has_written=True)
    assert not model.may_get(replace(notice, until_at=0), at, has_written=True)
    model.declined.add(("trial-porto", "m"))
    assert not model.may_get(notice, at, has_written=True)
