"""The report's lines for a spreadsheet or a script: UTF-8 with a mark, commas, seconds."""

import csv
import io

from core.text import Language
from reports.render import words
from reports.render.figures import percent_figure
from reports.report import Report, Row, Seconds

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEADS = (
    "depth",
    "key",
    "name",
    "kind",
    "code",
    "row_detail",
    "targets",
    "availability",
    "numerator",
    "up",
    "degraded",
    "down",
    "denominator",
    "excluded",
    "unknown",
    "total",
    "outages",
    "longest",
    "mttr",
    "mtbf",
    "before",
    "note",
)
_UNITS = dict.fromkeys(("availability", "before"), "%") | dict.fromkeys(
    (
        "numerator",
        "denominator",
        "up",
        "degraded",
        "down",
        "excluded",
        "unknown",
        "total",
        "longest",
        "mttr",
        "mtbf",
    ),
    "seconds",
)


def csvfile(report: Report, language: Language) -> bytes:
    """Return every line of the report (units and targets, then lines of carriers).

    Commas, CRLF, a byte-order mark for Excel; whole seconds, shares with a dot, empty where
    nothing is known. A text that a spreadsheet would run as a formula begins with `'`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_head(key, language) for key in _HEADS])
    writer.writerows(_cells(row, language) for row in (*report.rows, *report.links))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _head(key: str, language: Language) -> str:
    word, unit = words.said(key, language), _UNITS.get(key)
    if unit is None:
        return word
    return f"{word} ({unit if unit == '%' else words.said(unit, language)})"


def _cells(row: Row, language: Language) -> list[object]:
    kind = words.KIND[row.kind] if row.kind else words.LEVEL.get(row.level or "")
    one = row.seconds
    return [
        row.depth,
        harmless(row.key),
        harmless(row.name.said(language)),
        kind.said(language) if kind else "",
        row.code or "",
        harmless(row.detail),
        row.targets,
        _share(one),
        one.numerator,
        one.up,
        one.degraded,
        one.down,
        one.denominator,
        one.excluded,
        one.unknown,
        one.total,
        row.outages,
        row.longest,
        "" if row.mttr is None else int(row.mttr),
        "" if row.mtbf is None else int(row.mtbf),
        _share(row.before),
        harmless(row.note.said(language)) if row.note else "",
    ]


def _share(seconds: Seconds | None) -> str:
    return "" if seconds is None else percent_figure(seconds.availability) or ""
