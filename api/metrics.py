"""What other programs scrape: self metrics, the fleet, service discovery, health."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.context import Context
from api.door import Asker, Ctx, asker_or_none
from api.errors import Refused
from api.fleet import CONTENT_TYPE
from core.errors import DomainError
from core.text import Text
from core.watching import TargetKind

router = APIRouter(tags=["machines"])


async def scraper(
    context: Ctx, asker: Annotated[Asker | None, Depends(asker_or_none)]
) -> Asker | None:
    """Demand a login or a token, unless the settings open the metrics."""
    if asker is None and not context.settings.public_metrics:
        raise Refused(401, headers={"www-authenticate": "Bearer"})
    return asker


Scraper = Annotated[Asker | None, Depends(scraper)]


class LiveMetrics(Collector):
    """How many live screens are open."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def collect(self) -> list[Metric]:
        """Return the gauge."""
        return [
            GaugeMetricFamily(
                "thongsuot_live_clients",
                "Open streams of live events.",
                value=self._context.live.clients,
            )
        ]


@router.get("/metrics", include_in_schema=False)
async def metrics(context: Ctx, asker: Scraper) -> Response:
    """Return self metrics and the newest samples of the fleet. Scrape with honor_labels."""
    own = generate_latest(context.registry)
    return Response(own + await asyncio.to_thread(context.fleet.render), media_type=CONTENT_TYPE)


class TargetGroup(BaseModel):
    """A group of targets as Prometheus' HTTP service discovery wants it."""

    targets: list[str]
    labels: dict[str, str]


@router.get("/sd/prometheus", summary="Devices for Prometheus' HTTP service discovery")
async def discovery(context: Ctx, asker: Scraper) -> list[TargetGroup]:
    """Return one group per device; labels begin with `__meta_thongsuot_`."""
    groups = []
    for target in context.estate().targets:
        if target.kind is not TargetKind.DEVICE or not target.address:
            continue
        known = {
            "slug": target.slug,
            "name": target.name,
            "role": target.role,
            "site": target.site,
            "unit": target.unit,
            "unit_path": "/".join(target.unit_path),
            "vendor": target.vendor,
            "model": target.model,
        }
        labels = {f"__meta_thongsuot_{name}": value for name, value in known.items() if value}
        groups.append(TargetGroup(targets=[target.address], labels=labels))
    return groups


@router.get("/healthz", include_in_schema=False)
async def healthz() -> Response:
    """Say that the process answers."""
    return JSONResponse({"ok": True})


async def _is_known(request: Request, context: Context) -> bool:
    try:
        return await asker_or_none(request, context) is not None
    except DomainError:  # the ledger is away: nobody can be known
        return False


@router.get("/readyz", include_in_schema=False)
async def readyz(request: Request, context: Ctx) -> Response:
    """Say whether the platform does its work: 200, or 503; who is known hears the troubles.

    They name addresses of the inside, which are nothing for a passer-by.
    """
    health = context.health()
    troubles = (
        [trouble.en for trouble in health.troubles] if await _is_known(request, context) else []
    )
    try:
        await context.ledger.events.last_event_id()
    except Exception as trouble:  # noqa: BLE001  (whatever it is: not ready)
        troubles.append(Text("", f"the ledger does not answer: {type(trouble).__name__}").en)
        return JSONResponse({"ready": False, "troubles": troubles}, 503)
    body = {"ready": health.ready, "series": health.series_ok, "troubles": troubles}
    return JSONResponse(body, 200 if health.ready else 503)
