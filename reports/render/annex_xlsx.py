"""The annex of a meeting as a workbook: real numbers and times, no formula, no macro."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from core.clock import LOCAL
from core.text import Language
from reports.annex import Annex
from reports.render import annex_words
from reports.render.annex_words import facts, method, title
from reports.render.letterhead import Letterhead

_SHEET_NAME = 31  # characters, at the most
_FORMATS: dict[str, dict[str, object]] = {
    "head": {"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"},
    "moment": {"num_format": "dd/mm/yyyy hh:mm:ss"},
    "whole": {"num_format": "#,##0"},
    "one": {"num_format": "#,##0.0"},
    "text": {"valign": "top"},
    "prose": {"text_wrap": True, "valign": "top"},
}
_ROOMS = ("room", "joined", "left", "present", "drops", "delegates", "km", "saved", "hours")
_TROUBLES = ("code", "what", "begin", "end", "rooms_hit")
Cell = tuple[str, str | float | datetime | None]  # the name of a format, and a value


def xlsx(annex: Annex, head: Letterhead, language: Language) -> bytes:
    """Return the workbook: rooms, incidents, method; the same bytes every time."""
    import xlsxwriter  # noqa: PLC0415  (loads when a workbook is asked for)

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {
            "title": title(annex, language),
            "author": head.office or "Thông Suốt",
            "created": annex.as_known_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    writer = _Writer(book, language)
    writer.table("sheet_rooms", _ROOMS, _rooms(annex, language), widths=(40, 18))
    writer.table("sheet_troubles", _TROUBLES, _troubles(annex, language), widths=(22, 50))
    writer.table("sheet_method", (), _prose(annex, language), widths=(120, 12))
    book.close()
    return out.getvalue()


def _rooms(annex: Annex, language: Language) -> Iterable[Sequence[Cell]]:
    for line in annex.lines:
        yield (
            ("text", line.name.said(language)),
            ("moment", line.joined),
            ("moment", line.left),
            ("whole", line.seconds // 60 if line.seconds is not None else None),
            ("whole", line.drops),
            ("whole", line.delegates),
            ("one", line.km),
            ("whole", line.saved),
            ("one", line.hours),
        )
    yield (
        ("head", annex_words.said("sum", language)),
        ("text", None),
        ("text", None),
        ("whole", annex.seconds // 60),
        ("whole", sum(line.drops for line in annex.lines)),
        ("whole", annex.delegates),
        ("text", None),
        ("whole", annex.saved),
        ("one", annex.hours),
    )


def _troubles(annex: Annex, language: Language) -> Iterable[Sequence[Cell]]:
    for one in annex.troubles:
        still_open: Cell = ("text", annex_words.said("still_open", language))
        yield (
            ("text", one.id),
            ("text", one.what.said(language)),
            ("moment", one.begin),
            ("moment", one.end) if one.end is not None else still_open,
            ("whole", one.rooms),
        )


def _prose(annex: Annex, language: Language) -> Iterable[Sequence[Cell]]:
    for text in facts(annex, language) + method(annex, language):
        yield (("prose", text),)


class _Writer:
    def __init__(self, book: Any, language: Language) -> None:
        self._book, self._language = book, language
        self._formats = {name: book.add_format(looks) for name, looks in _FORMATS.items()}

    def table(
        self,
        name: str,
        heads: Sequence[str],
        lines: Iterable[Sequence[Cell]],
        *,
        widths: tuple[int, int],
    ) -> None:
        sheet = self._book.add_worksheet(annex_words.said(name, self._language)[:_SHEET_NAME])
        sheet.set_column(0, 0, widths[0])
        sheet.set_column(1, max(1, len(heads)), widths[1])
        for place, key in enumerate(heads):
            text = annex_words.said(key, self._language)
            sheet.write_string(0, place, text, self._formats["head"])
        if heads:
            sheet.freeze_panes(1, 1)
        for row, line in enumerate(lines, start=1 if heads else 0):
            for place, (looks, value) in enumerate(line):
                self._put(sheet, row, place, value, self._formats[looks])

    def _put(self, sheet: Any, row: int, place: int, value: object, looks: object) -> None:
        match value:
            case None:
                return
            case datetime():
                local = value.astimezone(LOCAL).replace(tzinfo=None)
                sheet.write_datetime(row, place, local, looks)
            case str():
                sheet.write_string(row, place, value, looks)
            case _:
                sheet.write_number(row, place, value, looks)
