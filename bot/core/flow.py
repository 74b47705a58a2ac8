"""The conversation as data: what peers write in `flows/*.yaml`, checked on the way in."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.core.directory import Entry, Identifier, Link
from bot.core.duration import Wait
from bot.core.fact import FactText, Signer, Statement, read_fact

Target = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=80)]
"""A node of the same flow (`call`), a flow (`overdose`) or a node of a flow (`overdose.call`)."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Text = Annotated[str, Field(min_length=1)]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


DirectoryList = Literal["services", "cities", "languages"]
GroupList = Literal["groups", "my_groups", "meetings", "proposals", "questions", "answers"]
StaffList = Literal["desks", "days", "tongues", "audiences", "untranslated", "notices"]
BroadcastList = Literal["translated", "send_days", "confirm", "asked", "let_go"]
PeerList = Literal["waiting", "talks", "canned", "closings", "speaks", "might_speak"]
"""For who answers on a line."""
ErrandList = Literal["purposes", "visit_days", "helps", "others", "agree_company", "agree_referral"]
"""For somebody to come along, and for being handed to a service."""
Listed = ErrandList | DirectoryList | GroupList | StaffList | BroadcastList | PeerList | Literal["lines"]
Asked = Literal["place", "text", "number", "day", "time", "content"]
"""`content` is what peers write to others: a text, a voice note or a picture."""
OwnAction = Literal["exit", "forget_me", "stop", "report_wrong"]
GroupAction = Literal["join_group", "leave_group", "come", "not_come", "propose", "vote"]
MeetingAction = Literal["look", "add_meeting", "move_meeting", "cancel_meeting", "restore_meeting", "tell_news"]
DetailAction = Literal["set_place", "set_note", "drop_proposal"]
DraftAction = Literal["begin_question", "write_question", "write_answer", "write_in", "drop_draft"]
QuestionAction = Literal["ask_group", "take_back"]
StaffAction = Literal["announce", "halt", "approve", "discard"]
BroadcastAction = Literal["begin_draft", "keep_draft", "redraft"]
LineAction = Literal["call_line", "leave_message", "set_code", "end_talk", "unsay"]
"""What a woman does for herself; who answers ends a conversation of hers, or takes back her last word, by the same."""
DutyAction = Literal["duty_on", "duty_off", "add_language", "drop_language"]
TutorAction = Literal["call_tutor", "leave_for_tutor", "write_to_tutor"]
CallAction = Literal["take", "decline"]
SeatAction = Literal["say_canned", "hand_over", "call_second", "ask_code", "mark_danger", "block", "close_talk"]
TalkAction = CallAction | SeatAction | TutorAction | Literal["send_unsent", "drop_unsent"]
ErrandAction = Literal["begin_errand", "toggle_help", "ask_company", "take_yes_back", "refer"]
PartnerAction = Literal["accept_referral", "refuse_referral", "read_again"]
VisitAction = Literal["note_visit", "note_refused", "note_monitor"]
DeskAction = ErrandAction | PartnerAction | VisitAction | MeetingAction | DetailAction | DraftAction | QuestionAction
Action = OwnAction | GroupAction | DeskAction | StaffAction | BroadcastAction | LineAction | DutyAction | TalkAction
Subject = Literal["city", "country", "language", "channel", "role"]


class Option(Entry):
    """What a choice does: remember answers, then go on."""

    go: Target
    set: dict[Name, str] = Field(default={})


def _as_option(value: Any) -> Any:
    return {"go": value} if isinstance(value, str) else value


class Node(Entry):
    """One step: it says something and waits, or decides and goes on."""

    keywords: tuple[str, ...] = ()
    """What she may type to come to this node, where the start of the flow is too far from it."""
    say: Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)] = ()
    image: Name | None = None
    """A picture of what the first text says, for who reads slowly or not at all."""
    choices: dict[Text, Annotated[Option, BeforeValidator(_as_option)]] = Field(default={})
    ask: Asked | None = None
    list: Listed | None = None
    where: dict[Literal["need", "city", "welcome", "found"], Name] = Field(default={})
    """Filters of a list: which answer each filter takes its value from."""
    name: Name | None = None
    """The answer that `ask` or `list` fills."""
    do: Action | None = None
    switch: dict[Name, dict[str, Target]] = Field(default={})
    after: dict[Wait, Target] = Field(default={})
    empty: Target | None = None
    """Where a list goes that finds nothing."""
    sensitive: bool = True
    """`false`, in a sensitive flow: someone may be looking, so who can read along is said on the next screen."""
    unsent: bool = False
    """`true`: who writes here takes it for sent. It is not guessed at; she reads that nobody has it, and the screen."""
    go: Target | None = None
    facts: Annotated[tuple[FactText, ...], BeforeValidator(_as_tuple)] = ()
    """What each medical or legal statement of its texts rests on; written and empty, it says that there is none."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> "Node":
        if len(self.switch) > 1 or len(self.after) > 1:
            message = "one `switch` and one `after` a node; write a second node for the next"
            raise ValueError(message)
        if self.is_passing and (self.choices or self.ask or self.list or self.after):
            message = "a node with `do`, `switch` or a bare `go` goes on at once; move its choices to the next node"
            raise ValueError(message)
        if (self.ask or self.list or self.do) and not self.go:
            message = "add `go:`, the node that comes next"
            raise ValueError(message)
        if not self.is_passing and not self.say:
            message = "add `say:`, what she reads here"
            raise ValueError(message)
        if self.is_passing and (self.say or self.image):
            what = "text" if self.say else "picture"
            message = f"she would not see this {what}, for the node goes on at once; move it to the next node"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _is_chosen_from(self) -> "Node":
        if self.unsent and (self.is_passing or self.ask):
            message = (
                "`unsent` is for a node where she only chooses; leave it out where she is asked or nothing is shown"
            )
            raise ValueError(message)
        return self

    @property
    def is_passing(self) -> bool:
        """Tell whether nothing is shown here: the node acts or decides and goes on."""
        return bool(self.do or self.switch or (self.go and not self.ask and not self.list))

    def targets(self) -> Iterator[str]:
        """Name every place that this node can lead to."""
        yield from (option.go for option in self.choices.values())
        yield from self.after.values()
        for cases in self.switch.values():
            yield from cases.values()
        yield from (target for target in (self.go, self.empty) if target)

    def texts(self) -> Iterator[str]:
        """Name every text that a translator translates."""
        yield from self.say
        yield from self.choices

    def statements(self) -> Iterator[Statement]:
        """Take apart what its texts rest on."""
        return map(read_fact, self.facts)


class Flow(Entry):
    """One subject of conversation, in one file."""

    spec: Literal[1]
    title: Text
    """A few words, on a button when she typed something near."""
    keywords: tuple[str, ...] = ()
    urgent: bool = False
    sensitive: bool = False
    """To stand here gives something away: she is told, once, who can read along."""
    reviewed: date
    sources: tuple[Link, ...] = ()
    signed: dict[Signer, date] = Field(default={})
    """Who stands by its facts, and since when."""
    audience: Literal["woman", "moderator", "peer", "partner", "tutor"] = Field(default="woman", alias="for")
    nodes: dict[Name, Node] = Field(min_length=1)

    def unsigned(self) -> tuple[Signer, ...]:
        """Name who has still to sign; what is for danger is signed by a clinician too, wherever it comes from."""
        asked = {signer for node in self.nodes.values() for fact in node.statements() for signer in fact.signers}
        if asked and self.urgent:
            asked.add("clinician")
        return tuple(sorted(asked - self.signed.keys()))

    def spoken(self, name: str) -> Iterator[tuple[str, tuple[str | int, ...], tuple[str, ...]]]:
        """Name the places of this flow, called `name`, that she may type her way to: target, path, keywords."""
        if self.keywords:
            yield name, ("keywords",), self.keywords
        for node_name, node in self.nodes.items():
            if node.keywords:
                yield f"{name}.{node_name}", ("nodes", node_name, "keywords"), node.keywords


class Phrases(Entry):
    """`phrases.yaml`: what the bot says between the flows, by name."""

    spec: Literal[1]
    reviewed: date
    phrases: dict[Identifier, Text]


class Pictures(Entry):
    """`pictures.yaml`: what each picture shows, in words for who cannot see it."""

    spec: Literal[1]
    reviewed: date
    pictures: dict[Name, Text]


def place(target: str, flow: str, flows: Any) -> tuple[str, str]:
    """Return the flow and node that `target` means when it is written in `flow`."""
    name, _, node = target.partition(".")
    if node:
        return name, node
    if flow in flows and name in flows[flow].nodes:
        return flow, name
    return name, "start"
