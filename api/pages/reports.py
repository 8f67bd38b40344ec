"""The uptime report to look at: choose, see, take along as a file."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import HTMLResponse, Response

from api.context import Context
from api.door import Ctx, Viewer
from api.snapshot import Picture
from api.v1.reports import built
from core.clock import LOCAL
from core.errors import DomainError, Invalid
from core.inventory import Dated, Inventory
from core.people import Role
from core.text import Language, Text, vietnamese_order
from core.watching import TargetKind
from reports.asking import asked, last, written
from reports.periods import period_of
from reports.render.document import body, style
from reports.render.kinds import Format
from reports.render.sheet import PAGE
from reports.report import PeriodKind, Report, ScopeKind
from reports.scopes import spellings

_D = TypeVar("_D", bound=Dated)
router = APIRouter(include_in_schema=False)
EVERY = {
    PeriodKind.DAY: Text("Ngày", "Day"),
    PeriodKind.WEEK: Text("Tuần", "Week"),
    PeriodKind.MONTH: Text("Tháng", "Month"),
    PeriodKind.QUARTER: Text("Quý", "Quarter"),
    PeriodKind.YEAR: Text("Năm", "Year"),
}
GROUPS = {
    ScopeKind.UNIT: Text("Đơn vị", "Units"),
    ScopeKind.ORGANISATION: Text("Cơ quan", "Organisations"),
    ScopeKind.CARRIER: Text("Nhà cung cấp dịch vụ", "Carriers"),
    ScopeKind.NETWORK: Text("Loại đường truyền", "Classes of links"),
    ScopeKind.TARGET: Text("Đối tượng", "Target"),
}
COUNTED = {
    TargetKind.SITE: Text("Điểm cầu", "Sites"),
    TargetKind.LINK: Text("Đường truyền", "Links"),
    TargetKind.DEVICE: Text("Thiết bị", "Devices"),
    TargetKind.ROOM: Text("Phòng họp", "Rooms"),
    TargetKind.SERVICE: Text("Dịch vụ", "Services"),
}
ALWAYS, EXPECTED = "24x7", "expected"
SENT = 20  # scheduled reports that are listed


def _or_none(value: object) -> object:
    return value or None  # what a form sends of a field left empty


class Choice(BaseModel):
    """What the form sends."""

    about: str = Field("", max_length=260)  # "unit:dong-nai"
    every: PeriodKind = PeriodKind.MONTH
    on: Annotated[date | None, BeforeValidator(_or_none)] = None  # a day within the period
    kind: Annotated[TargetKind | None, BeforeValidator(_or_none)] = None
    calendar: str = Field("", max_length=63)
    vantage: str = Field("", max_length=63)


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from, by the inventory's version."""

    version: int
    day: date
    groups: Mapping[ScopeKind, list[tuple[str, str]]]  # what is sent, what is shown
    ended: list[tuple[str, str]]  # what there was once, the latest first
    calendars: list[tuple[str, str]]
    vantages: list[str]  # that services name


@router.get("/reports/style.css")
async def report_style(asker: Viewer) -> Response:
    """Return the style of a report; its address changes whenever it does."""
    week = {"cache-control": "private, max-age=604800, immutable"}
    return Response(style("report"), media_type="text/css", headers=week)


@router.get("/reports")
async def reports(
    request: Request, context: Ctx, asker: Viewer, choice: Annotated[Choice, Query()]
) -> HTMLResponse:
    """Show the form, and the report if one is asked for."""
    pages = request.app.state.pages
    picture: Picture = await request.app.state.pictures.now()
    language, now = pages.language(request), context.clock.now()
    choices = await _choices(request, context, language)
    report: Report | None = None
    trouble: tuple[str, ...] = ()
    links: dict[Format, dict[str, str]] = {}
    if choice.about:
        try:
            report = await _report(context, choice, now)
            links = _links(report, choice)
        except DomainError as error:
            trouble = _said(error, language)
    page: HTMLResponse = pages.render(
        request,
        "reports.html",
        asker,
        status=422 if trouble else 200,
        choice=choice,
        picture=picture,
        on=choice.on or last(choice.every, now).first,
        today=now.astimezone(LOCAL).date(),
        choices=choices,
        groups=GROUPS,
        every=EVERY,
        counted=COUNTED,
        always=ALWAYS,
        expected=EXPECTED,
        report=report,
        shown=await _shown(report, context, language) if report else "",
        links=links,
        sent=await context.ledger.sendings.latest(SENT) if asker.role.allows(Role.OPERATOR) else [],
        trouble=trouble,
        style=style_address(),
    )
    return page


async def _report(context: Context, choice: Choice, now: datetime) -> Report:
    scope, _, key = choice.about.partition(":")
    period = period_of(choice.every, choice.on) if choice.on else last(choice.every, now)
    wanted = asked(
        {kind: key for kind in ScopeKind if kind.value == scope},
        {choice.every: written(period)},
        now,
        kind=choice.kind,
        calendar=choice.calendar or None,
        vantage=choice.vantage or None,
    )
    return await built(context, wanted)


async def _shown(report: Report, context: Context, language: Language) -> Markup:
    """Return the report for the page, made in a thread: others are waiting for theirs."""
    return await asyncio.to_thread(
        body, report, context.letterhead, language, bounds=PAGE, face="embedded"
    )


def _said(error: DomainError, language: Language) -> tuple[str, ...]:
    if isinstance(error, Invalid):
        return tuple(
            f"{one.what.said(language)}. {one.mend.said(language)}." for one in error.problems
        )
    return (error.text.said(language),)


def _links(report: Report, choice: Choice) -> dict[Format, dict[str, str]]:
    """Return the addresses of the files, of the very facts that the page shows."""
    scope, _, key = choice.about.partition(":")
    query = {
        scope: key,
        report.period.kind.value: written(report.period),
        "kind": choice.kind.value if choice.kind else "",
        "calendar": choice.calendar,
        "vantage": choice.vantage,
        "as_known_at": f"{report.as_known_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    kept = {name: value for name, value in query.items() if value}

    def address(form: Format, language: str) -> str:
        rest = {"language": language, "format": form.value}
        return f"/api/v1/reports/uptime?{urlencode(kept | rest)}"

    return {
        form: {language: address(form, language) for language in ("vi", "en")}
        for form in (Format.PDF, Format.XLSX, Format.HTML, Format.CSV, Format.JSON)
    }


async def _choices(request: Request, context: Context, language: Language) -> Choices:
    """Return what there is to choose from, read anew when the inventory has changed."""
    kept: dict[Language, Choices] = request.app.state.report_choices
    version = await context.ledger.inventory.version()
    day = context.clock.now().astimezone(LOCAL).date()
    known = kept.get(language)
    if known is None or (known.version, known.day) != (version, day):
        kept[language] = _drawn(await context.ledger.inventory.load(), version, language, day)
    return kept[language]


def _drawn(inventory: Inventory, version: int, language: Language, today: date) -> Choices:
    units = {unit.slug: unit for unit in _by_day(inventory.units)}
    organisations = {one.slug: one for one in _by_day(inventory.organisations)}
    carriers = spellings(link.carrier for link in inventory.links)
    networks = spellings(link.network for link in inventory.links)
    names: dict[ScopeKind, dict[str, str]] = {
        ScopeKind.UNIT: {
            slug: f"{(language == 'en' and unit.name_en) or unit.name} ({unit.code})"
            + _ended(unit, language)
            for slug, unit in units.items()
        },
        ScopeKind.ORGANISATION: {
            slug: one.name + _ended(one, language) for slug, one in organisations.items()
        },
        ScopeKind.CARRIER: {words: words for words in carriers.values()},
        ScopeKind.NETWORK: {words: words for words in networks.values()},
    }
    groups = {
        kind: sorted(
            ((f"{kind.value}:{key}", name) for key, name in found.items()),
            key=lambda pair: vietnamese_order(pair[1]),
        )
        for kind, found in names.items()
    }
    gone = {
        f"{kind.value}:{slug}": row.valid_to
        for kind, rows in ((ScopeKind.UNIT, units), (ScopeKind.ORGANISATION, organisations))
        for slug, row in rows.items()
        if row.valid_to is not None and row.valid_to <= today
    }
    ended = [pair for found in groups.values() for pair in found if pair[0] in gone]
    ended.sort(key=lambda pair: gone[pair[0]], reverse=True)
    groups = {
        kind: [pair for pair in found if pair[0] not in gone] for kind, found in groups.items()
    }
    tops = {slug for slug, one in units.items() if one.parent is None and one.valid_to is None}
    groups[ScopeKind.UNIT].sort(key=lambda pair: pair[0].partition(":")[2] not in tops)
    calendars = {one.slug: one.name for one in inventory.calendars}
    vantages = sorted({one.vantage for one in inventory.services if one.vantage})
    return Choices(version, today, groups, ended, sorted(calendars.items()), vantages)


def _by_day(rows: Iterable[_D]) -> list[_D]:
    return sorted(rows, key=lambda row: row.valid_from)


def _ended(row: Dated, language: Language) -> str:
    """Return until when something was: others may have its very name now."""
    if row.valid_to is None:
        return ""
    last = f"{row.valid_to - timedelta(days=1):%d/%m/%Y}"
    return Text(f", đến {last}", f", until {last}").said(language)


def style_address() -> str:
    """Return where the style of documents is, under a name that changes whenever it does."""
    mark = sha256(style("report").encode()).hexdigest()[:12]
    return f"/reports/style.css?v={mark}"
