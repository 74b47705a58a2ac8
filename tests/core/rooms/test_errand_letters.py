"""What is written first of company, referrals and visits says nothing on a lock screen, in any language."""

import pytest

from bot.core.contact import Contact
from bot.core.conversation import Aim, Conversation, ConversationState, Seat
from bot.core.house import House
from bot.core.letter import Letter, LetterKind
from bot.core.lock_screen import telling_words
from bot.core.mail import pressed, render
from bot.core.message import fold
from tests.core.relays import HOUSE, NOW, SHELTER, with_lines

LANGUAGES = sorted(with_lines().speech.languages)
DETAILS = {
    "service": HOUSE, "purpose": "womens_shelter", "day": "2026-11-24", "helps": "medicine children",
    "words": "heroin", "tongue": "pt", "safe_time": "any",
}  # fmt: skip
SEAT = Seat("calm finch", "telegram:calm")
KINDS = [
    *(
        (kind, aim)
        for kind in (LetterKind.RING, LetterKind.YOURS, LetterKind.BEGUN, LetterKind.NOBODY)
        for aim in (Aim.COMPANY, Aim.REFERRAL)
    ),
    *((kind, Aim.REFERRAL) for kind in (LetterKind.ACCEPTED, LetterKind.REFUSED, LetterKind.FOLLOW_UP)),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "aim"), KINDS)
def test_a_letter_begins_with_nothing_sensitive_and_its_buttons_lead_on(
    kind: LetterKind, aim: Aim, language: str
) -> None:
    library = with_lines()
    talk = Conversation("1", SHELTER, aim, "wild fern", "signal:ana", "pt", aim.value, details=DETAILS, seats=(SEAT,))
    is_hers = kind in (LetterKind.BEGUN, LetterKind.NOBODY, *(kind for kind, _ in KINDS[-3:]))
    house = House(conversations=(talk.changed(state=ConversationState.OPEN),))
    values = {"service": HOUSE, "reason": "use", "later": "morning", "line": SHELTER}
    values |= {} if is_hers else {"designation": "wild fern", "language": "pt", "topic": aim.value}
    letter = Letter("signal:ana" if is_hers else SEAT.address, kind, "1", values)
    screen = render(library, house, Contact(language, seen=fold(NOW)), letter, NOW)
    sensitive = library.speech.languages[language].sensitive
    assert not telling_words(screen.texts[0], sensitive), screen.texts[0]
    assert len(screen.texts) == 1, "a second message would show its beginning too"
    assert "{" not in screen.texts[0]
    assert all(pressed(library, house, choice.token) for choice in screen.choices)
