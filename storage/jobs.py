"""Jobs that tell how they ended: one token each, its hash alone kept, and the last word."""

from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.job import Job
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.database import Database, upsert
from storage.tables import jobs
from storage.tokens import matches, new_token
from storage.unbroken import unbroken

PREFIX = "tsj_"  # lets scanners recognise a leaked one
_J = jobs.c
_KNOWN = [_J[name] for name in Job.model_fields]


@unbroken
class JobBook:
    """Which jobs may speak, and what they said last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, name: str, actor: str, now: datetime, origin: str = "") -> str:
        """Return a new token of a job, this once; an earlier one ends, what was said stays."""
        plain, kept = new_token(PREFIX)
        job = Job(name=name, by=actor, created_at=now)
        said = ("at", "good", "good_at", "size", "size_before", "duration", "detail")
        async with self._database.writing() as connection:
            await upsert(connection, jobs, [{**job.model_dump(), "hash": kept}], keep=said)
            await _audited(connection, "job.make", name, actor, now, origin)
        return plain

    async def revoke(self, name: str, actor: str, now: datetime, origin: str = "") -> None:
        """End a job's token, and forget what it said. NotFound if there is none."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(jobs).where(_J.name == name))
            if not gone.rowcount:
                raise NotFound(Text(vi=f"Chưa khai công việc {name}", en=f"There is no job {name}"))
            await _audited(connection, "job.revoke", name, actor, now, origin)

    async def known(self) -> list[Job]:
        """Return every job, by name."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_KNOWN).order_by(_J.name))
            return [Job(**row) for row in rows.mappings()]

    async def may_speak(self, name: str, token: str) -> bool:
        """Say whether a token is that of a job."""
        async with self._database.reading() as connection:
            kept = await connection.scalar(select(_J.hash).where(_J.name == name))
        return matches(token, kept or "")

    async def hear(
        self,
        name: str,
        now: datetime,
        *,
        good: bool,
        size: int | None = None,
        duration: float | None = None,
        detail: str = "",
    ) -> None:
        """Keep what a job says; nothing if it is not known any more.

        An end that was ill changes neither the last good one nor its size.
        """
        values: dict[str, object] = {"at": now, "good": good, "duration": duration}
        values["detail"] = detail
        if good:
            before = case((_J.good_at.is_(None), None), else_=_J.size)
            values |= {"good_at": now, "size": size, "size_before": before}
        async with self._database.writing() as connection:
            await connection.execute(update(jobs).where(_J.name == name).values(**values))


async def _audited(  # noqa: PLR0917
    connection: AsyncConnection, action: str, name: str, actor: str, now: datetime, origin: str
) -> None:
    row = AuditRow(at=now, actor=actor, action=action, subject=name, origin=origin)
    await write_audit(connection, row)
