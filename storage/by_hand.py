"""What goes over when people merge and split incidents: messages, links, tickets, who has it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.incident import NotificationState, Purpose
from storage.findings import carry_on
from storage.tables import ack_links, carrier_tickets, incidents, notifications

_N = notifications.c
_I = incidents.c
SPLIT_OFF = "split_off"  # the reason of messages that were told of before the split


async def take_in(connection: AsyncConnection, pairs: Sequence[tuple[str, str]]) -> None:
    """Let the incident that stays go on with what the other promised; nobody is told twice.

    What both have promised to the same person by the same channel stays where it is, and so do
    the steps of a chain that is not the other's: they end with their incident.
    """
    for gone, stays in pairs:
        await _messages(connection, gone, stays)
        await connection.execute(
            update(ack_links)
            .where(ack_links.c.incident == gone, ack_links.c.used_at.is_(None))
            .values(incident=stays)
        )
        await connection.execute(
            update(carrier_tickets).where(carrier_tickets.c.incident == gone).values(incident=stays)
        )
        await _whoever_took_it_on(connection, gone, stays)
    await carry_on(connection, pairs)


async def split_off(connection: AsyncConnection, pairs: Iterable[tuple[str, str]]) -> None:
    """Let the new incident know who was told of it already as part of the other."""
    for origin, new in pairs:
        told = select(notifications).where(
            _N.incident == origin,
            _N.purpose == Purpose.PROBLEM,
            _N.state == NotificationState.SENT,
            _N.step.is_(None),
        )
        rows = [
            {**row, "incident": new, "reason": SPLIT_OFF}
            for row in (await connection.execute(told)).mappings()
        ]
        for row in rows:
            del row["id"]
        if rows:
            await connection.execute(insert(notifications), rows)


async def _messages(connection: AsyncConnection, gone: str, stays: str) -> None:
    chain = await connection.scalar(select(_I.chain).where(_I.id == stays))
    other = notifications.alias("other")
    alike = select(other.c.id).where(
        other.c.incident == stays,
        other.c.purpose == _N.purpose,
        other.c.recipient == _N.recipient,
        other.c.channel == _N.channel,
    )
    meant: ColumnElement[bool] = _N.step.is_(None)
    if chain is not None:
        slug = str(chain["slug"])
        meant = or_(meant, _N.recipient.startswith(f"{slug}/", autoescape=True))
    await connection.execute(
        update(notifications)
        .where(and_(_N.incident == gone, meant, ~alike.exists()))
        .values(incident=stays)
    )


async def _whoever_took_it_on(connection: AsyncConnection, gone: str, stays: str) -> None:
    query = select(_I.acked_by, _I.acked_at).where(_I.id == gone, _I.acked_by.is_not(None))
    taken = (await connection.execute(query)).first()
    if taken is not None:
        await connection.execute(
            update(incidents)
            .where(_I.id == stays, _I.acked_by.is_(None))
            .values(acked_by=taken.acked_by, acked_at=taken.acked_at)
        )
