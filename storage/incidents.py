"""Incidents: written whole by the brain, acknowledged and commented on by people."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, Invalid, NotFound, Problem
from core.incident import THRESHOLD, Incident, IncidentNote, IncidentState, Member, Severity
from core.outcome import Event
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.columns import from_micros, to_micros
from storage.database import Database, portions
from storage.database import insert as insert_or
from storage.events import Draft, write_events
from storage.tables import incident_members, incident_notes, incidents
from storage.unbroken import unbroken

_I = incidents.c
_MICROS = re.compile(r"[0-9]{1,17}")
ACK_COLUMNS = ("acked_by", "acked_at")


class IncidentPage(NamedTuple):
    """Some incidents, newest first, and where the next page begins (None: nowhere)."""

    items: tuple[Incident, ...]
    cursor: str | None


@unbroken
class IncidentBook:
    """Every incident ever, its members and its timeline."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self,
        state: IncidentState | None = None,
        target: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        *,
        severity: Severity | None = None,
        among: Sequence[str] | None = None,
    ) -> IncidentPage:
        """Return a page of incidents, newest first.

        `target`: those that it is a member of; `among`: those with one of these codes or roots.
        """
        query = select(incidents).order_by(_I.began_at.desc(), _I.id.desc()).limit(limit + 1)
        if severity is not None:
            query = query.where(_I.severity == severity)
        if among is not None:
            query = query.where(or_(_I.id.in_(among), _I.root.in_(among)))
        if state is not None:
            query = query.where(_I.state == state)
        if target is not None:
            touched = select(incident_members.c.incident).where(incident_members.c.target == target)
            query = query.where(or_(_I.root == target, _I.id.in_(touched)))
        if cursor is not None:
            began_at, incident = _read_cursor(cursor)
            query = query.where(
                or_(_I.began_at < began_at, and_(_I.began_at == began_at, _I.id < incident))
            )
        async with self._database.reading() as connection:
            found = await read_incidents(connection, query)
        more = len(found) > limit
        found = found[:limit]
        return IncidentPage(
            items=tuple(found),
            cursor=f"{to_micros(found[-1].began_at)}~{found[-1].id}" if more else None,
        )

    async def during(self, begin: datetime, end: datetime) -> list[Incident]:
        """Return what was open at some time of [begin, end), by begin; merged ones are others."""
        query = select(incidents).where(
            _I.began_at < end,
            or_(
                _I.state == IncidentState.OPEN,
                and_(_I.state == IncidentState.RECOVERED, _I.recovered_at >= begin),
            ),
        )
        async with self._database.reading() as connection:
            return await read_incidents(connection, query.order_by(_I.began_at, _I.id))

    async def fired(self, since: datetime) -> dict[str, int]:
        """Return how often each rule has opened an incident since then."""
        query = (
            select(_I.cause, func.count())
            .where(_I.kind == THRESHOLD, _I.began_at >= since)
            .group_by(_I.cause)
        )
        async with self._database.reading() as connection:
            return {cause: int(count) for cause, count in await connection.execute(query)}

    async def firing(self) -> list[Incident]:
        """Return the open incidents of rules, oldest first."""
        query = select(incidents).where(_I.kind == THRESHOLD, _I.state == IncidentState.OPEN)
        async with self._database.reading() as connection:
            return await read_incidents(connection, query.order_by(_I.began_at, _I.id))

    async def untaken(self) -> int:
        """Return how many open incidents nobody has taken on."""
        query = select(func.count()).where(_I.state == IncidentState.OPEN, _I.acked_at.is_(None))
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def get(self, incident: str) -> Incident:
        """Return one incident; NotFound."""
        async with self._database.reading() as connection:
            return await read_incident(connection, incident)

    async def notes(self, incident: str) -> list[IncidentNote]:
        """Return an incident's timeline, oldest first, with those of what people merged into it.

        A merge is told once, from the side of the one that went on.
        """
        async with self._database.reading() as connection:
            found = await _notes(connection, [incident])
        own = [note for note in found if note.incident == incident or note.kind != "taken_in_by"]
        return sorted(own, key=lambda note: (note.at, note.id or 0))

    async def acknowledge(
        self, incident: str, actor: str, now: datetime, note: str = "", origin: str = ""
    ) -> list[Event]:
        """Take an open incident on; return the events to publish.

        NotFound; Conflict if somebody has it already or it is no longer open.
        """
        async with self._database.writing() as connection:
            return await acknowledge(connection, incident, actor, now, note=note, origin=origin)

    async def comment(
        self, incident: str, actor: str, now: datetime, text: str, origin: str = ""
    ) -> list[Event]:
        """Add a person's words to the timeline; return the events to publish. NotFound."""
        async with self._database.writing() as connection:
            await read_incident(connection, incident)
            said = IncidentNote(incident=incident, at=now, kind="comment", actor=actor, text=text)
            drafts = await write_notes(connection, [said])
            await write_audit(
                connection,
                AuditRow(
                    at=now,
                    actor=actor,
                    action="incident.comment",
                    subject=incident,
                    detail=text,
                    origin=origin,
                ),
            )
            return await write_events(connection, drafts, now)


async def acknowledge(
    connection: AsyncConnection,
    incident: str,
    actor: str,
    now: datetime,
    *,
    note: str,
    origin: str,
) -> list[Event]:
    """Acknowledge inside the caller's transaction, with its note, audit row and events."""
    taken = await connection.execute(
        update(incidents)
        .where(_I.id == incident, _I.acked_at.is_(None), _I.state == IncidentState.OPEN)
        .values(acked_by=actor, acked_at=now)
    )
    present = await read_incident(connection, incident)
    if not taken.rowcount:
        raise _refusal(present)
    said = IncidentNote(incident=incident, at=now, kind="ack", actor=actor, text=note)
    drafts = [incident_draft(present), *await write_notes(connection, [said])]
    await write_audit(
        connection,
        AuditRow(
            at=now,
            actor=actor,
            action="incident.ack",
            subject=incident,
            detail=note,
            origin=origin,
        ),
    )
    return await write_events(connection, drafts, now)


async def read_incident(connection: AsyncConnection, incident: str) -> Incident:
    """Return one incident; NotFound."""
    found = await read_incidents(connection, select(incidents).where(_I.id == incident))
    if not found:
        raise NotFound(Text(vi=f"Không có sự cố {incident}", en=f"There is no incident {incident}"))
    return found[0]


async def read_incidents(
    connection: AsyncConnection, query: Select[tuple[object, ...]]
) -> list[Incident]:
    """Return the incidents of a query, in its order, with their members."""
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    members: dict[str, list[Member]] = {row["id"]: [] for row in rows}
    column = incident_members.c
    for some in portions(list(members)):
        found = await connection.execute(
            select(column.incident, column.target, column.joined_at, column.left_at)
            .where(column.incident.in_(some))
            .order_by(column.incident, column.position)
        )
        for incident, target, joined_at, left_at in found:
            members[incident].append(Member(target=target, joined_at=joined_at, left_at=left_at))
    return [Incident(**row, members=tuple(members[row["id"]])) for row in rows]


async def write_incidents(connection: AsyncConnection, rows: Sequence[Incident]) -> None:
    """Insert incidents or replace older versions of them, the acknowledgement left alone.

    Each is there once. Conflict if the ledger holds an equal or newer version.
    """
    if not rows:
        return
    fields = [row.model_dump(exclude={"members", *ACK_COLUMNS}) for row in rows]
    statement = insert_or(connection, incidents)
    written = await connection.scalars(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: statement.excluded[name] for name in fields[0] if name != "id"},
            where=_I.version < statement.excluded.version,
        ).returning(_I.id),
        fields,
    )
    fresh = set(written)
    for row in rows:
        if row.id not in fresh:
            raise Conflict(
                Text(
                    vi=f"Sự cố {row.id} đã thay đổi: phiên bản {row.version} đã cũ",
                    en=f"Incident {row.id} has changed: version {row.version} is stale",
                )
            )
    for some in portions(sorted(fresh)):
        await connection.execute(
            delete(incident_members).where(incident_members.c.incident.in_(some))
        )
    members = [
        {"incident": row.id, "position": position, **member.model_dump()}
        for row in rows
        for position, member in enumerate(row.members)
    ]
    if members:
        await connection.execute(insert(incident_members), members)


async def _notes(connection: AsyncConnection, incidents: Sequence[str]) -> list[IncidentNote]:
    """Return the lines of some timelines and of those that were taken in by hand."""
    found: list[IncidentNote] = []
    for some in portions(incidents):
        query = select(incident_notes).where(incident_notes.c.incident.in_(some))
        rows = await connection.execute(query)
        found += [IncidentNote(**row) for row in rows.mappings()]
    within = [note.text.partition(":")[0] for note in found if note.kind == "taken_in"]
    return found + (await _notes(connection, within) if within else [])


async def write_notes(connection: AsyncConnection, rows: Sequence[IncidentNote]) -> list[Draft]:
    """Add lines to timelines inside the caller's transaction; return the events to write."""
    if rows:
        await connection.execute(
            insert(incident_notes), [row.model_dump(exclude={"id"}) for row in rows]
        )
    return [
        ("note", row.incident, row.model_dump(mode="json", exclude={"id", "incident"}))
        for row in rows
    ]


def incident_draft(row: Incident) -> Draft:
    """Return the event of an incident's change: all its fields, as JSON values."""
    return ("incident", row.id, row.model_dump(mode="json", exclude={"id"}))


def _refusal(present: Incident) -> Conflict:
    if present.acked_at is not None:
        return Conflict(
            Text(
                vi=f"{present.acked_by} đã tiếp nhận sự cố {present.id}",
                en=f"{present.acked_by} has already acknowledged incident {present.id}",
            )
        )
    return Conflict(
        Text(vi=f"Sự cố {present.id} đã kết thúc", en=f"Incident {present.id} is no longer open")
    )


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    micros, _, incident = cursor.partition("~")
    if not _MICROS.fullmatch(micros) or not incident:
        raise Invalid(
            [
                Problem(
                    file="query",
                    key="cursor",
                    what=Text(vi="con trỏ trang không hợp lệ", en="the page cursor is not valid"),
                    mend=Text(
                        vi="Dùng đúng con trỏ mà trang trước trả về",
                        en="Use the cursor that the previous page returned",
                    ),
                )
            ]
        )
    return from_micros(int(micros)), incident
