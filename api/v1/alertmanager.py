"""Alerts of an Alertmanager: its webhook receiver, version 4 of the payload.

<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>. It asks again after a
5xx, and says the same again every `repeat_interval`: what is known already changes nothing.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.door import Ctx, Operator
from api.errors import Refused
from core.alert import Alert
from core.text import Text

PATH = "/api/v1/alertmanager"
LONGEST = 4 * 1024 * 1024  # bytes of a request
MOST, SECONDS = 240, 60.0  # requests of one token
_ALERTS = 5000  # of one request
_YEAR_ONE = 1  # Go's zero time: it has not ended

router = APIRouter(tags=["alertmanager"])
Word = Annotated[str, Field(max_length=10_000)]


class AlertIn(BaseModel):
    """One alert, as Alertmanager tells it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: Literal["firing", "resolved"]
    labels: Annotated[Mapping[str, Word], Field(max_length=200)]
    annotations: Annotated[Mapping[str, Word], Field(max_length=200)] = {}
    startsAt: AwareDatetime  # noqa: N815  (their name)
    endsAt: AwareDatetime | None = None  # noqa: N815
    fingerprint: Annotated[str, Field(max_length=100)] = ""

    def alert(self) -> Alert:
        """Return it as ours."""
        over = self.endsAt is not None and self.endsAt.year > _YEAR_ONE
        return Alert(
            fingerprint=self.fingerprint or _fingerprint(self.labels),
            firing=self.status == "firing",
            starts_at=self.startsAt.astimezone(UTC),
            ends_at=self.endsAt.astimezone(UTC) if self.endsAt is not None and over else None,
            labels=dict(self.labels),
            summary=_summary(self.annotations),
        )


class AlertsIn(BaseModel):
    """A notification of a group of alerts."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal["4"]
    alerts: Annotated[list[AlertIn], Field(max_length=_ALERTS)]
    truncatedAlerts: Annotated[int, Field(ge=0)] = 0  # noqa: N815


class HeardOut(BaseModel):
    """What came of them. `truncated`: left out by the sender's `max_alerts`."""

    opened: int
    known: int
    recovered: int
    hidden: int
    ignored: int
    refused: int
    truncated: int


@router.post(PATH, summary="Alerts of an Alertmanager (operator, by API token)")
async def take(request: Request, context: Ctx, asker: Operator, told: AlertsIn) -> HeardOut:
    """Open and close incidents of kind `external`; 200 once that is written.

    Known by fingerprint: the same again changes nothing.
    """
    if not request.app.state.alerts_pace.allows(asker.name):
        raise Refused(429, headers={"retry-after": str(int(SECONDS))})
    if context.report_alerts is None:
        raise Refused(503, Text("Máy này không nhận cảnh báo", "No alerts are taken here"))
    if any(_is_odd(alert.startsAt) for alert in told.alerts):
        raise Refused(422)
    alerts = [alert.alert() for alert in told.alerts]
    heard = await context.report_alerts(alerts, told.truncatedAlerts)
    return HeardOut(
        opened=heard.opened,
        known=heard.known,
        recovered=heard.recovered,
        hidden=heard.hidden,
        ignored=heard.ignored,
        refused=heard.refused,
        truncated=told.truncatedAlerts,
    )


def _is_odd(at: datetime) -> bool:
    """Say whether a time is none that the ledger can hold."""
    return not 1970 < at.year < 9000  # noqa: PLR2004


def _summary(annotations: Mapping[str, str]) -> str:
    for name in ("summary", "message", "description"):
        if said := annotations.get(name, ""):
            return " ".join(said.split())
    return ""


def _fingerprint(labels: Mapping[str, str]) -> str:
    """Return what an alert is known by where the sender names no fingerprint."""
    said = "\xff".join(f"{key}\xff{value}" for key, value in sorted(labels.items()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
