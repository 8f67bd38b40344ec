"""The pages of rules: what each is, where it fires now, how often it has, or would have."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alerts.quantities import bound, written
from alerts.rules import Tried
from api.door import Ctx, Operator, Viewer
from api.errands import Errands
from api.errors import sentences
from api.rules import firing, trial
from api.snapshot import Picture
from core.incident import Incident, Severity
from core.inventory import Rule
from core.people import Role
from core.text import Language, Text, vietnamese_order

router = APIRouter(include_in_schema=False)
COUNTED = timedelta(days=30)
MOST = 200  # firings of a trial that are shown; the interface has more
BUSY = Text(
    "Đang có nhiều lần thử ngưỡng chạy dở, vui lòng đợi một lần xong",
    "Several rules are being tried, please wait until one is done",
)


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
    language = request.app.state.pages.language(request)
    rows = [
        _shown(rule, picture, fired.get(rule.slug, 0), language) for rule in picture.estate.rules
    ]
    rows.sort(
        key=lambda one: (not one.rule.enabled, not one.firing, vietnamese_order(one.rule.name))
    )
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "rules.html",
        asker,
        picture=picture,
        rows=rows,
        days=COUNTED.days,
        can_try=context.try_rule is not None and asker.role.allows(Role.OPERATOR),
    )
    return page


@router.post("/rules/{slug}/trial")
async def begin(request: Request, context: Ctx, asker: Operator, slug: str) -> RedirectResponse:
    """Begin to try a rule over the days that are counted, and lead to where it is shown."""
    work = trial(context, slug, COUNTED)
    shelf: Errands[Tried] = request.app.state.rule_trials
    return RedirectResponse(f"/rules/trials/{shelf.begin(asker.name, work)}", 303)


@router.get("/rules/trials/{token}")
async def shown(request: Request, asker: Operator, token: str) -> Response:
    """Show how far a trial has come, or when the rule would have fired."""
    shelf: Errands[Tried] = request.app.state.rule_trials
    errand = shelf.of(token, asker.name)
    if errand is None:
        return RedirectResponse("/rules", 303)
    picture: Picture = await request.app.state.pictures.now()
    found, language = errand.found, request.app.state.pages.language(request)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "rule_trial.html",
        asker,
        picture=picture,
        errand=errand,
        refusals=sentences(errand.refused) if errand.refused is not None else (),
        found=found,
        bound=bound(found.rule, language) if found is not None else "",
        most=MOST,
        days=COUNTED.days,
    )
    return page


def _shown(rule: Rule, picture: Picture, fired: int, language: Language) -> Shown:
    return Shown(
        rule,
        bound(rule, language),
        written(rule, rule.recovery, language) if rule.recovery is not None else None,
        Severity(rule.severity),
        firing(rule, picture),
        fired,
    )
