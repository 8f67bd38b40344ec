"""Links by which a person who was told answers with one tap: single use, and they expire."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, NotFound
from core.outcome import Event
from core.text import Text
from storage.database import Database
from storage.incidents import acknowledge
from storage.tables import ack_links
from storage.tokens import hashed, matches, new_token
from storage.unbroken import unbroken

_L = ack_links.c


@dataclass(frozen=True, slots=True)
class AckLink:
    """What a link is good for."""

    incident: str
    contact: str
    expires_at: datetime


@unbroken
class LinkBook:
    """Acknowledgement links; the ledger keeps their hashes alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ack_link(
        self, incident: str, contact: str, now: datetime, lifetime: timedelta
    ) -> str:
        """Return the token of a new link with which `contact` acknowledges `incident`."""
        plain, kept = new_token()
        async with self._database.writing() as connection:
            await connection.execute(
                insert(ack_links).values(
                    hash=kept,
                    incident=incident,
                    contact=contact,
                    created_at=now,
                    expires_at=now + lifetime,
                )
            )
        return plain

    async def peek(self, token: str, now: datetime) -> AckLink:
        """Return what a link is good for and use nothing up.

        NotFound if it never was or has expired, Conflict if it was used.
        """
        async with self._database.reading() as connection:
            return await _usable(connection, token, now)

    async def answered(self, incident: str) -> frozenset[str]:
        """Return the contacts that have used a link of an incident."""
        query = select(_L.contact).where(_L.incident == incident, _L.used_at.is_not(None))
        async with self._database.reading() as connection:
            return frozenset(await connection.scalars(query))

    async def redeem(self, token: str, now: datetime) -> AckLink:
        """Use a link up; NotFound if it never was or has expired, Conflict if it was used."""
        async with self._database.writing() as connection:
            return await _redeem(connection, token, now)

    async def acknowledge(
        self, token: str, now: datetime, note: str = "", origin: str = ""
    ) -> list[Event]:
        """Use a link up and acknowledge its incident in its contact's name, both or neither.

        Errors as of `redeem` and `IncidentBook.acknowledge`; returns the events to publish.
        """
        async with self._database.writing() as connection:
            link = await _redeem(connection, token, now)
            return await acknowledge(
                connection, link.incident, link.contact, now, note=note, origin=origin
            )


async def _redeem(connection: AsyncConnection, token: str, now: datetime) -> AckLink:
    link = await _usable(connection, token, now)
    used = await connection.execute(
        update(ack_links).where(_L.hash == hashed(token), _L.used_at.is_(None)).values(used_at=now)
    )
    if not used.rowcount:
        raise _already_used()
    return link


async def _usable(connection: AsyncConnection, token: str, now: datetime) -> AckLink:
    row = (
        await connection.execute(select(ack_links).where(_L.hash == hashed(token)))
    ).one_or_none()
    if row is None or not matches(token, row.hash) or row.expires_at <= now:
        raise NotFound(
            Text(
                vi="Liên kết không tồn tại hoặc đã hết hạn",
                en="The link does not exist or has expired",
            )
        )
    if row.used_at is not None:
        raise _already_used()
    return AckLink(row.incident, row.contact, row.expires_at)


def _already_used() -> Conflict:
    return Conflict(Text(vi="Liên kết này đã được sử dụng", en="This link has been used already"))
