"""The words that we ship to avoid: they hit those that judge, and leave plain ones alone."""

import pytest

from bot.core.library import Library
from bot.core.speech import normalise
from bot.core.wordlist import WordList

FREE = {
    "en": [
        "Use a clean needle and clean water.",
        "You don't have to say your name.",
        "Wash your hands: clean hands.",
        "Try mustard.",
        "Get clean gear at the van.",
        "A clean spot on your skin.",
        "Sexual abuse is never your fault.",
        "Is the test kit clean?",
    ],
    "pt": [
        "Usa uma agulha limpa.",
        "Tens água limpa?",
        "Limpa a pele.",
        "Não precisas de dizer o nome.",
        "O abuso sexual não é culpa tua.",
        "Uma desintoxicação médica é mais segura.",
        "Tens dezoito anos?",
        "A seringa está limpa.",
        "Uma bebida alcoólica.",
    ],
    "es": [
        "Usa una aguja limpia.",
        "Limpia la piel.",
        "No hace falta decir tu nombre.",
        "El abuso sexual no es culpa tuya.",
        "Una desintoxicación médica es más segura.",
        "¿Tienes agua?",
        "La jeringa está limpia.",
        "Una bebida alcohólica.",
    ],
}
JUDGING = {
    "en": [
        "For addicts.",
        "Your addiction.",
        "Substance abuse.",
        "A victim of violence.",
        "You must stop.",
        "You should rest.",
        "You shouldn't.",
        "You have to stop.",
        "Stay clean.",
        "If you are clean.",
        "A dirty urine test.",
        "If you relapse.",
        "Don't worry.",
        "Medication compliance.",
    ],
    "pt": [
        "Para toxicodependentes.",
        "És viciada.",
        "Apoio à vítima.",
        "Deves parar.",
        "Deverias ir.",
        "Tens de parar.",
        "Tens que ir.",
        "Uma recaída.",
        "O abuso de drogas.",
        "Há quanto tempo estás limpa?",
        "Urina limpa.",
        "Uma drogada.",
        "Não te preocupes.",
        "A adesão ao tratamento.",
    ],
    "es": [
        "Para adictas.",
        "Tu adicción.",
        "Una toxicómana.",
        "Las víctimas.",
        "Debes parar.",
        "Deberías ir.",
        "Tienes que parar.",
        "Una recaída.",
        "El abuso de drogas.",
        "Si estás limpia.",
        "Orina sucia.",
        "Una yonqui.",
        "No te preocupes.",
        "La adherencia al tratamiento.",
    ],
}


def _avoided(library: Library, language: str, sentence: str) -> str:
    return WordList(library.speech.languages[language].avoid).first_in(normalise(sentence))


@pytest.mark.parametrize("language", FREE)
def test_our_lists_leave_plain_words_alone(language: str, library: Library) -> None:
    assert [sentence for sentence in FREE[language] if _avoided(library, language, sentence)] == []


@pytest.mark.parametrize("language", JUDGING)
def test_our_lists_know_the_words_that_judge(language: str, library: Library) -> None:
    assert [sentence for sentence in JUDGING[language] if not _avoided(library, language, sentence)] == []


def test_every_language_that_we_ship_has_such_words(library: Library) -> None:
    assert FREE.keys() == JUDGING.keys() == library.speech.languages.keys()
