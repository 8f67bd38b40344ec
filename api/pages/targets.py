"""A site, a device or a link: how it is, its way to the centre, its last day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from alerts.quality_words import of_room
from api import grafana, remarks
from api.charts import Curve, Frame, line_chart, status_bar
from api.context import Context
from api.door import Ctx, Viewer
from api.meetings import room_now
from api.panels import Panel, curves, panels_of, present, span
from api.paths import up
from api.services import service_rows
from api.snapshot import Picture
from api.v1.estate import newest, the_target
from core import quantity
from core.errors import Unavailable
from core.status import Interval, Status
from core.text import Language, Text, vietnamese_order
from core.watching import Check, Target, TargetKind
from reports.capacity import SLOTS

router = APIRouter(include_in_schema=False)
TRANSITIONS = 30  # shown
INCIDENTS = 10
SAID = 8  # remarks of the device
DAY, HOUR = 24, 1  # hours
YOUNG = timedelta(hours=2)  # so long a day's chart would show next to nothing
_SILENT = {Status.DOWN, Status.UNREACHABLE, Status.UNKNOWN}  # there is no present value
_TITLES: dict[Panel, Text] = {
    "rtt": Text("Độ trễ khứ hồi", "Round-trip time"),
    "loss": Text("Tỷ lệ mất gói", "Packet loss"),
    "traffic": Text("Lưu lượng", "Traffic"),
    "response": Text("Thời gian trả lời", "Time to answer"),
}
NO_ENGINE = Text(
    "Chưa có máy chủ chuỗi thời gian nên không vẽ được biểu đồ. Trạng thái và cảnh báo "
    "vẫn hoạt động bình thường.",
    "No time-series engine is configured, so there are no charts. Statuses and alerts work "
    "as usual.",
)
SILENT_ENGINE = Text(
    "Máy chủ chuỗi thời gian không trả lời. Trạng thái và cảnh báo vẫn hoạt động bình thường.",
    "The time-series engine does not answer. Statuses and alerts work as usual.",
)
NO_POINTS = Text("Chưa có số liệu trong khoảng này.", "No data in this span.")
NO_PORT = Text(
    "Chưa khai báo cổng SNMP của đường truyền này nên không có số liệu lưu lượng.",
    "No SNMP port of this link is declared, so there are no traffic figures.",
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, or why there is none."""

    title: Text
    svg: Markup | None = None
    legend: tuple[tuple[str, str, str], ...] = ()  # css, name, present value
    missing: Text | None = None


def _short(value: float, language: Language) -> str:
    """Return a number with about three digits, without trailing zeros: `0,034`, `3,75`, `120`."""
    decimals = next((d for limit, d in ((0.1, 3), (10, 2), (100, 1)) if value < limit), 0)
    while decimals and round(value, decimals) == round(value, decimals - 1):
        decimals -= 1
    return quantity.number(value, language, decimals)


def _milliseconds(language: Language) -> Callable[[float], str]:
    def said(value: float) -> str:
        return f"{_short(value * 1000, language)} ms"

    return said


def _share(language: Language) -> Callable[[float], str]:
    def said(value: float) -> str:
        return f"{_short(value * 100, language)}%"

    return said


def _bits(language: Language) -> Callable[[float], str]:
    def said(value: float) -> str:
        for factor, unit in ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s")):
            if value >= factor:
                return f"{_short(value / factor, language)} {unit}"
        return f"{_short(value, language)} bit/s"

    return said


_UNITS: dict[Panel, Callable[[Language], Callable[[float], str]]] = {
    "rtt": _milliseconds,
    "loss": _share,
    "traffic": _bits,
    "response": _milliseconds,
}
_LEAST: dict[Panel, float] = {"rtt": 0.0001, "loss": 0.05, "traffic": 1000.0, "response": 0.001}


async def _drawn(
    context: Context, picture: Picture, target: Target, hours: int, language: Language
) -> list[Drawing]:
    now = context.clock.now()
    found = []
    for panel in panels_of(target):
        title = _TITLES[panel]
        if context.series is None:
            return [Drawing(Text("Biểu đồ", "Charts"), missing=NO_ENGINE)]
        try:
            lines = await curves(
                context.series, picture.estate, target, panel, hours=hours, now=now
            )
            values: list[float | None] = [None] * len(lines)
            if picture.status(target.slug) not in _SILENT:
                values = await present(context.series, picture.estate, target, panel, now=now)
        except Unavailable:
            return [Drawing(Text("Biểu đồ", "Charts"), missing=SILENT_ENGINE)]
        if not lines:
            found.append(Drawing(title, missing=NO_PORT))
            continue
        if not any(curve.points for _, curve in lines):
            found.append(Drawing(title, missing=NO_POINTS))
            continue
        begin, end, step = span(hours, now)
        unit = _UNITS[panel](language)
        frame = Frame(begin, end, step, unit, least=_LEAST[panel])
        named = [Curve(q.name.said(language), q.css, c.points) for q, c in lines]
        legend = tuple(
            (curve.css, curve.name, "—" if value is None else unit(value))
            for curve, value in zip(named, values, strict=True)
        )
        found.append(Drawing(title, line_chart(named, frame, title.said(language)), legend))
    return found


def _usual(intervals: Sequence[Interval], now: datetime) -> int:
    """Return how many hours to show unasked: a day, an hour of what was only just begun."""
    known = [one.begin for one in intervals if one.status is not Status.UNKNOWN]
    return HOUR if known and now - min(known) < YOUNG else DAY


@router.get("/targets/{slug}")
async def target(
    request: Request,
    context: Ctx,
    asker: Viewer,
    slug: str,
    hours: Annotated[int | None, Query(ge=1, le=168)] = None,
) -> HTMLResponse:
    """Show one target."""
    picture: Picture = await request.app.state.pictures.now()
    found = the_target(picture, slug)
    pages, now = request.app.state.pages, context.clock.now()
    language = pages.language(request)
    intervals = await context.ledger.status.intervals(
        [slug], now - timedelta(hours=hours or DAY), now
    )
    hours = hours or _usual(intervals, now)
    begin = now - timedelta(hours=hours)
    charted = _charted(picture, found)
    service = service_rows(context, picture, [found]) if found.kind is TargetKind.SERVICE else []
    week = context.line_use()
    checks = [one for one in picture.estate.checks if one.target == slug]
    past = await context.ledger.incidents.find(target=slug, limit=INCIDENTS)
    page: HTMLResponse = pages.render(
        request,
        "target.html",
        asker,
        picture=picture,
        target=found,
        state=picture.states.get(slug),
        path=up(picture.targets, found),
        members=_members(picture, found),
        shared=[picture.targets[slug] for slug in found.risks if slug in picture.targets],
        links=[t for t in picture.estate.targets if _ends_at(t, found)],
        served=_served(picture, found),
        service=next(iter(service), None),
        incident=picture.incident_of(slug),
        incidents=past.items,
        transitions=await context.ledger.status.transitions(slug, TRANSITIONS, None),
        bar=status_bar(intervals, begin, now, language, _bar_title(hours).said(language)),
        charted=charted,
        drawings=await _drawn(context, picture, charted, hours, language),
        checks=[newest(context, one) for one in checks],
        board=_board(context, found, checks, language),
        hours=hours,
        line_use=week.lines.get(slug) if week is not None else None,
        week=week,
        slots=SLOTS,
        quality=context.line_quality().get(slug),
        room=await room_now(context, picture, slug) if found.kind is TargetKind.ROOM else None,
        sounds=lambda quality: of_room(quality, language),
        heard=remarks,
        said=(await context.ledger.remarks.find(remarks.wanted(picture, target=slug), SAID)).items,
    )
    return page


def _board(
    context: Context, target: Target, checks: Iterable[Check], language: Language
) -> str | None:
    """Return where the Grafana board of a target is, None where no Grafana is known."""
    base = context.settings.grafana
    if base is None:
        return None
    return grafana.address_of(base, target, {one.collector for one in checks}, language)


def _charted(picture: Picture, target: Target) -> Target:
    """Return whose charts to show: of a room its endpoint's, of a site its gateway's."""
    shown = target
    while shown.kind in {TargetKind.SITE, TargetKind.ROOM} and shown.members:
        below = picture.targets.get(shown.members[0])
        if below is None:
            break
        shown = below
    return shown


def _served(picture: Picture, target: Target) -> list[Target]:
    """Return the rooms and services that stand at a site, or hang on a device, worst first."""
    if target.kind not in {TargetKind.SITE, TargetKind.DEVICE}:
        return []
    return worst_first(
        picture,
        (
            one.slug
            for one in picture.estate.targets
            if (one.kind is TargetKind.ROOM and target.slug in {one.site, *one.members})
            or (one.kind is TargetKind.SERVICE and target.slug in {one.site, *one.uplinks})
        ),
    )


def worst_first(picture: Picture, slugs: Iterable[str]) -> list[Target]:
    """Return targets, those that are worst first, else by name."""
    found = [picture.targets[slug] for slug in slugs if slug in picture.targets]
    return sorted(found, key=lambda t: (-picture.status(t.slug).badness, vietnamese_order(t.name)))


def _bar_title(hours: int) -> Text:
    return Text(f"Trạng thái trong {hours} giờ qua", f"Status over the last {hours} hours")


def _members(picture: Picture, target: Target) -> list[Target]:
    if target.kind is TargetKind.SITE:
        return picture.by_site.get(target.slug, [])
    if target.kind is TargetKind.GROUP:
        return worst_first(picture, target.members)
    return [picture.targets[slug] for slug in target.members if slug in picture.targets]


def _ends_at(link: Target, site: Target) -> bool:
    """Say whether a link ends at one of a site's devices, or at this very device."""
    if link.kind is not TargetKind.LINK:
        return False
    ends = {*link.members, *link.uplinks}
    own = site.members if site.kind is TargetKind.SITE else (site.slug,)
    return site.kind is not TargetKind.LINK and not ends.isdisjoint(own)


@router.get("/sites/{slug}")
@router.get("/devices/{slug}")
@router.get("/links/{slug}")
@router.get("/rooms/{slug}")
@router.get("/services/{slug}")
async def by_kind(asker: Viewer, slug: str) -> RedirectResponse:
    """Lead the longer address to the page of the target."""
    return RedirectResponse(f"/targets/{slug}", 308)
