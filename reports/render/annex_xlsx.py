"""The annex of a meeting as a workbook: real numbers and times, no formula, no macro."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from core.callquality import Grade
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
    "span": {"num_format": "[h]:mm:ss"},  # a time as spreadsheets keep it: in days
    "one": {"num_format": "#,##0.0"},
    "share": {"num_format": "0.0%"},
    "text": {"valign": "top"},
    "prose": {"text_wrap": True, "valign": "top"},
}
_ROOMS = (
    "room",
    "joined",
    "left",
    "present",
    "drops",
    "delegates",
    "km",
    "saved",
    "hours",
    "note",
)
_TROUBLES = ("code", "what", "begin", "end", "rooms_hit")
_QUALITY = (
    "room",
    "good",
    "fair",
    "poor",
    "bad",
    "unmeasured",
    "worst",
    "worst_at",
    "side",
    "mos",
)
DAY = 86_400
_GRADES = (Grade.GOOD, Grade.FAIR, Grade.POOR, Grade.BAD)
Cell = tuple[str, str | float | datetime | None]  # the name of a format, and a value


def xlsx(annex: Annex, head: Letterhead, language: Language) -> bytes:
    """Return the workbook: rooms, quality, incidents, method; the same bytes every time."""
    writer = Writer(title(annex, language), head, annex.as_known_at)
    for name, heads, lines, widths in (
        ("sheet_rooms", _ROOMS, _rooms(annex, language), (40, 18)),
        ("sheet_quality", _QUALITY, _quality(annex, language), (40, 18)),
        ("sheet_troubles", _TROUBLES, _troubles(annex, language), (22, 50)),
        ("sheet_method", (), _prose(annex, language), (120, 12)),
    ):
        words = [annex_words.said(key, language) for key in heads]
        writer.table(annex_words.said(name, language), words, lines, widths=widths)
    return writer.content()


def _rooms(annex: Annex, language: Language) -> Iterable[Sequence[Cell]]:
    for line in annex.lines:
        unseen = None if line.joined else annex_words.said("unseen", language)
        yield (
            ("text", line.name.said(language)),
            ("moment", line.joined),
            ("moment", line.left),
            span(line.seconds),
            ("whole", line.drops if line.joined else None),
            ("whole", line.delegates),
            ("one", line.km),
            ("whole", line.saved),
            ("one", line.hours),
            ("text", annex_words.elsewhere(line, language) or unseen),
        )
    yield (
        ("head", annex_words.said("sum", language)),
        ("text", None),
        ("text", None),
        span(annex.seconds),
        ("whole", annex.drops),
        ("whole", annex.delegates),
        ("text", None),
        ("whole", annex.saved),
        ("one", annex.hours),
    )


def _quality(annex: Annex, language: Language) -> Iterable[Sequence[Cell]]:
    """Yield a row for every room, those whose call was worst first."""
    heard, unmeasured = annex.heard, annex_words.said("none_measured", language)
    for line in (*heard, *(line for line in annex.lines if line not in heard)):
        sound, known = line.sound, line.sound.worst is not None
        times = [span(sound.seconds[grade] if known else None) for grade in _GRADES]
        yield (
            ("text", line.name.said(language)),
            *times,
            span(sound.unmeasured if known or line.joined else None),
            ("text", annex_words.worst(line, language) or None if known else unmeasured),
            ("moment", annex_words.worst_at(line)),
            ("text", annex_words.side(line, language) or None),
            ("one", annex_words.mos(line)),
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


def span(seconds: int | None) -> Cell:
    """Return a cell of a time: its column adds up, and is shown as h:mm:ss."""
    return ("span", seconds / DAY if seconds is not None else None)


class Writer:
    """Writes one workbook, a sheet after the other."""

    def __init__(self, named: str, head: Letterhead, made_at: datetime) -> None:
        import xlsxwriter  # noqa: PLC0415  (loads when a workbook is asked for)

        self._out = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book: Any = xlsxwriter.Workbook(self._out, options)
        self._book.set_properties(
            {
                "title": named,
                "author": head.office or "Thông Suốt",
                "created": made_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        self._formats = {name: self._book.add_format(looks) for name, looks in _FORMATS.items()}

    def table(
        self,
        name: str,
        heads: Sequence[str],
        lines: Iterable[Sequence[Cell]],
        *,
        widths: tuple[int, int],
    ) -> None:
        """Write a sheet; `widths` of the first column and of the others, in characters."""
        sheet = self._book.add_worksheet(name[:_SHEET_NAME])
        sheet.set_column(0, 0, widths[0])
        sheet.set_column(1, max(1, len(heads)), widths[1])
        for place, text in enumerate(heads):
            sheet.write_string(0, place, text, self._formats["head"])
        if heads:
            sheet.freeze_panes(1, 1)
        for row, line in enumerate(lines, start=1 if heads else 0):
            for place, (looks, value) in enumerate(line):
                self._put(sheet, row, place, value, self._formats[looks])

    def content(self) -> bytes:
        """Return the file; nothing can be written after that."""
        self._book.close()
        return self._out.getvalue()

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
