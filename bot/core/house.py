"""What peers settle in the chat, beside the library, which comes from files: plans, questions, who moderates."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

from bot.core.notice import Notice
from bot.core.plan import Plan

GROUP, MEETING, QUESTION, AUDIENCE = "group", "meeting", "question", "to"
"""Answers that say what a moderator has before her; the audience is ids of groups, apart by blanks."""


class Role(StrEnum):
    """What somebody who answers for a group may do."""

    MODERATOR = "moderator"
    """Writes to the groups that she was invited for, and to no others."""
    ADMIN = "admin"
    """A moderator of every group."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who answers, under two words that were made up for her."""

    designation: str
    role: Role
    groups: tuple[str, ...] = ()
    address: str = ""
    """What concerns her groups is told to her first."""

    def may(self, group: str) -> bool:
        """Tell whether she answers for a group; whoever was not told so, may not."""
        return self.role is Role.ADMIN or group in self.groups

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        data = {"designation": self.designation, "role": self.role.value, "groups": list(self.groups)}
        return data | {"address": self.address}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(data["designation"], Role(data["role"]), tuple(data["groups"]), data["address"])


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that a member wants to speak of at a meeting, without who she is."""

    meeting: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a group decides together: one answer each, changed at will until it closes."""

    id: str
    texts: Mapping[str, str]
    """The question by language; the main language of the group is always there."""
    answers: tuple[str, ...]
    """As typed, in the order of the buttons."""
    closes_at: int
    quorum: int
    is_agreement: bool = False
    """A yes, the first answer, puts `texts` in the place of the group's agreement."""
    counts: tuple[int, ...] = ()
    """How many chose each answer, once it is closed; before that nobody is told."""

    @property
    def is_closed(self) -> bool:
        """Tell whether its result stands."""
        return bool(self.counts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        return {
            "id": self.id,
            "texts": dict(self.texts),
            "answers": list(self.answers),
            "closes_at": self.closes_at,
            "quorum": self.quorum,
            "is_agreement": self.is_agreement,
            "counts": list(self.counts),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(**{**data, "answers": tuple(data["answers"]), "counts": tuple(data["counts"])})


@dataclass(frozen=True, slots=True)
class GroupState:
    """What one group has settled in the chat, sealed as a whole."""

    plan: Plan = field(default_factory=Plan)
    agenda: tuple[Proposal, ...] = ()
    questions: tuple[Question, ...] = ()
    agreement: Mapping[str, str] = field(default_factory=dict)
    """By language, where the group has voted one; it stands before that of the directory."""
    shows_small: bool = False
    """The group agreed to see results below five."""
    written: Mapping[str, int] = field(default_factory=dict)
    """Broadcasts by day, for the limit a day."""
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
    """Deliveries by state."""


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
class Announced:
    """A notice is to go out when it is due."""

    notice: Notice


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
class Resigned:
    """She is forgotten, and with her whatever she answered for."""


Change = Settled | Answered | Announced | Halted | Approved | Wrote | Resigned
"""What a step changes beside her record, written in the same transaction or not at all."""


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
    notices: tuple[Progress, ...] = ()
    """For staff only: what is on its way from her groups."""
    has_written: bool = False
    """What is judged has waited for her to write, and she did."""

    def state(self, group: str) -> GroupState:
        """Return what a group has settled; nothing yet is a state too."""
        return self.groups.get(group) or GroupState()

    def after(self, changes: Iterable[Change]) -> Self:
        """Return what is to be seen once some changes are made: what is settled, and what she answered."""
        groups, own = dict(self.groups), dict(self.own)
        for change in changes:
            if isinstance(change, Settled):
                groups[change.group] = change.state
            elif isinstance(change, Answered):
                own[change.subject] = change.value
        return replace(self, groups=groups, own=own)
