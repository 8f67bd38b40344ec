"""The workbook that somebody sent, given back with what is wrong and how to mend it.

Values as they were (text of old fonts in Unicode, as it was read), never formulas; two columns
more on each sheet that was read, faulty cells coloured, a summary in front. It can be mended and
imported as it is.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.errors import Problem
from core.text import Language, Text
from inventory.listed import Listed, SheetRead
from inventory.records import in_unicode
from inventory.vocabulary import ADVICE, FAULTS, SUMMARY
from inventory.workbook import OWN_MARK, RawSheet, Value, shown

_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  (the same problems, the same bytes)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_TITLE, _LONGEST = 31, 32_767
_MOST_TOLD = 1_000  # problems in the summary
_HEADS = (
    Text(vi="Nơi", en="Place"),
    Text(vi="Dòng", en="Row"),
    Text(vi="Cột", en="Column"),
    FAULTS,
    ADVICE,
)


def given_back(
    listed: Listed,
    sheets: Sequence[RawSheet],
    problems: Sequence[Problem],
    language: Language = "vi",
) -> bytes:
    """Return the workbook with its problems.

    `sheets` are the sheets as they were sent: a reading of the same file with hidden ones.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(_OPTIONS))
    book.set_properties({"created": _MADE})
    if listed.book.unicode:
        book.set_custom_property(OWN_MARK, "1")
    forms = _Forms(book)
    taken = {SUMMARY.said(language).casefold()}
    _summary(book.add_worksheet(SUMMARY.said(language)), forms, problems, language)
    by_sheet: defaultdict[str, defaultdict[int, list[Problem]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for problem in problems:
        if problem.line is not None:
            by_sheet[problem.file][problem.line].append(problem)
    reads = {read.sheet.name: read for read in listed.sheets}
    for sheet in sheets:
        page = book.add_worksheet(_title(sheet.name, taken))
        if sheet.hidden:
            page.hide()
        read = reads.get(sheet.name)
        told = by_sheet[read.label] if read is not None else {}
        if read is not None and read.layout is not None and not listed.book.unicode:
            in_unicode(sheet, read.layout)
        _copy(page, forms, sheet, read, told, language=language)
    book.close()
    return out.getvalue()


class _Forms:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.head: Format = book.add_format({"bold": True, "bg_color": "#F8CBAD", "border": 1})
        self.faulty: Format = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        self.faulty_day: Format = book.add_format(
            {"bg_color": "#FFC7CE", "font_color": "#9C0006", "num_format": "dd/mm/yyyy"}
        )
        self.day: Format = book.add_format({"num_format": "dd/mm/yyyy"})
        self.hour: Format = book.add_format({"num_format": "hh:mm"})
        self.moment: Format = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top"})


def _title(name: str, taken: set[str]) -> str:
    """Return a title that Excel accepts and no other sheet has."""
    stem = _FORBIDDEN.sub("-", name).strip("'")[:_LONGEST_TITLE] or "1"
    title, count = stem, 1
    while title.casefold() in taken or title.casefold() == "history":
        count += 1
        title = f"{stem[: _LONGEST_TITLE - 5]} ({count})"
    taken.add(title.casefold())
    return title


def _summary(
    page: Worksheet, forms: _Forms, problems: Sequence[Problem], language: Language
) -> None:
    count = Text(
        vi=f"{len(problems)} lỗi; chưa nhập các dòng có lỗi. Sửa ngay trong tệp này rồi nhập lại.",
        en=f"{len(problems)} problems; the rows that have them were not applied. Mend this file "
        "and import it again.",
    )
    page.write_string(0, 0, count.said(language))
    for place, (head, width) in enumerate(zip(_HEADS, (30, 8, 24, 70, 70), strict=True)):
        page.set_column(place, place, width)
        page.write_string(2, place, head.said(language), forms.head)
    for line, problem in enumerate(problems[:_MOST_TOLD], start=3):
        page.write_string(line, 0, problem.file[:_LONGEST])
        if problem.line is not None:
            page.write_number(line, 1, problem.line)
        page.write_string(line, 2, (problem.key or "")[:_LONGEST])
        page.write_string(line, 3, problem.what.said(language)[:_LONGEST], forms.wrapped)
        page.write_string(line, 4, problem.mend.said(language)[:_LONGEST], forms.wrapped)
    if len(problems) > _MOST_TOLD:
        more = Text(vi=f"… và {len(problems) - _MOST_TOLD} lỗi nữa", en="… and more")
        page.write_string(_MOST_TOLD + 3, 0, more.said(language))


def _copy(
    page: Worksheet,
    forms: _Forms,
    sheet: RawSheet,
    read: SheetRead | None,
    told: Mapping[int, list[Problem]],
    *,
    language: Language,
) -> None:
    layout = read.layout if read is not None else None
    width = max((len(row.cells) for row in sheet.rows), default=0)
    if layout is not None:
        page.set_column(width, width + 1, 50)
    spans = {(area.top, area.left): area for area in sheet.merges if area.top == area.bottom}
    columns = {text: column for column, text in layout.headings.items()} if layout else {}
    for row in sheet.rows:
        problems = told.get(row.number, [])
        faulty = {columns[p.key] for p in problems if p.key in columns}
        for column in sorted({*range(len(row.cells)), *faulty}):
            value = row.cells[column] if column < len(row.cells) else None
            area = spans.get((row.number, column))
            if area is not None and column < area.right < width:
                page.merge_range(row.number - 1, column, row.number - 1, area.right, "")
            if value is not None or column in faulty:
                _cell(page, forms, row.number - 1, column, value, faulty=column in faulty)
        if layout is not None and row.number == layout.last:
            page.write_string(row.number - 1, width, FAULTS.said(language), forms.head)
            page.write_string(row.number - 1, width + 1, ADVICE.said(language), forms.head)
        elif problems:
            faults = _said((problem.what for problem in problems), language)
            advice = _said((problem.mend for problem in problems), language)
            page.write_string(row.number - 1, width, faults)
            page.write_string(row.number - 1, width + 1, advice)


def _said(texts: Iterable[Text], language: Language) -> str:
    return "\n".join(dict.fromkeys(text.said(language) for text in texts))[:_LONGEST]


def _cell(
    page: Worksheet, forms: _Forms, line: int, column: int, value: Value, *, faulty: bool
) -> None:
    """Write a value as what it is; text stays text, whatever it begins with."""
    form = forms.faulty if faulty else None
    match value:
        case None:
            page.write_blank(line, column, None, forms.faulty)
        case bool():
            page.write_boolean(line, column, value, form)
        case float():
            page.write_number(line, column, value, form)
        case datetime():
            page.write_datetime(line, column, value, forms.moment if not faulty else form)
        case date():
            moment = datetime.combine(value, time())
            page.write_datetime(line, column, moment, forms.faulty_day if faulty else forms.day)
        case time():
            page.write_datetime(line, column, value, form or forms.hour)
        case _:
            page.write_string(line, column, shown(value)[:_LONGEST], form)
