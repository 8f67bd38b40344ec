"""Units and whatever is watched: how they are, since when, and how they were."""

from datetime import datetime, timedelta
from math import isfinite
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.board import UnitNode, draw, find
from api.context import Context
from api.door import Ctx, RowNumber, Viewer
from api.listing import page_of, stamp, tag, unchanged
from api.panels import UNITS, Panel, curves, panels_of, span
from api.paths import up
from api.search import search
from api.services import service_rows
from api.snapshot import Picture
from api.v1.shapes import (
    CheckOut,
    CurveOut,
    FoundOut,
    IntervalOut,
    SampleOut,
    SeriesOut,
    ServiceOut,
    ServicePage,
    TargetDetail,
    TargetOut,
    TargetPage,
    TransitionOut,
    UnitOut,
    check_out,
    interval_out,
    target_out,
    transition_out,
)
from core.errors import NotFound, Unavailable
from core.status import Status
from core.text import Text
from core.watching import Check, Target, TargetKind

router = APIRouter(prefix="/api/v1", tags=["estate"])
SAMPLES = 500  # shown of one check
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows of a page.")]
Hours = Annotated[int, Query(ge=1, le=24 * 7, description="Length of the span that ends now.")]


def unit_out(node: UnitNode) -> UnitOut:
    """Return a unit and everything below it."""
    unit = node.unit
    return UnitOut(
        slug=node.slug,
        code=unit.code if unit else None,
        level=unit.level.value if unit else None,
        name=node.name,
        name_en=unit.name_en if unit else None,
        parent=unit.parent if unit else None,
        status=node.status,
        sites=dict(node.counts),
        devices=dict(node.devices),
        children=[unit_out(child) for child in node.children],
    )


def the_target(picture: Picture, slug: str) -> Target:
    """Return a target; NotFound if there is none."""
    target = picture.targets.get(slug)
    if target is None:
        raise NotFound(
            Text(f"Không có đối tượng nào tên là {slug}", f"There is no target named {slug}")
        )
    return target


@router.get("/units", summary="The tree of units with counts by status")
async def units(request: Request, response: Response, asker: Viewer) -> list[UnitOut]:
    """Return every top unit with all units below it, worst first."""
    picture = await request.app.state.pictures.now()
    entity_tag = tag(request, picture.key)
    if same := unchanged(request, entity_tag):
        return same  # type: ignore[return-value]  # FastAPI passes a Response on as it is
    stamp(response, entity_tag)
    return [unit_out(node) for node in draw(picture).tree]


@router.get("/units/{slug}", summary="One unit")
async def unit(request: Request, asker: Viewer, slug: str) -> UnitOut:
    """Return a unit and everything below it."""
    found = find(draw(await request.app.state.pictures.now()).tree, slug)
    if found is None:
        raise NotFound(Text(f"Không có đơn vị nào tên là {slug}", f"There is no unit {slug}"))
    return unit_out(found[1])


class Filter(BaseModel):
    """What of a list is wanted."""

    unit: str | None = Field(None, description="Only within this unit.")
    status: Status | None = Field(None, description="Only of this status.")
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")
    limit: int = Field(200, ge=1, le=1000, description="Rows of a page.")


Wanted = Annotated[Filter, Query()]


async def _listed(
    request: Request, response: Response, kind: TargetKind, wanted: Filter
) -> TargetPage | Response:
    picture: Picture = await request.app.state.pictures.now()
    entity_tag = tag(request, picture.key)
    if same := unchanged(request, entity_tag):
        return same
    rows = _wanted(picture, kind, wanted)
    shown, following = page_of(rows, lambda target: target.slug, wanted.cursor, wanted.limit)
    stamp(response, entity_tag)
    return TargetPage(items=[_out(picture, target) for target in shown], next=following)


def _wanted(picture: Picture, kind: TargetKind, wanted: Filter) -> list[Target]:
    return [
        target
        for target in picture.estate.targets
        if target.kind is kind
        and (wanted.unit is None or wanted.unit in target.unit_path)
        and (wanted.status is None or picture.status(target.slug) is wanted.status)
    ]


def _out(picture: Picture, target: Target) -> TargetOut:
    incident = picture.incident_of(target.slug)
    return target_out(target, picture.states.get(target.slug), incident.id if incident else None)


@router.get("/sites", response_model=TargetPage, summary="Sites")
async def sites(
    request: Request, response: Response, asker: Viewer, wanted: Wanted
) -> TargetPage | Response:
    """List sites in the order of their slugs."""
    return await _listed(request, response, TargetKind.SITE, wanted)


@router.get("/devices", response_model=TargetPage, summary="Devices")
async def devices(
    request: Request, response: Response, asker: Viewer, wanted: Wanted
) -> TargetPage | Response:
    """List devices in the order of their slugs."""
    return await _listed(request, response, TargetKind.DEVICE, wanted)


@router.get("/links", response_model=TargetPage, summary="Links")
async def links(
    request: Request, response: Response, asker: Viewer, wanted: Wanted
) -> TargetPage | Response:
    """List links in the order of their slugs."""
    return await _listed(request, response, TargetKind.LINK, wanted)


@router.get("/rooms", response_model=TargetPage, summary="Rooms")
async def rooms(
    request: Request, response: Response, asker: Viewer, wanted: Wanted
) -> TargetPage | Response:
    """List rooms in the order of their slugs; `members` is the endpoint or site each is as."""
    return await _listed(request, response, TargetKind.ROOM, wanted)


@router.get("/services", response_model=ServicePage, summary="Services and websites")
async def services(
    request: Request, response: Response, context: Ctx, asker: Viewer, wanted: Wanted
) -> ServicePage | Response:
    """List services in the order of their slugs."""
    picture: Picture = await request.app.state.pictures.now()
    rows = _wanted(picture, TargetKind.SERVICE, wanted)
    shown, following = page_of(rows, lambda target: target.slug, wanted.cursor, wanted.limit)
    known = {row.target.slug: row for row in service_rows(context, picture, shown)}
    expiries = [known[target.slug].expires for target in shown]
    entity_tag = tag(request, picture.key, expiries)
    if same := unchanged(request, entity_tag):
        return same
    stamp(response, entity_tag)
    items = [
        ServiceOut(
            **_out(picture, target).model_dump(),
            url=known[target.slug].url,
            vantage=known[target.slug].vantage,
            certificate_expires_at=known[target.slug].expires,
        )
        for target in shown
    ]
    return ServicePage(items=items, next=following)


def newest(context: Context, check: Check) -> CheckOut:
    """Return a check with what it brought last."""
    read = context.fleet.newest(check.slug)
    samples = None
    if read is not None:
        at, rows = read
        samples = (
            at,
            [
                SampleOut(name=series.name, labels=dict(series.labels), value=value)
                for series, value in rows[:SAMPLES]
                if isfinite(value)
            ],
        )
    look = context.fleet.look(check.slug)
    return check_out(check, look, samples, context.transcript(check.target, check.collector))


@router.get("/targets/{slug}", summary="One target: status, way to the centre, last readings")
async def target(request: Request, context: Ctx, asker: Viewer, slug: str) -> TargetDetail:
    """Return everything that is known of a target now."""
    picture: Picture = await request.app.state.pictures.now()
    found = the_target(picture, slug)
    return TargetDetail(
        **_out(picture, found).model_dump(),
        path=[step.target.slug for step in up(picture.targets, found)],
        checks=[newest(context, c) for c in picture.estate.checks if c.target == slug],
    )


@router.get("/targets/{slug}/transitions", summary="Changes of a target's status")
async def transitions(
    request: Request,
    context: Ctx,
    asker: Viewer,
    slug: str,
    *,
    before: Annotated[RowNumber | None, Query(description="Only rows with a smaller id.")] = None,
    limit: Limit = 100,
) -> list[TransitionOut]:
    """List changes, the newest first."""
    the_target(await request.app.state.pictures.now(), slug)
    rows = await context.ledger.status.transitions(slug, limit, before)
    return [transition_out(row) for row in rows]


@router.get("/targets/{slug}/intervals", summary="Status intervals of a target")
async def intervals(
    request: Request,
    context: Ctx,
    asker: Viewer,
    slug: str,
    *,
    hours: Hours = 24,
    as_known_at: Annotated[
        datetime | None, Query(description="What was known at that instant (with offset).")
    ] = None,
) -> list[IntervalOut]:
    """List half-open intervals that cover the span, the oldest first."""
    the_target(await request.app.state.pictures.now(), slug)
    now = context.clock.now()
    begin = now - timedelta(hours=hours)
    known = as_known_at if as_known_at is None or as_known_at.tzinfo else None
    rows = await context.ledger.status.intervals([slug], begin, now, as_known_at=known)
    return [interval_out(row) for row in rows]


@router.get("/series/{slug}", summary="The lines of a chart")
async def series(
    request: Request,
    context: Ctx,
    asker: Viewer,
    slug: str,
    *,
    panel: Annotated[Panel | None, Query(description="Default: the target's first.")] = None,
    hours: Hours = 24,
) -> SeriesOut:
    """Read the engine. 503 where none is configured or it does not answer."""
    picture: Picture = await request.app.state.pictures.now()
    found = the_target(picture, slug)
    if context.series is None:
        raise Unavailable(
            Text("Chưa có máy chủ chuỗi thời gian", "No time-series engine is configured")
        )
    chosen, now = panel or panels_of(found)[0], context.clock.now()
    begin, end, step = span(hours, now)
    lines = await curves(context.series, picture.estate, found, chosen, hours=hours, now=now)
    return SeriesOut(
        target=slug,
        panel=chosen,
        begin=begin,
        end=end,
        step=step,
        curves=[
            CurveOut(
                name=query.name.en,
                unit=UNITS[chosen],
                points=[(at.timestamp(), value) for at, value in curve.points],
            )
            for query, curve in lines
        ],
    )


@router.get("/search", summary="Find by any part of a name, without diacritics")
async def found(
    request: Request, asker: Viewer, q: Annotated[str, Query(max_length=100)] = ""
) -> list[FoundOut]:
    """Return at most 50 hits, the best first."""
    return search(await request.app.state.pictures.now(), q)
