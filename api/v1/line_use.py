"""The use of lines over seven days for programs: JSON, or a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.door import Ctx, Viewer
from api.line_use import lines_of, matching, the_week
from api.snapshot import Picture
from api.translations import language_of
from api.v1.reports import FILE_POLICY
from core.text import Language
from reports.render.kinds import Format
from reports.render.line_use import FORMATS, line_use_file, line_use_name

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


@router.get(
    "/links",
    summary="The use of lines over the 7 days that have ended, the worst first",
    response_class=Response,
    responses={
        200: {
            "description": "The lines.",
            "content": {
                form.media_type.partition(";")[0]: {
                    "schema": {"type": "object"}
                    if form is Format.JSON
                    else {"type": "string", "format": "binary"}
                }
                for form in FORMATS
            },
        },
        503: {"description": "There is no engine to count from, or it is being counted still."},
    },
)
async def links(  # noqa: PLR0917  (the fields of a query)
    request: Request,
    context: Ctx,
    asker: Viewer,
    unit: Annotated[str, Query(max_length=63, description="A unit's slug.")] = "",
    carrier: Annotated[str, Query(max_length=200, description="A carrier's name.")] = "",
    language: Annotated[
        Language | None, Query(description="Of a file; by the cookie if absent.")
    ] = None,
    form: Annotated[
        Format, Query(alias="format", description="json, csv or xlsx; others are json.")
    ] = Format.JSON,
) -> Response:
    """Return 95th percentiles, what is missing and the verdict, by line and direction."""
    picture: Picture = await request.app.state.pictures.now()
    week = the_week(context)
    chosen = form if form in FORMATS else Format.JSON
    tongue = language or language_of(request, context.settings.language)
    lines = lines_of(picture, week, matching(unit, carrier))
    content = await context.work(line_use_file, week, lines, context.letterhead, tongue, chosen)
    headers = {"content-security-policy": FILE_POLICY}
    if chosen is not Format.JSON:
        name = line_use_name(week, tongue, chosen)
        headers["content-disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type=chosen.media_type, headers=headers)
