"""Announced works: what is coming, what was, and the form that records a letter of a carrier."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import repeating
from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer
from api.forms import day, listed, moment, problem
from api.guard import client_address
from api.silencing import in_words, unknown
from api.snapshot import Picture
from core.errors import Invalid, Problem
from core.model import Model
from core.silence import Scope
from core.text import Language, nfc, vietnamese_order

router = APIRouter(include_in_schema=False)
PAST = timedelta(days=92)  # of works that are shown unasked


class Entry(Model):
    """The form as it was filled in. Times are local."""

    begin: str = ""
    end: str = ""
    repeat: str = ""
    repeat_until: str = ""
    reason: str = ""
    announced_at: str = ""
    reference: str = ""
    unit: str = ""
    carrier: str = ""
    circuits: str = ""
    targets: str = ""
    incident: str = ""

    @property
    def scope(self) -> Scope:
        """Return what is concerned."""
        return Scope(
            units=(self.unit,) if self.unit else (),
            carriers=(self.carrier,) if self.carrier else (),
            circuits=listed(self.circuits, blanks=False),
            targets=listed(self.targets),
            incidents=(self.incident,) if self.incident else (),
        )


def _entry(
    *,
    begin: Annotated[str, Form(max_length=40)] = "",
    end: Annotated[str, Form(max_length=40)] = "",
    repeat: Annotated[str, Form(max_length=20)] = "",
    repeat_until: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
    announced_at: Annotated[str, Form(max_length=40)] = "",
    reference: Annotated[str, Form(max_length=200)] = "",
    unit: Annotated[str, Form(max_length=63)] = "",
    carrier: Annotated[str, Form(max_length=200)] = "",
    circuits: Annotated[str, Form(max_length=2000)] = "",
    targets: Annotated[str, Form(max_length=2000)] = "",
    incident: Annotated[str, Form(max_length=40)] = "",
) -> Entry:
    return Entry(
        begin=begin,
        end=end,
        repeat=repeat,
        repeat_until=repeat_until,
        reason=nfc(reason),
        announced_at=announced_at,
        reference=nfc(reference),
        unit=unit,
        carrier=nfc(carrier),
        circuits=nfc(circuits),
        targets=targets,
        incident=incident,
    )


@router.get("/maintenance")
async def maintenance(
    request: Request, context: Ctx, asker: Viewer, incident: str = ""
) -> HTMLResponse:
    """Show works that are coming, going on, and of the last three months."""
    return await _page(request, context, asker, incident[:40])


@router.post("/maintenance")
async def add(
    request: Request, context: Ctx, asker: Operator, entry: Annotated[Entry, Depends(_entry)]
) -> Response:
    """Record announced works."""
    picture: Picture = await request.app.state.pictures.now()
    if wrong := [*_wrong(entry), *unknown(entry.scope, picture, "maintenance")]:
        raise Invalid(wrong)
    now = context.clock.now()
    await context.ledger.maintenance.add(
        moment("begin", entry.begin),
        moment("end", entry.end),
        entry.reason,
        asker.name,
        now,
        scope=entry.scope,
        rule=repeating.chosen(entry.repeat, day("repeat_until", entry.repeat_until)),
        announced_at=moment("announced_at", entry.announced_at) if entry.announced_at else None,
        reference=entry.reference or None,
        origin=client_address(request, context.settings.proxies),
    )
    return RedirectResponse("/maintenance", 303)


@router.post("/maintenance/{works}/cancel")
async def cancel(request: Request, context: Ctx, asker: Operator, works: str) -> RedirectResponse:
    """Call works off."""
    origin = client_address(request, context.settings.proxies)
    await context.ledger.maintenance.cancel(works, asker.name, context.clock.now(), origin)
    return RedirectResponse("/maintenance", 303)


async def _page(request: Request, context: Context, asker: Asker, proposed: str) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    rows = await context.ledger.maintenance.find(now - PAST)
    ahead = [row for row in rows if row.until > now and row.cancelled_at is None]
    targets = picture.estate.targets
    carriers = {target.carrier for target in targets if target.carrier}
    units = {slug for target in targets for slug in target.unit_path}
    language: Language = request.app.state.pages.language(request)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "maintenance.html",
        asker,
        picture=picture,
        ahead=ahead,
        behind=[row for row in reversed(rows) if row not in ahead],
        under_way={row.id for row in ahead if row.holds_until(now) is not None},
        repeats=lambda rule: repeating.said(rule, language),
        choices=repeating.CHOICES,
        proposed=proposed,
        concerns=lambda row: in_words(row.scope, picture, language),
        carriers=sorted(carriers, key=vietnamese_order),
        units=sorted(
            ((slug, picture.unit_name(slug, language)) for slug in units),
            key=lambda unit: vietnamese_order(unit[1]),
        ),
    )
    return page


def _wrong(entry: Entry) -> list[Problem]:
    if entry.reason:
        return []
    return [
        problem(
            "reason",
            "chưa có nội dung",
            "it says nothing",
            "Hãy ghi nội dung công việc",
            "Say what the works are",
        )
    ]
