"""Tickets with carriers: each step once, in the incident's timeline and on the audit trail."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, Invalid, NotFound, Problem
from core.incident import IncidentNote
from core.outcome import Event
from core.people import AuditRow
from core.text import Text
from core.ticket import Step, Ticket
from storage.audit import write_audit
from storage.checking import made, odd_years
from storage.database import Database
from storage.events import write_events
from storage.incidents import read_incident, write_notes
from storage.tables import carrier_tickets
from storage.unbroken import unbroken

_T = carrier_tickets.c


class Said(NamedTuple):
    """What a carrier was told or said: by whom it is written down, when it was."""

    actor: str
    now: datetime
    at: datetime | None = None  # None: just now
    number: str | None = None  # the carrier's own, if it is known by then
    origin: str = ""
    why: str | None = None  # what it was, as the carrier says when it is fixed

    @property
    def moment(self) -> datetime:
        """Return when it was said."""
        return (self.at or self.now).astimezone(UTC)


@unbroken
class TicketBook:
    """What carriers were told, by incident."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, incident: str) -> list[Ticket]:
        """Return an incident's tickets, oldest first."""
        query = select(carrier_tickets).where(_T.incident == incident)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(_T.reported_at, _T.id))
            return [Ticket(**row) for row in rows.mappings()]

    async def report(self, incident: str, carrier: str, said: Said) -> tuple[Ticket, list[Event]]:
        """Keep that a carrier was told; return the events to publish.

        NotFound; Invalid if it lies in the future, or the carrier is not named.
        """
        _refuse_future(said)
        async with self._database.writing() as connection:
            await read_incident(connection, incident)
            row = _checked(
                incident=incident,
                carrier=carrier,
                number=said.number or None,
                reported_at=said.moment,
                reported_by=said.actor,
            )
            fields = row.model_dump(exclude={"id"})
            made = insert(carrier_tickets).values(fields).returning(_T.id)
            row = row.model_copy(update={"id": await connection.scalar(made)})
            events = await _tell(connection, row, Step.REPORTED, said)
        return row, events

    async def advance(
        self, incident: str, ticket: int, step: Step, said: Said
    ) -> tuple[Ticket, list[Event]]:
        """Keep that the carrier has received it, or says that it is fixed.

        NotFound; Conflict if that is known already; Invalid if it lies in the future or before
        the carrier was told.
        """
        _refuse_future(said)
        async with self._database.writing() as connection:
            before = await _read(connection, incident, ticket)
            key = f"{step}_at"
            if getattr(before, key) is not None:
                raise Conflict(
                    Text(
                        vi=f"Bước này của phiếu với {before.carrier} đã được ghi",
                        en=f"This step of the ticket with {before.carrier} is known already",
                    )
                )
            if said.moment < before.reported_at:
                raise Invalid(
                    [
                        _problem(
                            Text(
                                vi="trước lúc báo nhà mạng",
                                en="it lies before the carrier was told",
                            ),
                            Text(vi="Ghi giờ sau lúc báo", en="Give a time after that"),
                        )
                    ]
                )
            fields = before.model_dump() | {key: said.moment}
            also = {"number": said.number, "why": said.why}
            row = _checked(**fields | {name: word for name, word in also.items() if word})
            changed = row.model_dump(include={"number", "why", key})
            await connection.execute(update(carrier_tickets).where(_T.id == ticket).values(changed))
            events = await _tell(connection, row, step, said)
        return row, events


def _refuse_future(said: Said) -> None:
    if odd := odd_years("ticket", at=said.at):
        raise Invalid(odd)
    if said.moment > said.now:
        raise Invalid(
            [
                _problem(
                    Text(vi="thời điểm ở tương lai", en="it lies in the future"),
                    Text(vi="Ghi giờ đã qua", en="Give a time that has passed"),
                )
            ]
        )


def _checked(**fields: object) -> Ticket:
    if not fields["carrier"]:
        what = Text(vi="chưa nêu nhà mạng", en="no carrier is named")
        mend = Text(vi="Ghi tên nhà mạng", en="Name the carrier")
        raise Invalid([_problem(what, mend, "carrier")])
    return made(Ticket, "ticket", **fields)


def _problem(what: Text, mend: Text, key: str = "at") -> Problem:
    return Problem(file="ticket", key=key, what=what, mend=mend)


async def _read(connection: AsyncConnection, incident: str, ticket: int) -> Ticket:
    query = select(carrier_tickets).where(_T.id == ticket, _T.incident == incident)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound(
            Text(
                vi=f"Sự cố {incident} không có phiếu {ticket}",
                en=f"The incident {incident} has no ticket {ticket}",
            )
        )
    return Ticket(**row)


async def _tell(connection: AsyncConnection, row: Ticket, step: Step, said: Said) -> list[Event]:
    """Write the step into the timeline, at the time of its writing, and on the audit trail."""
    text = f"{row.carrier} #{row.number}" if row.number else row.carrier
    if row.why and step is Step.FIXED:
        text = f"{text}: {row.why}"
    line = IncidentNote(
        incident=row.incident, at=said.now, kind=f"ticket_{step}", actor=said.actor, text=text
    )
    drafts = await write_notes(connection, [line])
    await write_audit(
        connection,
        AuditRow(
            at=said.now,
            actor=said.actor,
            action=f"ticket.{step}",
            subject=row.incident,
            detail=f"{text}, {said.moment.isoformat()}",
            origin=said.origin,
        ),
    )
    return await write_events(connection, drafts, said.now)
