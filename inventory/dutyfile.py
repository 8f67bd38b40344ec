"""Who is on duty by a file of any kind that we read: told by its ending."""

from datetime import date
from pathlib import PurePath

from core.inventory import Inventory
from inventory import dutycalendar, dutylist
from inventory.dutylist import DutyList

_CALENDARS = frozenset({".ics", ".ical"})


def read(
    name: str,
    content: bytes,
    rota: str,
    current: Inventory,
    on: date,
    *,
    new_people: bool = False,
) -> DutyList:
    """Return the shifts of a calendar, a workbook or a CSV file; Invalid if it cannot be read."""
    if PurePath(name).suffix.lower() in _CALENDARS:
        return dutycalendar.read(name, content, rota, current, on)
    return dutylist.read(name, content, rota, current, on, new_people=new_people)
