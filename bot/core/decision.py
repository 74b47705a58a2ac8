"""What is to be counted now, what the group's answer changes, and who hears of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.house import Announced, Change, Closed, GroupState, Settled, question_subject
from bot.core.notice import Notice, NoticeKind
from bot.core.question import About, Question

RESULT_KEPT = timedelta(days=60)
"""After it has closed, a question can be read so long: what it changed stays."""
RESULT_NEWS = timedelta(days=7)
"""Who could not be told of a result by then finds it in the group."""

Tally = Callable[[str], Mapping[str, int]]
"""Counts the answers to a subject."""


def decide(groups: Mapping[str, GroupState], tally: Tally, now: datetime) -> tuple[Change, ...]:
    """Close what has run its time, in all groups: count, forget who said what, change what was agreed, tell."""
    return tuple(change for group, state in groups.items() for change in _changes(group, state, tally, now))


def _changes(group: str, state: GroupState, tally: Tally, now: datetime) -> Iterator[Change]:
    at = int(now.timestamp())
    due = sorted((each for each in state.questions if _is_due(each, at)), key=lambda each: each.closes_at)
    decided = state
    for question in due:
        subject = question_subject(group, question.id)
        decided = settle(decided, question.count(tally(subject), shows_small=decided.shows_small))
        yield Closed(subject)
        yield Announced(_news(group, question.id, now))
    oldest = int((now - RESULT_KEPT).timestamp())
    kept = tuple(each for each in decided.questions if not each.is_closed or each.closes_at > oldest)
    if due or kept != state.questions:
        yield Settled(group, decided.changed(questions=kept))


def _is_due(question: Question, at: int) -> bool:
    return not question.is_closed and question.closes_at <= at


def settle(state: GroupState, closed: Question) -> GroupState:
    """Return what a group has settled once a question is closed: only a yes changes anything."""
    questions = tuple(closed if each.id == closed.id else each for each in state.questions)
    state = replace(state, questions=questions)
    if not closed.is_agreed:
        return state
    match closed.about:
        case About.AGREEMENT:
            return replace(state, agreement=closed.texts)
        case About.SHOW_SMALL | About.HIDE_SMALL:
            return replace(state, shows_small=closed.about is About.SHOW_SMALL)
        case _:
            return state


def _news(group: str, question: str, now: datetime) -> Notice:
    due_at, until_at = int(now.timestamp()), int((now + RESULT_NEWS).timestamp())
    return Notice(NoticeKind.RESULT, (group,), due_at, until_at, key=f"result {group} {question}", question=question)
