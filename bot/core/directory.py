"""What the bot knows about places and lines, as staff write it in `directory.yaml`.

Names follow Open Referral HSDS where it has them. `None` means "unknown" and is never said as "no".
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.core.duration import Clock, Lead, Length

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")]
PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Link = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
SecureLink = Annotated[str, Field(pattern=r"^https://[^\s]+$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        message = f"{name!r} is not a time zone; write one like Europe/Lisbon"
        raise ValueError(message) from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class Entry(BaseModel):
    """The base of everything staff write: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Confidence(StrEnum):
    """How far the source can be trusted; `low` is said in words on the card."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Fact(Entry):
    """Where an entry comes from, so that nothing is shown without its source and date."""

    source: tuple[Link, ...] = Field(min_length=1)
    source_on: PartialDate | None = None
    """Date of the newest page that carries the contact facts: a year, a month or a day."""
    read_on: date
    """When a person read that source."""
    verified_on: date | None = None
    """When a person last checked with the place itself; `None` until somebody has."""
    verified_by: Literal["phone", "visit", "email", "partner"] | None = None
    confidence: Confidence


class Phone(Entry):
    """A number as it is dialled from inside its country."""

    number: str
    free: bool | None = None
    note: str | None = None
    """Short, in plain English; translated."""


class Welcome(Entry):
    """Who is received; every field stays `None` until a source says so."""

    women_only: bool | None = None
    trans_women: bool | None = None
    children: bool | None = None
    pets: bool | None = None
    active_use: bool | None = None
    no_papers: bool | None = None
    no_insurance: bool | None = None


class Service(Fact):
    """One thing that one organisation offers in one city."""

    id: Identifier
    organization: Identifier
    name: str = Field(max_length=80)
    """As it is written on the door: not translated."""
    description: str | None = Field(default=None, max_length=300)
    """What she finds there, in plain English; translated."""
    city: Identifier
    needs: tuple[Identifier, ...] = Field(min_length=1)
    welcome: Welcome = Welcome()
    welcome_note: str | None = Field(default=None, max_length=160)
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    chat: Link | None = None
    url: Link | None = None
    address: str | None = Field(default=None, max_length=160)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    hours: str | None = None
    """OSM `opening_hours`, in the zone of the city."""
    hours_note: str | None = Field(default=None, max_length=200)
    """What the hours cannot say; translated."""
    walk_in: bool | None = None
    languages: tuple[Language, ...] | None = None
    interpreters: bool | None = None
    free: bool | None = None
    price: str | None = Field(default=None, max_length=120)
    bring: str | None = Field(default=None, max_length=160)
    warning: str | None = Field(default=None, max_length=200)
    """What she should know before she goes; translated."""
    closed_until: date | None = None
    referrals: bool | None = None
    """Whether its people agreed to answer women whom this bot refers, with their yes, on a line of their own."""


class Hotline(Fact):
    """A number that answers a kind of trouble in a country or a city."""

    id: Identifier
    country: Country
    city: Identifier | None = None
    topic: Identifier
    name: str = Field(max_length=80)
    """As it presents itself: not translated."""
    description: str | None = Field(default=None, max_length=200)
    """What it is for, in plain English; translated."""
    numbers: tuple[str, ...] = Field(min_length=1)
    hours: str | None = None
    hours_note: str | None = Field(default=None, max_length=200)
    free: bool | None = None
    price: str | None = Field(default=None, max_length=120)
    on_bill: bool | None = None
    """Whether the call shows on the phone bill."""
    anonymous: bool | None = None
    sms: str | None = None
    sms_note: str | None = Field(default=None, max_length=160)
    whatsapp: str | None = None
    chat: Link | None = None
    chat_note: str | None = Field(default=None, max_length=160)
    emails: tuple[str, ...] = ()
    languages: tuple[Language, ...] | None = None
    languages_note: str | None = Field(default=None, max_length=160)
    warning: str | None = Field(default=None, max_length=200)
    """What she should know before she calls (police, duty to report); translated."""


class Group(Fact):
    """Peers who meet: when as a rule, where, and who may know where."""

    id: Identifier
    name: str = Field(max_length=80)
    """As its members call it: not translated."""
    description: str | None = Field(default=None, max_length=300)
    """Who meets there and for what, in plain English; translated."""
    city: Identifier
    zone: Zone | None = None
    """Where its clock is not that of the city."""
    languages: tuple[Language, ...] | None = None
    """The main one first."""
    rrule: str | None = Field(default=None, max_length=200)
    """RFC 5545, as in `FREQ=WEEKLY;BYDAY=WE`; without one, its moderators set each meeting in the chat."""
    since: date | None = Field(default=None, ge=date(2000, 1, 1), le=date(2100, 1, 1))
    """The first day on which a meeting may be; every second week is counted from here."""
    start: Clock | None = None
    """On the clock of the place, summer and winter."""
    length: Length = Field(default=timedelta(hours=2), json_schema_extra={"default": "2 hours"})
    """When it is over, nobody is reminded or told of it any more."""
    place: str | None = Field(default=None, max_length=160)
    place_for: Literal["everyone", "members", "coming"] = "members"
    """Who may read the place: all, who joined, or who said that she comes."""
    agreement: str | None = None
    """What who joins agrees to, in plain English, several sentences; translated."""
    reminders: tuple[Lead, ...] = Field(
        default=(timedelta(days=1), timedelta(hours=2)), json_schema_extra={"default": ["1 day", "2 hours"]}
    )
    """How long before a meeting its members are reminded."""


class Line(Entry):
    """A team that answers in the chat: peers, a partner service, a tutor for those who answer."""

    id: Identifier
    name: str = Field(max_length=80)
    """As a woman reads it, in plain English; translated."""
    kind: Literal["peers", "partner", "tutor"] = "peers"
    cities: tuple[Identifier, ...] = ()
    """Whom it is for; empty: wherever she is."""
    service: Identifier | None = None
    """Of a partner: the service that answers."""
    zone: Zone | None = None
    """Of its hours; where none is given, that of its first city."""
    languages: tuple[Language, ...] = ()
    """In which it can answer; who is on duty decides."""
    hours: str | None = None
    """OSM `opening_hours`; without any, it is there whenever somebody is on duty."""
    takes_messages: bool = True
    """She may leave a message while nobody is there."""
    ring: Lead = Field(default=timedelta(minutes=3), json_schema_extra={"default": "3 minutes"})
    """How long those on duty are called before the next are."""


class City(Entry):
    """A place that she can name; its zone and country decide what "now" and "her line" mean."""

    id: Identifier
    name: str
    country: Country
    zone: Zone
    aliases: tuple[str, ...] = ()
    """Other spellings, in any language: Oporto, Lisboa, Αθήνα."""


class Need(Entry):
    """One entry of the fixed taxonomy of what a person may look for."""

    id: Identifier
    name: str
    """On a button; translated."""
    keywords: tuple[str, ...] = ()
    """Words that she may type for it; translated as one list."""
    topic: Identifier = "emergency"
    """Which hotlines help when no service is found."""


class Organization(Entry):
    """Who runs services."""

    id: Identifier
    name: str
    url: Link | None = None


class Links(Entry):
    """Where more of the bot itself is to be found; `None`: there is none, and nothing is promised."""

    signal: SecureLink | None = None
    """The same bot on Signal."""
    source: SecureLink | None = None
    """Where anyone can have the source of the program that runs here, as section 13 of its licence asks."""


def _pause(value: Any) -> Any:
    """Pass through the interpreter, where another thread may take over: thousands of services hold up nobody."""
    return value


class Directory(Entry):
    """The whole of `directory.yaml`."""

    spec: Literal[1]
    links: Links = Links()
    needs: tuple[Need, ...]
    cities: tuple[City, ...]
    organizations: tuple[Organization, ...]
    services: tuple[Annotated[Service, BeforeValidator(_pause)], ...]
    hotlines: tuple[Hotline, ...]
    groups: tuple[Group, ...] = ()
    lines: tuple[Line, ...] = ()
