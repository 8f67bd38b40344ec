"""The annex of a meeting as a page, on paper and as a workbook: one value, three files."""

import hashlib
import logging
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from core.callquality import Grade
from core.text import Language, Text
from reports.annex import Annex
from reports.render import annex_words, figures, words
from reports.render.annex_words import method, number, title
from reports.render.annex_xlsx import xlsx
from reports.render.document import DOTS, style
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead

FORMATS = (Format.HTML, Format.PDF, Format.XLSX)


def render(annex: Annex, head: Letterhead, language: Language, form: Format) -> bytes:
    """Return the annex as a file; the same data give the same bytes. Seconds of CPU for a PDF."""
    match form:
        case Format.PDF:
            return pdf(_page(annex, head, language, "report", "paper"))
        case Format.XLSX:
            return xlsx(annex, head, language)
        case _:
            return _page(annex, head, language, "report")


def file_name(annex: Annex, language: Language, form: Format) -> str:
    """Return a plain name: `annex-HN-20261130-0001.vi.pdf`."""
    return f"annex-{annex.meeting.id}.{language}.{form.value}"


def body(annex: Annex, head: Letterhead, language: Language) -> Markup:
    """Return the `<article>` of the annex, which needs the style sheet `report` around it."""

    def w(key: str, *values: object) -> str:
        return annex_words.said(key, language, *values)

    text = environment(language).get_template("annex.html")
    values: dict[str, object] = {
        "annex": annex,
        "head": head,
        "language": language,
        "dots": DOTS,
        "w": w,
        "r": lambda key: words.said(key, language),
        "method": method(annex, language),
        "minute": figures.minute,
        "moment": figures.moment,
        "clock": lambda at: annex_words.clock(at, annex),
        "whole": lambda value: figures.whole(value, language),
        "number": lambda value: number(value, language),
        "grades": (Grade.GOOD, Grade.FAIR, Grade.POOR, Grade.BAD),
        "worst": lambda line: annex_words.worst(line, language),
        "span": lambda seconds: figures.clock(seconds, language),
        "worst_at": annex_words.worst_at,
        "not_over": annex_words.not_over(annex, language) if annex.running else "",
        "unwatched": annex_words.unwatched(annex),
        "told": annex.delegates is not None,
        "elsewhere": lambda line: annex_words.elsewhere(line, language),
        "side": lambda line: annex_words.side(line, language),
        "mos": annex_words.mos,
    }
    return Markup(text.render(**values))  # noqa: S704  (escaped)


def _page(annex: Annex, head: Letterhead, language: Language, *css: str) -> bytes:
    article = body(annex, head, language)
    return whole(article, title(annex, language), annex.as_known_at, language, *css)


def whole(article: Markup, named: str, at: datetime, language: Language, *css: str) -> bytes:
    """Return one self-contained HTML file around an article, made of what was known `at`."""
    made = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    top = Markup(
        '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="Thông Suốt">\n'
        '<meta name="dcterms.created" content="{}">\n<meta name="dcterms.modified" content="{}">\n'
        "<title>{}</title>\n"
    ).format(language, made, made, named)
    rest = "<style>\n" + style(*css) + "</style>\n</head>\n<body>\n"
    return (str(top) + rest + str(article) + "</body>\n</html>\n").encode()


def pdf(source: bytes) -> bytes:
    """Return a page of ours as a PDF; seconds of CPU."""
    from weasyprint import HTML  # noqa: PLC0415  (loads Pango; half a second)

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # screen-only properties of our CSS
    printed: bytes = HTML(string=source.decode(), base_url=None).write_pdf(
        pdf_identifier=hashlib.sha256(source).digest()[:16]
    )
    return printed


@cache
def environment(language: Language) -> Environment:
    """Return the templates of a language."""

    def said(text: Text) -> str:
        return text.said(language)

    made = Environment(
        loader=PackageLoader("reports.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["said"] = said
    return made
