"""Who is on duty by an office's own list: one row a day, people by name, as spreadsheets have it.

Titles above, notes and signatures below, merged cells, two rows of headings, two people in one
cell, dates without their year: all of that is usual. What could be meant in two ways is told.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from core.errors import Problem
from core.inventory import HANDOVER, Changes, Contact, Inventory, Shift
from core.text import Text, fold, nfc
from inventory import cells, lists
from inventory.faults import Fault
from inventory.headers import is_numbering
from inventory.mending import mend
from inventory.plan import as_of
from inventory.records import decoded_headings
from inventory.registers import Register, Registers
from inventory.search import key
from inventory.workbook import RawSheet, Row, Value, shown

_TOP = 40  # rows in which a header is looked for
_DAY = timedelta(days=1)
_LONGEST = 62  # days that one cell may span
_DATE_WORDS = re.compile(r"(?:thu )?ngay(?: thang)?(?: nam)?(?: truc)?|date|day")
_WEEKDAY_WORDS = re.compile(r"thu|thu trong tuan|weekday")
_SHIFT_WORDS = re.compile(r"ca(?: truc)?|buoi|thoi gian(?: truc)?|gio truc|shift")
_BEGIN_WORDS = re.compile(r"tu|tu gio|gio bat dau|gio nhan ca|bat dau|from|begin")
_END_WORDS = re.compile(r"den|den gio|gio ket thuc|gio giao ca|ket thuc|to|end")
_PHONE_WORDS = re.compile(r"\b(?:dien thoai|sdt|so dt|dtdd|dt|di dong|phone|tel)\b")
_SECONDARY_WORDS = re.compile(r"\b(?:du phong|truc phu|ho tro|truc 2|secondary|reserve)\b")
_PRIMARY_WORDS = re.compile(
    r"\b(?:truc (?:chinh|ban|ky thuat)|can bo truc|nguoi truc|ho (?:va )?ten|primary)\b|^truc$"
)
_NOT_ON_DUTY = re.compile(r"\b(?:lanh dao|chuc vu|don vi|phong|ghi chu|stt|tt)\b")
_TITLE_MONTH = re.compile(r"thang\s*(\d{1,2})\s*(?:[/.-]\s*|nam\s*)(\d{4})")
_TITLE_YEAR = re.compile(r"nam\s*(\d{4})|\d{1,2}[/.-]\d{1,2}[/.-](\d{4})")
_SHORT_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})")
_BARE_DAY = re.compile(r"(\d{1,2})(?:[.,]0+)?")
_BETWEEN_DAYS = re.compile(r"\s*(?:–|—|->|\bden\b|\bđến\b)\s*|\s+-\s+")
_WEEKDAYS: Mapping[str, int] = {
    **{name: day for day, name in enumerate(("hai", "ba", "tu", "nam", "sau", "bay"), start=1)},
    **{str(day + 1): day for day in range(1, 7)},
    "chu nhat": 7,
    "cn": 7,
}
_DAY_NAME = re.compile(
    r"^(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|cn|t[2-7])\b[\s,:(-]*(?:ngày\s+)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"(\d{1,2})\s*[hg:]\s*(\d{2})?")
_NUMBER = re.compile(r"\+?\d[\d .-]{7,14}\d")
_ADDRESSED = re.compile(r"^(?:đ/c|đc|d/c|ông|bà|anh|chị|ths|ks)\b\.?\s*", re.IGNORECASE)
_PEOPLE = re.compile(r"[\n;,]+|\s/\s")
# Hours that offices mean by a word; told whenever they are used.
_WORDS_OF_SHIFTS: Mapping[str, tuple[time, time]] = {
    "sang": (time(7, 30), time(11, 30)),
    "chieu": (time(13, 30), time(17)),
    "ngay": (time(7, 30), time(17)),
    "hanh chinh": (time(7, 30), time(17)),
    "dem": (time(17), time(7, 30)),
    "toi": (time(17), time(22)),
    "ca ngay": (HANDOVER, HANDOVER),
}


@dataclass(frozen=True, slots=True)
class DutyList:
    """What a list says: shifts, people who are new, what is wrong and what was passed over."""

    shifts: tuple[Shift, ...]
    contacts: tuple[Contact, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand: columns from 0, `people` and `phones` by role."""

    last: int  # number of the header's last row
    day: int
    weekday: int | None
    shift: int | None
    begin: int | None
    end: int | None
    people: Mapping[str, int]
    phones: Mapping[str, int]
    headings: Mapping[int, str]


def read(
    name: str,
    content: bytes,
    rota: str,
    current: Inventory,
    on: date,
    *,
    new_people: bool = False,
) -> DutyList:
    """Return the shifts of a workbook or CSV file; Invalid where it cannot be read at all.

    `new_people`: who is not known yet, but stands there with a telephone, becomes a contact.
    """
    book = lists.opened(name, content)
    reading = Reading(rota, Registers(current, as_of(current, on))["contacts"], new_people)
    for sheet in book.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        label = book.name if book.single else f"{book.name}[{sheet.name}]"
        decoded_headings(sheet)
        _spread(sheet)
        layout = _layout(sheet)
        if layout is not None:
            _Sheet(reading, label, layout, _dates_of(sheet, layout)).read(sheet)
    if not reading.shifts and not reading.problems:
        reading.problems.append(Problem(book.name, _NO_LIST.what, _NO_LIST.mend))
    return DutyList(
        tuple(reading.shifts.values()),
        tuple(reading.fresh.values()),
        tuple(reading.problems),
        tuple(reading.notices),
    )


def changes(found: DutyList, current: Inventory, on: date) -> Changes:
    """Return what a list does to the inventory: from today on it speaks for all of its days.

    Shifts of its rota between its first and last day that it does not have are dropped; those of
    the past stay as they were.
    """
    if not found.shifts:
        return Changes()
    rota = found.shifts[0].rota
    first, last = min(s.on for s in found.shifts), max(s.on for s in found.shifts)
    mine = [s for s in current.shifts if s.rota == rota and first <= s.on <= last]
    asked = {place(shift) for shift in found.shifts}
    known = {place(shift): shift for shift in mine}
    put = tuple(
        shift
        for shift in found.shifts
        if known.get(place(shift)) != shift and (shift.on >= on or place(shift) not in known)
    )
    drop = tuple(s for s in mine if s.on >= on and place(s) not in asked)
    return Changes(put=Inventory(contacts=found.contacts, shifts=put), drop=Inventory(shifts=drop))


def place(shift: Shift) -> tuple[date, str, time]:
    return (shift.on, shift.role, shift.begin)


class Reading:
    """What is known of people, and what was found so far in the whole file."""

    def __init__(self, rota: str, people: Register, new_people: bool) -> None:
        self.rota = rota
        self.people = people
        self.new_people = new_people
        self.shifts: dict[tuple[date, str, time], Shift] = {}
        self.fresh: dict[str, Contact] = {}
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.told: set[str] = set()

    def person(self, name: str, phone: str) -> str | Fault:
        """Return the contact that a name and a telephone mean."""
        found = self.people.find(name)
        if found.slug is not None:
            return found.slug
        if phone and (slug := self.people.by_mark("phone", phone)) is not None:
            return slug
        if found.ambiguous:
            return _namesakes(name, found.candidates)
        if not self.new_people or not phone:
            return _stranger(name, found.candidates)
        slug = cells.slugged(key(name))
        while slug in self.people.slugs:
            slug = f"{slug[:60]}-2"
        self.fresh[slug] = Contact(slug=slug, name=name, phone=phone)
        self.people.add(slug, name, {"phone": phone})
        return slug


@dataclass(slots=True)
class _Sheet:
    """One sheet, read from top to bottom."""

    reading: Reading
    label: str
    layout: _Layout
    dates: "_Dates"
    skipped: list[int] = field(default_factory=list)

    def read(self, sheet: RawSheet) -> None:
        """Read every row below the header."""
        for row in sheet.rows:
            if row.number > self.layout.last and not is_numbering(row):
                self._row(row)
        if self.skipped:
            rows = ", ".join(str(number) for number in self.skipped[:5])
            what = Text(
                vi=f"{len(self.skipped)} dòng không có ngày nên bỏ qua (dòng {rows})",
                en=f"{len(self.skipped)} rows without a date were passed over (row {rows})",
            )
            self.reading.notices.append(Problem(self.label, what, _LOOK))

    def _row(self, row: Row) -> None:
        said = _cell(row, self.layout.day)
        names = {role: _said(row, place) for role, place in self.layout.people.items()}
        if not any(char.isdigit() for char in shown(said)):
            if any(names.values()):
                self.skipped.append(row.number)
            return
        days = self.dates.read(said)
        if isinstance(days, Fault):
            if any(names.values()):
                self._fail(row, self.layout.day, days)
            return
        hours = self._hours(row)
        if isinstance(hours, Fault):
            place = self.layout.shift if self.layout.shift is not None else self.layout.begin
            self._fail(row, place or 0, hours)
            return
        if fault := self._wrong_weekday(row, days[0]):
            self._fail(row, self.layout.weekday or 0, fault)
            return
        for role, who in self._people(row, names):
            for day in days:
                self._keep(row, Shift(
                    rota=self.reading.rota, on=day, role=role, contact=who,
                    begin=hours[0], end=hours[1],
                ))  # fmt: skip

    def _keep(self, row: Row, shift: Shift) -> None:
        first = self.reading.shifts.setdefault(place(shift), shift)
        if first != shift:
            self._fail(row, self.layout.people.get(shift.role, self.layout.day), _twice(shift))

    def _people(self, row: Row, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield role and contact of everybody whom a row names."""
        for role, said in names.items():
            place = self.layout.people[role]
            phones = [_phone(part) for part in _PEOPLE.split(self._phones(row, role))]
            people = [part for part in (_person(p) for p in _PEOPLE.split(said)) if part[0]]
            roles = [role]
            if role == "primary" and "secondary" not in self.layout.people:
                roles.append("secondary")
            if len(people) > len(roles):
                self._fail(row, place, _too_many(said))
                continue
            for number, (own_role, (name, phone)) in enumerate(zip(roles, people, strict=False)):
                beside = phones[number] if number < len(phones) else ""
                found = self.reading.person(name, phone or beside)
                if isinstance(found, Fault):
                    self._fail(row, place, found)
                else:
                    yield own_role, found

    def _phones(self, row: Row, role: str) -> str:
        place = self.layout.phones.get(role)
        return "" if place is None else shown(_cell(row, place))

    def _hours(self, row: Row) -> tuple[time, time] | Fault:
        layout = self.layout
        if layout.begin is not None and layout.end is not None:
            said = [shown(_cell(row, place)) for place in (layout.begin, layout.end)]
            if not any(text.strip() for text in said):
                return (HANDOVER, HANDOVER)
            read = [_time(text) for text in said]
            if read[0] is None or read[1] is None:
                return _unread_hours(" – ".join(said))
            return (read[0], read[1])
        text = _said(row, layout.shift) if layout.shift is not None else ""
        if not text:
            return (HANDOVER, HANDOVER)
        found = [_clock(*match) for match in _TIME.findall(fold(text))]
        if len(found) == 2 and None not in found:  # noqa: PLR2004  (from and to)
            return (found[0] or HANDOVER, found[1] or HANDOVER)
        return self._worded(text)

    def _worded(self, text: str) -> tuple[time, time] | Fault:
        """Return the hours that a word like "đêm" stands for, and say so once."""
        bare = re.sub(r"^(?:ca|buoi)\s+(?!ngay$)", "", key(text))
        hours = _WORDS_OF_SHIFTS.get(key(text)) or _WORDS_OF_SHIFTS.get(bare)
        if hours is None:
            return _unread_hours(text)
        if text not in self.reading.told:
            self.reading.told.add(text)
            span = f"{hours[0]:%H:%M}–{hours[1]:%H:%M}"
            what = Text(vi=f'"{text}" hiểu là {span}', en=f'"{text}" is taken for {span}')
            self.reading.notices.append(Problem(self.label, what, _WRITE_HOURS))
        return hours

    def _wrong_weekday(self, row: Row, day: date) -> Fault | None:
        """Return a fault where the day of the week belies the date: one of them is wrong."""
        text = _said(row, self.layout.weekday) if self.layout.weekday is not None else ""
        said = _WEEKDAYS.get(re.sub(r"^(?:thu\s+|t(?=[2-7]$))", "", key(text)))
        if said is None or said == day.isoweekday():
            return None
        return _belied(day, text)

    def _fail(self, row: Row, place: int, fault: Fault) -> None:
        heading = self.layout.headings.get(place)
        self.reading.problems.append(
            Problem(self.label, fault.what, fault.mend, row.number, heading)
        )


@dataclass(frozen=True, slots=True)
class _Dates:
    """Reads dates as a list has them, its title supplying the year and the month."""

    year: int | None
    month: int | None

    def read(self, value: Value) -> list[date] | Fault:
        """Return the days of a cell; several where it spans a week."""
        one = self._one(value)
        if one is not None:
            return [one]
        text = nfc(shown(value))
        ends = [self._one(part) for part in _BETWEEN_DAYS.split(text) if part]
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:  # noqa: PLR2004
            length = (ends[1] - ends[0]).days
            if 0 <= length < _LONGEST:
                return [ends[0] + ahead * _DAY for ahead in range(length + 1)]
        return _unread_day(text)

    def _one(self, value: Value) -> date | None:
        text = _DAY_NAME.sub("", mend("shifts", "on", value).text)
        short, bare = _SHORT_DAY.fullmatch(text), _BARE_DAY.fullmatch(text)
        try:
            if short and self.year:
                return date(self.year, int(short[2]), int(short[1]))
            if bare and self.year and self.month:
                return date(self.year, self.month, int(bare[1]))
            return cells.day(text, {})
        except (ValueError, cells.Unfit):
            return None


def _dates_of(sheet: RawSheet, layout: _Layout) -> _Dates:
    """Return how dates are read, by what the title and the headings say."""
    year = month = None
    for row in sheet.rows:
        if row.number > layout.last:
            break
        text = fold(" ".join(shown(cell) for cell in row.cells))
        if whole := _TITLE_MONTH.search(text):
            return _Dates(int(whole[2]), int(whole[1]))
        if found := _TITLE_YEAR.search(text):
            year = year or int(found[1] or found[2])
    return _Dates(year, month)


def _spread(sheet: RawSheet) -> None:
    """Write what a merged cell shows into all the cells that it covers."""
    rows = {row.number: row for row in sheet.rows}
    for area in sheet.merges:
        top = rows.get(area.top)
        if top is None or area.left >= len(top.cells):
            continue
        for number in range(area.top, area.bottom + 1):
            row = rows.get(number)
            if row is None:
                continue
            row.cells.extend([None] * (area.right + 1 - len(row.cells)))
            for place in range(area.left, area.right + 1):
                row.cells[place] = top.cells[area.left]


def _layout(sheet: RawSheet) -> _Layout | None:
    """Return where the columns of a duty list are, by a header of one or two rows."""
    for place in range(min(len(sheet.rows), _TOP)):
        for depth in (2, 1):
            found = _laid(sheet.rows[place : place + depth])
            if found is not None:
                return found
    return None


def _laid(rows: Sequence[Row]) -> _Layout | None:
    width = max((len(row.cells) for row in rows), default=0)
    texts = {place: _heading(rows, place) for place in range(width)}
    if any(isinstance(_cell(row, place), date | float) for row in rows for place in texts):
        return None  # that is a row of the list already
    single: dict[str, int] = {}
    people: dict[str, int] = {}
    phones: dict[str, int] = {}
    role = "primary"
    for place, text in texts.items():
        kind = _kind(text)
        if kind in {"primary", "secondary"}:
            role = kind
            people.setdefault(kind, place)
        elif kind == "phone":
            own = "secondary" if _SECONDARY_WORDS.search(text) else role
            phones.setdefault(own, place)
        elif kind is not None:
            single.setdefault(kind, place)
    if "day" not in single or "primary" not in people:
        return None
    return _Layout(
        last=rows[-1].number,
        day=single["day"],
        weekday=single.get("weekday"),
        shift=single.get("shift"),
        begin=single.get("begin"),
        end=single.get("end"),
        people=people,
        phones=phones,
        headings={place: _shown_heading(rows, place) for place in texts},
    )


def _kind(text: str) -> str | None:
    """Return what a column holds, by its folded heading."""
    whole = {
        "day": _DATE_WORDS,
        "weekday": _WEEKDAY_WORDS,
        "shift": _SHIFT_WORDS,
        "begin": _BEGIN_WORDS,
        "end": _END_WORDS,
    }
    for kind, words in whole.items():
        if words.fullmatch(text):
            return kind
    if _PHONE_WORDS.search(text):
        return "phone"
    if _NOT_ON_DUTY.search(text.replace("du phong", "")):
        return None
    if _SECONDARY_WORDS.search(text):
        return "secondary"
    return "primary" if _PRIMARY_WORDS.search(text) else None


def _heading(rows: Sequence[Row], place: int) -> str:
    parts = [key(shown(_cell(row, place))) for row in rows]
    return " ".join(dict.fromkeys(part for part in parts if part))


def _shown_heading(rows: Sequence[Row], place: int) -> str:
    parts = [" ".join(shown(_cell(row, place)).split()) for row in rows]
    return " – ".join(dict.fromkeys(part for part in parts if part))


def _cell(row: Row, place: int) -> Value:
    return row.cells[place] if place < len(row.cells) else None


def _said(row: Row, place: int) -> str:
    text = shown(_cell(row, place)).strip()
    return "" if text in {"-", "–", "—", "x", "X"} else text


def _person(text: str) -> tuple[str, str]:
    """Return name and telephone of one person's part of a cell."""
    phone = _phone(text)
    bare = _NUMBER.sub(" ", text) if phone else text
    name = nfc(re.sub(r"[()\[\]:]|\s-\s|-\s*$", " ", bare))
    return _ADDRESSED.sub("", name), phone


def _phone(text: str) -> str:
    found = _NUMBER.search(text)
    mended = mend("contacts", "phone", found[0] if found else "").text
    try:
        return cells.phone(mended, {}) if mended else ""
    except cells.Unfit:
        return ""


def _time(text: str) -> time | None:
    found = _TIME.match(fold(text))
    return _clock(*found.groups()) if found else None


def _clock(hour: str, minute: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if (hours, minutes) == (24, 0):
        return time(0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None  # noqa: PLR2004


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


_LOOK = Text(vi="Xem lại cho chắc", en="Have a look to be sure")
_WRITE_HOURS = Text(
    vi="Nếu không đúng, ghi giờ vào cột ca, ví dụ 17h00 - 7h30",
    en="If that is wrong, write the hours into the column, such as 17h00 - 7h30",
)
_NO_LIST = _fault(
    "không thấy danh sách trực nào",
    "no duty list was found",
    'Cần một dòng tiêu đề có cột "Ngày" và cột "Trực chính" (hoặc "Cán bộ trực", "Họ tên")',
    'A row of headings with "Ngày" and "Trực chính" (or "Cán bộ trực", "Họ tên") is needed',
)


def _stranger(name: str, candidates: Sequence[str]) -> Fault:
    near = "; ".join(candidates)
    return _fault(
        f'không có đầu mối nào tên "{name[:80]}"',
        f'no contact is called "{name[:80]}"',
        (f"Có phải là {near}? Nếu không, t" if near else "T")
        + "hêm người này vào danh mục đầu mối, hoặc dùng --new-people nếu có số điện thoại",
        (f"Did you mean {near}? If not, a" if near else "A")
        + "dd this person to the contacts, or use --new-people where a telephone is given",
    )


def _namesakes(name: str, candidates: Sequence[str]) -> Fault:
    names = "; ".join(candidates)
    return _fault(
        f'"{name[:80]}" có thể là nhiều người: {names}',
        f'"{name[:80]}" may be several people: {names}',
        "Ghi mã định danh của người trực, hoặc số điện thoại ở cột bên cạnh",
        "Write the identifier, or the telephone beside it",
    )


def _too_many(text: str) -> Fault:
    names = " ".join(text.split())[:120]
    return _fault(
        f'nhiều người trong một ô: "{names}"',
        f'several people in one cell: "{names}"',
        "Mỗi ca một trực chính và một trực dự phòng; tách thành nhiều dòng có giờ khác nhau",
        "One on duty and one in reserve for a shift; make rows with hours of their own",
    )


def _twice(shift: Shift) -> Fault:
    at = f"{shift.on:%d/%m/%Y} {shift.begin:%H:%M}"
    return _fault(
        f"ca {at} đã có người khác ở dòng trên",
        f"the shift {at} has somebody else in a row above",
        "Bỏ một dòng, hoặc ghi giờ khác nhau ở cột ca",
        "Remove one of them, or write different hours",
    )


def _unread_day(text: str) -> Fault:
    return _fault(
        f'không hiểu ngày "{text[:40]}"',
        f'the date "{text[:40]}" cannot be read',
        "Ghi như 24/12/2026; nếu chỉ ghi 24/12 thì tiêu đề phải có năm",
        "Write it like 24/12/2026; for 24/12 the title must say the year",
    )


def _unread_hours(text: str) -> Fault:
    return _fault(
        f'không hiểu giờ trực "{text[:40]}"',
        f'the hours "{text[:40]}" cannot be read',
        "Ghi như 7h30 - 17h00; để trống là từ 7h30 đến 7h30 hôm sau",
        "Write them like 7h30 - 17h00; empty is from 7h30 to 7h30 of the next day",
    )


def _belied(day: date, text: str) -> Fault:
    word = "Chủ nhật" if day.isoweekday() == 7 else f"Thứ {day.isoweekday() + 1}"  # noqa: PLR2004
    return _fault(
        f"ngày {day:%d/%m/%Y} là {word}, không phải {text}",
        f"{day:%d/%m/%Y} is a {day:%A}, not {text}",
        "Sửa ngày hoặc thứ cho khớp nhau",
        "Mend the date or the day of the week",
    )
