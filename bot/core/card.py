"""A service or a hotline in words: all that the directory knows, and nothing that it does not."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core import hours, speech
from bot.core.directory import Confidence, Fact, Hotline, Service, Welcome
from bot.core.library import Library
from bot.core.monitoring import is_doubted, no_doubts
from bot.core.speech import DIRECTORY

WELCOME_FIELDS = tuple(Welcome.model_fields)
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=17/{0}/{1}"


@dataclass(frozen=True)
class Teller:
    """Says entries of the directory in one language, at one moment."""

    library: Library
    language: str
    now: datetime
    doubts: Callable[[date], Mapping[str, str]] = no_doubts
    """Returns places where many were not received well lately, and since which week."""
    _moments: dict[str, hours.Moment] = field(default_factory=dict, repr=False, compare=False)
    """What was asked already: sorting and labelling a list ask the same of each service."""

    def service(self, service: Service) -> str:
        """Say everything that is known about a service, what matters at the door first."""
        parts = ("\n".join(line for line in part if line) for part in self._service_parts(service))
        return "\n\n".join(part for part in parts if part)

    def hotlines(self, country: str, topic: str, city: str) -> str:
        """Say the lines of her country and city for a topic, in the order of staff: the best first, the police last."""
        lines = [each for each in self.library.hotlines.get((country, topic), ()) if each.city in (None, city)]
        return "\n\n".join(self.hotline(hotline) for hotline in lines)

    def numbers(self, countries: Iterable[str], topic: str) -> str:
        """Say the first number for a topic: alone where all countries share it, else country by country."""
        numbers = {
            country: lines[0].numbers[0]
            for country in countries
            if (lines := self.library.hotlines.get((country, topic)))
        }
        if len(set(numbers.values())) == 1:
            return next(iter(numbers.values()))
        return "\n".join(f"{speech.country_name(self.language, each)}: {number}" for each, number in numbers.items())

    def hotline(self, hotline: Hotline) -> str:
        """Say a hotline, its numbers alone on their lines so that they can be tapped."""
        return "\n".join(line for line in self._hotline_lines(hotline) if line)

    def label(self, service: Service) -> str:
        """Say a service on a button: its name and whether it is open."""
        opening = self._moment(service)
        if opening.is_open is None:
            return service.name
        return f"{service.name} · {self._phrase('open_short' if opening.is_open else 'closed_short')}"

    def is_open(self, service: Service) -> bool | None:
        """Tell whether a service is open now, `None` where that is not known."""
        return self._moment(service).is_open

    def _service_parts(self, service: Service) -> Iterator[tuple[str, ...]]:
        """Say what it is, when, for whom, how to reach it and what else; a blank line lets tired eyes find each."""
        yield (service.name, self._text(service.description), self._text(service.warning))
        yield (
            self._opening(service),
            *self._week(service),
            self._text(service.hours_note),
            self._flag(service.walk_in, "walk_in_yes", "walk_in_no"),
        )
        yield tuple(self._welcome(service))
        yield tuple(self._reach(service))
        is_said = service.free and any(phone.free for phone in service.phones)
        yield (
            self._price(free=None if is_said else service.free, price=service.price),
            self._labelled("bring", self._text(service.bring)),
            self._languages(service.languages),
            self._flag(service.interpreters, "interpreters_yes", "interpreters_no"),
        )
        yield self.checked(service), self._doubt(service)

    def _hotline_lines(self, hotline: Hotline) -> Iterator[str]:
        # A line that is called like its number is not said twice.
        yield "" if hotline.name in hotline.numbers else hotline.name
        yield self._text(hotline.description)
        yield self._text(hotline.warning)
        yield from hotline.numbers
        yield self._hotline_hours(hotline)
        yield self._text(hotline.hours_note)
        yield self._price(free=hotline.free, price=hotline.price)
        yield self._flag(hotline.on_bill, "bill_yes", "bill_no")
        yield self._flag(hotline.anonymous, "anonymous_yes", "anonymous_no")
        for name, way, note in (
            ("sms", hotline.sms, hotline.sms_note),
            ("whatsapp", hotline.whatsapp, None),
            ("chat", hotline.chat, hotline.chat_note),
        ):
            yield self._labelled(name, way)
            yield self._text(note)
        yield self._languages(hotline.languages)
        yield self._text(hotline.languages_note)
        yield self.checked(hotline)

    def _reach(self, service: Service) -> Iterator[str]:
        for phone in service.phones:
            yield phone.number
            yield self._flag(phone.free, "phone_free", "phone_paid")
            yield self._text(phone.note)
        yield from service.emails
        yield self._labelled("chat", service.chat)
        yield self._labelled("address", service.address)
        if service.latitude is not None and service.longitude is not None:
            yield MAP.format(service.latitude, service.longitude)
        yield service.url or ""

    def _opening(self, service: Service) -> str:
        if service.closed_until and service.closed_until >= self.now.date():
            return self._phrase("closed_until", day=speech.day(self.language, service.closed_until))
        return self._say_moment(self._moment(service), self.library.cities[service.city].zone)

    def _hotline_hours(self, hotline: Hotline) -> str:
        zone = next((city.zone for city in self.library.directory.cities if city.country == hotline.country), "UTC")
        return (
            self._say_moment(hours.moment(hotline.hours, zone, hotline.country, self.now), zone)
            if hotline.hours
            else ""
        )

    def _say_moment(self, opening: hours.Moment, zone: str) -> str:
        if opening.is_open is None:
            return self._phrase("hours_unknown")
        if opening.changes_at is None:
            return self._phrase("open_always" if opening.is_open else "closed_now")
        at = speech.clock(self.language, opening.changes_at)
        if opening.is_open:
            return self._phrase("open_until", time=at)
        today = self.now.astimezone(ZoneInfo(zone)).date()
        name = "opens_today" if opening.changes_at.date() == today else "opens_on"
        return self._phrase(name, time=at, day=speech.weekday(self.language, opening.changes_at.weekday()))

    def _week(self, service: Service) -> Iterator[str]:
        if not service.hours:
            return
        city = self.library.cities[service.city]
        lines = hours.week(self.language, service.hours, city.zone, city.country, self.now)
        yield from lines
        if lines:
            yield self._phrase("holidays")

    def _welcome(self, service: Service) -> Iterator[str]:
        for name in WELCOME_FIELDS:
            yield self._flag(getattr(service.welcome, name), f"{name}_yes", f"{name}_no")
        yield self._text(service.welcome_note)

    def checked(self, entry: Fact) -> str:
        """Say whether a person has checked an entry, else where it comes from and of when."""
        source = speech.partial_day(self.language, entry.source_on) if entry.source_on else ""
        if entry.verified_on:
            said = self._phrase("checked_on", day=speech.day(self.language, entry.verified_on))
        else:
            said = self._phrase("source_of" if source else "source_undated", day=source)
        low = self._phrase("low_confidence") if entry.confidence is Confidence.LOW else ""
        return f"{said} {low}".rstrip()

    def _doubt(self, service: Service) -> str:
        """Say that a place is to be checked again: enough women said so, and nobody has checked since."""
        since = self.doubts(self.now.date()).get(service.id, "")
        return self._phrase("check_again") if is_doubted(since, service.verified_on) else ""

    def _price(self, *, free: bool | None, price: str | None) -> str:
        return self._text(price) or self._flag(free, "free_yes", "free_no")

    def _languages(self, codes: tuple[str, ...] | None) -> str:
        if not codes:
            return ""
        names = [speech.language_name(self.language, code) for code in codes]
        return self._labelled("languages", speech.enumerate_all(self.language, names))

    def _moment(self, service: Service) -> hours.Moment:
        known = self._moments.get(service.id)
        if known is None:
            known = self._moments[service.id] = self._moment_of(service)
        return known

    def _moment_of(self, service: Service) -> hours.Moment:
        if service.closed_until and service.closed_until >= self.now.date():
            return hours.Moment(False)  # noqa: FBT003 - the only thing that a moment says
        city = self.library.cities[service.city]
        return hours.moment(service.hours, city.zone, city.country, self.now)

    def _flag(self, value: bool | None, yes: str, no: str) -> str:  # noqa: FBT001 - three-valued: None is unknown
        if value is None:
            return ""
        return self._phrase(yes if value else no)

    def _labelled(self, name: str, value: str | None) -> str:
        return f"{self._phrase(name)} {value}" if value else ""

    def _text(self, text: str | None) -> str:
        return self.library.speech.say(self.language, DIRECTORY, text) if text else ""

    def _phrase(self, name: str, **values: str) -> str:
        return self.library.phrase(self.language, name, **values)
