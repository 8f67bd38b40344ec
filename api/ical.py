"""A rota as a calendar that phones and mail programs subscribe to (RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from icalendar import Calendar, Event

from alerts.rota import Turn
from api.words import DUTY_ROLE
from core.text import Language

REFRESH = "PT1H"  # how often a program should ask again


def as_calendar(  # noqa: PLR0917
    name: str,
    slug: str,
    turns: Iterable[Turn],
    person: Callable[[str], str],
    now: datetime,
    language: Language,
) -> bytes:
    """Return the turns of a rota as an iCalendar file.

    An event's id follows from rota, role and begin, so that a program that asks again changes
    what it has instead of adding to it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Thong Suot//rota//VI")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", REFRESH)
    for turn in turns:
        event = Event()
        people = ", ".join(person(slug) for slug in turn.people)
        event.add("uid", f"{slug}.{turn.role}.{turn.begin:%Y%m%dT%H%MZ}@thongsuot")
        event.add("dtstamp", now)
        event.add("dtstart", turn.begin)
        event.add("dtend", turn.end)
        event.add("summary", f"{people} ({DUTY_ROLE[turn.role].said(language)})")
        event.add("description", name)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
