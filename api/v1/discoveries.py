"""Sweeps of address ranges: begin one, see how far it is, what it proposes."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.context import Context
from api.door import Admin, Ctx, RowNumber
from api.guard import client_address
from core.clock import LOCAL
from core.discovery import Discovery, Terms, wanted
from core.errors import Unavailable
from core.text import Text
from inventory.proposed import Proposed, proposed

router = APIRouter(prefix="/api/v1/discoveries", tags=["discoveries"])


class SweepIn(BaseModel):
    """What is to be swept: ranges within those of the settings."""

    model_config = ConfigDict(extra="forbid")

    ranges: Annotated[
        list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=32)
    ]


class ProposalOut(BaseModel):
    """A device that answered and is not in the inventory."""

    address: str
    slug: str
    name: str
    kind: str
    vendor: str | None
    family: str
    site: str | None = Field(description="Guessed by the nearest known address; else null.")
    near: str | None
    ports: tuple[int, ...]
    snmp: str | None = Field(description="The name of the secret that it answered to.")
    description: str


class VanishedOut(BaseModel):
    """A device of the inventory whose address was swept and is silent."""

    slug: str
    name: str
    address: str


class SweepOut(BaseModel):
    """A sweep and what it comes to so far."""

    sweep: Discovery
    proposed: list[ProposalOut]
    known: int
    vanished: list[VanishedOut]


@router.get("", summary="Sweeps, newest first (administrator)")
async def sweeps(context: Ctx, asker: Admin) -> list[Discovery]:
    """List the sweeps that are remembered."""
    return await context.ledger.discoveries.all()


@router.post("", summary="Begin a sweep (administrator)", status_code=201)
async def begin(request: Request, context: Ctx, asker: Admin, wish: SweepIn) -> Discovery:
    """Let the platform look for devices; 422 for ranges that may not be swept."""
    return await begun(request, context, asker.name, wish.ranges)


@router.get("/{number}", summary="One sweep and what it proposes (administrator)")
async def sweep(context: Ctx, asker: Admin, number: RowNumber) -> SweepOut:
    """Return how far a sweep is, what is new, what has vanished. Nothing is added by it."""
    one, found = await come_to(context, number)
    return SweepOut(
        sweep=one,
        proposed=[
            ProposalOut(
                address=row.found.address,
                slug=row.device.slug,
                name=row.device.name,
                kind=row.device.kind,
                vendor=row.device.vendor,
                family=row.found.family,
                site=row.device.site or None,
                near=row.near,
                ports=row.found.ports,
                snmp=row.found.snmp,
                description=row.found.description,
            )
            for row in found.fresh
        ],
        known=found.known,
        vanished=[
            VanishedOut(slug=row.slug, name=row.name, address=row.address) for row in found.vanished
        ],
    )


@router.post("/{number}/stop", summary="Stop a sweep (administrator)")
async def stop(context: Ctx, asker: Admin, number: RowNumber) -> Discovery:
    """End a sweep where it is."""
    await context.ledger.discoveries.get(number)
    await context.ledger.discoveries.stop(number, context.clock.now())
    return await context.ledger.discoveries.get(number)


def terms_of(context: Context) -> Terms:
    """Return what may be swept; Unavailable if this platform sweeps nothing."""
    if context.discovery is None or not context.discovery.ranges:
        raise Unavailable(
            Text(
                "Chưa có dải nào được phép dò: đặt [discovery] ranges trong tệp cấu hình",
                "No range may be swept: set [discovery] ranges in the settings",
            )
        )
    return context.discovery


async def begun(request: Request, context: Context, actor: str, ranges: list[str]) -> Discovery:
    """Keep that ranges are to be swept, audited; the hub takes it up."""
    origin = client_address(request, context.settings.proxies)
    allowed = wanted(ranges, terms_of(context))
    return await context.ledger.discoveries.begin(
        allowed, actor, context.clock.now(), origin=origin
    )


async def come_to(context: Context, number: int) -> tuple[Discovery, Proposed]:
    """Return a sweep and what it comes to; NotFound."""
    book = context.ledger.discoveries
    one = await book.get(number)
    today = context.clock.now().astimezone(LOCAL).date()
    known = await context.ledger.inventory.load(today)
    found = await book.found(number)
    return one, await context.work(proposed, found, one.ranges, one.done, known, today)
