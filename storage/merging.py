"""What goes over when incidents are merged and split: links, tickets, who has it, messages.

By the root cause or by hand, it is the same way. Who has heard of one incident has heard of what
it became part of, too: `told_of`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.incident import Notification, NotificationState, Purpose
from core.outcome import TakenIn
from storage.database import portions
from storage.findings import carry_on
from storage.tables import (
    ack_links,
    carrier_tickets,
    incident_notes,
    incidents,
    maintenance,
    notifications,
    silences,
)

_N = notifications.c
_I = incidents.c
_T = incident_notes.c
_TOOK_IN = ("merged", "taken_in")  # the lines of a timeline that name another incident
SPLIT_OFF = "split_off"  # the reason of messages that were told of before the split


async def take_in(connection: AsyncConnection, merged: Sequence[TakenIn], now: datetime) -> None:
    """Let the incident that stays go on with what belonged to the other; nobody is told twice.

    Of messages only by hand: where the root cause has changed, people hear of the new one anew.
    What both have promised to the same person by the same channel stays where it is, and so do
    the steps of a chain that is not the other's: they end with their incident.
    """
    for one in merged:
        gone, stays = one.gone, one.stays
        if one.by_hand:
            await _messages(connection, gone, stays)
        await connection.execute(
            update(ack_links)
            .where(ack_links.c.incident == gone, ack_links.c.used_at.is_(None))
            .values(incident=stays)
        )
        await connection.execute(
            update(carrier_tickets).where(carrier_tickets.c.incident == gone).values(incident=stays)
        )
        if one.same:
            await _whoever_took_it_on(connection, gone, stays)
            await _holders(connection, gone, stays, now)
            await carry_on(connection, gone, stays)


async def told_of(connection: AsyncConnection, incident: str) -> list[Notification]:
    """Return what was to be told of a problem and of all that was merged into it, oldest first."""
    codes = [incident]
    for code in codes:  # it grows: what was merged may have taken in others before
        query = select(_T.text).where(_T.incident == code, _T.kind.in_(_TOOK_IN))
        named = {text.partition(":")[0] for text in await connection.scalars(query)}
        within = select(_I.id).where(_I.id.in_(named), _I.merged_into == code).order_by(_I.id)
        codes += [gone for gone in await connection.scalars(within) if gone not in codes]
    query = select(notifications).where(_N.incident.in_(codes), _N.purpose == Purpose.PROBLEM)
    rows = (await connection.execute(query.order_by(_N.id))).mappings()
    return [Notification(**{name: row[name] for name in Notification.model_fields}) for row in rows]


async def took_in(connection: AsyncConnection, codes: Sequence[str]) -> list[str]:
    """Return which incidents became more than they were: others were merged into them."""
    found: list[str] = []
    for some in portions(codes):
        query = select(_T.incident).where(_T.incident.in_(some), _T.kind.in_(_TOOK_IN))
        found += await connection.scalars(query.distinct())
    return sorted(found)


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


async def _holders(connection: AsyncConnection, gone: str, stays: str, now: datetime) -> None:
    """Let silences and works that mean the one mean the other too."""
    holders = ((silences, silences.c.ended_at), (maintenance, maintenance.c.cancelled_at))
    for table, ended in holders:
        own = table.c
        query = select(own.id, own.incidents).where(own.until > now, ended.is_(None))
        for row in (await connection.execute(query)).all():
            if gone in row.incidents and stays not in row.incidents:
                await connection.execute(
                    update(table).where(own.id == row.id).values(incidents=[*row.incidents, stays])
                )
