"""Digital certificates as the pages and the API read them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from api.spreadsheet import Cell
from api.words import HOLDER
from core.inventory import Inventory
from core.text import Language, Text
from inventory.expiry import Ending, endings
from storage.ledger import Ledger

_REFRESH = "P1D"  # how often a program should ask again
_REMINDERS = (30, 7)  # days before
_ENDS = Text("Chứng thư số hết hạn: {0}", "Digital certificate ends: {0}")
_SERIAL = Text("Số {0}", "Serial {0}")


HEADS = (
    Text("Cấp cho", "Holder"),
    Text("Loại", "Kind"),
    Text("Số chứng thư", "Serial number"),
    Text("Nơi cấp", "Issuer"),
    Text("Đơn vị", "Unit"),
    Text("Cơ quan", "Organisation"),
    Text("Người giữ", "Owner"),
    Text("Điện thoại", "Telephone"),
    Text("Ngày hết hạn", "Expires"),
    Text("Còn (ngày)", "Days left"),
    Text("Ghi chú", "Note"),
)


def rows(every: Iterable[Ending], inventory: Inventory, language: Language) -> list[list[Cell]]:
    """Return certificates under `HEADS`: whose they are, until when, and whom to phone."""
    units = {unit.slug: unit.name for unit in inventory.units}
    offices = {office.slug: office.name for office in inventory.organisations}
    people = {contact.slug: contact for contact in inventory.contacts}
    return [
        [
            row.name,
            HOLDER[row.kind].said(language),
            row.serial,
            row.issuer,
            units.get(row.unit or "", row.unit),
            offices.get(row.organisation or "", row.organisation),
            owner.name if (owner := people.get(row.contact or "")) else row.contact,
            owner.phone if owner else None,
            row.ends,
            one.left,
            row.note,
        ]
        for one in every
        for row in (one.certificate,)
    ]


async def found(ledger: Ledger, today: date, within: int | None = None) -> list[Ending]:
    """Return the certificates that are known today, next to end first."""
    inventory = await ledger.inventory.load(today)
    return endings(inventory.certificates, today, within)


def as_calendar(every: Iterable[Ending], now: datetime, language: Language) -> bytes:
    """Return the last days of certificates as an iCalendar file (RFC 5545): whole days, reminded.

    An event's id follows from the certificate and its end, so that a program that asks again
    changes what it has instead of adding to it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Thong Suot//certificates//VI")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", Text("Chứng thư số", "Digital certificates").said(language))
    calendar.add("x-published-ttl", _REFRESH)
    for one in every:
        row, event = one.certificate, Event()
        summary = _ENDS.said(language).format(row.name)
        event.add("uid", f"certificate.{row.slug}.{row.ends:%Y%m%d}@thongsuot")
        event.add("dtstamp", now)
        event.add("dtstart", row.ends)
        event.add("dtend", row.ends + timedelta(days=1))
        event.add("summary", summary)
        told = [_SERIAL.said(language).format(row.serial), row.issuer or "", row.note or ""]
        event.add("description", "\n".join(filter(None, told)))
        event.add("transp", "TRANSPARENT")
        for days in _REMINDERS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", summary)
            alarm.add("trigger", timedelta(days=-days))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
