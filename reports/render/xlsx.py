"""The report as a workbook: everything, in real numbers and dates, ready to print."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from core.clock import LOCAL
from core.text import Language, Text
from reports.capacity import Crowded
from reports.indicators import Indicator
from reports.render import figures, words
from reports.render.document import title
from reports.render.letterhead import Letterhead
from reports.render.sheet import told
from reports.report import Outage, Report, Row, Seconds, Works, share

_DAY = 86400
_DURATION = "[h]:mm:ss"
_MOMENT = "dd/mm/yyyy hh:mm:ss"
_PERCENT = "0.000%"
_WHOLE = "#,##0"
_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14, "text_wrap": False},
    "bold": {"bold": True},
    "head": {
        "bold": True,
        "bg_color": "#E8ECF0",
        "border": 1,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "text": {"border": 1, "valign": "top"},
    "wrap": {"border": 1, "valign": "top", "text_wrap": True},
    "prose": {"valign": "top", "text_wrap": True},
    "unit": {"border": 1, "bold": True, "valign": "top"},
    "whole": {"border": 1, "num_format": _WHOLE, "valign": "top"},
    "percent": {"border": 1, "num_format": _PERCENT, "valign": "top"},
    "duration": {"border": 1, "num_format": _DURATION, "valign": "top"},
    "moment": {"border": 1, "num_format": _MOMENT, "valign": "top"},
    "dark": {"border": 1, "italic": True, "valign": "top"},
}
_SECONDS = ("numerator", "up", "degraded", "down", "denominator", "excluded", "unknown")
_EMPTY = {
    "sheet_outages": "no_outages",
    "sheet_works": "no_works",
    "sheet_crowded": "crowded_none",
}
Cell = tuple[str, object]  # the name of a format, and a value


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    width: float


def xlsx(report: Report, head: Letterhead, language: Language) -> bytes:
    """Return the workbook: six or seven sheets, no formula, no macro, the same bytes every time."""
    import xlsxwriter  # noqa: PLC0415  (loads when a workbook is asked for)

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    book.set_properties(
        {
            "title": title(report, language),
            "author": head.office or "Thông Suốt",
            "created": report.as_known_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    book.set_calc_mode("auto")
    _Book(book, report, head, language).write()
    book.close()
    return out.getvalue()


class _Book:
    """Writes the sheets; `w` says words in the report's language."""

    def __init__(self, book: Any, report: Report, head: Letterhead, language: Language) -> None:
        self._book = book
        self._report = report
        self._head = head
        self._language: Language = language
        font = {"font_name": "Times New Roman", "font_size": 11}
        self._formats = {
            name: book.add_format({**font, **looks}) for name, looks in _FORMATS.items()
        }

    def write(self) -> None:
        report, w = self._report, self._w
        self._summary()
        self._table("sheet_detail", self._detail_columns(w("name")), map(self._row, report.rows))
        self._table("sheet_outages", self._outage_columns(), map(self._outage, report.outages))
        self._table(
            "sheet_links", self._detail_columns(w("line_name")), map(self._row, report.links)
        )
        if report.crowding is not None:
            lines = report.crowding.lines
            self._table("sheet_crowded", self._crowded_columns(), map(self._crowded, lines))
        if report.indicators:
            rows = map(self._indicator, report.indicators)
            self._table("sheet_indicators", self._indicator_columns(), rows)
        self._table("sheet_works", self._works_columns(), map(self._works, report.works))
        self._method()

    def _w(self, key: str, *values: object) -> str:
        return words.said(key, self._language, *values)

    def _said(self, text: Text | None) -> str:
        return text.said(self._language) if text else ""

    def _summary(self) -> None:
        sheet = self._sheet("sheet_summary", landscape=False)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 2, 24)
        report, whole = self._report, self._report.rows[0]
        period, previous = report.period, report.previous
        self._put(sheet, 0, 0, ("bold", self._head.authority.upper()))
        self._put(sheet, 1, 0, ("bold", self._head.office.upper()))
        self._put(sheet, 3, 0, ("title", title(report, self._language)))
        goal = figures.percent(report.goal, self._language)
        ours = f" ({self._w('goal_is_ours')})" if report.goal_is_ours else ""
        facts = [
            (self._w("scope"), self._said(report.scope.name)),
            (self._w("period"), self._span(period.begin, period.end)),
            (self._w("previous"), self._span(previous.begin, previous.end)),
            (self._w("calendar"), self._said(report.calendar)),
            (self._w("known"), figures.moment(report.as_known_at)),
            (self._w("goal"), f"{goal}{ours}" if goal else "–"),
        ]
        line = 5
        for name, value in facts:
            self._put(sheet, line, 0, ("bold", name))
            self._put(sheet, line, 1, ("plain", value))
            line += 1
        heads = (self._w("summary"), self._said(period.name), self._said(previous.name))
        line += 1
        for column, text in enumerate(heads):
            self._put(sheet, line, column, ("head", text))
        for name, now, before in self._sums(whole):
            line += 1
            self._put(sheet, line, 0, ("text", name))
            self._put(sheet, line, 1, now)
            self._put(sheet, line, 2, before)
        for note in report.notes:
            line += 1
            self._put(sheet, line + 1, 0, ("plain", self._said(note)))

    def _sums(self, whole: Row) -> Iterable[tuple[str, Cell, Cell]]:
        now, before = whole.seconds, whole.before
        yield self._w("targets"), ("whole", whole.targets), ("text", "")
        yield self._w("availability"), self._share(now), self._share(before)
        for key in _SECONDS:
            earlier = getattr(before, key) if before else None
            yield self._w(key), _duration(getattr(now, key)), _duration(earlier)
        yield self._w("total"), _duration(now.total), _duration(before.total if before else None)
        yield self._w("outages"), ("whole", whole.outages), ("text", "")
        yield self._w("longest"), _duration(whole.longest), ("text", "")
        yield self._w("mttr"), _mean(whole.mttr), ("text", "")
        yield self._w("mtbf"), _mean(whole.mtbf), ("text", "")

    def _table(
        self, name: str, columns: Sequence[_Column], lines: Iterable[Sequence[Cell]]
    ) -> None:
        sheet = self._sheet(name, landscape=True)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            self._put(sheet, 0, place, ("head", column.head))
        sheet.set_row(0, 46)
        last = 0
        for last, line in enumerate(lines, 1):
            for place, cell in enumerate(line):
                self._put(sheet, last, place, cell)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.repeat_rows(0)
        unlisted = told(self._report) - len(self._report.outages)
        if name == "sheet_outages" and unlisted:
            said = self._w("unlisted", figures.whole(unlisted, self._language))
            self._put(sheet, last + 1, 0, ("dark", said))
        elif not last:
            empty = _EMPTY.get(name, "no_links")
            self._put(sheet, 1, 0, ("dark", self._w(empty)))

    def _method(self) -> None:
        sheet = self._sheet("sheet_method", landscape=False)
        sheet.set_column(0, 0, 100)
        report = self._report
        lines = [self._said(text) for text in words.METHOD]
        lines += [
            f"{figures.day(on)}: {self._said(name)}"
            for on, name in sorted(report.special_days.items())
        ]
        if report.unsynchronised:
            lines.append(self._w("clock_note"))
            lines += [
                f"{figures.moment(begin)} – {figures.moment(end)}"
                for begin, end in report.unsynchronised
            ]
        self._put(sheet, 0, 0, ("title", self._w("method")))
        for line, text in enumerate(lines, 2):
            self._put(sheet, line, 0, ("prose", text))

    def _sheet(self, name: str, *, landscape: bool) -> Any:
        sheet = self._book.add_worksheet(self._w(name))
        sheet.set_paper(9)  # A4
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.6)
        sheet.set_header("&C&P", {"margin": 0.4})
        sheet.set_footer(f"&L&8{title(self._report, self._language).replace('&', '&&')}")
        return sheet

    def _detail_columns(self, first: str) -> list[_Column]:
        w, unit = self._w, self._w("hms")
        times = [_Column(f"{w(key)} ({unit})", 14) for key in _SECONDS]
        return [
            _Column(first, 42),
            _Column(w("depth"), 6),
            _Column(w("kind"), 14),
            _Column(w("code"), 10),
            _Column(w("row_detail"), 24),
            _Column(w("targets"), 9),
            _Column(w("availability"), 12),
            *times,
            _Column(w("times"), 9),
            _Column(w("longest"), 12),
            _Column("MTTR", 12),
            _Column("MTBF", 12),
            _Column(w("before"), 12),
            _Column(w("note"), 40),
        ]

    def _row(self, row: Row) -> list[Cell]:
        kind = words.KIND[row.kind] if row.kind else words.LEVEL.get(row.level or "")
        one = row.seconds
        return [
            ("text" if row.kind else "unit", "  " * row.depth + self._said(row.name)),
            ("whole", row.depth),
            ("text", self._said(kind)),
            ("text", row.code or ""),
            ("text", row.detail),
            ("whole", row.targets),
            self._share(one),
            *(_duration(getattr(one, key)) for key in _SECONDS),
            ("whole", row.outages),
            _duration(row.longest),
            _mean(row.mttr),
            _mean(row.mtbf),
            self._share(row.before),
            ("text", self._said(row.note)),
        ]

    def _outage_columns(self) -> list[_Column]:
        w = self._w
        return [
            _Column(w("target"), 38),
            _Column(w("unit"), 28),
            _Column(w("begin"), 19),
            _Column(w("end"), 19),
            _Column(f"{w('length')} ({w('hms')})", 14),
            _Column(f"{w('outside')} ({w('hms')})", 14),
            _Column(w("root"), 34),
            _Column(w("cause"), 34),
            _Column(w("stated"), 34),
            _Column(w("fault"), 18),
            _Column(w("carrier"), 14),
            _Column(w("circuit"), 16),
            _Column(w("incident"), 20),
            _Column(w("note"), 30),
        ]

    def _outage(self, one: Outage) -> list[Cell]:
        root = self._w("itself") if one.root == one.target else self._said(one.root_name)
        notes = [self._w("began_before")] if one.began_before else []
        notes += [self._w("still_open")] if one.still_open else []
        return [
            ("text", self._said(one.name)),
            ("text", self._said(one.unit_name)),
            _moment(one.begin),
            _moment(one.end),
            _duration(one.seconds),
            _duration(one.excluded),
            ("text", root or one.root or ""),
            ("text", self._said(one.cause)),
            ("text", self._said(one.stated)),
            ("text", self._said(one.fault)),
            ("text", one.carrier or ""),
            ("text", one.circuit or ""),
            ("text", one.incident or ""),
            ("text", "; ".join(notes)),
        ]

    def _crowded_columns(self) -> list[_Column]:
        w = self._w
        return [
            _Column(w("line_name"), 42),
            _Column(w("circuit"), 16),
            _Column(w("carrier"), 14),
            _Column(w("direction"), 26),
            _Column(w("crowded_days"), 12),
            _Column(w("crowded_judged"), 14),
            _Column(w("crowded_highest"), 12),
            _Column(w("first_day"), 12),
            _Column(w("last_day"), 12),
        ]

    def _crowded(self, one: Crowded) -> list[Cell]:
        return [
            ("text", self._said(one.name)),
            ("text", one.circuit or ""),
            ("text", one.carrier or ""),
            ("text", self._said(words.DIRECTION[one.direction])),
            ("whole", one.days),
            ("whole", one.judged),
            ("percent", one.highest),
            ("text", figures.day(one.first)),
            ("text", figures.day(one.last)),
        ]

    def _indicator_columns(self) -> list[_Column]:
        w = self._w
        return [
            _Column(w("indicator_code"), 8),
            _Column(w("indicator"), 34),
            _Column(w("indicator_of"), 12),
            _Column(w("indicator_per"), 12),
            _Column(w("indicator_share"), 12),
            _Column(w("indicator_units"), 12),
            _Column(w("indicator_stale"), 12),
            _Column(w("indicator_figures"), 18),
            _Column(w("indicator_source"), 60),
        ]

    def _indicator(self, one: Indicator) -> list[Cell]:
        return [
            ("text", one.code),
            ("text", self._said(one.name)),
            ("whole", one.of),
            ("whole", one.per) if one.per else ("text", ""),
            ("percent", one.of / one.per) if one.per else ("text", ""),
            ("whole", one.units),
            ("whole", one.stale),
            ("text", self._said(one.figures)),
            ("text", self._said(one.source)),
        ]

    def _works_columns(self) -> list[_Column]:
        w = self._w
        return [
            _Column(w("works_id"), 18),
            _Column(w("reference"), 18),
            _Column(w("begin"), 19),
            _Column(w("end"), 19),
            _Column(w("reason"), 44),
            _Column(w("announced"), 19),
            _Column(w("concerns"), 34),
            _Column(f"{w('within')} ({w('hms')})", 14),
            _Column(w("counted"), 40),
        ]

    def _works(self, works: Works) -> list[Cell]:
        one = works.maintenance
        how = "works_excluded" if works.excluded else "works_counted"
        counted = self._w("works_cancelled" if one.cancelled_at else how)
        why = f": {self._said(works.why)}" if works.why else ""
        return [
            ("text", one.id),
            ("text", one.reference or ""),
            _moment(one.begin),
            _moment(one.end),
            ("wrap", one.reason),
            _moment(one.announced_at),
            ("wrap", ", ".join((*one.units, *one.carriers, *one.circuits, *one.targets))),
            _duration(works.seconds),
            ("wrap", counted + why),
        ]

    def _share(self, seconds: Seconds | None) -> Cell:
        if seconds is None:
            return ("text", "")
        cut = share(seconds.availability)
        if cut is None:
            return ("dark", words.NO_DATA.said(self._language))
        return ("percent", float(cut / 100))

    def _span(self, begin: datetime, end: datetime) -> str:
        return self._w("span", figures.minute(begin), figures.minute(end))

    def _put(self, sheet: Any, line: int, column: int, cell: Cell) -> None:
        name, value = cell
        looks = self._formats.get(name)
        if isinstance(value, datetime):
            sheet.write_datetime(line, column, value, looks)
        elif isinstance(value, int | float):
            sheet.write_number(line, column, value, looks)
        elif value:
            sheet.write_string(line, column, str(value), looks)
        else:
            sheet.write_blank(line, column, None, looks)


def _duration(seconds: int | None) -> Cell:
    return ("text", "") if seconds is None else ("duration", seconds / _DAY)


def _mean(seconds: Fraction | None) -> Cell:
    return ("text", "") if seconds is None else ("duration", int(seconds) / _DAY)


def _moment(at: datetime) -> Cell:
    """Return a moment in local time, without a zone: Excel knows none."""
    return ("moment", at.astimezone(LOCAL).replace(tzinfo=None))
