"""Announced works: added and cancelled, never removed, each with who did it."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import LOCAL
from core.errors import Conflict, Invalid, NotFound, Problem
from core.incident import IncidentNote
from core.maintenance import Maintenance
from core.people import AuditRow
from core.recurrence import BadRule, normal
from core.silence import Scope
from core.text import Text
from storage.audit import write_audit
from storage.checking import made, odd_years
from storage.database import Database
from storage.events import Draft, write_events
from storage.incidents import read_incident, write_notes
from storage.outbox import let_go
from storage.tables import maintenance
from storage.unbroken import unbroken

_M = maintenance.c
_FIELDS = [_M[name] for name in Maintenance.model_fields]


@unbroken
class MaintenanceBook:
    """Works by carriers and offices, as they were announced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        begin: datetime,
        end: datetime,
        reason: str,
        actor: str,
        now: datetime,
        *,
        scope: Scope,
        rule: str | None = None,
        announced_at: datetime | None = None,
        reference: str | None = None,
        origin: str = "",
    ) -> Maintenance:
        """Keep works, announced just now or when the letter came; return them with their id.

        Invalid if they end before they begin, come back for ever, concern nothing, were announced
        in the future, or hold words that are too long. The incidents that they are to mend say so
        in their timelines; NotFound if there is none of a name.
        """
        if odd := odd_years("maintenance", begin=begin, end=end, announced_at=announced_at):
            raise Invalid(odd)
        problems = _problems(begin, end, announced_at or now, now, scope)
        try:
            rule = await asyncio.to_thread(normal, rule, begin) if rule else None
        except BadRule as bad:
            problems.append(_problem("rule", bad.what, bad.mend))
        if problems:
            raise Invalid(problems)
        async with self._database.writing() as connection:
            row = made(
                Maintenance,
                "maintenance",
                id=await _next_id(connection, begin),
                begin=begin.astimezone(UTC),
                end=end.astimezone(UTC),
                rule=rule,
                reason=reason,
                announced_at=(announced_at or now).astimezone(UTC),
                reference=reference,
                units=scope.units,
                carriers=scope.carriers,
                circuits=scope.circuits,
                targets=scope.targets,
                incidents=scope.incidents,
                by=actor,
                recorded_at=now,
            )
            fields = row.model_dump() | {"until": row.until}
            await connection.execute(insert(maintenance).values(fields))
            await write_audit(
                connection,
                AuditRow(
                    at=now,
                    actor=actor,
                    action="maintenance.add",
                    subject=row.id,
                    detail=f"{begin.isoformat()} – {end.isoformat()}: {row.reason}",
                    origin=origin,
                ),
            )
            await _tell(connection, row, "works", actor, now)
        return row

    async def cancel(
        self, maintenance_id: str, actor: str, now: datetime, origin: str = ""
    ) -> Maintenance:
        """Call works off: what they held back is due. NotFound; Conflict if done before."""
        async with self._database.writing() as connection:
            row = await _read(connection, maintenance_id)
            if row.cancelled_at is not None:
                raise Conflict(
                    Text(
                        vi=f"Đợt bảo trì {row.id} đã được huỷ trước đó",
                        en=f"The works {row.id} have been called off already",
                    )
                )
            await connection.execute(
                update(maintenance).where(_M.id == row.id).values(cancelled_at=now)
            )
            await let_go(connection, row.id, now)
            await write_audit(
                connection,
                AuditRow(
                    at=now,
                    actor=actor,
                    action="maintenance.cancel",
                    subject=row.id,
                    detail=row.reason,
                    origin=origin,
                ),
            )
            row = row.model_copy(update={"cancelled_at": now})
            await _tell(connection, row, "works_cancelled", actor, now)
        return row

    async def find(
        self, begin: datetime | None = None, end: datetime | None = None
    ) -> list[Maintenance]:
        """Return works that lie within [begin, end) in part, cancelled ones too, by begin.

        Those that come back are there from the first time to the end of the last.
        """
        query = select(*_FIELDS).order_by(_M.begin, _M.id)
        if end is not None:
            query = query.where(_M.begin < end)
        if begin is not None:
            query = query.where(_M.until > begin)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [Maintenance(**row) for row in rows.mappings()]


async def _read(connection: AsyncConnection, maintenance_id: str) -> Maintenance:
    found = await connection.execute(select(*_FIELDS).where(_M.id == maintenance_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(
            Text(
                vi=f"Không có đợt bảo trì {maintenance_id}",
                en=f"There are no works {maintenance_id}",
            )
        )
    return Maintenance(**row)


async def _tell(
    connection: AsyncConnection, row: Maintenance, kind: str, actor: str, now: datetime
) -> None:
    """Write that works were recorded or called off: in the timelines of what they are to mend,
    and for live pages, which show what they hold.
    """
    notes = []
    for code in row.incidents:
        await read_incident(connection, code)
        text = f"{row.id}: {row.reason}"
        notes.append(IncidentNote(incident=code, at=now, kind=kind, actor=actor, text=text))
    drafts: list[Draft] = await write_notes(connection, notes)
    drafts.append(("works", row.id, row.model_dump(mode="json", exclude={"id"})))
    await write_events(connection, drafts, now)


async def _next_id(connection: AsyncConnection, begin: datetime) -> str:
    prefix = f"BT-{begin.astimezone(LOCAL):%Y%m%d}-"
    query = select(func.max(_M.id)).where(_M.id.startswith(prefix, autoescape=True))
    last = await connection.scalar(query)
    number = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{number:04}"


def _problems(
    begin: datetime,
    end: datetime,
    announced_at: datetime,
    now: datetime,
    scope: Scope,
) -> list[Problem]:
    found = []
    if end <= begin:
        found.append(
            _problem(
                "end",
                Text(vi="kết thúc không sau bắt đầu", en="it does not end after it begins"),
                Text(vi="Ghi giờ kết thúc sau giờ bắt đầu", en="Give an end after the begin"),
            )
        )
    if not scope.named:
        found.append(
            _problem(
                "units",
                Text(vi="chưa nêu phạm vi", en="nothing is concerned"),
                Text(
                    vi="Nêu ít nhất một đơn vị, nhà mạng, kênh, đối tượng hoặc sự cố",
                    en="Name at least one unit, carrier, circuit, target or incident",
                ),
            )
        )
    if announced_at > now:
        found.append(
            _problem(
                "announced_at",
                Text(vi="thời điểm thông báo ở tương lai", en="it was announced in the future"),
                Text(
                    vi="Ghi lúc nhận được thông báo", en="Give the time when the letter reached us"
                ),
            )
        )
    return found


def _problem(key: str, what: Text, mend: Text) -> Problem:
    return Problem(file="maintenance", key=key, what=what, mend=mend)
