"""What every channel offers: it translates a platform and decides nothing."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core.message import Address, Incoming, Media, Outgoing

Receive = Callable[[Incoming], Awaitable[None]]
"""Returns when the update is settled: state stored and reply sent. Never raises."""


class SendError(Exception):
    """A message that did not arrive, and what that means."""

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        reason: str,
        *,
        retryable: bool = False,
        gone: bool = False,
        after: float = 0.0,
        changed: bool = False,
        large: bool = False,
    ) -> None:
        """Keep what the sender needs to decide: `after` is the platform's own wait, in seconds.

        `changed`: somebody else may be reading there, so that nothing is sent first until she writes. `large`: a file
        is over the limit.
        """
        super().__init__(reason)
        self.retryable = retryable
        self.gone = gone
        self.after = after
        self.changed = changed
        self.large = large


class WithdrawnError(SendError):
    """What we wanted to send first was not sent, for its reader is writing to us."""


class Turn(Protocol):
    """The turn of one message."""

    def refused(self, after: float) -> None:
        """Note that the platform asks to wait so many seconds."""


class Pace(Protocol):
    """When messages may go out, so that the platform has no reason to refuse any."""

    def turn(self, chat: str, rank: int) -> AbstractAsyncContextManager[Turn]:
        """Wait for the turn of one message, which is sent inside; raises `SendError` when it is not to be sent now."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of a screen: the handles that she sees now, and those that are gone from her chat."""

    living: tuple[str, ...]
    deleted: tuple[str, ...] = ()
    is_whole: bool = True
    """What goes along is there too, and not only the line that stands for it."""


@runtime_checkable
class Acquaintance(Protocol):
    """What a channel offers besides whose own program keeps something about who writes."""

    async def meet(self, to: Address) -> bool:
        """Let her chat forget by itself what is older; false where she has set that herself. Raises `SendError`."""

    async def forget(self, to: Address) -> None:
        """Keep nothing about her, after the last screen; raises `SendError`."""


class Channel(Protocol):
    """A connection to a platform."""

    name: str

    async def run(self, receive: Receive) -> None:
        """Pass on every update until cancelled; on cancel, finish what is in hand and acknowledge it."""

    async def show(self, outgoing: Outgoing) -> Shown:
        """Put a screen in front of her, in place of the previous one; raises `SendError`.

        Its picture goes above the first text, or what it shows in words where there are no pictures. A picture that
        fails is left out: it never delays the text, and never takes it along. Of what a peer sent along, `media.data`
        is uploaded; where that fails for good, the screen is shown in words (`Screen.in_words`), and is not whole. One
        without anything shows nothing: then only the press is answered.
        """

    async def fetch(self, media: Media) -> bytes:
        """Bring a voice note or picture of this platform into memory, `MEDIA_LIMIT` at most; raises `SendError`."""

    async def erase(self, to: Address, handles: tuple[str, ...]) -> None:
        """Delete messages on both sides, as far as the platform allows; raises `SendError`."""

    async def check(self) -> str:
        """Ask the platform who we are, for `comadre doctor`; raises `SendError`."""
