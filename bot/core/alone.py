"""What we answer although what she wrote is for somebody else: a cry for help, and where nobody has read her yet."""

from dataclasses import replace

from bot.core.across import Heard
from bot.core.contact import Position
from bot.core.conversation import Conversation, ConversationState
from bot.core.lifeline import cry
from bot.core.message import Incoming, Kind, fold
from bot.core.rooms.lines import own
from bot.core.stage import Stage
from bot.core.understanding import Meaning, Opened, understand

LEFT = Position("peer", "left")
"""Where she reads that it is kept, and whom she can call."""
UNREAD = "kept_unread"
HEARD_FOR = 2
"""Hours: who has written to her within them is with her, and answers a cry herself."""


def answered(stage: Stage, incoming: Incoming, heard: Heard) -> tuple[Meaning, str] | None:
    """Return what we answer to what a woman says in her conversation, and a phrase before it; `None`: nothing."""
    talk = own(stage)
    if talk is None or _is_with_her(stage, talk):
        return None
    if cry(stage.library, incoming.text) or (stage.is_urgent and not talk.is_open):
        # As without a conversation; only what a screen asks for is left to those that help in danger.
        text = replace(incoming, kind=Kind.TEXT)
        return understand(stage.library, text, stage if stage.is_urgent else None), heard.note
    is_told = stage.position == LEFT or heard.note
    return None if talk.state is not ConversationState.LEFT or is_told else (Opened("peer.left"), UNREAD)


def _is_with_her(stage: Stage, talk: Conversation) -> bool:
    """Tell whether somebody on the other side has written to her lately, and reads what she writes now."""
    if talk.is_code_asked:
        return False
    hers = (each for each in talk.pairs if each.to == talk.woman and each.of)
    return talk.is_open and any(fold(stage.now) - each.hour < HEARD_FOR for each in hers)
