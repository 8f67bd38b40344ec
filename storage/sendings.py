"""Which reports went out by themselves, to whom."""

from sqlalchemy import insert, select

from core.sending import DIGEST, ReportSending
from storage.database import Database
from storage.tables import report_sendings
from storage.unbroken import unbroken

_S = report_sendings.c


@unbroken
class SendingBook:
    """The memory of scheduled reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reached(self, schedule: str, period: str) -> set[str]:
        """Return the addresses that have a schedule's report of a period."""
        wanted = select(_S.address).where(_S.schedule == schedule, _S.period == period)
        async with self._database.reading() as connection:
            return set((await connection.execute(wanted)).scalars())

    async def remember(self, sending: ReportSending) -> None:
        """Keep that a report was sent; of an address that is remembered already, nothing."""
        known = select(_S.address).where(
            _S.schedule == sending.schedule,
            _S.period == sending.period,
            _S.address == sending.address,
        )
        async with self._database.writing() as connection:
            if (await connection.execute(known)).first() is not None:
                return
            await connection.execute(insert(report_sendings).values(**sending.model_dump()))

    async def latest(self, limit: int = 50) -> list[ReportSending]:
        """Return the last reports sent, newest first."""
        reports = _S.schedule.not_like(f"{DIGEST}%")
        wanted = (
            select(report_sendings)
            .where(reports)
            .order_by(_S.sent_at.desc(), _S.address)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings()
            return [ReportSending(**row) for row in rows]
