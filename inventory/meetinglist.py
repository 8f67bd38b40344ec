"""Which meetings does an office's own schedule name? One row a meeting, rooms by their names.

The columns are known by their headings: title, day, begin, end, rooms, chair, duty officer,
bridge, importance; only the title, the day, the begin and the rooms must be there.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import zip_longest

from core.clock import LOCAL
from core.errors import Problem
from core.inventory import Inventory
from core.meeting import BRIDGE_DEVICES, BRIDGE_SERVICES, MOST_LEVELS, Wanted
from core.text import Text, fold, nfc
from inventory import cells, lists
from inventory.cells import LINE_LIMIT
from inventory.faults import Fault, no_such_day, too_long
from inventory.plan import as_of
from inventory.registers import Named, Register, Registers
from inventory.search import key
from inventory.workbook import RawSheet, Row, Value, shown

USUAL = timedelta(hours=2)  # of a meeting that does not say when it ends
LONGEST = timedelta(hours=14)  # what seems to last longer over midnight has its hours mixed up
_LIMITS = {"mark": 400}  # letters, of what is no line
_TOP = 40  # rows in which a header is looked for
_NEEDED = frozenset({"title", "begin", "rooms"})
_HEADINGS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "title": r"(?:ten |noi dung )?(?:cuoc |phien )?(?:hop|hoi nghi)|noi dung"
        r"|title|subject|meeting",
        "day": r"ngay(?: hop| thang(?: nam)?)?|day|(?:start )?date",
        "begin": r"(?:gio|thoi gian)(?: (?:hop|bat dau))?|bat dau|tu(?: gio)?"
        r"|begin|start(?: time)?",
        "end": r"(?:gio |thoi gian )?ket thuc|den(?: gio)?|end(?: time)?",
        "rooms": r"(?:cac )?(?:diem cau|phong|don vi)(?: (?:du|tham du|hop|du hop))?"
        r"|thanh phan.*|rooms|sites",
        "chair": r"(?:diem cau |don vi )?chu tri|diem cau trung tam|chair",
        "officer": r"(?:can bo |nguoi )?(?:truc|phu trach)(?: ky thuat| hop)?|officer",
        "bridge": r"cau noi(?: hoi nghi)?|mcu|bridge",
        "above": r"(?:cau noi|mcu)(?: hoi nghi)? cap tren|bridges? above",
        "importance": r"muc(?: do)?(?: quan trong)?|quan trong|importance",
        "mark": r"ma(?: (?:cuoc )?hop)?|so|id",
    }.items()
}
_ALL = re.compile(
    r"(?:tat ca|toan bo|toan tinh|100|all)"
    r"(?: (?:cac|diem cau|phong hop|don vi|xa|phuong|dac khu|va|rooms|sites|communes))*"
)
_PARTS = re.compile(r"[;\n]+")
_COUNTED = re.compile(r"^\s*\(?\d{1,3}[.)]\s*")  # "1. xã Đăk Ơ"
_TIME = re.compile(
    r"(\d{1,2})\s*(?:gio|[hg:])\s*(\d{2})?(?::\d{2})?\s*(?:phut|p\b|')?"
    r"\s*(sang|trua|chieu|toi|dem|am|pm)?\b"
)
_DATE = re.compile(r"(\d{1,2})\s+thang\s+(\d{1,2})(?:\s+nam\s+|[/.,\s]+)(\d{4})")
_NOON = 12  # "2h chiều" is 14:00
_MIDNIGHT = 24
_DAYS_MINUTES = 1440
_AFTERNOON = frozenset({"chieu", "toi", "pm"})
Find = Callable[[str], str | Fault]
_HIGH = re.compile(r"\b(?:quan trong|cao|dac biet|khan|high|x|co)\b")


@dataclass(slots=True)
class Meetings:
    """What a schedule says, what is wrong with it, and what was passed over.

    `called_off`: marks of meetings of which it says that they are not held. `unread`: a part of it
    could not be read, so that what is missing may still be held.
    """

    wanted: list[Wanted] = field(default_factory=list)
    called_off: list[str] = field(default_factory=list)
    unread: bool = False
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)


class Names:
    """Whom and what a schedule means by the names that it uses."""

    def __init__(self, current: Inventory, on: date) -> None:
        live = as_of(current, on)
        registers = Registers(current, live)
        self._rooms, self._sites = registers["rooms"], registers["sites"]
        self._units, self._contacts = registers["units"], registers["contacts"]
        self._devices, self._services = registers["devices"], registers["services"]
        self._room_of = {room.site: room.slug for room in live.rooms}
        self._site_of = {site.unit: site.slug for site in live.sites}
        others = [site.slug for site in live.sites if site.role != "center"]
        self.everybody = tuple(room.slug for room in live.rooms) or tuple(others)

    def rooms(self, said: str) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
        """Return the rooms that a text names, and what it names that nobody knows."""
        if _ALL.fullmatch(key(said)):
            return self.everybody, ()
        parts = [part for part in map(nfc, _PARTS.split(said)) if part]
        if len(parts) == 1 and self._room(parts[0]).slug is None:
            parts = [part for part in map(nfc, said.split(",")) if part]
        found: list[str] = []
        faults: list[Fault] = []
        for part in parts:
            if _ALL.fullmatch(key(part)):
                found += self.everybody
                continue
            known = self._room(part)
            if known.slug is None and _COUNTED.match(part):
                known = self._room(_COUNTED.sub("", part))
            if known.slug is None:
                faults.append(_stranger(part, known.candidates))
            else:
                found.append(known.slug)
        return tuple(dict.fromkeys(found)), tuple(faults)

    def room(self, said: str) -> str | None:
        """Return the room that a name means, None for one outside our inventory."""
        return self._room(said).slug

    def person(self, said: str) -> str | Fault:
        """Return the contact that a name means."""
        return _one(self._contacts, said)

    def contact(self, said: str) -> Named:
        """Return the contact that a name means, or those that it may mean."""
        return self._contacts.find(said)

    def bridge(self, said: str) -> str | Fault:
        """Return the device or service that a name means."""
        service, device = self._services.find(said), self._devices.find(said)
        for found, register, kinds in (
            (service, self._services, BRIDGE_SERVICES),
            (device, self._devices, BRIDGE_DEVICES),
        ):
            if found.slug and getattr(register.live[found.slug], "kind", None) in kinds:
                return found.slug
        known = service.slug or device.slug
        return no_bridge(said) if known else _stranger(said, device.candidates)

    def _room(self, said: str) -> Named:
        """Return the room of a name; that of a site, or of a unit, where it is called by that."""
        candidates: tuple[str, ...] = ()
        for register in (self._rooms, self._sites, self._units):
            found = register.find(said)
            if found.slug is None:
                candidates = candidates or found.candidates
                continue
            if register is self._units and found.slug not in self._site_of:
                continue
            slug = self._site_of[found.slug] if register is self._units else found.slug
            return Named(self._room_of.get(slug, slug))
        return Named(None, candidates=candidates)


def read(name: str, content: bytes, current: Inventory, now: datetime) -> Meetings:
    """Return the meetings of a workbook or CSV file; Invalid where it cannot be read at all.

    One that is over is taken for the record, and told.
    """
    book = lists.opened(name, content)
    names, found = Names(current, now.astimezone(LOCAL).date()), Meetings()
    for sheet in book.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        label = book.name if book.single else f"{book.name}[{sheet.name}]"
        layout = _layout(sheet)
        if layout is not None:
            _Sheet(label, layout, names, found, now).read(sheet)
    if not found.wanted and not found.problems:
        found.problems.append(Problem(book.name, _NO_LIST.what, _NO_LIST.mend))
    return found


@dataclass(frozen=True, slots=True)
class _Layout:
    last: int  # number of the header's row
    columns: Mapping[str, int]
    headings: Mapping[str, str]


def _layout(sheet: RawSheet) -> _Layout | None:
    """Return where the columns are, by a header of one row, or of two: "Thời gian" over hours."""
    top = sheet.rows[:_TOP]
    for row, below in zip_longest(top, top[1 : len(top)]):
        upper, lower = _kinds(row), _kinds(below) if below is not None else {}
        found = upper | lower
        if below is not None and lower and _heads(below, row) and found.keys() >= _NEEDED:
            return _Layout(below.number, found, _shown_headings(found, (row, below)))
        if upper.keys() >= _NEEDED:
            return _Layout(row.number, upper, _shown_headings(upper, (row,)))
    return None


def _kinds(row: Row) -> dict[str, int]:
    """Return which columns the headings of a row name; of two the first."""
    columns: dict[str, int] = {}
    for place, value in enumerate(row.cells):
        text = key(shown(value))
        kind = next((n for n, words in _HEADINGS.items() if words.fullmatch(text)), None)
        if kind is not None:
            columns.setdefault(kind, place)
    return columns


def _heads(below: Row, above: Row) -> bool:
    """Say whether a row holds headings alone: what we know, or what is merged down from above."""
    known = set(_kinds(below).values())
    return all(
        place in known or not shown(value).strip() or value in above.cells[place : place + 1]
        for place, value in enumerate(below.cells)
    )


def _shown_headings(columns: Mapping[str, int], rows: Sequence[Row]) -> dict[str, str]:
    """Return what stands over each column, in the lowest row that says anything there."""
    return {
        kind: next(
            text
            for row in reversed(rows)
            for value in row.cells[place : place + 1]
            if (text := shown(value).strip())
        )
        for kind, place in columns.items()
    }


@dataclass(slots=True)
class _Sheet:
    """One sheet, read from top to bottom; a day that is left out is that of the row above."""

    label: str
    layout: _Layout
    names: Names
    found: Meetings
    now: datetime
    day: date | None = None
    marks: Counter[str] = field(default_factory=Counter)

    def read(self, sheet: RawSheet) -> None:
        for row in sheet.rows:
            if row.number <= self.layout.last:
                continue
            if self._said(row, "title"):
                wanted = self._row(row)
                if wanted is not None:
                    self.found.wanted.append(wanted)
            elif self._said(row, "rooms") and any(_clocks(self._cell(row, "begin"))):
                self._fail(row, "title", _NO_TITLE)  # a note below the list says no hour

    def _row(self, row: Row) -> Wanted | None:
        before = len(self.found.problems)
        title = nfc(self._said(row, "title"))
        span = self._span(row)
        rooms, strangers = self.names.rooms(self._said(row, "rooms"))
        for fault in strangers:
            self._fail(row, "rooms", fault)
        if not rooms and not strangers:
            self._fail(row, "rooms", _NOBODY)
        officer = self._whom(row, "officer", self.names.person)
        bridge = self._whom(row, "bridge", self.names.bridge)
        above = tuple(filter(None, map(nfc, _PARTS.split(self._said(row, "above")))))
        if len(above) > MOST_LEVELS:
            self._fail(row, "above", TOO_HIGH)
        if span is None:
            return None
        begin, end = span
        mark = self._mark(row, f"{key(title)[:LINE_LIMIT]} {begin:%Y-%m-%d}")
        chair = nfc(self._said(row, "chair"))
        for column, texts in {
            "title": [title],
            "chair": [chair],
            "above": above,
            "mark": [mark],
        }.items():
            longest = max(map(len, texts), default=0)
            if longest > (limit := _LIMITS.get(column, LINE_LIMIT)):
                self._fail(row, column, too_long(longest, limit))
        if len(self.found.problems) > before:
            return None
        if end <= self.now:
            self.found.notices.append(self._problem(row, "day", is_over(end)))
        return Wanted(
            title=title,
            begin=begin,
            end=end,
            rooms=rooms,
            chair=(self.names.room(chair) or chair) if chair else None,
            officer=officer,
            bridge=bridge,
            above=above,
            importance="high" if _HIGH.search(key(self._said(row, "importance"))) else "normal",
            mark=mark,
        )

    def _mark(self, row: Row, own: str) -> str:
        """Return what a row's meeting is known by; by title and day, two rows may be alike."""
        said = self._said(row, "mark")
        self.marks[said or own] += 1
        count = self.marks[said or own]
        if said and count > 1:
            self._fail(row, "mark", _SAME_MARK)
        return said or (own if count == 1 else f"{own} {count}")

    def _whom(self, row: Row, column: str, find: Find) -> str | None:
        said = nfc(self._said(row, column))
        if not said:
            return None
        found = find(said)
        if isinstance(found, Fault):
            self._fail(row, column, found)
            return None
        return found

    def _span(self, row: Row) -> tuple[datetime, datetime] | None:
        """Return begin and end; the begin may hold the day, and the end too: "8h00 - 11h30"."""
        value = self._cell(row, "begin")
        clocks = list(_clocks(value))
        day = self._day(row, value)
        if day is None:
            said = self._said(row, "day")
            self._fail(row, "day", no_such_day(said) if said else _NO_DAY)
            return None
        if not clocks:
            said = self._said(row, "begin")
            self._fail(row, "begin", _no_such_time(said) if said else _NO_TIME)
            return None
        begin = datetime.combine(day, clocks[0], LOCAL)
        last = self._cell(row, "end")
        ends = list(_clocks(last)) or clocks[1:]
        on = last.date() if isinstance(last, datetime) and last.date() > day else day
        end = datetime.combine(on, ends[0], LOCAL) if ends else begin + USUAL
        if end <= begin:
            end += timedelta(days=1)
        if end - begin > LONGEST:
            self._fail(row, "end" if "end" in self.layout.columns else "begin", _ENDS_FIRST)
            return None
        return begin, end

    def _day(self, row: Row, begin: Value) -> date | None:
        for value in (self._cell(row, "day"), begin):
            if isinstance(value, datetime):
                self.day = value.date()
                return self.day
            if isinstance(value, date):
                self.day = value
                return self.day
            said = _DATE.sub(r" \1/\2/\3 ", fold(shown(value)))
            for part in re.split(r"[\s,()]+", said):
                try:
                    self.day = cells.day(part, {})
                except cells.Unfit:
                    continue
                return self.day
        return None if self._said(row, "day") else self.day

    def _cell(self, row: Row, column: str) -> Value:
        place = self.layout.columns.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else None

    def _said(self, row: Row, column: str) -> str:
        return shown(self._cell(row, column)).strip()

    def _fail(self, row: Row, column: str, fault: Fault) -> None:
        self.found.problems.append(self._problem(row, column, fault))

    def _problem(self, row: Row, column: str, fault: Fault) -> Problem:
        heading = self.layout.headings.get(column)
        return Problem(self.label, fault.what, fault.mend, row.number, heading)


def _clocks(value: Value) -> Iterator[time]:
    """Yield the times of day that a cell holds."""
    if isinstance(value, datetime):
        if value.time() != time(0):
            yield value.time()
        return
    if isinstance(value, time):
        yield value
        return
    if isinstance(value, float) and 0 < value < 1:  # an hour in a cell that is not shown as one
        yield time(*divmod(round(value * _DAYS_MINUTES) % _DAYS_MINUTES, 60))
        return
    said = [(int(h), int(m or 0), word) for h, m, word in _TIME.findall(fold(shown(value)))]
    for place, (hour, minute, word) in enumerate(said):
        last, _, last_word = said[-1]
        whole = _of_day(hour, word or (last_word if hour < last else ""))  # "2h – 4h chiều"
        if minute < 60 and (whole < _MIDNIGHT or (place and whole == _MIDNIGHT and not minute)):  # noqa: PLR2004
            yield time(whole % _MIDNIGHT, minute)


def _of_day(hour: int, word: str) -> int:
    """Return an hour as one of the day's 24: "2h chiều" is 14:00, "12h đêm" is midnight."""
    if word in _AFTERNOON and hour < _NOON:
        return hour + _NOON
    return 0 if word in {"am", "dem"} and hour == _NOON else hour


def _one(register: Register, said: str) -> str | Fault:
    found = register.find(said)
    return found.slug if found.slug is not None else _stranger(said, found.candidates)


def _stranger(said: str, candidates: Sequence[str]) -> Fault:
    like = ", ".join(dict.fromkeys(candidates))
    return Fault(
        Text(vi=f'không biết "{said}"', en=f'"{said}" is not known'),
        Text(vi=f"Có phải là {like}?", en=f"Is it {like}?")
        if like
        else Text(
            vi="Ghi đúng tên hoặc mã như trong danh mục",
            en="Write the name or slug as in the inventory",
        ),
    )


def is_over(end: datetime) -> Fault:
    """Return what is told of a meeting that was over before it was entered: is the day right?"""
    at = f"{end.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    return _fault(
        f"cuộc họp đã qua, kết thúc lúc {at}",
        f"the meeting is over, since {at}",
        "Xem lại ngày giờ; chỉ được ghi để lưu, không kiểm tra, không báo",
        "Look at the day again; it is kept for the record alone, nothing is checked or told",
    )


def no_bridge(name: str) -> Fault:
    """Return what is wrong with a device or service that is named as a bridge and cannot be one."""
    return _fault(
        f'"{name}" không thể là cầu nối',
        f'"{name}" cannot be a bridge',
        "Chọn một MCU, tổng đài SIP hoặc phần mềm họp; hoặc sửa loại của nó trong danh mục",
        "Choose an MCU, a SIP exchange or a meeting program; or mend its kind in the inventory",
    )


def _no_such_time(said: str) -> Fault:
    return _fault(
        f'không hiểu giờ bắt đầu "{said}"',
        f'the begin "{said}" is not understood',
        "Ghi giờ như 08:00 hoặc 8h00",
        "Write it like 08:00 or 8h00",
    )


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


_NO_LIST = _fault(
    "không thấy lịch họp nào",
    "no schedule of meetings was found",
    'Cần một dòng tiêu đề có cột "Nội dung họp", "Ngày", "Bắt đầu" và "Điểm cầu"',
    'A row of headings with "Nội dung họp", "Ngày", "Bắt đầu" and "Điểm cầu" is needed',
)
_NOBODY = _fault(
    "không có điểm cầu nào dự",
    "no room is invited",
    'Ghi tên các điểm cầu, cách nhau bằng dấu chấm phẩy, hoặc "tất cả"',
    'Name the rooms, parted by semicolons, or write "tất cả" for all',
)
_SAME_MARK = _fault(
    "mã này đã có ở dòng trên",
    "a row above has this id",
    "Ghi mã khác, hoặc bỏ trống cột này",
    "Write another id, or leave the column empty",
)
TOO_HIGH = _fault(
    f"hơn {MOST_LEVELS} cấp cầu nối ở trên",
    f"more than {MOST_LEVELS} bridges above",
    "Ghi các cầu nối cấp trên, gần trước, cách nhau bằng dấu chấm phẩy",
    "Name the bridges above, the nearest first, parted by semicolons",
)
_NO_DAY = _fault(
    "không có ngày họp", "the day is missing", "Ghi ngày như 30/11/2026", "Write it like 30/11/2026"
)
_NO_TIME = _fault(
    "không có giờ bắt đầu",
    "the begin is missing",
    "Ghi giờ như 08:00 hoặc 8h00",
    "Write it like 08:00 or 8h00",
)

_NO_TITLE = _fault(
    "chưa ghi tên cuộc họp", "the meeting has no title", "Ghi tên cuộc họp", "Write its title"
)
_ENDS_FIRST = _fault(
    "giờ kết thúc trước giờ bắt đầu",
    "it ends before it begins",
    "Sửa giờ; họp qua đêm thì không quá 14 giờ",
    "Mend the hours; one over midnight lasts 14 hours at most",
)
