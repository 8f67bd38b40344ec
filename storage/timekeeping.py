"""When our own clock was not to be trusted."""

from datetime import datetime

from sqlalchemy import select

from core.timekeeping import ClockSpan
from storage.database import Database
from storage.database import insert as insert_or
from storage.tables import clock_spans
from storage.unbroken import unbroken

_C = clock_spans.c


@unbroken
class TimekeepingBook:
    """The memory of doubtful time.

    A span that goes on is written again and again with a later end, so that none stays open
    when the platform dies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, span: ClockSpan) -> None:
        """Write a span, or the later end of one that is known."""
        async with self._database.writing() as connection:
            statement = insert_or(connection, clock_spans).values(**span.model_dump())
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["kind", "begin"],
                    set_={"end": statement.excluded.end},
                    where=_C.end < statement.excluded.end,
                )
            )

    async def spans(self, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return the doubtful time within [begin, end), in order, what touches made one."""
        if begin >= end:
            return []
        wanted = select(_C.begin, _C.end).where(_C.begin < end, _C.end > begin).order_by(_C.begin)
        async with self._database.reading() as connection:
            rows = await connection.execute(wanted)
            cut = [(max(row.begin, begin), min(row.end, end)) for row in rows]
        whole: list[tuple[datetime, datetime]] = []
        for since, until in cut:
            if whole and since <= whole[-1][1]:
                whole[-1] = (whole[-1][0], max(whole[-1][1], until))
            else:
                whole.append((since, until))
        return whole
