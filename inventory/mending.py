"""What did a cell of somebody's list surely mean? Mended where only one reading is left.

A folder of CSV files is read to the letter (`cells`); lists are not ours to be strict with.
What could be meant in two ways is left as it is, and `cells` says so.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.text import Text, fold
from inventory import cells, vocabulary
from inventory.workbook import Value, shown

_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)  # 1954 … 2119, as days of Excel
_MOBILE = re.compile(r"[35789]\d{8}")
_ABROAD = re.compile(r"(?:84|0084)(\d{9,10})")  # as seen from abroad
_LANDLINE = re.compile(r"2\d{9}")
_SHORT_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})")
_SAID_DATE = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*(?:thang|/|-)\s*(\d{1,2})\s*nam\s*(\d{4})")
_CAPACITY = re.compile(r"(\d+(?:[.,]\d+)?)\s*(k|m|g)(?:bps|bit/s|b/s|bits/s|bit|b)?", re.IGNORECASE)
_SEATS = re.compile(r"^(\d{1,4})\s*(?:chỗ(?: ngồi)?|ghế|người|seats?)$", re.IGNORECASE)
_PER_SECOND = {"k": 1e-3, "m": 1.0, "g": 1e3}
_WIDTHS = {"province": 2, "district": 3, "commune": 5}
_EMPTY_WORDS = frozenset({"-", "--", "---", "–", "—", "chưa có", "không có", "n/a"})


@dataclass(frozen=True, slots=True)
class Mended:
    """The text for `cells`, and what was done to it, if a person should know."""

    text: str
    note: Text | None = None


def mend(table: str, column: str, value: Value, level: str = "", *, dashes: bool = False) -> Mended:
    """Return a cell as `cells` reads it.

    `level` is that of a unit, for its code; `dashes` and their like stand for empty cells.
    """
    text = " ".join(shown(value).split())
    if not text or (dashes and text.lower() in _EMPTY_WORDS):
        return Mended("")
    if (word := vocabulary.chosen(table, column, text)) is not None:
        return Mended(word)
    return _typed(table, column, value, text, level=level)


def _typed(table: str, column: str, value: Value, text: str, *, level: str) -> Mended:
    match column:
        case "valid_from" | "valid_to" | "on" | "start":
            return _day(value, text)
        case "code" | "province_code":
            return _code(text, 2 if column == "province_code" else _WIDTHS.get(level))
        case "phone":
            return _phone(text)
        case "seats":
            text = _SEATS.sub(r"\1", text)
        case "capacity_mbps":
            return _capacity(value, text)
        case "address" if table != "sites":
            return _address(text)
        case "begin" | "end" if isinstance(value, datetime):
            text = f"{value:%H:%M}"
    return Mended(text)


def _note(vi: str, en: str) -> Text:
    return Text(vi=vi, en=en)


def _day(value: Value, text: str) -> Mended:
    if isinstance(value, datetime):
        return Mended(value.date().isoformat())
    if isinstance(value, float) and value.is_integer() and int(value) in _SERIALS:
        day = (_EXCEL_EPOCH + timedelta(days=int(value))).isoformat()
        return Mended(day, _note(f"số ngày của Excel {text} đọc là {day}", f"{text} read as {day}"))
    if found := _SHORT_DATE.fullmatch(text):
        read = f"{found[1]}/{found[2]}/20{found[3]}"
        return Mended(read, _note(f'"{text}" đọc là {read}', f'"{text}" read as {read}'))
    if found := _SAID_DATE.fullmatch(fold(text)):
        return Mended(f"{found[1]}/{found[2]}/{found[3]}")
    return Mended(text)


def _code(text: str, width: int | None) -> Mended:
    digits = re.sub(r"[.,]0+$", "", text.removeprefix("'"))
    if not (digits.isascii() and digits.isdigit()):
        return Mended(text)
    if width is None and len(digits) == 4:  # noqa: PLR2004  (a commune's: no other code is as long)
        width = 5
    if width is None or len(digits) >= width:
        return Mended(digits)
    whole = digits.zfill(width)
    return Mended(
        whole, _note(f'thêm số 0 đã mất: "{whole}"', f'zeros that were lost put back: "{whole}"')
    )


def _phone(text: str) -> Mended:
    bare = re.sub(r"[\s.()'\u2011-]", "", text)
    if _MOBILE.fullmatch(bare) or _LANDLINE.fullmatch(bare):
        return Mended(
            f"0{bare}",
            _note(f'thêm số 0 đã mất: "0{bare}"', f'a zero that was lost put back: "0{bare}"'),
        )
    if (found := _ABROAD.fullmatch(bare)) and (
        _MOBILE.fullmatch(found[1]) or _LANDLINE.fullmatch(found[1])
    ):
        read = f"0{found[1]}"
        return Mended(read, _note(f'"{text}" đọc là {read}', f'"{text}" read as {read}'))
    return Mended(text)


def _capacity(value: Value, text: str) -> Mended:
    if isinstance(value, float):
        return Mended(repr(value) if value != int(value) else f"{int(value)}.0")
    if found := _CAPACITY.fullmatch(text):
        number = float(found[1].replace(",", ".")) * _PER_SECOND[found[2].lower()]
        if re.fullmatch(r"[1-9]\d{0,2}[.,]000", found[1]):
            return Mended(text)
        return Mended(cells.written(round(number, 6)) + ".0" * round(number, 6).is_integer())
    return Mended(text)


def _address(text: str) -> Mended:
    """Drop a mask ("10.1.1.1/30"): the address of a device is what stands before it."""
    host, mask, length = text.partition("/")
    if mask and length.strip().isdigit() and (found := cells.as_host(host.strip())) is not None:
        return Mended(found, _note(f'"{text}" đọc là {found}', f'"{text}" read as {found}'))
    return Mended(text)
