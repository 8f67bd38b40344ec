"""Channels: how each is and what it did lately; a test by one of them."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.channels import LATELY, tested
from api.door import Ctx, Operator, RowNumber
from core.channel import Standing
from core.errors import NotFound
from core.incident import Delivery, Notification, NotificationState, Purpose
from core.text import Text
from storage.outbox import Traffic

router = APIRouter(prefix="/api/v1/channels", tags=["channels"])


class RestOut(BaseModel):
    """Why a channel is not used at present."""

    since: datetime
    again_at: datetime | None = Field(description="When one message tries it again.")
    why: str = Field(description="What the provider said.")


class BalanceOut(BaseModel):
    """What is left to spend with a provider, in its own unit."""

    amount: float
    least: float | None
    low: bool


class AttemptOut(BaseModel):
    """One attempt to deliver."""

    at: datetime
    ok: bool
    receipt: str


class TrafficOut(BaseModel):
    """What a channel did in the last 7 days."""

    sent: int
    refused: int = Field(description="Attempts that failed.")
    waiting: int = Field(description="Due now, and not out.")
    last_sent: AttemptOut | None
    last_refused: AttemptOut | None


class ChannelOut(BaseModel):
    """A configured way of telling."""

    name: str
    help: str
    help_en: str
    to: Literal["email", "phone", "fixed"] = Field(
        description="Where it leads: each contact's own address or number, or one place."
    )
    address: str = Field(description="Of a fixed one, without what is secret.")
    resting: RestOut | None = Field(description="The circuit breaker; null: it is used.")
    balance: BalanceOut | None
    traffic: TrafficOut


class TestIn(BaseModel):
    """Who gets a test; a channel that leads to one place needs nobody named."""

    contact: str = Field(default="", max_length=63)


class TestOut(BaseModel):
    """A test message on its way."""

    id: int = Field(description="Ask `/channels/tests/{id}` what became of it.")
    channel: str
    contact: str
    state: NotificationState
    due_at: datetime
    attempts: list[AttemptOut]


@router.get("", summary="How every channel is, and what it did lately (operator)")
async def channels(context: Ctx, asker: Operator) -> list[ChannelOut]:
    """Return every configured channel, in the order of the settings."""
    now = context.clock.now()
    traffic = await context.ledger.outbox.traffic(now - LATELY, now)
    return [_out(one, traffic.get(one.name, Traffic())) for one in context.channels()]


@router.get("/tests/{number}", summary="What became of a test (operator)")
async def one(context: Ctx, asker: Operator, number: RowNumber) -> TestOut:
    """Return a test message with its attempts. 404 if the number is of none."""
    found = await context.ledger.outbox.get(number)
    if found is None or found[0].purpose is not Purpose.TEST:
        raise NotFound(Text(f"Không có tin thử {number}", f"There is no test {number}"))
    return _test(*found)


@router.post("/{name}/test", summary="Send a test by one channel (operator)", status_code=202)
async def send(request: Request, context: Ctx, asker: Operator, name: str, wish: TestIn) -> TestOut:
    """Put a test into the outbox. 404 if there is no such channel, or it leads to nobody."""
    return _test(await tested(request, context, asker, name, wish.contact), [])


def _out(one: Standing, traffic: Traffic) -> ChannelOut:
    return ChannelOut(
        name=one.name,
        help=one.help.vi,
        help_en=one.help.en,
        to=one.to,
        address=one.address,
        resting=RestOut(since=one.since, again_at=one.again_at, why=one.why)
        if one.since is not None
        else None,
        balance=BalanceOut(**asdict(one.balance), low=one.balance.low)
        if one.balance is not None
        else None,
        traffic=TrafficOut(
            sent=traffic.sent,
            refused=traffic.refused,
            waiting=traffic.waiting,
            last_sent=_attempt(traffic.told) if traffic.told is not None else None,
            last_refused=_attempt(traffic.failed) if traffic.failed is not None else None,
        ),
    )


def _test(row: Notification, deliveries: list[Delivery]) -> TestOut:
    return TestOut(
        id=row.id or 0,
        channel=row.channel,
        contact=row.recipient,
        state=row.state,
        due_at=row.due_at,
        attempts=[_attempt(one) for one in deliveries],
    )


def _attempt(one: Delivery) -> AttemptOut:
    return AttemptOut(at=one.at, ok=one.ok, receipt=one.receipt)
