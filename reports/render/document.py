"""The report as a document: one template, for the screen, for mail and for paper."""

from datetime import UTC
from fractions import Fraction
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from core.text import Language, Text
from reports.render import charts, figures, words
from reports.render.letterhead import Letterhead
from reports.render.sheet import SCREEN, Bounds, Sheet, blame, lost, sheet
from reports.report import Bucket, Report, Row, Seconds

DOTS = "…………………………"
_SUMS = ("numerator", "degraded", "down", "denominator", "excluded", "unknown", "total")
_SHOWN = (Bucket.UP, Bucket.DEGRADED, Bucket.DOWN, Bucket.UNKNOWN, Bucket.EXCLUDED)


@cache
def _environment(language: Language) -> Environment:
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
    made.filters["capitalize"] = lambda text: text[:1].upper() + text[1:]
    return made


def style(*names: str) -> str:
    """Return style sheets of ours, `report` for the screen and `paper` on top of it."""
    folder = files("reports.render").joinpath("templates")
    return "".join(folder.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in names)


def body(
    report: Report,
    head: Letterhead,
    language: Language,
    *,
    bounds: Bounds = SCREEN,
    face: str = "whole",
) -> Markup:
    """Return the `<article>` of a report, which needs the style sheet `report` around it.

    `face` is a class of it: "whole", or "embedded" in a page that has a head of its own.
    """
    shown = sheet(report, bounds)
    text = _environment(language).get_template("report.html")
    return Markup(text.render(**_values(shown, head, language), face=face))  # noqa: S704  (escaped)


def page(report: Report, head: Letterhead, language: Language) -> bytes:
    """Return one self-contained HTML file."""
    return _whole(body(report, head, language), report, language, style("report"))


def paper(report: Report, head: Letterhead, language: Language, bounds: Bounds) -> bytes:
    """Return the HTML that the PDF is printed from."""
    article = body(report, head, language, bounds=bounds)
    return _whole(article, report, language, style("report", "paper"))


def title(report: Report, language: Language) -> str:
    """Return the report's title in one line."""
    named = report.scope.name.said(language)
    return f"{words.said('title', language)} – {named} – {report.period.name.said(language)}"


def _whole(article: Markup, report: Report, language: Language, css: str) -> bytes:
    made = f"{report.as_known_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    head = Markup(
        '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="Thông Suốt">\n'
        '<meta name="dcterms.created" content="{}">\n<meta name="dcterms.modified" content="{}">\n'
        "<title>{}</title>\n"
    ).format(language, made, made, title(report, language))
    rest = "<style>\n" + css + "</style>\n</head>\n<body>\n" + str(article) + "</body>\n</html>\n"
    return (str(head) + rest).encode()


def _values(shown: Sheet, head: Letterhead, language: Language) -> dict[str, object]:
    report = shown.report
    now, before = shown.whole.seconds, shown.whole.before
    named = report.period.name.said(language)

    def change(one: Seconds, other: Seconds | None) -> str:
        return figures.points(one.availability, other.availability if other else None, language)

    def w(key: str, *values: object) -> str:
        return words.said(key, language, *values)

    def timeline(row: Row) -> Markup:
        return charts.timeline(row.timeline, report.period)

    return {
        "language": language,
        "sheet": shown,
        "report": report,
        "head": head,
        "dots": DOTS,
        "w": w,
        "no_data": words.NO_DATA.said(language),
        "scope_word": words.SCOPE[report.scope.kind].said(language),
        "period_name": named if language == "en" else named[:1].lower() + named[1:],
        "method": words.METHOD,
        "crowding_asked": report.crowding_asked,
        "directions": words.DIRECTION,
        "fraction": Fraction,
        "sums": [
            (key, getattr(now, key), getattr(before, key) if before else None) for key in _SUMS
        ],
        "buckets": [(bucket, words.BUCKET[bucket]) for bucket in _SHOWN],
        "column": charts.column_length(report.period),
        "axis": charts.axis(report.period, language),
        "untrusted": charts.untrusted(report.unsynchronised, report.period),
        "timeline": timeline,
        "mark": charts.mark,
        "bars": charts.bars,
        "solid": charts.solid(),
        "hollow": charts.hollow(),
        "lost": lost,
        "blame": lambda outage: blame(outage, language),
        "change": change,
        "pct": lambda value: figures.percent(value, language),
        "clock": lambda seconds: figures.clock(seconds, language),
        "mean": lambda seconds: figures.mean(seconds, language),
        "whole": lambda value: figures.whole(value, language),
        "moment": figures.moment,
        "minute": figures.minute,
        "day": figures.day,
    }
