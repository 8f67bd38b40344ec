"""Keys with which PCs in rooms sign what they say: one a room, made once, ended at any time.

The ledger keeps the SHA-256 of a key, and signatures are made with that: whoever listens on the
line learns nothing, and whoever reads the ledger cannot tell the key, but could sign for the PC.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, NotFound
from core.meeting import Beat, RoomKey
from core.outcome import Event
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.database import Database, upsert
from storage.meetings import keep_beat
from storage.tables import room_beats, room_keys
from storage.tokens import new_token
from storage.unbroken import unbroken

PREFIX = "tsr_"  # lets scanners recognise a leaked one
_K = room_keys.c
_KNOWN = [_K[name] for name in RoomKey.model_fields]


@unbroken
class RoomKeyBook:
    """Who may speak for a room without equipment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, room: str, actor: str, now: datetime, origin: str = "") -> str:
        """Return a new key of a room, this once; an earlier one ends."""
        plain, kept = new_token(PREFIX)
        row = {
            "room": room,
            "hash": kept,
            "by": actor,
            "created_at": now,
            "used_at": None,
            "stamp": 0,
        }
        async with self._database.writing() as connection:
            await upsert(connection, room_keys, [row])
            await _audited(connection, "room_key.make", room, actor, now, origin)
        return plain

    async def revoke(self, room: str, actor: str, now: datetime, origin: str = "") -> None:
        """End a room's key, and forget what its PC said last. NotFound if it has none."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(room_keys).where(_K.room == room))
            if not gone.rowcount:
                raise NotFound(
                    Text(vi=f"Phòng {room} chưa có khoá", en=f"The room {room} has no key")
                )
            await connection.execute(delete(room_beats).where(room_beats.c.room == room))
            await _audited(connection, "room_key.revoke", room, actor, now, origin)

    async def known(self) -> list[RoomKey]:
        """Return what is known of every key, by room."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_KNOWN).order_by(_K.room))
            return [RoomKey(**row) for row in rows.mappings()]

    async def signing(self, room: str) -> bytes | None:
        """Return that with which a room's PC signs (32 octets), None if it has no key."""
        async with self._database.reading() as connection:
            kept = await connection.scalar(select(_K.hash).where(_K.room == room))
        return bytes.fromhex(kept) if kept is not None else None

    async def hear(self, beat: Beat, stamp: int) -> list[Event]:
        """Keep what a room's PC says. Conflict unless `stamp` is later than the last one's.

        So nothing that was overheard can be said again.
        """
        newer = (_K.room == beat.room) & (_K.stamp < stamp)
        async with self._database.writing() as connection:
            taken = await connection.execute(
                update(room_keys).where(newer).values(stamp=stamp, used_at=beat.at)
            )
            if not taken.rowcount:
                raise Conflict(
                    Text(vi="Tin này đã được nhận trước đó", en="This was said before already")
                )
            return await keep_beat(connection, beat)


async def _audited(  # noqa: PLR0917
    connection: AsyncConnection, action: str, room: str, actor: str, now: datetime, origin: str
) -> None:
    row = AuditRow(at=now, actor=actor, action=action, subject=room, origin=origin)
    await write_audit(connection, row)
