"""The versions of devices' configurations: masked for people, whole in the vault alone."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.configuration import Configuration, Kept, Paper
from core.errors import Conflict, NotFound
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.database import Database
from storage.tables import configurations
from storage.unbroken import unbroken
from storage.vault import Sealed, Vault

_C = configurations.c
_SHOWN = tuple(
    column
    for column in configurations.columns
    if column.name not in {"mark", "masked", "key_id", "wrapped", "sealed"}
)
VERSIONS = 200  # of one configuration; older ones go


@unbroken
class ConfigurationBook:
    """A version for every change; one that is seen again is only seen later."""

    def __init__(self, database: Database, vault: Vault | None) -> None:
        self._database = database
        self._vault = vault

    async def keep(
        self, target: str, papers: Sequence[Paper], now: datetime
    ) -> list[Configuration]:
        """Keep what a look brought; return the versions that are new. Conflict without a key."""
        vault, fresh = self._opened(), []
        by_kind = {one.kind: one for one in papers}
        unsaved = (
            by_kind[Kept.RUNNING].compared != by_kind[Kept.STARTUP].compared
            if len(by_kind) > 1
            else None
        )
        async with self._database.writing() as connection:
            for one in papers:
                known = unsaved if one.kind is Kept.RUNNING else None
                version = await _keep(connection, vault, target, one, unsaved=known, now=now)
                if version is not None:
                    fresh.append(version)
        return fresh

    async def versions(
        self, target: str, kind: Kept | None = None, limit: int = VERSIONS
    ) -> list[Configuration]:
        """Return the versions of a target's configurations, newest first."""
        query = select(*_SHOWN).where(_C.target == target).order_by(_C.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(_C.kind == kind)
        async with self._database.reading() as connection:
            return [Configuration(**row) for row in (await connection.execute(query)).mappings()]

    async def newest(self) -> list[Configuration]:
        """Return the newest version of every configuration, by target."""
        last = select(func.max(_C.id)).group_by(_C.target, _C.kind)
        query = select(*_SHOWN).where(_C.id.in_(last)).order_by(_C.target, _C.kind)
        async with self._database.reading() as connection:
            return [Configuration(**row) for row in (await connection.execute(query)).mappings()]

    async def get(self, number: int) -> tuple[Configuration, str]:
        """Return a version and its text without secrets; NotFound."""
        query = select(*_SHOWN, _C.masked).where(_C.id == number)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise _unknown(number)
        return _split(dict(row))

    async def reveal(
        self, number: int, actor: str, now: datetime, origin: str = ""
    ) -> tuple[Configuration, str]:
        """Return a version whole, to restore a device from: audited. NotFound, Conflict."""
        async with self._database.writing() as connection:
            query = select(configurations).where(_C.id == number)
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                raise _unknown(number)
            sealed = Sealed(row["key_id"], row["wrapped"], row["sealed"])
            octets = self._opened().unseal_octets(_name(row["target"], row["kind"]), sealed)
            await write_audit(
                connection,
                AuditRow(
                    at=now,
                    actor=actor,
                    action="configuration.reveal",
                    subject=row["target"],
                    detail=f"{row['kind']} {number}",
                    origin=origin,
                ),
            )
        version = Configuration(**{column.name: row[column.name] for column in _SHOWN})
        return version, zlib.decompress(octets).decode()

    def _opened(self) -> Vault:
        if self._vault is None:
            raise Conflict(
                Text(
                    vi="Chưa có tệp khoá nên không giữ được cấu hình nào",
                    en="There is no key file, so that no configuration can be kept",
                )
            )
        return self._vault


async def _keep(
    connection: AsyncConnection,
    vault: Vault,
    target: str,
    paper: Paper,
    *,
    unsaved: bool | None,
    now: datetime,
) -> Configuration | None:
    """Write a version that is new and return it; of the same as before, note when and None."""
    mine = (_C.target == target) & (_C.kind == paper.kind)
    query = select(_C.id, _C.mark).where(mine).order_by(_C.id.desc()).limit(1)
    last = (await connection.execute(query)).first()
    mark = vault.mark(paper.compared)
    if last is not None and last.mark == mark:
        seen = {"seen_at": now, "unsaved": unsaved}
        await connection.execute(update(configurations).where(_C.id == last.id).values(seen))
        return None
    version = Configuration(
        target=target,
        kind=paper.kind,
        platform=paper.platform,
        at=now,
        seen_at=now,
        lines=paper.masked.count("\n"),
        changed_by=paper.changed_by,
        changed_at=paper.changed_at,
        unsaved=unsaved,
    )
    sealed = vault.seal_octets(_name(target, paper.kind), _packed(paper.text))
    row: dict[str, Any] = version.model_dump(exclude={"id"}) | {
        "mark": mark,
        "masked": _packed(paper.masked),
        "key_id": sealed.key_id,
        "wrapped": sealed.wrapped,
        "sealed": sealed.sealed,
    }
    number = await connection.scalar(insert(configurations).values(row).returning(_C.id))
    kept = select(_C.id).where(mine).order_by(_C.id.desc()).limit(VERSIONS)
    await connection.execute(delete(configurations).where(mine & _C.id.not_in(kept)))
    return version.model_copy(update={"id": number})


def _split(fields: dict[str, Any]) -> tuple[Configuration, str]:
    text = zlib.decompress(fields.pop("masked")).decode()
    return Configuration(**fields), text


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(errors="replace"), 6)


def _name(target: str, kind: str) -> str:
    return f"configuration {target} {kind}"


def _unknown(number: int) -> NotFound:
    return NotFound(
        Text(vi=f"Không có bản cấu hình số {number}", en=f"There is no configuration {number}")
    )
