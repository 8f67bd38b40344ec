"""Which figures of units does a file name, as a carrier or a console exports it?

The columns are known by the headings of a form (`inventory.figureforms`), in any order, below
titles and in one or two rows; the rows are figures of a unit, or things that are counted. A file
with one problem is taken in no part.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from core.errors import Problem
from core.inventory import Inventory
from core.text import Text, nfc
from core.unitfigures import Period, UnitFigures
from inventory import cells, lists
from inventory.faults import Fault
from inventory.figurecells import counted, counts, figure
from inventory.figurefaults import (
    CHECK,
    EMPTY,
    NO_PERIOD,
    NO_UNIT,
    PASSED_OVER,
    bad_period,
    differs,
    more_than,
    no_list,
    no_part,
    no_rows,
    rows_counted,
    said_twice,
    to_come,
    two_rows,
)
from inventory.figureforms import Form, Layout, Tally
from inventory.figureheaders import Table, is_headed, table_of, titles
from inventory.figureperiods import in_title, is_same, period_of, spanned
from inventory.figureplaces import Places, Subject
from inventory.records import Record, decoded_headings, gathered
from inventory.search import key
from inventory.workbook import RawSheet, Value, shown

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


def read(name: str, content: bytes, current: Inventory, asked: Asked) -> FigureList:
    """Return the figures of a workbook or CSV file; Invalid where it cannot be read at all."""
    form = asked.form
    book = lists.opened(name, content)
    found, places, headed = FigureList(), Places(current), False
    for sheet in book.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        label = book.name if book.single else f"{book.name}[{sheet.name}]"
        decoded_headings(sheet)
        headed = headed or is_headed(sheet, form)
        table = table_of(sheet, form)
        if table is None:
            continue
        reader = _Sheet(label, asked, table, places, found)
        reader.read(sheet, [*titles(sheet, table.header), sheet.name, book.name])
    if not found.rows and not found.problems:
        fault = no_rows(form) if headed else no_list(form)
        found.problems.append(Problem(book.name, fault.what, fault.mend))
    return found


@dataclass(slots=True)
class _Sheet:
    """One sheet of one list."""

    label: str
    asked: Asked
    table: Table
    places: Places
    found: FigureList
    _titled: Period | None = None
    _strangers: dict[str, int] = field(default_factory=dict)  # name → rows, beyond the first
    _taken: dict[tuple[object, ...], tuple[int, UnitFigures]] = field(default_factory=dict)
    _matched: dict[str, str] = field(default_factory=dict)
    _told: set[Problem] = field(default_factory=set)
    _lacking: set[str] = field(default_factory=set)  # columns that rows and asker leave out

    def read(self, sheet: RawSheet, titles: Iterable[str]) -> None:
        self._titled = next(
            filter(None, (in_title(text, self.asked.form) for text in titles)), None
        )
        rows = gathered(sheet, self.table.header)
        for line, heading, text in rows.notes:
            self._note(text, line, heading)
        for _, heading in self.table.header.unknown:
            self._note(PASSED_OVER, self.table.header.last, heading)
        if self.table.layout is None:
            for record in rows.records:
                self._figures(record)
        else:
            self._count(rows.records, self.table.layout)
        self._tell_places()
        self.found.rows += [row for _, row in self._taken.values()]

    def _figures(self, record: Record) -> None:
        if not any(self._said(record, name) for name in self.asked.form.columns):
            self._note(EMPTY, record.row)
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
            self._note(said_twice(known[0]), record.row)
        else:
            self._fail(record.row, "unit", two_rows(known[0], record.row))

    def _value(self, record: Record, name: str, head: UnitFigures | None) -> float | None:
        cell = record.values.get(name)
        try:
            return figure(
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
                fault = more_than(values[name], column.name, most, other.name)
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
            self._note(rows_counted(len(rows), row.period), rows[0].row)

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
                value = counted(record, tally, last)
            except cells.Unfit as unfit:
                self._fail(record.row, str(tally.column), unfit.fault)
                continue
            if tally.of == "count" and counts(tally, value):
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
            self._fail(record.row, "unit", NO_UNIT)
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
            self._fail_once(record.row, "part", no_part(self.asked.form))
            return None
        return self.asked.form.part.called(said)[:200] if said else ""

    def _period(self, record: Record) -> Period | None:
        cell = record.values.get("period")
        said = shown(cell).strip()
        if said:
            own = self._of_cell(cell)
            if own is None:
                self._fail(record.row, "period", bad_period(said))
                return None
            return self._fitting(record, own)
        period = self.asked.period or self._titled
        if period is None:
            self._fail_once(record.row, "period", NO_PERIOD)
            return None
        if self.asked.period and self._titled and not is_same(self._titled, self.asked.period):
            self._fail(record.row, "period", differs(self._titled, self.asked.period))
            return None
        return self._fitting(record, period)

    def _of_cell(self, cell: Value) -> Period | None:
        if isinstance(cell, datetime):
            return spanned(Period(begin=cell.date(), span="day"), self.asked.form)
        if isinstance(cell, date):
            return spanned(Period(begin=cell, span="day"), self.asked.form)
        return period_of(shown(cell), self.asked.form)

    def _fitting(self, record: Record, period: Period) -> Period | None:
        if period.begin > self.asked.today:
            self._fail(record.row, "period", to_come(period))
            return None
        if self.asked.period and not is_same(period, self.asked.period):
            self._fail(record.row, "period", differs(period, self.asked.period))
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
        problem = Problem(self.label, fault.what, fault.mend, line, heading)
        if problem not in self._told:  # two figures may be of one column
            self._told.add(problem)
            self.found.problems.append(problem)

    def _fail_once(self, line: int, column: str, fault: Fault) -> None:
        """Tell of what all rows of the sheet lack: of the first of them."""
        if column not in self._lacking:
            self._lacking.add(column)
            self._fail(line, column, fault)

    def _note(self, what: Text, line: int | None = None, heading: str | None = None) -> None:
        self.found.notices.append(Problem(self.label, what, CHECK, line, heading))

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
