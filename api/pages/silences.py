"""Silences: who wants to hear nothing of what, what that hides, and the form to ask for it."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import repeating
from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer
from api.forms import day, listed, moment, together
from api.guard import client_address
from api.localtime import next_morning
from api.silencing import in_words, seen, unknown
from api.snapshot import Picture
from core.clock import LOCAL
from core.errors import Invalid
from core.model import Model
from core.silence import Scope
from core.text import Language, nfc, vietnamese_order
from storage.silences import Wanted, lacking

router = APIRouter(include_in_schema=False)
PAST = timedelta(days=31)  # of silences that are shown when they are over
For = Literal["hour", "morning", "date"]


class Entry(Model):
    """The form as it was filled in. Times are local."""

    reason: str = ""
    begin: str = ""
    end: str = ""
    repeat: str = ""
    repeat_until: str = ""
    unit: str = ""
    carrier: str = ""
    circuits: str = ""
    targets: str = ""

    @property
    def scope(self) -> Scope:
        """Return what is meant."""
        return Scope(
            units=(self.unit,) if self.unit else (),
            carriers=(self.carrier,) if self.carrier else (),
            circuits=listed(self.circuits, blanks=False),
            targets=listed(self.targets),
        )


def _entry(
    *,
    reason: Annotated[str, Form(max_length=200)] = "",
    begin: Annotated[str, Form(max_length=40)] = "",
    end: Annotated[str, Form(max_length=40)] = "",
    repeat: Annotated[str, Form(max_length=20)] = "",
    repeat_until: Annotated[str, Form(max_length=20)] = "",
    unit: Annotated[str, Form(max_length=63)] = "",
    carrier: Annotated[str, Form(max_length=200)] = "",
    circuits: Annotated[str, Form(max_length=2000)] = "",
    targets: Annotated[str, Form(max_length=2000)] = "",
) -> Entry:
    return Entry(
        reason=nfc(reason),
        begin=begin,
        end=end,
        repeat=repeat,
        repeat_until=repeat_until,
        unit=unit,
        carrier=nfc(carrier),
        circuits=nfc(circuits),
        targets=targets,
    )


@router.get("/silences")
async def silences(
    request: Request, context: Ctx, asker: Viewer, targets: str = ""
) -> HTMLResponse:
    """Show silences that hold now, that are to come, and those of the last month."""
    return await _page(request, context, asker, targets[:2000])


@router.post("/silences")
async def add(
    request: Request, context: Ctx, asker: Operator, entry: Annotated[Entry, Depends(_entry)]
) -> Response:
    """Silence what the form means, in the asker's name."""
    await _keep(request, context, asker, _wanted(entry, context.clock.now()))
    return RedirectResponse("/silences", 303)


@router.post("/silences/{silence}/end")
async def end(request: Request, context: Ctx, asker: Operator, silence: str) -> RedirectResponse:
    """End a silence: what it held back goes out now."""
    origin = client_address(request, context.settings.proxies)
    book = context.ledger.silences
    _, events = await book.end(silence, asker.name, context.clock.now(), origin)
    context.live.publish(events)
    return RedirectResponse("/silences", 303)


@router.post("/incidents/{incident}/silence")
async def of_incident(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    *,
    until: Annotated[For, Form()],
    end: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Silence one incident for an hour, until the morning, or until a date."""
    now = context.clock.now()
    wanted = Wanted(now, _until(until, end, now), nfc(reason), Scope(incidents=(incident,)))
    await _keep(request, context, asker, wanted)
    return RedirectResponse(f"/incidents/{incident}", 303)


async def _keep(request: Request, context: Context, asker: Asker, wanted: Wanted) -> None:
    picture: Picture = await request.app.state.pictures.now()
    if problems := unknown(wanted.scope, picture):
        raise Invalid(problems)
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    _, events = await context.ledger.silences.add(wanted, asker.name, now, origin=origin)
    context.live.publish(events)


def _until(until: For, end: str, now: datetime) -> datetime:
    if until == "hour":
        return now + timedelta(hours=1)
    if until == "morning":
        return next_morning(now)
    return moment("end", end)


def _wanted(entry: Entry, now: datetime) -> Wanted:
    """Return what a form asks for; Invalid names every time that is none."""
    together(
        lambda: moment("begin", entry.begin) if entry.begin else None,
        lambda: moment("end", entry.end),
        lambda: day("repeat_until", entry.repeat_until),
        lambda: _meant(entry),
    )
    return Wanted(
        begin=moment("begin", entry.begin) if entry.begin else now,
        end=moment("end", entry.end),
        reason=entry.reason,
        scope=entry.scope,
        rule=repeating.chosen(entry.repeat, day("repeat_until", entry.repeat_until)),
    )


def _meant(entry: Entry) -> None:
    if problems := lacking(entry.scope, entry.reason):
        raise Invalid(problems)


async def _page(request: Request, context: Context, asker: Asker, proposed: str) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    rows = await context.ledger.silences.find(now - PAST)
    held = await context.ledger.silences.hidden([row.id for row in rows])
    known = await asyncio.to_thread(seen, rows, held, picture, now)
    language: Language = request.app.state.pages.language(request)
    targets = picture.estate.targets
    units = {slug for target in targets for slug in target.unit_path}
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "silences.html",
        asker,
        picture=picture,
        active=[one for one in known if one.span is not None],
        coming=[one for one in known if one.span is None and not one.silence.over(now)],
        over=[one for one in reversed(known) if one.silence.over(now)],
        means=lambda scope: in_words(scope, picture, language),
        repeats=lambda rule: repeating.said(rule, language),
        choices=repeating.CHOICES,
        carriers=sorted({t.carrier for t in targets if t.carrier}, key=vietnamese_order),
        units=sorted(
            ((slug, picture.unit_name(slug, language)) for slug in units),
            key=lambda unit: vietnamese_order(unit[1]),
        ),
        proposed=proposed,
        latest=f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}",
    )
    return page
