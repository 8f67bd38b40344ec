"""Credentials by name: written once, shown to nobody, revealed to collectors alone."""

from datetime import datetime

from sqlalchemy import delete, select

from core.errors import Conflict, NotFound
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.database import Database, upsert
from storage.tables import secrets
from storage.unbroken import unbroken
from storage.vault import Sealed, Vault


class Keyring:
    """The secrets of one moment, in memory: what collectors are handed. Hides in `repr`."""

    def __init__(self, plain: dict[str, str]) -> None:
        self._plain = plain

    def reveal(self, name: str) -> str | None:
        """Return a secret's plain text, or None if no such secret is set."""
        return self._plain.get(name)

    def put(self, plain: dict[str, str]) -> None:
        """Hold these from now on, for everybody who has this keyring."""
        self._plain = plain


@unbroken
class SecretBook:
    """Sealed secrets."""

    def __init__(self, database: Database, vault: Vault | None) -> None:
        self._database = database
        self._vault = vault

    async def set_secret(self, name: str, plain: str, actor: str, now: datetime) -> None:
        """Set or replace a secret, audited without its text. Conflict without a key file."""
        sealed = self._opened().seal(name, plain)
        row = {
            "name": name,
            "key_id": sealed.key_id,
            "wrapped": sealed.wrapped,
            "sealed": sealed.sealed,
            "set_by": actor,
            "set_at": now,
        }
        async with self._database.writing() as connection:
            await upsert(connection, secrets, [row])
            await write_audit(
                connection, AuditRow(at=now, actor=actor, action="secret.set", subject=name)
            )

    async def reveal(self, name: str) -> str | None:
        """Return a secret's plain text, None if it is not set; Conflict if it cannot be opened."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(secrets).where(secrets.c.name == name))).first()
        if row is None:
            return None
        return self._opened().unseal(name, Sealed(row.key_id, row.wrapped, row.sealed))

    async def keyring(self) -> Keyring:
        """Return every secret opened, for the collectors; Conflict if one cannot be."""
        return Keyring(await self._opened_all())

    async def refresh(self, keyring: Keyring) -> None:
        """Bring a keyring up to date with what was set and removed since; Conflict as above."""
        keyring.put(await self._opened_all())

    async def _opened_all(self) -> dict[str, str]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(secrets))).all()
        vault = self._opened() if rows else None
        return {
            row.name: vault.unseal(row.name, Sealed(row.key_id, row.wrapped, row.sealed))
            for row in rows
            if vault is not None
        }

    async def names(self) -> list[str]:
        """Return the names of all secrets, sorted."""
        async with self._database.reading() as connection:
            return sorted(await connection.scalars(select(secrets.c.name)))

    async def remove(self, name: str, actor: str, now: datetime) -> None:
        """Forget a secret, audited; NotFound."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(secrets).where(secrets.c.name == name))
            if not gone.rowcount:
                raise NotFound(
                    Text(vi=f"Không có bí mật tên {name}", en=f"There is no secret {name}")
                )
            await write_audit(
                connection, AuditRow(at=now, actor=actor, action="secret.remove", subject=name)
            )

    def _opened(self) -> Vault:
        if self._vault is None:
            raise Conflict(
                Text(
                    vi="Chưa có tệp khoá nên không mở được bí mật nào",
                    en="There is no key file, so that no secret can be opened",
                )
            )
        return self._vault
