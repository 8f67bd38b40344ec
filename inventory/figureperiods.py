"""Of which day or month are figures? As a cell, a title, a sheet or a file says it."""

import re
from datetime import date, timedelta

from core.text import fold
from core.unitfigures import Period
from inventory import cells
from inventory.figureforms import Form

_MONTH = re.compile(r"(?:thang|month|ky|t)?\s*(\d{1,2})\s*(?:[/.-]|nam)\s*(\d{4})")
_ISO_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_TITLE = re.compile(r"\b(?:thang|month)\s*(\d{1,2})\s*(?:[/. _-]|nam)\s*(\d{4})\b")
_DAY = re.compile(
    r"\b(?P<until>den(?: het)?|chot)?\s*(?:ngay|date)?\s*"
    r"(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2})\b"
)
_SIGNED = re.compile(r"\bngay\s*[\d.…]*\s*thang\s*[\d.…]*\s*nam\s*[\d.…]*")  # of a letter


def period_of(text: str, form: Form) -> Period | None:
    """Return the period that a text names: "10/2026", "2026-10", "30/11/2026"; None: none.

    In a list by months a day means its month.
    """
    folded = fold(text)
    try:
        return spanned(Period(begin=cells.day(text.strip(), {}), span="day"), form)
    except cells.Unfit:
        pass
    for pattern, year, month in ((_ISO_MONTH, 1, 2), (_MONTH, 2, 1)):
        if found := pattern.fullmatch(folded.strip()):
            return _month(int(found[year]), int(found[month]))
    return None


def spanned(period: Period, form: Form) -> Period | None:
    """Return a day as a list takes it: in a list by months it is its month."""
    if form.span == "month":
        return _month(period.begin.year, period.begin.month)
    return period


def _month(year: int, month: int) -> Period | None:
    try:
        return Period(begin=date(year, month, 1), span="month")
    except ValueError:
        return None


def in_title(text: str, form: Form) -> Period | None:
    """Return the period that a title, a sheet or a file is named after.

    The day on which a letter is signed ("ngày 5 tháng 11 năm 2026") is none; in a list by months
    a day is one only where figures are said to go up to it.
    """
    folded = re.sub(r"\s+", " ", fold(text).replace("_", " "))
    folded = _SIGNED.sub(" ", folded)
    if found := _TITLE.search(folded):
        return _month(int(found[2]), int(found[1]))
    day = _DAY.search(folded)
    if day is not None and (form.span == "day" or day["until"]):
        return period_of(day["day"], form)
    return None


def is_same(one: Period, other: Period) -> bool:
    """Say whether two periods speak of one time: a day lies in its month."""
    if one.span == other.span:
        return one == other
    day, month = (one, other) if one.span == "day" else (other, one)
    return timedelta() <= day.begin - month.begin and day.begin <= month.last
