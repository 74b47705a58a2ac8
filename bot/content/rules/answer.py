"""Rules about answers: what a flow filters or decides by is something that she can have said."""

from collections.abc import Iterator
from typing import get_args

from bot.content.document import Path_
from bot.content.finding import Finding, nearest
from bot.content.library import Content
from bot.content.rules.flow import nodes
from bot.core.directory import Directory, Welcome
from bot.core.flow import Node, Subject
from bot.core.house import AUDIENCE, GROUP, LINE, MEETING, QUESTION, TALK
from bot.core.rooms import KNOWN

SUBJECTS = frozenset(get_args(Subject))
"""What is known about her without an answer."""
ENGINE_ANSWERS = frozenset(("need", "welcome", "found", GROUP, MEETING, QUESTION, AUDIENCE, LINE, TALK, *KNOWN))
"""What the engine notes or knows by itself: what she types that she is looking for, what she chose from a list."""
CHANNELS = frozenset(("telegram", "signal", "web", "terminal"))
ROLES = frozenset(("woman", "moderator", "admin", "peer", "partner", "tutor"))
ANY_CASE = frozenset(("none", "else"))
"""Not known, and everything else."""
AFTER_ASKING = "answer"
AFTER_LISTING = "service"
"""The names that answers go by when a node gives them none."""


def _answers(node: Node) -> Iterator[tuple[str, str | None]]:
    """Name the answers that a node gives, with the value where it is written."""
    for option in node.choices.values():
        yield from option.set.items()
    if node.ask and node.ask != "place":
        yield node.name or AFTER_ASKING, None
    if node.list == "services":
        yield node.name or AFTER_LISTING, None


def _known(content: Content) -> set[str]:
    given = {name for _, node in nodes(content) for name, _ in _answers(node)}
    return {*SUBJECTS, *ENGINE_ANSWERS, *given}


def unknown_answer(content: Content) -> Iterator[Finding]:
    """Protect lists and decisions from an answer that nobody ever gives."""
    if any(name.startswith("flows/") for name in content.broken):
        return
    known = _known(content)
    for at, node in nodes(content):
        read: list[tuple[Path_, str]] = [(("where", key), name) for key, name in node.where.items()]
        read += [(("switch", name), name) for name in node.switch]
        for path, name in read:
            if name not in known:
                message = f"no node sets {name!r}; {nearest(name, known, 'set it by a choice that comes before')}"
                yield content.in_flow(at.flow, ("nodes", at.node, *path), message)


def unknown_value(content: Content) -> Iterator[Finding]:
    """Protect a search from a need, a welcome or a service that the directory does not have."""
    directory = content.directory
    for at, node in nodes(content):
        for label, option in node.choices.items():
            for name, value in option.set.items():
                if message := _why_wrong(name, value, directory):
                    yield content.in_flow(at.flow, ("nodes", at.node, "choices", label, "set", name), message)


def _why_wrong(name: str, value: str, directory: Directory | None) -> str:
    if name in SUBJECTS:
        return f"a choice cannot set {name!r}, which she sets herself; use another name"
    allowed = _allowed(name, directory)
    wrong = [] if allowed is None else [each for each in value.split() if each not in allowed]
    if not wrong or allowed is None:
        return ""
    near = nearest(wrong[0], allowed, "write one that directory.yaml has")
    return f"{wrong[0]!r} is not a known {name}; {near}"


def _allowed(name: str, directory: Directory | None) -> set[str] | None:
    """Return the values that a subject or answer may have, `None` where any will do."""
    if name == "welcome":
        return set(Welcome.model_fields)
    if directory is None:
        return None
    return {
        "need": {need.id for need in directory.needs},
        "city": {city.id for city in directory.cities},
        "country": {city.country for city in directory.cities},
        "found": {service.id for service in directory.services},
        "service": {service.id for service in directory.services},
    }.get(name)


def unknown_case(content: Content) -> Iterator[Finding]:
    """Protect a decision from a case that never comes, and from her falling through to the menu."""
    for at, node in nodes(content):
        for subject, cases in node.switch.items():
            path = ("nodes", at.node, "switch", subject)
            allowed = _cases(content, subject)
            for case in cases:
                if allowed is not None and case not in {*allowed, *ANY_CASE}:
                    near = nearest(case, {*allowed, *ANY_CASE}, "write one that can be")
                    yield content.in_flow(at.flow, (*path, case), f"{subject!r} is never {case!r}; {near}")
            if "else" not in cases:
                yield content.in_flow(at.flow, path, "there is no case for the rest; add else: and a node")


def _cases(content: Content, subject: str) -> set[str] | None:
    fixed = {"channel": CHANNELS, "role": ROLES, "language": frozenset(content.languages) or None}
    if subject in fixed:
        values = fixed[subject]
        return set(values) if values else None
    if (allowed := _allowed(subject, content.directory)) is not None or subject in SUBJECTS:
        return allowed
    given = [answer for _, node in nodes(content) for answer in _answers(node) if answer[0] == subject]
    # What she types herself may be anything.
    return None if not given or any(value is None for _, value in given) else {value for _, value in given if value}
