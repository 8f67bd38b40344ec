"""Rows as files for spreadsheets: CSV with the mark that Excel wants, and XLSX with real values."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

import xlsxwriter
from starlette.responses import Response

from core.text import Language, Text
from inventory.cells import shielded

Kind = Literal["csv", "xlsx"]
Cell = str | int | float | date | None
MEDIA: dict[Kind, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  (the same rows, the same bytes)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDEST, _NARROWEST = 60, 8  # letters of a column


def kind_of(name: str) -> Kind:
    """Return the kind of a file by its ending; a workbook where it has none of ours."""
    return "csv" if name.lower().endswith(".csv") else "xlsx"


def table(
    kind: Kind, heads: Sequence[Text], rows: Iterable[Sequence[Cell]], language: Language
) -> bytes:
    """Return a table as a file; days as in Vietnam, numbers in CSV with a point."""
    names = [head.said(language) for head in heads]
    return _csv(names, rows) if kind == "csv" else _xlsx(names, list(rows))


def download(content: bytes, kind: Kind, stem: str) -> Response:
    """Return a file as an answer that is saved under a name."""
    disposition = f'attachment; filename="{stem}.{kind}"'
    return Response(content, media_type=MEDIA[kind], headers={"Content-Disposition": disposition})


def _csv(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_said(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _said(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return shielded(cell)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"{cell:.15g}"


def _xlsx(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(_OPTIONS))
    book.set_properties({"created": _MADE, "title": "Thông Suốt"})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, names, head)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif cell is not None:
                sheet.write(line, column, cell)
    for column, name in enumerate(names):
        longest = max([len(name), *(len(_said(row[column])) for row in rows)])
        sheet.set_column(column, column, min(_WIDEST, max(_NARROWEST, longest + 2)))
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)
    book.close()
    return out.getvalue()
