"""The rule about numbers: each can be dialled as it stands, from the country that it stands for."""

from collections.abc import Iterator

from bot.content.document import Path_
from bot.content.finding import Finding
from bot.content.library import DIRECTORY_FILE, Content

SHORT = range(2, 7)
"""Digits of a short number. Which ones exist changes faster than any table (Greece's 1018 is in none)."""


def bad_phone(content: Content) -> Iterator[Finding]:
    """Protect her call: a number that is a digit short rings nowhere."""
    for path, country, number in _numbers(content):
        if message := _why_bad(number, country, is_hotline=path[0] == "hotlines"):
            yield content.at(DIRECTORY_FILE, path, message)


def _numbers(content: Content) -> Iterator[tuple[Path_, str, str]]:
    """Name every number with its country; where the city is unknown, another rule says so."""
    if not content.directory:
        return
    countries = {city.id: city.country for city in content.directory.cities}
    for number, service in enumerate(content.directory.services):
        if country := countries.get(service.city):
            for index, phone in enumerate(service.phones):
                yield ("services", number, "phones", index, "number"), country, phone.number
    for number, hotline in enumerate(content.directory.hotlines):
        for index, each in enumerate(hotline.numbers):
            yield ("hotlines", number, "numbers", index), hotline.country, each
        for name, way in (("sms", hotline.sms), ("whatsapp", hotline.whatsapp)):
            if way:
                yield ("hotlines", number, name), hotline.country, way


def _why_bad(number: str, country: str, *, is_hotline: bool) -> str:
    import phonenumbers  # noqa: PLC0415 - its tables are large, and only those who check need them

    is_international = number.startswith(("+", "00"))
    if is_hotline and is_international:
        return f"{number!r} has a country code; write a hotline as it is dialled inside the country"
    digits = number.replace(" ", "")
    if digits.isascii() and digits.isdecimal() and len(digits) in SHORT:
        return ""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return f"{number!r} is not a phone number; write digits and blanks, as it is dialled"
    if phonenumbers.is_valid_number(parsed) and (
        is_international or phonenumbers.is_valid_number_for_region(parsed, country)
    ):
        return ""
    return f"{number!r} is not a number of {country}; compare it with the source, digit by digit"
