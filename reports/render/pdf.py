"""The report on paper: A4 as NĐ 30/2020 asks, fonts embedded, the same bytes every time."""

import hashlib
import logging
from typing import Any

from core.errors import Conflict
from core.text import Language, Text
from reports.render.document import paper
from reports.render.letterhead import Letterhead
from reports.render.sheet import PAPER, Bounds
from reports.report import Report

_FONTS = ("Tinos", "Noto-Serif")  # hold every Vietnamese letter
_NO_FONT = Text(
    "Máy này thiếu phông chữ Việt để lập PDF: cài gói fonts-croscore (Tinos) hoặc fonts-noto-core "
    "(Noto Serif)",
    "This machine lacks a font for Vietnamese PDFs: install the package fonts-croscore (Tinos) or "
    "fonts-noto-core (Noto Serif)",
)


def pdf(report: Report, head: Letterhead, language: Language, bounds: Bounds = PAPER) -> bytes:
    """Return the PDF of a report. Takes seconds of CPU: not on an event loop.

    Conflict if no font is installed that holds all Vietnamese letters: what would be printed
    instead mixes two fonts within a word.
    """
    from weasyprint import HTML  # noqa: PLC0415  (loads Pango; half a second)

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # screen-only properties of our CSS
    source = paper(report, head, language, bounds)
    printed: bytes = HTML(string=source.decode(), base_url=None).write_pdf(
        pdf_identifier=hashlib.sha256(source).digest()[:16], finisher=_checked
    )
    return printed


def _checked(_document: object, made: Any) -> None:
    """Refuse a PDF that is set in neither of our fonts."""
    names = [
        str(thing["FontName"])
        for thing in made.objects
        if hasattr(thing, "get") and thing.get("Type") == "/FontDescriptor"
    ]
    if not any(font in name for name in names for font in _FONTS):
        raise Conflict(_NO_FONT)
