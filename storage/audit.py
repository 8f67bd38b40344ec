"""Who did what, when, from where: rows that are only ever added."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.people import AuditRow
from storage.tables import audit


async def write_audit(connection: AsyncConnection, row: AuditRow) -> None:
    """Add a row inside the caller's transaction."""
    await connection.execute(insert(audit).values(row.model_dump(exclude={"id"})))


async def read_audit(connection: AsyncConnection, limit: int, before: int | None) -> list[AuditRow]:
    """Return the newest rows first, of ids below `before`."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [AuditRow(**row) for row in (await connection.execute(query)).mappings()]


async def last_of(
    connection: AsyncConnection, action: str, subject: str | None = None
) -> AuditRow | None:
    """Return the newest row of an action, on one subject if it is named."""
    query = select(audit).where(audit.c.action == action)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    newest = query.order_by(audit.c.id.desc()).limit(1)
    row = (await connection.execute(newest)).mappings().first()
    return AuditRow(**row) if row is not None else None
