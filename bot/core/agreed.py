"""What a woman agreed that who answers may read, in the language of the reader.

It stands in letters only, never on a screen: what is in a letter can be deleted when she takes her yes back.
"""

from bot.core import company, referral
from bot.core.conversation import Aim, Conversation
from bot.core.library import Library


def agreed(library: Library, language: str, talk: Conversation) -> str:
    """Say it, nothing where it is a talk like any other, or is over."""
    if not talk.is_live:
        return ""
    if talk.aim is Aim.COMPANY:
        return company.wish(library, language, talk.details)
    return referral.passed(library, language, talk.details) if talk.aim is Aim.REFERRAL else ""
