"""Which figures of units does a file name, as a carrier or a console exports it?

The columns are known by the headings of a form (`inventory.figureforms`), in any order, below
titles and in one or two rows; the rows are figures of a unit, or things that are counted. A file
with one problem is taken in no part.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from core.errors import Problem
from core.inventory import Inventory, Organisation
from core.text import Text, fold, nfc
from core.unitfigures import Period, UnitFigures
from inventory import cells, faults, lists, refusals
from inventory.faults import Fault
from inventory.figureforms import COMMON, Form, Headings, Layout, Tally, meant
from inventory.headers import Layout as Header
from inventory.headers import heading_key, stacks_of, ways_of
from inventory.places import Gazetteer
from inventory.plan import as_of
from inventory.records import Record, decoded_headings, gathered
from inventory.registers import Registers
from inventory.rowmaking import unclear
from inventory.search import key
from inventory.vocabulary import IGNORED
from inventory.workbook import Bad, RawSheet, Row, Sick, Value, shown

_TOP = 40  # rows in which a header is looked for
_LOOKED_AT = 30  # rows below it that tell whether a column holds numbers
_ORDINALS = frozenset({"stt", "tt", "so tt", "so thu tu", "no"})
_MONTH = re.compile(r"(?:thang|month|ky|t)?\s*(\d{1,2})\s*(?:[/.-]|nam)\s*(\d{4})")
_ISO_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_TITLE = re.compile(r"\b(?:thang|month)\s*(\d{1,2})\s*(?:[/. _-]|nam)\s*(\d{4})\b")
_DAY = re.compile(
    r"\b(?P<until>den(?: het)?|chot)?\s*(?:ngay|date)?\s*"
    r"(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2})\b"
)
_SIGNED = re.compile(r"\bngay\s*[\d.…]*\s*thang\s*[\d.…]*\s*nam\s*[\d.…]*")  # of a letter
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})\d{6}Z?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_AGE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:ngay|days?|d)?")
_PATH = re.compile(r"\s*[\\/>|]\s*|(?:^|,)\s*(?:OU|CN|DC)=", re.IGNORECASE)
_NEVER = frozenset({"never", "chua", "chua bao gio", "khong", "n a", "na", "none", "null", ""})
_UNKNOWN_PLACES = 20  # distinct names that are told one by one


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list a file is, and what a person says beside it, for columns that it lacks."""

    form: Form
    today: date
    period: Period | None = None
    unit: str = ""
    part: str = ""


@dataclass(slots=True)
class FigureList:
    """What a file says, what is wrong with it, what was mended and passed over."""

    rows: list[UnitFigures] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)


def period_of(text: str, form: Form) -> Period | None:
    """Return the period that a text names: "10/2026", "2026-10", "30/11/2026"; None: none.

    In a list by months a day means its month.
    """
    folded = fold(text)
    try:
        return _spanned(Period(begin=cells.day(text.strip(), {}), span="day"), form)
    except cells.Unfit:
        pass
    for pattern, year, month in ((_ISO_MONTH, 1, 2), (_MONTH, 2, 1)):
        if found := pattern.fullmatch(folded.strip()):
            return _month(int(found[year]), int(found[month]))
    return None


def read(name: str, content: bytes, current: Inventory, asked: Asked) -> FigureList:
    """Return the figures of a workbook or CSV file; Invalid where it cannot be read at all."""
    form = asked.form
    book = lists.opened(name, content)
    found, places = FigureList(), Places(current)
    for sheet in book.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        label = book.name if book.single else f"{book.name}[{sheet.name}]"
        decoded_headings(sheet)
        table = _table(sheet, form)
        if table is None:
            continue
        reader = _Sheet(label, asked, table, places, found)
        reader.read(sheet, [*_titles(sheet, table.header), sheet.name, book.name])
    if not found.rows and not found.problems:
        fault = _no_list(form)
        found.problems.append(Problem(book.name, fault.what, fault.mend))
    return found


# The header


@dataclass(frozen=True, slots=True)
class _Table:
    """A header that is understood. `layout`: rows are things of that kind; None: figures."""

    header: Header
    layout: Layout | None


def _table(sheet: RawSheet, form: Form) -> _Table | None:
    """Return the header that is understood best, None where there is none."""
    best: tuple[float, _Table] | None = None
    top = sheet.rows[:_TOP]
    for place in range(len(top)):
        for depth in (1, 2):
            rows = top[place : place + depth]
            if len(rows) < depth or not (stacks := stacks_of(sheet, rows)):
                continue
            for layout in (None, *form.layouts):
                header = _header(rows, stacks, form, layout)
                weight = _weight(header, sheet, form, layout) - 0.05 * depth
                if weight > 0 and (best is None or weight > best[0]):
                    best = (weight, _Table(header, layout))
    return best[1] if best else None


def _words(form: Form, layout: Layout | None) -> Mapping[str, Headings]:
    own = (
        dict(layout.headings)
        if layout is not None
        else {name: column.headings for name, column in form.columns.items()}
    )
    part = {"part": form.part.headings} if form.part is not None else {}
    return {**own, **part, **COMMON}


def _own_names(form: Form, layout: Layout | None) -> dict[str, str]:
    """Return the folded names of a form's columns, as its template has them."""
    columns = form.columns.items() if layout is None else ()
    return {key(text): name for name, column in columns for text in (column.vi, column.en)}


def _header(
    rows: list[Row], stacks: Mapping[int, list[str]], form: Form, layout: Layout | None
) -> Header:
    words, own = _words(form, layout), _own_names(form, layout)
    targets: dict[int, str] = {}
    headings = {column: " – ".join(stack) for column, stack in stacks.items()}
    ordinal = None
    for column, stack in stacks.items():
        if heading_key(stack[-1]) in _ORDINALS:
            ordinal, targets[column] = column, IGNORED
            continue
        ways = [headings[column], *ways_of(stack, headings[column])]
        target = own.get(key(headings[column])) or meant(ways, words)
        if target is not None and target not in targets.values():
            targets[column] = target
    strange = tuple((c, text) for c, text in headings.items() if c not in targets)
    return Header("", rows[0].number, rows[-1].number, headings, targets, ordinal, strange)


def _weight(header: Header, sheet: RawSheet, form: Form, layout: Layout | None) -> float:
    """Return how well a header is understood; 0 and less: not at all."""
    columns = {target: column for column, target in header.targets.items()}
    below = [row for row in sheet.rows if row.number > header.last][:_LOOKED_AT]
    if layout is None:
        figures = [name for name in form.columns if name in columns]
        if not any(_numbers(below, columns[name]) for name in figures):
            return 0
    elif not columns.keys() >= set(layout.needs) or _numbers(below, columns[layout.needs[0]]):
        return 0
    return len(set(columns) - {IGNORED}) - 0.1 * len(header.unknown)


def _numbers(rows: Iterable[Row], column: int) -> bool:
    """Say whether most cells of a column are numbers, ages, shares or dates."""
    said = [row.cells[column] for row in rows if column < len(row.cells)]
    said = [value for value in said if shown(value).strip()]
    numeric = [
        value
        for value in said
        if isinstance(value, float | int | date)
        or re.fullmatch(r"[\d.,:/ %-]+", shown(value).strip())
    ]
    return bool(said) and 2 * len(numeric) > len(said)


def _titles(sheet: RawSheet, header: Header) -> Iterator[str]:
    for row in sheet.rows:
        if row.number >= header.first:
            return
        yield from (text for cell in row.cells if (text := shown(cell).strip()))


# Whom a row is about


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit, or an organisation in it; `told` where the name is not its own to the letter."""

    unit: str
    organisation: str = ""
    told: str = ""


class Places:
    """Which unit or organisation do lists mean, on which day?"""

    def __init__(self, current: Inventory) -> None:
        self._current = current
        self._of: dict[date, tuple[Gazetteer, Registers]] = {}
        self._known: dict[tuple[str, str, str, date], Subject | Fault] = {}

    def find(self, text: str, district: str, province: str, on: date) -> Subject | Fault:
        """Return whom a name means, by whole or by a part of a path like "All/UBND xã A"."""
        asked = (text, district, province, on)
        if asked not in self._known:
            parts = [part for part in _PATH.split(text) if part.strip()]
            ways = [text, *reversed(parts)] if len(parts) > 1 else [text]
            found = [self._find(nfc(way), district, province, on) for way in ways]
            good = (one for one in found if isinstance(one, Subject))
            self._known[asked] = next(good, found[0])
        return self._known[asked]

    def _find(self, text: str, district: str, province: str, on: date) -> Subject | Fault:
        gazetteer, registers = self._on(on)
        offices = registers["organisations"]
        office = offices.known(text)
        if office is not None and office.slug is not None:
            row = offices.live.get(office.slug)
            if isinstance(row, Organisation):
                told = "" if office.literal else row.name
                return Subject(row.unit, row.slug, told)
        match = gazetteer.inside(text, district, province)
        if match.slug is None:
            if office is not None:
                return refusals.ambiguous(text[:80], "organisations", office.candidates)
            return unclear(text[:80], match)
        (name,) = gazetteer.said([match.slug])
        return Subject(match.slug, told="" if match.literal else name)

    def _on(self, day: date) -> tuple[Gazetteer, Registers]:
        if day not in self._of:
            live = as_of(self._current, day)
            self._of[day] = (Gazetteer(self._current, day), Registers(self._current, live))
        return self._of[day]


# The rows


@dataclass(slots=True)
class _Sheet:
    """One sheet of one list."""

    label: str
    asked: Asked
    table: _Table
    places: Places
    found: FigureList
    _titled: Period | None = None
    _strangers: dict[str, int] = field(default_factory=dict)  # name → rows, beyond the first
    _taken: dict[tuple[object, ...], tuple[int, UnitFigures]] = field(default_factory=dict)
    _matched: dict[str, str] = field(default_factory=dict)

    def read(self, sheet: RawSheet, titles: Iterable[str]) -> None:
        self._titled = next(
            filter(None, (_of_title(text, self.asked.form) for text in titles)), None
        )
        rows = gathered(sheet, self.table.header)
        for line, heading, text in rows.notes:
            self._note(text, line, heading)
        for _, heading in self.table.header.unknown:
            self._note(_PASSED_OVER, self.table.header.last, heading)
        if self.table.layout is None:
            for record in rows.records:
                self._figures(record)
        else:
            self._count(rows.records, self.table.layout)
        self._tell_places()
        self.found.rows += [row for _, row in self._taken.values()]

    def _figures(self, record: Record) -> None:
        if not any(self._said(record, name) for name in self.asked.form.columns):
            self._note(_EMPTY, record.row)
            return
        head = self._head(record)
        values: dict[str, float] = {}
        for name in self.asked.form.columns:
            value = self._value(record, name, head)
            if value is not None:
                values[name] = value
        if head is None or not values:
            return
        self._bounded(record.row, values)
        row = head.model_copy(update={"values": values})
        if (known := self._taken.get(row.key)) is None:
            self._taken[row.key] = (record.row, row)
        elif known[1] == row:
            self._note(_said_twice(known[0]), record.row)
        else:
            self._fail(record.row, "unit", _two_rows(known[0], record.row))

    def _value(self, record: Record, name: str, head: UnitFigures | None) -> float | None:
        cell = record.values.get(name)
        try:
            return _figure(
                cell, self.asked.form.columns[name].kind, self._until(head) if head else None
            )
        except cells.Unfit as unfit:
            self._fail(record.row, name, unfit.fault)
            return None

    def _until(self, head: UnitFigures) -> date:
        """Return the day that ages are counted to: the period's last, if it is over."""
        return min(head.period.last, self.asked.today)

    def _bounded(self, line: int, values: Mapping[str, float]) -> None:
        for name, column in self.asked.form.columns.items():
            most = values.get(column.at_most) if column.at_most else None
            if most is not None and values.get(name, 0) > most:
                other = self.asked.form.columns[str(column.at_most)]
                fault = _more_than(values[name], column.name, most, other.name)
                self._fail(line, name, fault)

    def _count(self, records: Iterable[Record], layout: Layout) -> None:
        """Count rows that are things into figures of each unit."""
        groups: dict[tuple[object, ...], tuple[UnitFigures, list[Record]]] = {}
        for record in records:
            head = self._head(record)
            if head is not None:
                groups.setdefault(head.key, (head, []))[1].append(record)
        there = set(self.table.header.targets.values())
        for head, rows in groups.values():
            values: dict[str, float] = {}
            for name, tally in layout.figures.items():
                if tally.needs <= there:
                    value = self._tallied(rows, tally, layout.needs[0], self._until(head))
                    values |= {name: value} if value is not None else {}
            self._bounded(rows[0].row, values)
            row = head.model_copy(update={"values": values})
            self._taken[row.key] = (rows[0].row, row)
            self._note(_counted(len(rows), row.period), rows[0].row)

    def _tallied(
        self, records: Iterable[Record], tally: Tally, thing: str, last: date
    ) -> float | None:
        """Return what rows come to, things that are named twice once; None: nothing is known."""
        things: dict[str, None] = {}
        sums: list[float] = []
        for record in records:
            if not all(
                re.fullmatch(words, key(shown(record.values.get(column))))
                for column, words in tally.where.items()
            ):
                continue
            try:
                value = _tally_value(record, tally, last)
            except cells.Unfit as unfit:
                self._fail(record.row, str(tally.column), unfit.fault)
                continue
            if tally.of == "count" and _counts(tally, value):
                things[nfc(shown(record.values.get(thing))) or f"#{record.row}"] = None
            elif value is not None:
                sums.append(value)
        if tally.of == "count":
            return float(len(things))
        if tally.of == "oldest":
            return max(sums, default=None)
        return sum(sums)

    def _head(self, record: Record) -> UnitFigures | None:
        """Return whom and which period a row is of; None: it is a problem that was told."""
        period = self._period(record)
        part = self._part(record)
        if period is None or part is None:
            return None
        subject = self._subject(record, period)
        if subject is None:
            return None
        return UnitFigures(
            list=self.asked.form.name,
            unit=subject.unit,
            organisation=subject.organisation,
            part=part,
            begin=period.begin,
            span=period.span,
            values={},
        )

    def _subject(self, record: Record, period: Period) -> Subject | None:
        said = self._said(record, "unit")
        text = said or self.asked.unit
        if not text:
            self._fail(record.row, "unit", _NO_UNIT)
            return None
        district = self._said(record, "district") or record.section
        province = self._said(record, "province")
        found = self.places.find(text, district, province, period.last)
        if isinstance(found, Subject):
            if found.told:
                self._matched.setdefault(text, found.told)
            return found
        if text not in self._strangers and len(self._strangers) < _UNKNOWN_PLACES:
            self._fail(record.row, "unit", found)
        self._strangers[text] = self._strangers.get(text, 0) + 1
        return None

    def _part(self, record: Record) -> str | None:
        if self.asked.form.part is None:
            return ""
        said = nfc(self._said(record, "part") or self.asked.part)
        if not said and self.asked.form.part.required:
            self._fail(record.row, "part", _no_part(self.asked.form))
            return None
        return self.asked.form.part.called(said)[:200] if said else ""

    def _period(self, record: Record) -> Period | None:
        cell = record.values.get("period")
        said = shown(cell).strip()
        if said:
            own = self._of_cell(cell)
            if own is None:
                self._fail(record.row, "period", _bad_period(said))
                return None
            return self._fitting(record, own)
        period = self.asked.period or self._titled
        if period is None:
            self._fail(record.row, "period", _NO_PERIOD)
            return None
        if self.asked.period and self._titled and not _same(self._titled, self.asked.period):
            self._fail(record.row, "period", _differs(self._titled, self.asked.period))
            return None
        return self._fitting(record, period)

    def _of_cell(self, cell: Value) -> Period | None:
        if isinstance(cell, datetime):
            return _spanned(Period(begin=cell.date(), span="day"), self.asked.form)
        if isinstance(cell, date):
            return _spanned(Period(begin=cell, span="day"), self.asked.form)
        return period_of(shown(cell), self.asked.form)

    def _fitting(self, record: Record, period: Period) -> Period | None:
        if period.begin > self.asked.today:
            self._fail(record.row, "period", _to_come(period))
            return None
        if self.asked.period and not _same(period, self.asked.period):
            self._fail(record.row, "period", _differs(period, self.asked.period))
            return None
        return period

    def _said(self, record: Record, column: str) -> str:
        return shown(record.values.get(column)).strip()

    def _fail(self, line: int, column: str, fault: Fault) -> None:
        heading = next(
            (
                self.table.header.headings[place]
                for place, target in self.table.header.targets.items()
                if target == column
            ),
            None,
        )
        self.found.problems.append(Problem(self.label, fault.what, fault.mend, line, heading))

    def _note(self, what: Text, line: int | None = None, heading: str | None = None) -> None:
        self.found.notices.append(Problem(self.label, what, _CHECK, line, heading))

    def _tell_places(self) -> None:
        for text, told in list(self._matched.items())[:_UNKNOWN_PLACES]:
            self._note(Text(vi=f'"{text[:80]}" là {told}', en=f'"{text[:80]}" is {told}'))
        more = sum(self._strangers.values()) - min(len(self._strangers), _UNKNOWN_PLACES)
        if more:
            self._note(
                Text(
                    vi=f"còn {more} dòng nữa có tên đơn vị không rõ",
                    en=f"{more} more rows name units that are not known",
                )
            )


# The cells


def _figure(cell: Value, kind: str, last: date | None) -> float | None:
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
    if isinstance(cell, str) and _GROUPED.fullmatch(text):
        text = re.sub(r"[., ]", "", text)
    if not _NUMBER.fullmatch(text):
        raise cells.Unfit(faults.bad_number(text[:80]))
    value = float(text.replace(",", "."))
    if not value.is_integer():
        raise cells.Unfit(_not_whole(text))
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
            return cells.day(part, {})
    return cells.day(text, {})


def _tally_value(record: Record, tally: Tally, last: date) -> float | None:
    """Return what a row adds: its number, or the days since its date; Unfit."""
    if tally.column is None:
        return None
    cell = record.values.get(tally.column)
    if tally.within is not None or tally.older is not None or tally.of == "oldest":
        return _figure(cell, "days", last)
    return _figure(cell, "count", last)


def _counts(tally: Tally, value: float | None) -> bool:
    """Say whether a thing is one of those that are counted."""
    if tally.within is not None:
        return value is not None and value <= tally.within
    if tally.older is not None:
        return value is None or value > tally.older
    if tally.above is not None:
        return value is not None and value > tally.above
    return True


# The periods


def _spanned(period: Period, form: Form) -> Period | None:
    if form.span == "month":
        return _month(period.begin.year, period.begin.month)
    return period


def _month(year: int, month: int) -> Period | None:
    try:
        return Period(begin=date(year, month, 1), span="month")
    except ValueError:
        return None


def _of_title(text: str, form: Form) -> Period | None:
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


def _same(one: Period, other: Period) -> bool:
    """Say whether two periods speak of one time: a day lies in its month."""
    if one.span == other.span:
        return one == other
    day, month = (one, other) if one.span == "day" else (other, one)
    return timedelta() <= day.begin - month.begin and day.begin <= month.last


# The words


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


def _no_list(form: Form) -> Fault:
    columns = list(form.columns.values())[:4]
    names_vi = ", ".join(f'"{one.vi}"' for one in columns)
    names_en = ", ".join(f'"{one.en}"' for one in columns)
    return _fault(
        f'không thấy bảng "{form.vi}" nào',
        f'no table "{form.en}" was found',
        f'Cần một dòng tiêu đề có cột "Đơn vị" và một trong {names_vi}; xem tệp mẫu',
        f'A row of headings with "Unit" and one of {names_en} is needed; see the template',
    )


def _no_part(form: Form) -> Fault:
    vi, en = (form.part.vi, form.part.en) if form.part else ("", "")
    return _fault(
        f'không rõ "{vi}"',
        f'"{en}" is not said',
        f'Thêm cột "{vi}", hoặc ghi khi nhập (--part)',
        f'Add a column "{en}", or say it when importing (--part)',
    )


def _bad_period(said: str) -> Fault:
    return _fault(
        f'"{said[:40]}" không phải là một kỳ',
        f'"{said[:40]}" is no period',
        "Ghi như 10/2026 hoặc 30/11/2026",
        "Write it like 10/2026 or 30/11/2026",
    )


def _to_come(period: Period) -> Fault:
    return _fault(
        f"kỳ {period.said.vi} chưa đến",
        f"the period {period.said.en} is still to come",
        "Xem lại tháng và năm",
        "Look at month and year again",
    )


def _differs(own: Period, given: Period) -> Fault:
    return _fault(
        f"tệp ghi {own.said.vi}, không phải {given.said.vi}",
        f"the file says {own.said.en}, not {given.said.en}",
        "Chọn đúng kỳ, hoặc bỏ kỳ đã ghi để lấy theo tệp",
        "Say the right period, or leave it out and the file's is taken",
    )


def _not_whole(text: str) -> Fault:
    return _fault(
        f'"{text[:40]}" không phải là số nguyên',
        f'"{text[:40]}" is no whole number',
        "Ghi số đếm, không ghi tỷ lệ",
        "Write a count, not a share",
    )


def _more_than(value: float, name: Text, most: float, other: Text) -> Fault:
    return _fault(
        f'"{name.vi}" là {value:.0f}, nhiều hơn "{other.vi}" {most:.0f}',
        f'"{name.en}" is {value:.0f}, more than "{other.en}" {most:.0f}',
        "Sửa một trong hai số",
        "Mend one of the two",
    )


def _two_rows(first: int, second: int) -> Fault:
    return _fault(
        f"dòng {first} và dòng {second} cùng một đơn vị, cùng kỳ nhưng số khác nhau",
        f"rows {first} and {second} are of one unit and period, yet differ",
        "Cộng lại thành một dòng, hoặc khai từng cơ quan ở bảng Cơ quan của danh mục",
        "Add them up in one row, or declare each office in the table of organisations",
    )


def _said_twice(first: int) -> Text:
    return Text(vi=f"lặp lại dòng {first}, chỉ lấy một lần", en=f"repeats row {first}, taken once")


def _counted(count: int, period: Period) -> Text:
    return Text(
        vi=f"đã đếm {count} dòng của đơn vị này, {period.said.vi}",
        en=f"counted {count} rows of this unit, {period.said.en}",
    )


_CHECK = Text(vi="Sửa trong tệp nếu không đúng", en="Mend the file if that is wrong")
_PASSED_OVER = Text(vi="cột này không dùng", en="this column is not used")
_EMPTY = Text(vi="dòng không có số nào, bỏ qua", en="the row has no figure and was passed over")
_NO_UNIT = _fault(
    "không rõ đơn vị nào",
    "the unit is not said",
    'Thêm cột "Đơn vị", hoặc ghi đơn vị khi nhập (--unit)',
    'Add a column "Unit", or say the unit when importing (--unit)',
)
_NO_PERIOD = _fault(
    "không rõ số liệu của kỳ nào",
    "the period is not said",
    'Thêm cột "Kỳ", ghi "tháng 10/2026" ở đầu bảng, hoặc chọn kỳ khi nhập (--period 10/2026)',
    'Add a column "Period", write "tháng 10/2026" above the table, or say --period 10/2026',
)
