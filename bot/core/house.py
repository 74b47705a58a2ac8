"""What peers settle in the chat, beside the library, which comes from files: plans, questions, who moderates."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from bot.core.conversation import Conversation
from bot.core.letter import Letter
from bot.core.monitoring import no_doubts
from bot.core.notice import Notice
from bot.core.plan import Plan
from bot.core.question import Question

GROUP, MEETING, QUESTION, AUDIENCE, NOTICE = "group", "meeting", "question", "to", "notice"
"""Answers that say what a moderator has before her; the audience is ids of groups, apart by blanks."""
LINE, TALK = "line", "conversation"
"""Answers that say which line a woman calls, and which conversation somebody who answers has before her."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What whoever runs the bot has settled for everybody."""

    broadcasts_a_day: int = 3
    """As many reach a group on one day."""
    needs_two: bool = False
    """A broadcast waits until a second moderator has read it."""
    most_conversations: int = 5
    """As many does one person have open at once."""
    disappears_after: timedelta = timedelta(days=1)
    """Where a chat can, it forgets by itself what is older, unless she sets another time."""


USUAL = Rules()


class Role(StrEnum):
    """What somebody who answers for a group may do."""

    MODERATOR = "moderator"
    """Writes to the groups that she was invited for, and to no others."""
    ADMIN = "admin"
    """A moderator of every group."""
    PEER = "peer"
    """Answers women on the lines that she was invited for."""
    PARTNER = "partner"
    """Answers for a service."""
    TUTOR = "tutor"
    """Is there for those who answer."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who answers, under two words that were made up for her."""

    designation: str
    role: Role
    groups: tuple[str, ...] = ()
    address: str = ""
    """What concerns her groups is told to her first."""
    lines: tuple[str, ...] = ()
    """Where she answers, besides her groups: of the lines, not of her role, depends what she does there."""
    languages: tuple[str, ...] = ()
    """In which she answers."""
    duty_until: int = 0
    """She is on duty until then, in seconds since 1970; it ends by itself."""
    duty_since: int = 0
    served: Mapping[str, int] = field(default_factory=dict)
    """Her own statement: quarters of an hour and conversations by month, for peer work is paid work."""

    def changed(self, **parts: Any) -> Self:
        """Return her with some parts replaced."""
        return replace(self, **parts)

    def answers(self, line: str) -> bool:
        """Tell whether she answers on a line; whoever was not told so, does not."""
        return line in self.lines

    def may(self, group: str) -> bool:
        """Tell whether she answers for a group; whoever was not told so, may not."""
        return self.role is Role.ADMIN or group in self.groups

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        data = {"designation": self.designation, "role": self.role.value, "groups": list(self.groups)}
        data |= {"address": self.address, "lines": list(self.lines), "languages": list(self.languages)}
        return data | {"duty_until": self.duty_until, "duty_since": self.duty_since, "served": dict(self.served)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(
            data["designation"],
            Role(data["role"]),
            tuple(data["groups"]),
            data["address"],
            tuple(data.get("lines", ())),
            tuple(data.get("languages", ())),
            data.get("duty_until", 0),
            data.get("duty_since", 0),
            data.get("served", {}),
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that a member wants to speak of at a meeting, without who she is."""

    meeting: str
    text: str


@dataclass(frozen=True, slots=True)
class GroupState:
    """What one group has settled in the chat, sealed as a whole."""

    plan: Plan = field(default_factory=Plan)
    agenda: tuple[Proposal, ...] = ()
    questions: tuple[Question, ...] = ()
    agreement: Mapping[str, str] = field(default_factory=dict)
    """By language, the main one first, where the group has voted one; it stands before that of the directory."""
    shows_small: bool = False
    """The group agreed to see results below five; what was hidden before stays hidden."""
    written: Mapping[str, int] = field(default_factory=dict)
    """Broadcasts by the day on which they go out, for the limit a day."""
    texts: tuple[tuple[str, int], ...] = ()
    """Digest and hour of the last broadcasts: the same again within an hour is asked about."""

    def changed(self, **parts: Any) -> Self:
        """Return this state with some parts replaced."""
        return replace(self, **parts)

    def question(self, name: str) -> Question | None:
        """Return a question by its id."""
        return next((each for each in self.questions if each.id == name), None)

    def without_past(self, day: date, to_come: Collection[str], hour: int) -> Self:
        """Drop what is over: changes of meetings before `day`, proposals for those that are not to come, old marks."""
        first = day.isoformat()
        return replace(
            self,
            plan=self.plan.forget_before(day),
            agenda=tuple(each for each in self.agenda if each.meeting in to_come),
            written={on: number for on, number in self.written.items() if on >= first},
            texts=tuple(each for each in self.texts if each[1] >= hour - 1),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        return {
            "plan": self.plan.to_dict(),
            "agenda": [[each.meeting, each.text] for each in self.agenda],
            "questions": [each.to_dict() for each in self.questions],
            "agreement": dict(self.agreement),
            "shows_small": self.shows_small,
            "written": dict(self.written),
            "texts": [list(each) for each in self.texts],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(
            plan=Plan.from_dict(data["plan"]),
            agenda=tuple(Proposal(*each) for each in data["agenda"]),
            questions=tuple(Question.from_dict(each) for each in data["questions"]),
            agreement=data["agreement"],
            shows_small=data["shows_small"],
            written=data["written"],
            texts=tuple((digest, hour) for digest, hour in data["texts"]),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a notice has come, without anybody in it."""

    id: str
    notice: Notice
    stage: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """Deliveries by state, of the one that she has before her."""
    later: Mapping[int, int] = field(default_factory=dict)
    """Of those that are pending, how many are due when, in seconds."""
    audience: Mapping[str, int] = field(default_factory=dict)
    """Members by language whom it would reach now, as long as nothing has been sent."""


def meeting_subject(group: str, meeting: str) -> str:
    """Name what a member answers when she says whether she comes."""
    return f"meeting {group} {meeting}"


def question_subject(group: str, question: str) -> str:
    """Name what a member answers when her group decides."""
    return f"question {group} {question}"


def group_of_subject(subject: str) -> str:
    """Return the group whose meeting or question it is."""
    return subject.split(" ")[1]


@dataclass(frozen=True, slots=True)
class Settled:
    """A step changed what a group has settled."""

    group: str
    state: GroupState


@dataclass(frozen=True, slots=True)
class Answered:
    """She answered a question or said whether she comes; an empty answer takes it back."""

    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody may know any more who answered what."""

    subject: str


@dataclass(frozen=True, slots=True)
class Announced:
    """A notice is to go out when it is due."""

    notice: Notice
    asks: bool = False
    """A second person has to let it go."""


@dataclass(frozen=True, slots=True)
class Halted:
    """What is left of a notice stays here."""

    id: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A second person has read a broadcast and lets it go."""

    id: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """She wrote: what has waited for that may come now."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """She wants nothing written first: what she had agreed to be asked later is not asked."""


@dataclass(frozen=True, slots=True)
class Resigned:
    """She is forgotten, and with her whatever she answered for."""


@dataclass(frozen=True, slots=True)
class Talked:
    """A conversation began, went on or ended."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Posted:
    """Something is to be written to one person."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class Reworded:
    """What somebody wrote is changed: where it waits to be delivered, else where it has been."""

    letter: Letter
    """The change, as it is written to a reader who has it already."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What somebody wrote is taken back before anybody has it: it is not delivered, or deleted as it arrives."""

    conversation: str
    of: str
    """Her address."""
    handle: str


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody who answers changed what concerns herself: her duty, her languages, her statement."""

    staff: Staff


@dataclass(frozen=True, slots=True)
class Noted:
    """Something happened that is counted by week, without a person."""

    kind: str
    on: date


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody is not answered any more; only a keyed hash of the address is kept."""

    address: str


Moderated = Settled | Answered | Closed | Announced | Halted | Approved | Wrote | Unasked | Resigned
Relayed = Talked | Posted | Reworded | Recalled | Served | Noted | Blocked
Change = Moderated | Relayed
"""What a step changes beside her record, written in the same transaction or not at all."""


def _none(_name: str) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class House:
    """All of it, as one step finds it."""

    groups: Mapping[str, GroupState] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    """Her own answers, by subject."""
    staff: Staff | None = None
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """For staff only: how many gave each answer, by subject."""
    audience: Mapping[str, int] = field(default_factory=dict)
    """For staff only: members of the groups that she is about to write to, by language."""
    members: int = 0
    """For staff only: how many are in the group before her."""
    notices: tuple[Progress, ...] = ()
    """For staff only: what is on its way from her groups."""
    rules: Rules = USUAL
    has_written: bool = False
    """What is judged has waited for her to write, and she did."""
    conversations: tuple[Conversation, ...] = ()
    """Her own, as a woman or as who answers; for who answers also those that wait on her lines."""
    team: tuple[Staff, ...] = ()
    """Everybody who answers on a line."""
    busy: Mapping[str, int] = field(default_factory=dict)
    """How many conversations each of them has open, by her designation."""
    on_its_way: Callable[[str], Sequence[Letter]] = field(default=_none, compare=False, repr=False)
    """Returns what is written in a conversation and not delivered yet: it is opened only for who asks, in her step."""
    queue: Callable[[str], tuple[str, ...]] = field(default=_none, compare=False, repr=False)
    """Ids of those who wait on a line, whoever began first before all others: asked only where it is said."""
    doubts: Callable[[date], Mapping[str, str]] = field(default=no_doubts, compare=False, repr=False)
    """Returns places where many were not received well lately, and since which week: asked only for a card."""
    is_asked_later: bool = False
    """She said that she may be asked how it went, and that is not done yet."""
    fresh: str = ""
    """Random letters, different at each step, of which an id and two words can be made."""

    def state(self, group: str) -> GroupState:
        """Return what a group has settled; nothing yet is a state too."""
        return self.groups.get(group) or GroupState()

    def after(self, changes: Iterable[Change]) -> Self:
        """Return what is to be seen once some changes are made."""
        groups, own, notices = dict(self.groups), dict(self.own), self.notices
        staff, team, talks = self.staff, self.team, self.conversations
        for change in changes:
            match change:
                case Settled(group, state):
                    groups[group] = state
                case Answered(subject, value):
                    own[subject] = value
                case Announced(notice, asks) if not any(each.notice.key == notice.key for each in notices):
                    stage = "asked" if asks else "due"
                    notices = (Progress("", notice, stage, audience=self.audience), *notices)
                case Halted(name) | Approved(name):
                    stage = "halted" if isinstance(change, Halted) else "due"
                    notices = tuple(replace(each, stage=stage) if each.id == name else each for each in notices)
                case Talked(talk):
                    talks = (*(each for each in talks if each.id != talk.id), talk)
                case Served(served):
                    team = tuple(served if each.designation == served.designation else each for each in team)
                    staff = served if staff and staff.designation == served.designation else staff
        settled = replace(self, groups=groups, own=own, notices=notices)
        return replace(settled, staff=staff, team=team, conversations=talks)
