"""Which suggestions did people refuse? Kept in the audit log, where it says who and when."""

from datetime import datetime

from sqlalchemy import func, select

from core.people import AuditRow
from storage.audit import write_audit
from storage.database import Database
from storage.tables import audit
from storage.unbroken import unbroken

REFUSED, OFFERED, TAKEN = "suggestion.refuse", "suggestion.offer", "suggestion.take"


@unbroken
class SuggestionBook:
    """What was said of suggestions, by their keys; the last word counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refused(self) -> frozenset[str]:
        """Return the keys of the suggestions that are refused."""
        newest = (
            select(func.max(audit.c.id))
            .where(audit.c.action.in_((REFUSED, OFFERED, TAKEN)))
            .group_by(audit.c.subject)
        )
        query = select(audit.c.subject).where(audit.c.id.in_(newest), audit.c.action == REFUSED)
        async with self._database.reading() as connection:
            return frozenset(await connection.scalars(query))

    async def say(  # noqa: PLR0917
        self, word: str, key: str, detail: str, actor: str, now: datetime, origin: str = ""
    ) -> None:
        """Keep that somebody refused a suggestion, took it, or wants it offered again."""
        async with self._database.writing() as connection:
            row = AuditRow(
                at=now, actor=actor, action=word, subject=key, detail=detail, origin=origin
            )
            await write_audit(connection, row)
