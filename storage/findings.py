"""What people found to be the cause of incidents: the last word holds, the words before stay."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.finding import Category, Fault, Finding
from core.incident import THRESHOLD, Incident, IncidentNote, IncidentState
from core.outcome import Event
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.checking import made
from storage.database import Database, portions
from storage.events import Draft, write_events
from storage.incidents import read_incident, read_incidents, write_notes
from storage.tables import findings, incidents
from storage.unbroken import unbroken

_F = findings.c
_I = incidents.c


class Stated(NamedTuple):
    """What somebody says caused something."""

    actor: str
    now: datetime
    category: Category
    fault: Fault | None = None  # None: as is usual for the category
    text: str = ""
    origin: str = ""


@unbroken
class FindingBook:
    """The causes of incidents, as people state them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, codes: Sequence[str], stated: Stated) -> list[Event]:
        """Keep the cause of incidents, of all or of none; return the events to publish.

        NotFound; Conflict for one that was merged, whose cause is the other's; Invalid if the
        words are too long.
        """
        async with self._database.writing() as connection:
            drafts = []
            for code in dict.fromkeys(codes):
                incident = await read_incident(connection, code)
                if incident.merged_into is not None:
                    raise Conflict(_merged(incident))
                drafts += await _keep(connection, code, stated)
            return await write_events(connection, drafts, stated.now)

    async def latest(
        self, codes: Sequence[str], as_known_at: datetime | None = None
    ) -> dict[str, Finding]:
        """Return what holds of some incidents, as it was known at a moment."""
        last = select(func.max(_F.id)).group_by(_F.incident)
        if as_known_at is not None:
            last = last.where(_F.at <= as_known_at)
        found: dict[str, Finding] = {}
        async with self._database.reading() as connection:
            for some in portions(list(dict.fromkeys(codes))):
                query = select(findings).where(_F.id.in_(last.where(_F.incident.in_(some))))
                rows = (await connection.execute(query)).mappings()
                found |= {row["incident"]: Finding(**row) for row in rows}
        return found

    async def missing(self, limit: int, *, oldest: bool = False) -> list[Incident]:
        """Return the outages that are over and whose cause nobody has stated, newest first."""
        order = (_I.began_at, _I.id) if oldest else (_I.began_at.desc(), _I.id.desc())
        async with self._database.reading() as connection:
            return await read_incidents(
                connection, select(incidents).where(*_missing()).order_by(*order).limit(limit)
            )

    async def how_many_missing(self) -> int:
        """Return of how many ended outages nobody has stated the cause."""
        async with self._database.reading() as connection:
            count = select(func.count()).select_from(incidents).where(*_missing())
            return int(await connection.scalar(count) or 0)


def _missing() -> tuple[ColumnElement[bool], ...]:
    stated = select(_F.id).where(_F.incident == _I.id)
    return (_I.state == IncidentState.RECOVERED, _I.kind != THRESHOLD, ~stated.exists())


async def carry_on(connection: AsyncConnection, gone: str, stays: str) -> None:
    """Let what was stated of an incident that was merged stand for the one that stays."""
    known = select(_F.id).where(_F.incident == stays).limit(1)
    if await connection.scalar(known) is not None:
        return
    query = select(findings).where(_F.incident == gone).order_by(_F.id.desc()).limit(1)
    row = (await connection.execute(query)).mappings().first()
    if row is not None:
        values = {name: value for name, value in row.items() if name != "id"}
        await connection.execute(insert(findings).values(values | {"incident": stays}))


async def _keep(connection: AsyncConnection, code: str, stated: Stated) -> list[Draft]:
    row = made(
        Finding,
        "finding",
        incident=code,
        category=stated.category.slug,
        name=stated.category.name.vi,
        name_en=stated.category.name.en,
        fault=stated.fault or stated.category.fault,
        text=stated.text,
        by=stated.actor,
        at=stated.now,
    )
    await connection.execute(insert(findings).values(row.model_dump(exclude={"id"})))
    said = f"{row.category} {row.fault}" + (f": {row.text}" if row.text else "")
    line = IncidentNote(incident=code, at=stated.now, kind="finding", actor=stated.actor, text=said)
    await write_audit(
        connection,
        AuditRow(
            at=stated.now,
            actor=stated.actor,
            action="incident.cause",
            subject=code,
            detail=said,
            origin=stated.origin,
        ),
    )
    return await write_notes(connection, [line])


def _merged(incident: Incident) -> Text:
    return Text(
        vi=f"{incident.id} đã gộp vào {incident.merged_into}: ghi nguyên nhân ở đó",
        en=f"{incident.id} is merged into {incident.merged_into}: state the cause there",
    )
