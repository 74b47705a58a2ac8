"""The rule about referrals: where a card offers one, somebody answers."""

from collections.abc import Iterator

from bot.content.finding import Finding
from bot.content.library import DIRECTORY_FILE, Content


def referral_without_line(content: Content) -> Iterator[Finding]:
    """Protect her from being handed to nobody: a place that takes referrals has a line of its own."""
    directory = content.directory
    if not directory:
        return
    answering = {line.service for line in directory.lines if line.kind == "partner"}
    for number, service in enumerate(directory.services):
        if service.referrals and service.id not in answering:
            message = "takes referrals, and nobody answers; add a line with kind: partner and this service"
            yield content.at(DIRECTORY_FILE, ("services", number, "referrals"), message)
