"""The workbook to fill in for one list of units' figures: its headings, and every unit once."""

import io
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import xlsxwriter

from core.inventory import Unit
from core.text import Language, Text, vietnamese_order
from core.unitfigures import Period
from inventory.figureforms import Form

_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  (the same rows, the same bytes)
_UNIT, _PERIOD = Text("Đơn vị", "Unit"), Text("Kỳ", "Period")
_RANKS = {"province": 0, "district": 1, "commune": 2}
_WIDTH = 22  # letters


def workbook(form: Form, units: Iterable[Unit], period: Period, language: Language = "vi") -> bytes:
    """Return an .xlsx that is read as it is once figures were filled in.

    Of namesakes the code is written instead of the name, so that no row can be mistaken.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_numbers": False})
    book.set_properties({"created": _MADE, "title": "Thông Suốt"})
    sheet = book.add_worksheet(form.title.said(language)[:31].replace("/", "-"))
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
    part = [Text(form.part.vi, form.part.en)] if form.part is not None else []
    heads = [_UNIT, _PERIOD, *part, *(column.name for column in form.columns.values())]
    sheet.write_row(0, 0, [one.said(language) for one in heads], head)
    every = sorted(units, key=lambda unit: (_RANKS[unit.level], vietnamese_order(unit.name)))
    names = Counter(unit.name for unit in every)
    lowest = max((_RANKS[unit.level] for unit in every), default=0)
    at = f"{period.begin:%d/%m/%Y}" if period.span == "day" else f"{period.begin:%m/%Y}"
    of_level = [unit for unit in every if _RANKS[unit.level] == lowest]
    for line, unit in enumerate(of_level, start=1):
        sheet.write_row(line, 0, [unit.name if names[unit.name] == 1 else unit.code, at])
    sheet.set_column(0, len(heads) - 1, _WIDTH)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()
