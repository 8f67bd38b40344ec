"""The report on paper: A4 as NĐ 30/2020 asks, fonts embedded, the same bytes every time."""

import hashlib
import logging

from core.text import Language
from reports.render.document import paper
from reports.render.letterhead import Letterhead
from reports.render.sheet import PAPER, Bounds
from reports.report import Report


def pdf(report: Report, head: Letterhead, language: Language, bounds: Bounds = PAPER) -> bytes:
    """Return the PDF of a report. Takes seconds of CPU: not on an event loop."""
    from weasyprint import HTML  # noqa: PLC0415  (loads Pango; half a second)

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # screen-only properties of our CSS
    source = paper(report, head, language, bounds)
    printed: bytes = HTML(string=source.decode(), base_url=None).write_pdf(
        pdf_identifier=hashlib.sha256(source).digest()[:16],
    )
    return printed
