"""The use of lines over seven days as a file: CSV, a workbook, or JSON; the worst first."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from core.text import Language, Text
from reports.capacity import BOUND, SLOTS, Direction, LineUse, Week
from reports.render import figures, words
from reports.render.annex_xlsx import Cell, Writer
from reports.render.csvfile import harmless
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead

SCHEMA = "thongsuot.line_use/1"
FORMATS = (Format.CSV, Format.XLSX, Format.JSON)
_MEGA, _DIGITS = 1e6, 6
_HEADS = (
    "line_name",
    "circuit",
    "carrier",
    "unit",
    "capacity",
    "direction",
    "verdict",
    "p95",
    "at_least",
    "highest",
    "known_slots",
    "missing_slots",
    "above_slots",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line and what it is called."""

    use: LineUse
    name: Text
    unit: str = ""
    unit_name: Text | None = None
    carrier: str | None = None
    circuit: str | None = None


def line_use_file(
    week: Week, lines: Sequence[Line], head: Letterhead, language: Language, form: Format
) -> bytes:
    """Return the file of some of the lines of a week, in their order."""
    match form:
        case Format.CSV:
            return _csv(lines, language)
        case Format.XLSX:
            return _xlsx(week, lines, head, language)
        case _:
            return (json.dumps(plain(week, lines), ensure_ascii=False, indent=1) + "\n").encode()


def line_use_name(week: Week, language: Language, form: Format) -> str:
    """Return a plain name: `links-7d-2026-11-29.vi.xlsx`."""
    tongue = "" if form is Format.JSON else f".{language}"
    return f"links-7d-{week.last.isoformat()}{tongue}.{form.value}"


def plain(week: Week, lines: Iterable[Line]) -> dict[str, object]:
    """Return a week as JSON's own types."""
    return {
        "schema": SCHEMA,
        "begin": f"{week.begin.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{week.end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "rule": {"percentile": 95, "of_capacity": BOUND, "means": SLOTS, "mean_seconds": 300},
        "links": [_line(line) for line in lines],
    }


def _line(line: Line) -> dict[str, object]:
    use = line.use
    return {
        "link": use.link,
        "name": {"vi": line.name.vi, "en": line.name.en},
        "unit": line.unit or None,
        "carrier": line.carrier,
        "circuit": line.circuit,
        "capacity_bits_per_second": use.capacity,
        "port_is_declared": use.counted,
        "verdict": use.verdict.value,
        "directions": {direction.value: _way(use, direction) for direction in Direction},
    }


def _way(use: LineUse, direction: Direction) -> dict[str, object]:
    way = use.way(direction)
    share = use.share(way.p95)
    least = use.share(way.at_least) if way.known else None
    return {
        "verdict": use.verdict_of(direction).value,
        "known": way.known,
        "missing": way.missing,
        "above": way.above,
        "p95_bits_per_second": way.p95,
        "p95_ratio": round(share, _DIGITS) if share is not None else None,
        "p95_at_least_ratio": round(least, _DIGITS) if least is not None else None,
        "highest_bits_per_second": way.highest,
    }


def _csv(lines: Iterable[Line], language: Language) -> bytes:
    """Return the lines, one row for each direction, as `csvfile` writes its own."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([words.said(key, language) for key in _HEADS])
    for cells in _rows(lines, language):
        writer.writerow([_written(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _written(cell: Cell) -> object:
    _, value = cell
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else f"{value:.{_DIGITS}g}"


def _xlsx(week: Week, lines: Iterable[Line], head: Letterhead, language: Language) -> bytes:
    title = words.said("crowded", language)
    writer = Writer(title, head, week.end)
    heads = [words.said(key, language) for key in _HEADS]
    writer.table(
        words.said("sheet_links", language), heads, _rows(lines, language), widths=(42, 16)
    )
    span = words.said("span", language, figures.minute(week.begin), figures.minute(week.end))
    prose: list[list[Cell]] = [[("prose", title)], [("prose", span)]]
    prose.append([("prose", words.said("crowded_rule", language))])
    writer.table(words.said("sheet_method", language), (), prose, widths=(110, 12))
    return writer.content()


def _rows(lines: Iterable[Line], language: Language) -> Iterable[Sequence[Cell]]:
    for line in lines:
        for direction in Direction:
            use, way = line.use, line.use.way(direction)
            yield (
                ("text", line.name.said(language)),
                ("text", line.circuit),
                ("text", line.carrier),
                ("text", line.unit_name.said(language) if line.unit_name else line.unit),
                ("one", use.capacity / _MEGA if use.capacity else None),
                ("text", words.DIRECTION[direction].said(language)),
                ("text", words.VERDICT[use.verdict_of(direction)].said(language)),
                ("share", use.share(way.p95)),
                ("share", use.share(way.at_least) if way.known else None),
                ("share", use.share(way.highest)),
                ("whole", way.known),
                ("whole", way.missing),
                ("whole", way.above),
            )
