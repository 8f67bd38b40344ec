"""Rules: what they are, where they fire, and when one would have."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from alerts.quantities import bound
from alerts.rules import Firing, Tried
from api.door import Ctx, Operator, Viewer
from api.rules import firing, trial
from api.snapshot import Picture
from core.incident import Severity

router = APIRouter(prefix="/api/v1/rules", tags=["rules"])
COUNTED = timedelta(days=30)
MOST = 5000  # firings of one answer


class RuleOut(BaseModel):
    """A bound on a measured value, and how it stands."""

    slug: str
    name: str
    name_en: str | None
    metric: str = Field(description="The name of a series; PromQL where `value` is expression.")
    labels: tuple[str, ...] = Field(description="Conditions: `name=value` or `name!=value`.")
    value: str = Field(
        description="What is compared: last, mean, rate, of_capacity (per cent) or expression."
    )
    window: int = Field(description="Minutes.")
    comparison: str = Field(description="above or below.")
    threshold: float
    recovery: float | None = Field(description="Over at this; null: at the threshold.")
    bound: str = Field(description="The threshold as people read it.")
    duration: int = Field(description="Minutes that it has to last.")
    calendar: str | None = Field(description="Hours in which it holds; null: always.")
    severity: Severity
    unit: str | None = Field(description="Only for what lies within this unit.")
    kind: str | None = Field(description="Only for device, link or service.")
    role: str | None = Field(description="Only for devices of this role.")
    enabled: bool
    source: str = Field(description="Whose number it is: law, proposal (of ours) or own.")
    firing: list[str] = Field(description="Its open incidents.")
    fired_30_days: int = Field(description="How many incidents it has opened in 30 days.")


class FiringOut(BaseModel):
    """A time that one series would have spent firing."""

    target: str
    series: str
    began_at: datetime = Field(description="Beyond the threshold from here.")
    fired_at: datetime
    ended_at: datetime | None = Field(description="null: it has not cleared.")


class TrialOut(BaseModel):
    """What a rule would have done. Nothing was told, and nothing is changed."""

    rule: str
    begin: datetime
    end: datetime
    series: int = Field(description="How many series it looked at.")
    count: int = Field(description="How often it would have fired.")
    targets: int = Field(description="For how many targets.")
    hidden: int = Field(description="How often besides, during outages; that is not told.")
    firings: list[FiringOut] = Field(description=f"By time, the first {MOST}.")


@router.get("", summary="Rules: where each fires, and how often it has")
async def rules(request: Request, context: Ctx, asker: Viewer) -> list[RuleOut]:
    """Return every rule that there is today, enabled or not, by its slug."""
    picture: Picture = await request.app.state.pictures.now()
    fired = await context.ledger.incidents.fired(context.clock.now() - COUNTED)
    return [
        RuleOut.model_validate(
            rule.model_dump()
            | {
                "bound": bound(rule),
                "firing": [incident.id for incident in firing(rule, picture)],
                "fired_30_days": fired.get(rule.slug, 0),
            }
        )
        for rule in sorted(picture.estate.rules, key=lambda rule: rule.slug)
    ]


@router.post("/{slug}/trial", summary="When a rule would have fired (operator)")
async def try_out(
    context: Ctx,
    asker: Operator,
    slug: str,
    days: Annotated[int, Query(ge=1, le=92, description="How many days back from now.")] = 30,
) -> TrialOut:
    """Put the stored samples through the rule once more; it answers when that is done.

    404 if there is no such rule; 503 if no series are kept, or the engine does not answer.
    """
    return _out(await trial(context, slug, timedelta(days=days))(lambda _: None))


def _out(found: Tried) -> TrialOut:
    return TrialOut(
        rule=found.rule.slug,
        begin=found.begin,
        end=found.end,
        series=found.series,
        count=len(found.firings),
        targets=found.targets,
        hidden=len(found.hidden),
        firings=[_firing(one) for one in found.firings[:MOST]],
    )


def _firing(one: Firing) -> FiringOut:
    return FiringOut(
        target=one.target,
        series=one.series,
        began_at=one.begin,
        fired_at=one.fired_at,
        ended_at=one.end,
    )
