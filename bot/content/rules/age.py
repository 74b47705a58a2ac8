"""Rules about time: nothing is believed for ever."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.content.document import Path_
from bot.content.finding import Finding, Level
from bot.content.library import CANNED_FILE, DIRECTORY_FILE, PHRASES_FILE, Content, flow_file
from bot.content.picture import PICTURES_FILE
from bot.core.canned import ReadyAnswers
from bot.core.directory import Group, Hotline, Service
from bot.core.flow import Pictures

REVIEW_KEPT = timedelta(days=365)
CHECK_KEPT = timedelta(days=180)
SLACK = timedelta(days=1)
"""East of here the next day has begun already."""


def _entries(content: Content) -> Iterator[tuple[Path_, Service | Hotline | Group]]:
    if content.directory:
        for number, service in enumerate(content.directory.services):
            yield ("services", number), service
        for number, hotline in enumerate(content.directory.hotlines):
            yield ("hotlines", number), hotline
        for number, group in enumerate(content.directory.groups):
            yield ("groups", number), group


def _reviews(content: Content) -> Iterator[tuple[str, date]]:
    for name, flow in content.flows.items():
        yield flow_file(name), flow.reviewed
    if content.phrases:
        yield PHRASES_FILE, content.phrases.reviewed
    if isinstance(pictures := content.models.get(PICTURES_FILE), Pictures):
        yield PICTURES_FILE, pictures.reviewed
    if isinstance(canned := content.models.get(CANNED_FILE), ReadyAnswers):
        yield CANNED_FILE, canned.reviewed


def old_review(content: Content) -> Iterator[Finding]:
    """Protect her from advice that science has left behind."""
    for file, reviewed in _reviews(content):
        if content.today - reviewed > REVIEW_KEPT:
            message = f"reviewed on {reviewed}, over a year ago; read it again and write the new day"
            yield content.at(file, ("reviewed",), message, level=Level.WARNING)


def unverified_entry(content: Content) -> Iterator[Finding]:
    """Protect her from a place that has closed: somebody asks there twice a year."""
    for path, entry in _entries(content):
        verified = entry.verified_on
        if verified is None:
            message = f"{entry.id!r} was never checked with the place; call, then write verified_on and verified_by"
            yield content.at(DIRECTORY_FILE, path, message, level=Level.WARNING)
        elif content.today - verified > CHECK_KEPT:
            message = f"{entry.id!r} was checked on {verified}, over 180 days ago; call again and write the new day"
            yield content.at(DIRECTORY_FILE, (*path, "verified_on"), message, level=Level.WARNING)


def future_date(content: Content) -> Iterator[Finding]:
    """Protect the reminders above: a day that has not come yet never grows old."""
    dates: list[tuple[str, Path_, date | None]] = [(file, ("reviewed",), on) for file, on in _reviews(content)]
    for name, flow in content.flows.items():
        dates += [(flow_file(name), ("signed", signer), on) for signer, on in flow.signed.items()]
    for path, entry in _entries(content):
        dates += [(DIRECTORY_FILE, (*path, name), getattr(entry, name)) for name in ("read_on", "verified_on")]
    for file, path, on in dates:
        if on and on > content.today > date.min and on - content.today > SLACK:
            yield content.at(file, path, f"{on} has not come yet; write the day when it was done", level=Level.WARNING)
