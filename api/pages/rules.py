"""The page of rules: what each one is, where it fires now, how often it has."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from alerts.quantities import bound, written
from api.door import Ctx, Viewer
from api.snapshot import Picture
from core.incident import THRESHOLD, Incident, Severity
from core.inventory import Rule
from core.text import vietnamese_order

router = APIRouter(include_in_schema=False)
COUNTED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as its row shows it."""

    rule: Rule
    bound: str
    recovery: str | None
    severity: Severity
    firing: tuple[Incident, ...]
    fired: int


@router.get("/rules")
async def rules(request: Request, context: Ctx, asker: Viewer) -> HTMLResponse:
    """Show every rule: those that fire first, those that are only kept last."""
    picture: Picture = await request.app.state.pictures.now()
    fired = await context.ledger.incidents.fired(context.clock.now() - COUNTED)
    rows = [_shown(rule, picture, fired.get(rule.slug, 0)) for rule in picture.estate.rules]
    rows.sort(
        key=lambda one: (not one.rule.enabled, not one.firing, vietnamese_order(one.rule.name))
    )
    page: HTMLResponse = request.app.state.pages.render(
        request, "rules.html", asker, picture=picture, rows=rows, days=COUNTED.days
    )
    return page


def _shown(rule: Rule, picture: Picture, fired: int) -> Shown:
    firing = (i for i in picture.incidents if i.kind == THRESHOLD and i.cause == rule.slug)
    return Shown(
        rule,
        bound(rule),
        written(rule, rule.recovery) if rule.recovery is not None else None,
        Severity(rule.severity),
        tuple(firing),
        fired,
    )
