"""A month of meetings as a page, on paper and as a workbook."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from core.text import Language
from reports.annex import Annex
from reports.meetings_month import MeetingsMonth
from reports.render import annex_words, figures, words
from reports.render.annex import environment, pdf, whole
from reports.render.annex_words import number
from reports.render.annex_xlsx import Cell, Writer, span
from reports.render.document import DOTS
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead

_HEADS = (
    "day", "meeting", "attended", "i12_rooms", "held", "time_in", "delegates", "troubles", "saved",
    "hours",
)  # fmt: skip


def render(month: MeetingsMonth, head: Letterhead, language: Language, form: Format) -> bytes:
    """Return the month as a file; the same data give the same bytes."""
    named = title(month, language)
    at = month.as_known_at
    match form:
        case Format.PDF:
            return pdf(whole(body(month, head, language), named, at, language, "report", "paper"))
        case Format.XLSX:
            return _xlsx(month, head, language)
        case _:
            return whole(body(month, head, language), named, at, language, "report")


def file_name(month: MeetingsMonth, language: Language, form: Format) -> str:
    """Return a plain name: `meetings-2026-11.vi.pdf`."""
    return f"meetings-{month.period.first:%Y-%m}.{language}.{form.value}"


def title(month: MeetingsMonth, language: Language) -> str:
    """Return the title in one line."""
    named = month.period.name.said(language)
    return f"{annex_words.said('month_title', language)} – {named}"


def body(month: MeetingsMonth, head: Letterhead, language: Language) -> Markup:
    """Return the `<article>` of the month, which needs the style sheet `report` around it."""
    values: dict[str, object] = {
        "month": month,
        "head": head,
        "language": language,
        "dots": DOTS,
        "w": lambda key: annex_words.said(key, language),
        "r": lambda key: words.said(key, language),
        "facts": _facts(month, language),
        "method": _method(month, language),
        "minute": figures.minute,
        "span": lambda seconds: figures.clock(seconds, language),
        "whole": lambda value: figures.whole(value, language),
    }
    text = environment(language).get_template("meetings_month.html")
    return Markup(text.render(**values))  # noqa: S704  (escaped)


def _facts(month: MeetingsMonth, language: Language) -> list[tuple[str, str]]:
    def w(key: str) -> str:
        return annex_words.said(key, language)

    facts = [
        (annex_words.said("i11", language, w(reach.level.value)), f"{reach.having}/{reach.units}")
        for reach in month.reaches
    ]
    facts += [
        (w("i12"), figures.whole(len(month.annexes), language)),
        (w("i12_rooms"), f"{month.attended}/{month.invited}"),
        (w("i12_time"), figures.clock(month.seconds, language)),
        (w("troubled"), figures.whole(month.troubled, language)),
        (w("delegates"), _or_unknown(month.delegates, language)),
        (w("i13"), _or_unknown(month.saved, language)),
    ]
    hours = number(month.hours, language) if month.hours is not None else w("unknown")
    return [*facts, (w("i13_hours"), hours)]


def _or_unknown(value: int | None, language: Language) -> str:
    unknown = annex_words.said("unknown", language)
    return figures.whole(value, language) if value is not None else unknown


def _method(month: MeetingsMonth, language: Language) -> list[str]:
    told = [annex_words.said("counting_method", language)]
    told += [
        annex_words.said(key, language, n)
        for key, n in (("running", month.running), ("no_time", month.unseen))
        if n
    ]
    if month.unwatched:
        away = sum(one.unwatched.total for one in month.unwatched)
        named = (len(month.unwatched), figures.clock(away, language))
        told.append(annex_words.said("no_watch", language, *named))
    if not month.annexes:
        return told
    told.append(annex_words.said("presence_method", language))
    uncounted = sum(one.uncounted for one in month.annexes)
    return told + annex_words.saving_method(month.annexes[0].prices, uncounted, language)


def _xlsx(month: MeetingsMonth, head: Letterhead, language: Language) -> bytes:
    def w(key: str) -> str:
        return annex_words.said(key, language)

    writer = Writer(title(month, language), head, month.as_known_at)
    summary: list[Sequence[Cell]] = [
        (("text", name), ("text", value)) for name, value in _facts(month, language)
    ]
    named = [w("month"), month.period.name.said(language)]
    writer.table(w("month"), named, summary, widths=(50, 24))
    heads = [w(key) for key in _HEADS]
    writer.table(w("meeting"), heads, _lines(month.annexes), widths=(20, 24))
    prose: list[Sequence[Cell]] = [(("prose", text),) for text in _method(month, language)]
    writer.table(w("sheet_method"), (), prose, widths=(120, 12))
    return writer.content()


def _lines(annexes: Iterable[Annex]) -> Iterable[Sequence[Cell]]:
    for one in annexes:
        yield (
            ("moment", one.meeting.begin),
            ("text", one.meeting.title),
            ("whole", one.attended),
            ("whole", len(one.lines)),
            span(one.held),
            span(one.seconds if one.held is not None else None),  # nobody was seen: unknown
            ("whole", one.delegates),
            ("whole", len(one.troubles)),
            ("whole", one.saved),
            ("one", one.hours),
        )
