"""A report as a file: one function for every kind."""

from core.text import Language
from reports.render.csvfile import csvfile
from reports.render.document import page
from reports.render.jsonfile import jsonfile
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.render.pdf import pdf
from reports.render.xlsx import xlsx
from reports.report import Report, ScopeKind


def render(report: Report, head: Letterhead, language: Language, form: Format) -> bytes:
    """Return the report as a file. The same data give the same bytes, in any process.

    Takes seconds of CPU for a PDF: call it in a thread or a process of its own.
    """
    match form:
        case Format.HTML:
            return page(report, head, language)
        case Format.PDF:
            return pdf(report, head, language)
        case Format.XLSX:
            return xlsx(report, head, language)
        case Format.CSV:
            return csvfile(report, language)
        case Format.JSON:
            return jsonfile(report)


def file_name(report: Report, language: Language, form: Format) -> str:
    """Return a plain name: `uptime-75-month-2026-10-01.vi.pdf`. JSON is the same in both."""
    scope, period = report.scope, report.period
    key = scope.code if scope.kind is ScopeKind.UNIT and scope.code else scope.key
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in key)
    plain = "-".join(part for part in plain.split("-") if part)[:80] or scope.kind.value
    tongue = "" if form is Format.JSON else f".{language}"
    return f"uptime-{plain}-{period.kind.value}-{period.first.isoformat()}{tongue}.{form.value}"
