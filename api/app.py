"""The web application: one function puts guards, routes and pages together."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from alerts.rehearsed import Rehearsed
from alerts.rules import Tried
from api import errors, metrics, prometheus
from api.context import Context
from api.door import viewer
from api.errands import Errands
from api.guard import BodyLimit, Counted, HostCheck, SafeHeaders
from api.pace import Pace
from api.pages import (
    admin,
    annexes,
    board,
    causes,
    certificates,
    channels,
    configurations,
    contacts,
    days,
    discovery,
    figures,
    grafana,
    incidents,
    intake,
    links,
    login,
    maintenance,
    measures,
    meetings,
    rehearsal,
    remarks,
    reports,
    rooms,
    rota,
    rules,
    services,
    silences,
    targets,
    uplinks,
)
from api.pages.back import ways_back
from api.pages.screen import Screens
from api.pages.view import Pages
from api.snapshot import Pictures
from api.uploads import Uploads
from api.v1 import (
    alertmanager,
    answers,
    discoveries,
    estate,
    events,
    heard,
    heartbeats,
    hints,
    jobs,
    me,
    rotas,
)
from api.v1 import causes as causes_v1
from api.v1 import certificates as certificates_v1
from api.v1 import channels as channels_v1
from api.v1 import configurations as configurations_v1
from api.v1 import contacts as contacts_v1
from api.v1 import figures as figures_v1
from api.v1 import incidents as incidents_v1
from api.v1 import line_use as line_use_v1
from api.v1 import maintenance as maintenance_v1
from api.v1 import measures as measures_v1
from api.v1 import meetings as meetings_v1
from api.v1 import reports as reports_v1
from api.v1 import rules as rules_v1
from api.v1 import silences as silences_v1
from core.errors import DomainError, Unavailable
from inventory.figureforms import forms

_ABOUT = """Reads everything the platform knows; people acknowledge, comment on, merge, split and
silence incidents with it, and state their causes.

Log in by the pages' session cookie (changes then need `X-CSRF-Token`, see `/api/v1/me`) or send
`Authorization: Bearer <token>`. Errors are problems as of RFC 9457. Lists carry an `ETag`; ask
again with `If-None-Match`. Times are UTC, durations seconds."""

UPLOAD_LIMIT = 33 * 1024 * 1024  # bytes of a list with its form
LARGER = {
    "/import": UPLOAD_LIMIT,
    "/meetings/import": UPLOAD_LIMIT,
    **{
        f"{path}/{name}": UPLOAD_LIMIT
        for path in ("/figures", "/api/v1/figures")
        for name in forms()
    },
    alertmanager.PATH: alertmanager.LONGEST,
}

ROUTERS = (
    estate.router,
    incidents_v1.router,
    causes_v1.router,
    events.router,
    me.router,
    reports_v1.router,
    line_use_v1.router,
    silences_v1.router,
    rotas.router,
    rules_v1.router,
    maintenance_v1.router,
    channels_v1.router,
    contacts_v1.router,
    meetings_v1.router,
    certificates_v1.router,
    figures_v1.router,
    heartbeats.router,
    jobs.router,
    hints.router,
    answers.router,
    heard.router,
    configurations_v1.router,
    discoveries.router,
    measures_v1.router,
    alertmanager.router,
    prometheus.router,
    metrics.router,
    board.router,
    targets.router,
    configurations.router,
    services.router,
    measures.router,
    remarks.router,
    links.router,
    uplinks.router,
    incidents.router,
    causes.router,
    reports.router,
    login.router,
    admin.router,
    channels.router,
    grafana.router,
    days.router,
    certificates.router,
    figures.router,
    rota.router,
    contacts.router,
    rules.router,
    intake.router,
    discovery.router,
    maintenance.router,
    annexes.router,
    rooms.router,
    meetings.router,
    silences.router,
    rehearsal.router,
)


@cache
def _routes() -> list[BaseRoute]:
    """Return every route, put together once: they know no context, so that applications share them.

    What is behind each is worked out when the first request looks for its route: 0.4 s of CPU.
    """
    whole = APIRouter(
        responses={"4XX": {"model": errors.ProblemOut, "description": "Refused (RFC 9457)."}}
    )
    for router in (ways_back(ROUTERS), *ROUTERS):
        whole.include_router(router)
    return whole.routes


def create_app(context: Context) -> FastAPI:
    """Return the ASGI application over a context. Starts nothing, opens nothing."""
    app = FastAPI(
        title="Thông Suốt",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=_routes(),
    )
    app.state.context = context
    app.state.pages = Pages(context)
    app.state.screens = Screens(app.state.pages.environment)
    app.state.pictures = Pictures(context)
    context.live.prepare_by(lambda: _drawn_ahead(app))
    app.state.users_empty = (None, False)
    app.state.report_choices = {}
    app.state.login_turn = asyncio.Lock()
    app.state.uploads = Uploads()
    app.state.rehearsals = Errands[Rehearsed](rehearsal.BUSY)
    app.state.rule_trials = Errands[Tried](rules.BUSY)
    app.state.alerts_pace = Pace(alertmanager.MOST, alertmanager.SECONDS, context.clock.monotonic)
    app.state.answers_pace = Pace(answers.MOST, answers.SECONDS, context.clock.monotonic)
    app.state.heartbeats_pace = Pace(heartbeats.MOST, heartbeats.SECONDS, context.clock.monotonic)
    app.state.room_pace = Pace(heartbeats.OF_A_ROOM, heartbeats.SECONDS, context.clock.monotonic)
    app.state.jobs_pace = Pace(jobs.MOST, jobs.SECONDS, context.clock.monotonic)
    app.state.hints_pace = Pace(hints.MOST, hints.SECONDS, context.clock.monotonic)
    app.state.born = secrets.token_hex(8)
    app.add_api_route(
        "/api/v1/openapi.json",
        _schema_of(app),
        dependencies=[Depends(viewer)],
        include_in_schema=False,
    )
    app.mount("/static", StaticFiles(directory=str(files("api").joinpath("static"))))
    _refusals(app)
    _guards(app)
    context.registry.register(metrics.LiveMetrics(context))
    return app


async def _drawn_ahead(app: FastAPI) -> None:
    """Draw the board that the open screens are about to ask for; a ledger that is away may be."""
    with suppress(OSError, Unavailable):
        picture = await app.state.pictures.now()
        await app.state.screens.draw_ahead(picture, app.state.pages.now())


def _schema_of(app: FastAPI) -> Callable[[], object]:
    def schema() -> dict[str, object]:
        return app.openapi()

    return schema


def _refusals(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, errors.domain_error)
    app.add_exception_handler(errors.Refused, errors.refused)
    app.add_exception_handler(HTTPException, errors.http_error)
    app.add_exception_handler(RequestValidationError, errors.invalid_request)
    app.add_exception_handler(Exception, errors.broken)


def _guards(app: FastAPI) -> None:
    """Add the middleware; the last added meets a request first."""
    settings = app.state.context.settings
    app.add_middleware(BodyLimit, limit=settings.body_limit, larger=LARGER)
    app.add_middleware(HostCheck, hosts=settings.hosts)
    app.add_middleware(SafeHeaders, https=settings.secure_cookies)
    app.add_middleware(Counted, registry=app.state.context.registry)
