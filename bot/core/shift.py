"""Duty: it begins and ends by one word, or by itself, and counts for a statement, for peer work is paid work."""

from datetime import datetime, timedelta

from bot.core.house import Posted, Served, Staff
from bot.core.letter import Letter, LetterKind
from bot.core.relay import Changes, Relay
from bot.core.ringing import come_on_duty, is_on_duty

QUARTER = 900
LONGEST_DUTY = timedelta(hours=12)
USUAL_DUTY = timedelta(hours=4)
STATEMENT_KEPT = 24
"""Months."""


def on_duty(relay: Relay, staff: Staff, length: timedelta = USUAL_DUTY) -> Changes:
    """Begin, or go on until later; whoever waits on her lines is called to her."""
    if not staff.lines or staff not in relay.house.team:
        return ()
    since = staff.duty_since if is_on_duty(relay, staff) else relay.seconds
    length = min(max(length, timedelta(minutes=15)), LONGEST_DUTY)
    is_anew = not is_on_duty(relay, staff)
    begun = counted_off(staff, relay.now) if is_anew else staff
    begun = begun.changed(duty_since=since, duty_until=relay.due(length))
    changed = Relay(relay.library, relay.house.after((Served(begun),)), relay.now)
    return (Served(begun), *come_on_duty(changed, begun, anew=is_anew))


def off_duty(relay: Relay, staff: Staff) -> Changes:
    """End it: what she has open she keeps, but she is called to nothing new."""
    if not staff.duty_until:
        return ()
    return (Served(counted_off(staff, relay.now)),)


def tick(relay: Relay, staff: Staff) -> Changes:
    """End a duty whose time is over, and tell her."""
    if not 0 < staff.duty_until <= relay.seconds:
        return ()
    letter = Letter(staff.address, LetterKind.DUTY_ENDS)
    return (*off_duty(relay, staff), Posted(letter))


def counted_off(staff: Staff, now: datetime) -> Staff:
    """Write the time of a duty that is over into her statement, in quarters of an hour."""
    if not staff.duty_until:
        return staff
    until = min(staff.duty_until, int(now.timestamp()))
    quarters = round(max(0, until - staff.duty_since) / QUARTER)
    return counted(staff, "quarters", quarters, now).changed(duty_until=0, duty_since=0)


def counted(staff: Staff, what: str, number: int, now: datetime) -> Staff:
    """Add to her statement, and drop what is older than two years."""
    first = f"{now.year - STATEMENT_KEPT // 12}-{now.month:02}"
    kept = {name: value for name, value in staff.served.items() if name >= first}
    name = f"{now:%Y-%m} {what}"
    return staff.changed(served={**kept, name: kept.get(name, 0) + number} if number else kept)
