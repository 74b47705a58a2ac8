"""What a woman sees on her phone of a chat with the bot."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Message:
    """One message in a chat; of one that was deleted for everybody, only that it was there."""

    timestamp: int
    mine: bool
    """It is the bot's."""
    text: str = ""
    styles: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    quote: int = 0
    is_voice: bool = False
    is_deleted: bool = False
    is_edited: bool = False
    edits: list[int] = field(default_factory=list)
    """Of hers: the name that it had from each change on."""
    timer: int = 0
    """After how many seconds it disappears."""


@dataclass(slots=True)
class Phone:
    """What one woman sees of the chat."""

    messages: dict[int, Message] = field(default_factory=dict)
    timer: int = 0
    is_typing: bool = False
    read: list[int] = field(default_factory=list)
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Message]:
        """The bot's messages that are there, oldest first."""
        return [each for each in self.messages.values() if each.mine and not each.is_deleted]

    @property
    def texts(self) -> list[str]:
        """What the bot's messages say."""
        return [each.text for each in self.shown]
