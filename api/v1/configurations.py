"""Configurations of devices: their versions, what differs, and the whole of one to restore."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse

from api.configurations import Line, compared
from api.context import Context
from api.door import Admin, Ctx, Operator, RowNumber
from api.guard import client_address
from api.v1.estate import the_target
from core.configuration import Configuration, Kept
from core.errors import Conflict
from core.text import Text

router = APIRouter(prefix="/api/v1", tags=["configurations"])


class ConfigurationText(BaseModel):
    """A version with its text, in which secrets are asterisks."""

    version: Configuration
    text: str


class LineOut(BaseModel):
    """A line of a difference."""

    sign: str = Field(description="same, gone, new, or skip where unchanged lines are left out.")
    old: int | None
    new: int | None
    text: str


class DifferenceOut(BaseModel):
    """What differs between two versions."""

    old: Configuration
    new: Configuration
    lines: list[LineOut]


@router.get("/targets/{slug}/configurations", summary="Versions of a device's configurations")
async def versions(
    request: Request,
    context: Ctx,
    asker: Operator,
    slug: str,
    *,
    kind: Kept | None = None,
    limit: Annotated[int, Query(ge=1, le=400)] = 100,
) -> list[Configuration]:
    """List them, newest first."""
    the_target(await request.app.state.pictures.now(), slug)
    return await context.ledger.configurations.versions(slug, kind, limit)


@router.get("/configurations/difference", summary="What differs between two versions")
async def difference(
    context: Ctx, asker: Operator, old: RowNumber, new: RowNumber
) -> DifferenceOut:
    """Return the lines that differ, with three around them. Secrets are hidden in both."""
    before, after, lines = await differing(context, old, new)
    return DifferenceOut(
        old=before,
        new=after,
        lines=[LineOut(sign=one.sign, old=one.old, new=one.new, text=one.text) for one in lines],
    )


@router.get("/configurations/{number}", summary="One version, without secrets")
async def one(context: Ctx, asker: Operator, number: RowNumber) -> ConfigurationText:
    """Return a version and its text."""
    version, text = await context.ledger.configurations.get(number)
    return ConfigurationText(version=version, text=text)


@router.post(
    "/configurations/{number}/whole",
    summary="One version with its secrets (administrator)",
    response_class=PlainTextResponse,
)
async def whole(
    request: Request, context: Ctx, asker: Admin, number: RowNumber
) -> PlainTextResponse:
    """Return the text to restore a device from. It is audited who took it."""
    return await restorable(request, context, asker.name, number)


async def differing(
    context: Context, old: int, new: int
) -> tuple[Configuration, Configuration, list[Line]]:
    """Return two versions of one device and what differs; Conflict if they are of two devices."""
    before, was = await context.ledger.configurations.get(old)
    after, now = await context.ledger.configurations.get(new)
    if before.target != after.target:
        raise Conflict(
            Text(
                vi=f"Hai bản cấu hình của hai thiết bị: {before.target}, {after.target}",
                en=f"They belong to two devices: {before.target}, {after.target}",
            )
        )
    return before, after, await context.work(compared, was, now, after.platform)


async def restorable(
    request: Request, context: Context, actor: str, number: int
) -> PlainTextResponse:
    """Return a version whole, as a file; audited."""
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    version, text = await context.ledger.configurations.reveal(number, actor, now, origin)
    name = f"{version.target}-{version.kind.value}-{version.at:%Y%m%d-%H%M%S}.cfg"
    return PlainTextResponse(
        text,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
    )
