"""The uptime report for programs: exact JSON, or any of the files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.context import Context
from api.door import Ctx, Viewer
from api.translations import language_of
from core.errors import Unavailable
from core.text import Language, Text
from core.watching import TargetKind
from reports.asking import asked
from reports.render.formats import file_name
from reports.render.kinds import Format
from reports.report import PeriodKind, Report, ScopeKind
from reports.request import UptimeRequest

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
FILE_POLICY = (  # a file of ours carries its style within and runs nothing
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
CANNOT = Text(
    "Máy chủ này không lập được báo cáo", "This server has no ledger to make reports from"
)


class Asked(BaseModel):
    """Exactly one scope and one period; the rest is optional."""

    unit: str | None = Field(None, max_length=200, description="A unit's code or slug.")
    organisation: str | None = Field(None, max_length=200, description="An organisation's slug.")
    network: str | None = Field(None, max_length=200, description="A class of links.")
    carrier: str | None = Field(None, max_length=200, description="A carrier's name.")
    target: str | None = Field(None, max_length=200, description="A target's slug.")
    day: str | None = Field(None, max_length=20, description="`2026-10-05`.")
    week: str | None = Field(None, max_length=20, description="`2026-W41`.")
    month: str | None = Field(None, max_length=20, description="`2026-10`.")
    quarter: str | None = Field(None, max_length=20, description="`2026-Q3`.")
    year: str | None = Field(None, max_length=20, description="`2026`.")
    kind: TargetKind | None = Field(None, description="What is counted; by the scope if absent.")
    calendar: str | None = Field(
        None, max_length=63, description="`24x7`, `expected` or a calendar's slug."
    )
    vantage: str | None = Field(
        None,
        max_length=63,
        description="Services looked at from this vantage alone; `here`: those that name none.",
    )
    as_known_at: datetime | None = Field(
        None, description="Leave out what was recorded later; with a time zone."
    )
    language: Language | None = Field(None, description="Of a file; by the cookie if absent.")
    format: Format | None = Field(None, description="The kind of file; by `Accept` if absent.")

    def request(self, now: datetime) -> UptimeRequest:
        """Return what is asked for; Invalid."""
        return asked(
            {kind: getattr(self, kind.value) for kind in ScopeKind},
            {kind: getattr(self, kind.value) for kind in PeriodKind},
            now,
            kind=self.kind,
            calendar=self.calendar,
            vantage=self.vantage,
            as_known_at=self.as_known_at,
        )


Wanted = Annotated[Asked, Query()]


async def built(context: Context, request: UptimeRequest) -> Report:
    """Return the report; Unavailable where there is nothing to count from."""
    if context.build_report is None:
        raise Unavailable(CANNOT)
    return await context.build_report(request)


@router.get(
    "/uptime",
    summary="The uptime report, as JSON or a file",
    response_class=Response,
    responses={
        200: {
            "description": "The report.",
            "content": {
                form.media_type.partition(";")[0]: {
                    "schema": {"type": "object"}
                    if form is Format.JSON
                    else {"type": "string", "format": "binary"}
                }
                for form in (Format.JSON, *Format)
            },
        },
        503: {"description": "This server makes no reports, or too many are being made."},
    },
)
async def uptime(request: Request, context: Ctx, asker: Viewer, asked: Wanted) -> Response:
    """Count and print. `format` decides, else the first known type of `Accept`, else JSON."""
    wanted = asked.request(context.clock.now())
    form = asked.format or _accepted(request.headers)
    language = asked.language or language_of(request, context.settings.language)
    report = await built(context, wanted)
    content = await context.print_report(report, language, form)
    headers = {"content-security-policy": FILE_POLICY, "vary": "Accept"}
    if form is not Format.JSON:
        name = file_name(report, language, form)
        headers["content-disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type=form.media_type, headers=headers)


def _accepted(headers: Mapping[str, str]) -> Format:
    known = {form.media_type.partition(";")[0]: form for form in Format}
    for part in headers.get("accept", "").split(","):
        found = known.get(part.partition(";")[0].strip().lower())
        if found is not None:
            return found
    return Format.JSON
