"""What a group decides: a member reads the question, answers, changes her mind, and reads the result."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.directory import Group
from bot.core.house import QUESTION, Answered, Closed, Settled, question_subject
from bot.core.question import FEWEST_TOLD, HIDDEN, About, Question, Result
from bot.core.rooms.desk import desk, guarded, without
from bot.core.rooms.groups import group_of, is_member, phrase, timetable
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, places

if TYPE_CHECKING:
    from bot.core.stage import Stage

QUESTION_NODE, ASKED = "groups.question", "moderate.asked"
LANDMARKS = places(QUESTION_NODE, ASKED)
CHOICE = "choice"
"""Answer that holds her ballot for the length of one step, and never longer."""
SHORT = 40
"""Characters of a question on a button."""
ASKS = {About.SHOW_SMALL: "asks_show_small", About.HIDE_SMALL: "asks_hide_small"}
"""Questions that the program has words for, in every language."""


def question_of(stage: "Stage") -> tuple[Group, Question] | None:
    """Return the question before her, if it is one of a group that she is in or answers for."""
    group = group_of(stage)
    if not group or not (is_member(stage, group.id) or desk(stage)):
        return None
    question = stage.house.state(group.id).question(stage.known(QUESTION))
    return (group, question) if question else None


def question_text(stage: "Stage", question: Question, language: str = "") -> str:
    """Say a question in her language, or in the main one of the group with a line that says so."""
    if name := ASKS.get(question.about):
        return phrase(stage, name)
    said = question.texts.get(language or stage.contact.language)
    text = said or next(iter(question.texts.values()), "")
    asks = f"{phrase(stage, 'asks_agreement')}\n\n" if question.about is About.AGREEMENT else ""
    return f"{asks}{text}" if said else f"{asks}{phrase(stage, 'not_translated')}\n{text}"


def answer_texts(stage: "Stage", question: Question) -> tuple[str, ...]:
    """Say the answers in the order of the buttons."""
    if not question.answers:
        return phrase(stage, "vote_yes"), phrase(stage, "vote_no")
    return question.answers.get(stage.contact.language) or next(iter(question.answers.values()))


def _questions(stage: "Stage") -> Iterator[Entry]:
    """Name the questions of the group, the open ones first."""
    group = group_of(stage)
    if not group or not (is_member(stage, group.id) or desk(stage)):
        return
    questions = sorted(stage.house.state(group.id).questions, key=lambda each: (each.is_closed, -each.closes_at))
    for number, question in enumerate(questions, 1):
        text = " ".join(question_text(stage, question).removeprefix(phrase(stage, "not_translated")).split())
        short = text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"
        label = phrase(stage, "question_closed", question=short) if question.is_closed else short
        yield Entry(question.id, f"{number} · {label}", {QUESTION: question.id})


def _answers(stage: "Stage") -> Iterator[Entry]:
    """Name what a member can answer; who presses too late comes to the result."""
    found = question_of(stage)
    if found and is_member(stage, found[0].id):
        for number, text in enumerate(answer_texts(stage, found[1])):
            yield Entry(str(number), text, {CHOICE: str(number)})


def _vote(stage: "Stage") -> Outcome:
    """Take her answer; it stands in one row that goes when the question closes, and in her record not at all."""
    contact, choice, found = without(stage.contact, CHOICE), stage.known(CHOICE), question_of(stage)
    if not found or not found[1].takes(_at(stage)) or choice not in {entry.id for entry in _answers(stage)}:
        return Outcome(contact, go=QUESTION_NODE)
    group, question = found
    return Outcome(contact, (Answered(question_subject(group.id, question.id), choice),))


def _state(stage: "Stage") -> str:
    """Tell what a member can do about the question before her."""
    found = question_of(stage)
    if not found:
        return "gone"
    group, question = found
    if question.is_closed:
        return "closed"
    if not question.takes(_at(stage)):
        return "over"
    if not is_member(stage, group.id):
        return "asked"
    return "voted" if _own(stage, group, question) else "open"


def _own(stage: "Stage", group: Group, question: Question) -> str:
    """Return her own answer, in words."""
    choice = stage.house.own.get(question_subject(group.id, question.id), "")
    texts = answer_texts(stage, question)
    return texts[int(choice)] if choice.isdecimal() and int(choice) < len(texts) else ""


def _question(stage: "Stage", _: str) -> str:
    found = question_of(stage)
    if not found:
        return phrase(stage, "question_gone")
    group, question = found
    own = _own(stage, group, question)
    when = timetable(stage, group).when(datetime.fromtimestamp(question.closes_at, UTC))
    lines = (
        question_text(stage, question),
        "",
        phrase(stage, "question_until", when=when, number=str(question.quorum)),
        phrase(stage, "question_own", answer=own) if own else "",
    )
    return "\n".join(lines).strip()


def _result(stage: "Stage", _: str) -> str:
    """Say what came of it: which answer had the most, and only the numbers that are large enough."""
    found = question_of(stage)
    if not found:
        return phrase(stage, "question_gone")
    question = found[1]
    texts = answer_texts(stage, question)
    told = {
        Result.OPEN: "question_over",
        Result.TOO_FEW: "result_too_few",
        Result.TIE: "result_tie",
        Result.CHOSEN: "result_chosen",
    }[question.result]
    said = phrase(stage, told, answer=texts[question.chosen] if question.chosen < len(texts) else "")
    counts = (_counted(stage, text, count) for text, count in zip(texts, question.counts, strict=False))
    agreed = phrase(stage, "result_agreement") if question.about is About.AGREEMENT and question.is_agreed else ""
    parts = (question_text(stage, question), said, "\n".join(counts), agreed)
    return "\n\n".join(part for part in parts if part)


def _counted(stage: "Stage", answer: str, count: int) -> str:
    if count == HIDDEN:
        return phrase(stage, "result_few", answer=answer, number=str(FEWEST_TOLD))
    return f"{answer}: {count}"


def _take_back(stage: "Stage", group: Group) -> Outcome:
    """Withdraw an open question, with every answer to it."""
    state = stage.house.state(group.id)
    question = state.question(stage.known(QUESTION))
    if not question or question.is_closed:
        return Outcome(stage.contact, go=ASKED)
    questions = tuple(each for each in state.questions if each.id != question.id)
    changes = Settled(group.id, state.changed(questions=questions)), Closed(question_subject(group.id, question.id))
    return Outcome(without(stage.contact, QUESTION), changes)


def _at(stage: "Stage") -> int:
    return int(stage.now.timestamp())


LISTS: Mapping[str, List] = {"questions": _questions, "answers": _answers}
ACTIONS: Mapping[str, Action] = {"vote": _vote, "take_back": guarded(_take_back)}
FILLS: Mapping[str, Fill] = {"question": _question, "result": _result}
KNOWN: Mapping[str, Known] = {"question_state": _state}
