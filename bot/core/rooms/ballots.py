"""A question on its way: a moderator writes it piece by piece, in one language or several, and asks the group."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.contact import Contact
from bot.core.directory import Group
from bot.core.house import QUESTION, Announced, GroupState, Settled
from bot.core.message import token
from bot.core.notice import Notice, NoticeKind
from bot.core.question import FEWEST_ANSWERS, LEAST_QUORUM, About, Draft, Question
from bot.core.rooms.decisions import ASKS
from bot.core.rooms.desk import WHEN, desk, guarded, without
from bot.core.rooms.detail import TYPED
from bot.core.rooms.groups import phrase, timetable
from bot.core.rooms.hour import DAY, DOING, TIME, fault, proposed_at
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, places
from bot.core.speech import language_name, normalise

if TYPE_CHECKING:
    from bot.core.stage import Stage

DRAFT, ABOUT, TONGUE, NEEDED = "ballot", "about", "ballot_in", "needed"
"""Answers: the question so far, what it is about, the language to write in next, and the quorum."""
QUESTIONS, NEXT, POINT = "moderate.questions", "moderate.q_next", "moderate.q_point"
LONG, TWICE, MANY, SAME = "moderate.q_long", "moderate.q_twice", "moderate.q_many", "moderate.q_same"
LANDMARKS = places(QUESTIONS, NEXT, POINT, LONG, TWICE, MANY, SAME)
LONGEST_QUESTION, LONGEST_POINT, LONGEST_AGREEMENT = 300, 300, 1000
LONGEST_ANSWER = 60
"""What fits on a button."""
MOST_OPEN = 3
"""Questions that are open in a group at once: who is asked too much answers nothing."""
_READY_MADE = tuple(ASKS)
_CHANGING = (About.AGREEMENT, *_READY_MADE)


def draft_of(stage: "Stage") -> Draft | None:
    """Return the question that she is writing."""
    written = stage.known(DRAFT)
    return Draft.from_dict(json.loads(written)) if written else None


def _kept(contact: Contact, draft: Draft) -> Contact:
    """Keep a draft, and let go of what was typed into it."""
    kept = without(contact, TYPED, TONGUE, ABOUT)
    return replace(kept, answers={**kept.answers, DRAFT: json.dumps(draft.to_dict(), ensure_ascii=False)})


def main_tongue(stage: "Stage", group: Group) -> str:
    """Return the language that the group speaks first; where nobody has said, that of who writes."""
    return group.languages[0] if group.languages else stage.contact.language


def _begin(stage: "Stage", group: Group) -> Outcome:
    about = stage.known(ABOUT)
    kind = About(about) if about in tuple(About) else About.FREE
    contact = without(stage.contact, DAY, TIME, NEEDED)
    return Outcome(_kept(contact, Draft(kind, main_tongue(stage, group))))


def _write(stage: "Stage", _: Group) -> Outcome:
    """Take the question, or one point of an agreement, in the language that she writes in."""
    draft, text = draft_of(stage), stage.known(TYPED)
    if not draft or not text:
        return Outcome(stage.contact, go=QUESTIONS)
    is_agreement = draft.about is About.AGREEMENT
    before = draft.texts.get(draft.tongue, "") if is_agreement else ""
    whole = f"{before}\n{text}" if before else text
    longest = LONGEST_POINT if is_agreement else LONGEST_QUESTION
    if len(text) > longest or len(whole) > (LONGEST_AGREEMENT if is_agreement else LONGEST_QUESTION):
        return Outcome(without(stage.contact, TYPED), go=LONG)
    contact = _kept(stage.contact, draft.with_text(whole))
    return Outcome(contact, go=POINT if is_agreement else "")


def _write_answer(stage: "Stage", _: Group) -> Outcome:
    draft, text = draft_of(stage), stage.known(TYPED)
    if not draft or not text or not draft.missing:
        return Outcome(without(stage.contact, TYPED))
    if len(text) > LONGEST_ANSWER:
        return Outcome(without(stage.contact, TYPED), go=LONG)
    if normalise(text) in map(normalise, draft.answers.get(draft.tongue, ())):
        return Outcome(without(stage.contact, TYPED), go=TWICE)
    return Outcome(_kept(stage.contact, draft.with_answer(text)))


def _write_in(stage: "Stage", _: Group) -> Outcome:
    """Go on in another language."""
    draft, tongue = draft_of(stage), stage.known(TONGUE)
    if not draft or tongue not in stage.library.speech.languages:
        return Outcome(stage.contact, go=QUESTIONS)
    return Outcome(_kept(stage.contact, draft.in_tongue(tongue)))


def _forgotten(contact: Contact) -> Contact:
    return without(contact, DRAFT, ABOUT, TONGUE, NEEDED, TYPED, DAY, TIME, DOING)


def _ask(stage: "Stage", group: Group) -> Outcome:
    """Put the question to the group, once."""
    draft, closes_at, state = draft_of(stage), proposed_at(stage), stage.house.state(group.id)
    if not draft:
        return Outcome(stage.contact, go=QUESTIONS)
    if not draft.is_whole or _quorum(stage) != "good":
        return Outcome(stage.contact, go=NEXT)
    if fault(stage) or not closes_at:
        return Outcome(stage.contact, go=WHEN)
    if refusal := _refusal(stage, state, draft):
        return Outcome(stage.contact, go=refusal)
    question = _question(stage, group, draft, int(closes_at.timestamp()))
    at = int(stage.now.timestamp())
    key = f"question {group.id} {question.id}"
    notice = Notice(NoticeKind.QUESTION, (group.id,), at, question.closes_at, key=key, question=question.id)
    kept = _forgotten(stage.contact)
    contact = replace(kept, answers={**kept.answers, QUESTION: question.id})
    settled = Settled(group.id, state.changed(questions=(*state.questions, question)))
    return Outcome(contact, (settled, Announced(notice)))


def _refusal(stage: "Stage", state: GroupState, draft: Draft) -> str:
    """Name the node that says why it cannot be asked now."""
    at = int(stage.now.timestamp())
    asked = [each for each in state.questions if each.takes(at)]
    if len(asked) >= MOST_OPEN:
        return MANY
    return SAME if draft.about in _CHANGING and any(_collide(draft.about, each.about) for each in asked) else ""


def _collide(one: About, other: About) -> bool:
    """Tell whether two questions would change the same: two answers could not both stand."""
    return one is other or (one in _READY_MADE and other in _READY_MADE)


def _question(stage: "Stage", group: Group, draft: Draft, closes_at: int) -> Question:
    tongues = draft.whole_tongues()
    name = token(group.id, stage.now.isoformat(), *draft.texts.values())
    texts = {tongue: draft.texts[tongue] for tongue in tongues}
    answers = {tongue: draft.answers[tongue] for tongue in tongues if tongue in draft.answers}
    shows_small = stage.house.state(group.id).shows_small
    return Question(name, draft.about, texts, answers, closes_at, int(stage.known(NEEDED)), shows_small)


def _next(stage: "Stage") -> str:
    """Tell what is to be written next."""
    draft = draft_of(stage)
    if not draft:
        return "none"
    is_main = draft.tongue == draft.main
    if draft.about in _READY_MADE:
        return "whole"
    if draft.tongue not in draft.texts:
        return "point" if draft.about is About.AGREEMENT else "question" if is_main else "translation"
    if draft.about is About.AGREEMENT:
        return "whole"
    if not draft.answers:
        return "how" if is_main and not stage.known(NEEDED) else "whole"
    return ("answer" if is_main else "label") if draft.missing else "whole"


def _is_short(stage: "Stage") -> bool:
    """Tell whether she began to write answers of her own, and has not enough of them."""
    draft = draft_of(stage)
    return not draft or len(draft.answers.get(draft.tongue, ())) < FEWEST_ANSWERS


def _quorum(stage: "Stage") -> str:
    needed = stage.known(NEEDED)
    if not needed:
        return "none"
    return "good" if needed.isdecimal() and int(needed) >= LEAST_QUORUM else "few"


def _tongues(stage: "Stage") -> Iterator[Entry]:
    """Name the languages that nobody has written it in."""
    draft = draft_of(stage)
    if not draft or draft.about in _READY_MADE:
        return
    done = draft.whole_tongues()
    for code, language in stage.library.speech.languages.items():
        if code not in done:
            yield Entry(code, language.name, {TONGUE: code})


def _tongue(stage: "Stage", _: str) -> str:
    draft = draft_of(stage)
    return language_name(stage.contact.language, draft.tongue if draft else stage.contact.language)


def _original(stage: "Stage", _: str) -> str:
    """Say what is to be said in another language: the question, or the answer that comes next."""
    draft = draft_of(stage)
    if not draft:
        return phrase(stage, "question_gone")
    number = len(draft.answers.get(draft.tongue, ()))
    answers = draft.answers.get(draft.main, ())
    has_text = draft.tongue in draft.texts and draft.about is not About.AGREEMENT
    return answers[number] if has_text and number < len(answers) else draft.texts.get(draft.main, "")


def _written(stage: "Stage", _: str) -> str:
    """Say what is written so far in the language that she writes in."""
    draft = draft_of(stage)
    return _in_tongue(draft, draft.tongue) if draft else phrase(stage, "question_gone")


def _in_tongue(draft: Draft, tongue: str) -> str:
    answers = (f"{number}. {text}" for number, text in enumerate(draft.answers.get(tongue, ()), 1))
    return "\n".join((draft.texts.get(tongue, ""), *answers)).strip()


def _preview(stage: "Stage", _: str) -> str:
    """Say all of it as the members will read it, in each language."""
    draft, group, closes_at = draft_of(stage), desk(stage), proposed_at(stage)
    if not draft or not group:
        return phrase(stage, "question_gone")
    if draft.about in _READY_MADE:
        said = phrase(stage, ASKS[draft.about])
    else:
        names = ((language_name(stage.contact.language, each), each) for each in draft.whole_tongues())
        said = "\n\n".join(f"{name}:\n{_in_tongue(draft, each)}" for name, each in names)
    when = timetable(stage, group).when(closes_at) if closes_at else phrase(stage, "no_meeting")
    answers = "" if draft.answers else f"{phrase(stage, 'vote_yes')} / {phrase(stage, 'vote_no')}"
    until = phrase(stage, "question_until", when=when, number=stage.known(NEEDED))
    return "\n\n".join(part for part in (said, answers, until) if part)


LISTS: Mapping[str, List] = {"tongues": _tongues}
ACTIONS: Mapping[str, Action] = {
    "begin_question": guarded(_begin),
    "write_question": guarded(_write),
    "write_answer": guarded(_write_answer),
    "write_in": guarded(_write_in),
    "drop_draft": guarded(lambda stage, _: Outcome(_forgotten(stage.contact))),
    "ask_group": guarded(_ask),
}
FILLS: Mapping[str, Fill] = {
    "ballot_in": _tongue,
    "ballot_source": _original,
    "ballot_part": _written,
    "ballot": _preview,
}
KNOWN: Mapping[str, Known] = {
    "ballot_step": _next,
    "ballot_answers": lambda stage: "few" if _is_short(stage) else "enough",
    "ballot_whole": lambda stage: "yes" if (draft := draft_of(stage)) and draft.is_whole else "no",
    "quorum": _quorum,
    "shows_small": lambda stage: "yes" if (group := desk(stage)) and stage.house.state(group.id).shows_small else "no",
}
