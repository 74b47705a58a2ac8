"""Rules about ready answers: each that is named is there, and says nothing with a hole in it."""

from collections.abc import Iterator

from bot.content.finding import Finding, nearest
from bot.content.library import CANNED_FILE, Content
from bot.content.rules.flow import nodes
from bot.content.rules.text import stray_braces, why_no_line
from bot.core.speech import placeholders, split_placeholder

CANNED = "canned"
"""Answer by which a choice says which one is sent."""
NUMBER = "hotline"
"""What a ready answer may leave open: a number of the country of its line."""


def lost_ready_answer(content: Content) -> Iterator[Finding]:
    """Protect who answers from a button that sends nothing when she needs it."""
    if CANNED_FILE in content.broken:
        return
    known = content.canned
    for at, node in nodes(content):
        for label, option in node.choices.items():
            named = option.set.get(CANNED)
            if named and named not in known:
                near = nearest(named, known, f"add it to {CANNED_FILE}")
                message = f"{named!r} is no ready answer; {near}"
                yield content.in_flow(at.flow, ("nodes", at.node, "choices", label, "set", CANNED), message)


def ready_placeholder(content: Content) -> Iterator[Finding]:
    """Protect her from braces in what a peer sends her, and from "call" without a number."""
    topics = {hotline.topic for hotline in content.directory.hotlines} if content.directory else None
    for name, answer in content.canned.items():
        path = ("answers", name, "text")
        if stray := stray_braces(answer.text):
            message = f"{stray!r} is shown as it is; write a placeholder like {{hotline:emergency}}"
            yield content.at(CANNED_FILE, path, message)
        for each in sorted(placeholders(answer.text)):
            kind, topic = split_placeholder(each)
            wrong = why_no_line(kind, topic, topics) if kind == NUMBER else "cannot be filled in here; write a number"
            if wrong:
                yield content.at(CANNED_FILE, path, f"{each} {wrong}")
