"""Which meetings does a file of any kind that we read name? Told by its ending."""

from datetime import datetime
from pathlib import PurePath

from core.inventory import Inventory
from inventory import meetingcalendar, meetinglist
from inventory.meetinglist import Meetings

_CALENDARS = frozenset({".ics", ".ical"})


def read(name: str, content: bytes, current: Inventory, now: datetime) -> Meetings:
    """Return the meetings of a calendar, a workbook or a CSV file; Invalid if it is none."""
    if PurePath(name).suffix.lower() in _CALENDARS:
        return meetingcalendar.read(name, content, current, now)
    return meetinglist.read(name, content, current, now)
