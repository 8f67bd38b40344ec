"""How does a cell of a list become a count, a share or an age, and a thing one that counts?"""

import re
from datetime import date, datetime

from core.text import fold
from inventory import cells, faults, refusals
from inventory.figurefaults import not_whole
from inventory.figureforms import Tally
from inventory.records import Record
from inventory.search import key
from inventory.workbook import Bad, Sick, Value, shown

_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})\d{6}Z?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WITH_UNIT = re.compile(
    r"(\d[\d., ]*?) ?(?:nguoi|can bo|may(?: tinh)?|bo|cai|chiec|thiet bi|tram(?: bts)?|hop thu|"
    r"tai khoan|luot|van ban|ho so)"
)
_HALVES = re.compile(r"\b(?:am|pm)\b", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_AGE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:ngay|days?|d)?")
_MONTHS = 12  # a day beyond cannot be one
_NEVER = frozenset({"never", "chua", "chua bao gio", "khong", "n a", "na", "none", "null", ""})


def figure(cell: Value, kind: str, last: date | None) -> float | None:
    """Return a figure, None where the cell says nothing; Unfit."""
    if isinstance(cell, Bad):
        found = refusals.no_result() if cell.kind is Sick.NOT_COMPUTED else None
        raise cells.Unfit(found or refusals.error_cell(cell.text))
    said = shown(cell).strip()
    if not said or said in {"-", "–"}:
        return None
    if kind == "days":
        return _days(cell, last)
    return _share(cell) if kind == "ratio" else _whole(cell)


def _whole(cell: Value) -> float:
    """Read a number of things; a point or comma before three digits parts thousands."""
    text = cells.clean(shown(cell))
    if found := _WITH_UNIT.fullmatch(fold(text)):
        text = found[1]
    if isinstance(cell, str) and _GROUPED.fullmatch(text):
        text = re.sub(r"[., ]", "", text)
    if not _NUMBER.fullmatch(text):
        raise cells.Unfit(faults.bad_number(text[:80]))
    value = float(text.replace(",", "."))
    if not value.is_integer():
        raise cells.Unfit(not_whole(text))
    return value


def _share(cell: Value) -> float:
    """Read a share: "98 %", 0.98; what is more than 1 is in per cent."""
    text = cells.clean(shown(cell)).replace(" ", "")
    bare = text.removesuffix("%")
    if not _NUMBER.fullmatch(bare):
        raise cells.Unfit(faults.bad_number(text[:80]))
    value = float(bare.replace(",", "."))
    if bare != text or value > 1:
        value /= 100
    if value > 1:
        raise cells.Unfit(faults.out_of_range(text, 0, 100))
    return value


def _days(cell: Value, last: date | None) -> float | None:
    """Read an age in days, or a date, which is so many days before the period's end."""
    if not isinstance(cell, date | datetime):
        text = cells.clean(shown(cell))
        if found := _AGE.fullmatch(fold(text)):
            return float(found[1].replace(",", "."))
    day = _date(cell)
    if day is None or last is None:
        return None
    return float(max(0, (last - day).days))


def _date(cell: Value) -> date | None:
    """Return the day of a date and time of any usual form; None: never; Unfit."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cells.clean(shown(cell))
    if key(text) in _NEVER:
        return None
    if found := _STAMP.fullmatch(text):
        text = f"{found[1]}-{found[2]}-{found[3]}"
    for part in re.split(r"[T ,]", text):
        if re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", part):
            return _ordered(cells.day(part, {}), part, text)
    return cells.day(text, {})


def _ordered(day: date, said: str, text: str) -> date:
    """Return a day; Unfit where AM or PM stands behind it: there the month is written first."""
    either = day.day <= _MONTHS and day.day != day.month and not said.startswith(str(day.year))
    if either and _HALVES.search(text):
        raise cells.Unfit(faults.american_date(said, day.replace(day=day.month, month=day.day)))
    return day


def counted(record: Record, tally: Tally, last: date) -> float | None:
    """Return what a row adds: its number, or the days since its date; Unfit."""
    if tally.column is None:
        return None
    cell = record.values.get(tally.column)
    if tally.within is not None or tally.older is not None or tally.of == "oldest":
        return figure(cell, "days", last)
    return figure(cell, "count", last)


def counts(tally: Tally, value: float | None) -> bool:
    """Say whether a thing is one of those that are counted."""
    if tally.within is not None:
        return value is not None and value <= tally.within
    if tally.older is not None:
        return value is None or value > tally.older
    if tally.above is not None:
        return value is not None and value > tally.above
    return True
