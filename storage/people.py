"""Who may come in: users, their sessions, API tokens, failed attempts, and the audit trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, NotFound
from core.people import AuditRow, Role, User
from core.text import Text
from storage.audit import last_of, read_audit, write_audit
from storage.database import Database
from storage.tables import api_tokens, login_attempts, sessions, users
from storage.tokens import hashed, matches, new_token
from storage.unbroken import unbroken

_USER = [users.c[name] for name in User.model_fields]
_ATTEMPTS_KEPT = timedelta(days=1)
TOKEN_PREFIX = "ts_"  # noqa: S105  (not a secret: lets scanners recognise a leaked one)
_LENT = "lent:"  # how tokens that are lent are named
_LENT_FOR = timedelta(minutes=1)  # what a command that died has left is swept away


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is known of an API token; never the token."""

    name: str
    role: Role
    owner: str
    created_at: datetime
    revoked_at: datetime | None


@unbroken
class PeopleBook:
    """Local accounts. Password hashes are made and checked by whoever logs people in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(self) -> list[User]:
        """Return every account, disabled ones too, by name."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_USER))
            return sorted((User(**row) for row in rows.mappings()), key=lambda user: user.name)

    async def user(self, name: str) -> User | None:
        """Return one account, or None."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_USER).where(users.c.name == name))
            row = rows.mappings().first()
            return None if row is None else User(**row)

    async def create_user(
        self,
        name: str,
        full_name: str,
        role: Role,
        password_hash: str,
        now: datetime,
        *,
        contact: str | None = None,
    ) -> User:
        """Add an account; Conflict if the name is taken."""
        user = User(name=name, full_name=full_name, role=role, contact=contact, created_at=now)
        try:
            async with self._database.writing() as connection:
                await connection.execute(
                    insert(users).values(**user.model_dump(), password_hash=password_hash)
                )
        except IntegrityError as fault:
            raise Conflict(
                Text(vi=f"Đã có tài khoản {name}", en=f"There is an account {name} already")
            ) from fault
        return user

    async def set_password(self, name: str, password_hash: str) -> None:
        """Change a password and end every session of the account; NotFound."""
        await self._change(name, password_hash=password_hash)

    async def disable(self, name: str) -> None:
        """Close an account and end its sessions; its rows stay. NotFound."""
        await self._change(name, disabled=True)

    async def enable(self, name: str) -> None:
        """Open an account again; NotFound."""
        await self._change(name, disabled=False)

    async def password_hash(self, name: str) -> str | None:
        """Return an account's hash; None if there is no such account or it is disabled."""
        query = select(users.c.password_hash).where(users.c.name == name, ~users.c.disabled)
        async with self._database.reading() as connection:
            return await connection.scalar(query)

    async def open_session(self, user: str, now: datetime, lifetime: timedelta) -> str:
        """Return the token of a new session; expired sessions are swept away."""
        plain, kept = new_token()
        async with self._database.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            await connection.execute(
                insert(sessions).values(
                    hash=kept, user=user, created_at=now, expires_at=now + lifetime
                )
            )
        return plain

    async def session(self, token: str, now: datetime) -> User | None:
        """Return whose session it is; None if unknown, expired or the account is disabled."""
        query = (
            select(*_USER, sessions.c.hash.label("hash"))
            .join(sessions, sessions.c.user == users.c.name)
            .where(sessions.c.hash == hashed(token), sessions.c.expires_at > now, ~users.c.disabled)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None or not matches(token, row["hash"]):
            return None
        return User(**{name: row[name] for name in User.model_fields})

    async def close_session(self, token: str) -> None:
        """End a session; nothing happens if there is none."""
        async with self._database.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.hash == hashed(token)))

    async def create_token(self, name: str, role: Role, owner: str, now: datetime) -> str:
        """Return a new API token, shown this once; Conflict if the name is taken."""
        plain, kept = new_token(TOKEN_PREFIX)
        try:
            async with self._database.writing() as connection:
                await connection.execute(
                    insert(api_tokens).values(
                        name=name, hash=kept, role=role, owner=owner, created_at=now
                    )
                )
        except IntegrityError as fault:
            raise Conflict(
                Text(vi=f"Đã có khoá API tên {name}", en=f"There is an API token {name} already")
            ) from fault
        return plain

    async def lend_token(self, owner: str, role: Role, now: datetime) -> str:
        """Return a token that speaks in its owner's name, until it is given back."""
        plain, kept = new_token(TOKEN_PREFIX)
        lent = api_tokens.c.name.startswith(_LENT)
        async with self._database.writing() as connection:
            await connection.execute(
                delete(api_tokens).where(lent, api_tokens.c.created_at < now - _LENT_FOR)
            )
            await connection.execute(
                insert(api_tokens).values(
                    name=f"{_LENT}{kept[:16]}", hash=kept, role=role, owner=owner, created_at=now
                )
            )
        return plain

    async def give_back_token(self, plain: str) -> None:
        """Forget a token that was lent."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(api_tokens).where(
                    api_tokens.c.hash == hashed(plain), api_tokens.c.name.startswith(_LENT)
                )
            )

    async def token(self, plain: str) -> tuple[str, Role] | None:
        """Return who asks by an API token, and the role; None if unknown, revoked or closed.

        Who asks is the token's name; its owner, if it is lent. A disabled owner closes it.
        """
        closed = select(users.c.name).where(users.c.name == api_tokens.c.owner, users.c.disabled)
        query = select(api_tokens).where(
            api_tokens.c.hash == hashed(plain), api_tokens.c.revoked_at.is_(None), ~closed.exists()
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None or not matches(plain, row.hash):
            return None
        return row.owner if row.name.startswith(_LENT) else row.name, Role(row.role)

    async def tokens(self) -> list[ApiToken]:
        """Return what is known of every API token, revoked ones too, by name."""
        kept = [api_tokens.c[name] for name in ApiToken.__dataclass_fields__]
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*kept))
            found = [ApiToken(**{**row, "role": Role(row["role"])}) for row in rows.mappings()]
        return sorted(found, key=lambda token: token.name)

    async def revoke_token(self, name: str, now: datetime) -> None:
        """End an API token for good; NotFound."""
        async with self._database.writing() as connection:
            done = await connection.execute(
                update(api_tokens)
                .where(api_tokens.c.name == name, api_tokens.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            _must_exist(
                done,
                Text(
                    vi=f"Không có khoá API nào tên {name} còn hiệu lực",
                    en=f"There is no valid API token {name}",
                ),
            )

    async def note_attempt(self, key: str, ok: bool, now: datetime) -> None:
        """Remember a login's outcome under a key (an account, an address) for a day."""
        async with self._database.writing() as connection:
            await connection.execute(insert(login_attempts).values(key=key, at=now, ok=ok))
            await connection.execute(
                delete(login_attempts).where(login_attempts.c.at < now - _ATTEMPTS_KEPT)
            )

    async def recent_failures(self, key: str, since: datetime) -> int:
        """Count the failed attempts of a key since an instant."""
        query = select(func.count()).where(
            login_attempts.c.key == key, login_attempts.c.at >= since, ~login_attempts.c.ok
        )
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def audit(self, row: AuditRow) -> None:
        """Add a row to the audit trail."""
        async with self._database.writing() as connection:
            await write_audit(connection, row)

    async def last_audit(self, action: str, subject: str | None = None) -> AuditRow | None:
        """Return the newest audit row of an action (on a subject), None if it was never done."""
        async with self._database.reading() as connection:
            return await last_of(connection, action, subject)

    async def audit_rows(self, limit: int = 100, before: int | None = None) -> list[AuditRow]:
        """Return the newest audit rows first, of ids below `before`."""
        async with self._database.reading() as connection:
            return await read_audit(connection, limit, before)

    async def _change(self, name: str, **values: object) -> None:
        async with self._database.writing() as connection:
            done = await connection.execute(
                update(users).where(users.c.name == name).values(values)
            )
            _must_exist(
                done, Text(vi=f"Không có tài khoản {name}", en=f"There is no account {name}")
            )
            await connection.execute(delete(sessions).where(sessions.c.user == name))


def _must_exist(done: CursorResult[tuple[object, ...]], otherwise: Text) -> None:
    if not done.rowcount:
        raise NotFound(otherwise)
