"""What goes after its time, and what never goes."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select

from core.people import AuditRow, Role
from core.status import Status, Transition
from storage import pruning
from storage.ledger import Ledger
from storage.pruning import Kept
from storage.status import write_transitions
from storage.tables import (
    audit,
    deliveries,
    events,
    incidents,
    login_attempts,
    notifications,
    sessions,
    transitions,
)

NOW = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
OLD = NOW - timedelta(days=500)
KEPT = Kept(events=timedelta(days=30), messages=timedelta(days=400))


async def count(ledger: Ledger, *tables: object) -> list[int]:
    async with ledger.database.reading() as connection:
        return [
            await connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]
            for table in tables
        ]


async def all_of(ledger: Ledger) -> int:
    total = 0
    while gone := await ledger.pruning.portion(KEPT, NOW):
        total += gone
    return total


def incident(name: str, state: str) -> dict[str, object]:
    return {
        "id": name,
        "root": "x",
        "kind": "down",
        "severity": "major",
        "state": state,
        "began_at": OLD,
        "decided_at": OLD,
        "cause": "silence",
        "detail": "",
        "version": 1,
    }


def message(number: int, of: str | None, state: str, at: datetime | None) -> dict[str, object]:
    return {
        "id": number,
        "incident": of,
        "purpose": "problem",
        "recipient": f"r{number}",
        "address": "a",
        "channel": "mail",
        "language": "vi",
        "reason": "x",
        "due_at": OLD,
        "state": state,
        "attempts": 1,
        "settled_at": at,
    }


async def test_messages_go_with_their_receipts_once_their_incident_is_closed(
    ledger: Ledger,
) -> None:
    rows = [
        message(1, "closed", "sent", OLD),  # goes
        message(2, "closed", "failed", OLD),  # goes
        message(3, "closed", "sent", NOW - timedelta(days=399)),
        message(4, "open", "sent", OLD),
        message(5, "closed", "pending", None),
        message(6, None, "sent", OLD),  # a test message: goes
    ]
    async with ledger.database.writing() as connection:
        await connection.execute(
            insert(incidents), [incident("closed", "recovered"), incident("open", "open")]
        )
        await connection.execute(insert(notifications), rows)
        await connection.execute(
            insert(deliveries),
            [
                {
                    "notification": row["id"],
                    "at": OLD,
                    "ok": True,
                    "receipt": "",
                    "subject": "",
                    "body": "",
                }
                for row in rows
            ],
        )
    assert await all_of(ledger) == 3
    async with ledger.database.reading() as connection:
        left = set(await connection.scalars(select(notifications.c.id)))
        told = set(await connection.scalars(select(deliveries.c.notification)))
    assert left == told == {3, 4, 5}
    assert await count(ledger, incidents) == [2]


async def test_what_is_over_goes_and_what_counts_stays(ledger: Ledger) -> None:
    await ledger.people.create_user("an", "An", Role.ADMIN, "x", OLD)
    await ledger.people.audit(AuditRow(at=OLD, actor="an", action="x", subject=""))
    async with ledger.database.writing() as connection:
        await write_transitions(
            connection, [Transition("x", Status.UNKNOWN, Status.UP, OLD, OLD, "answer")]
        )
        await connection.execute(
            insert(events),
            [
                {"id": n, "at": at, "kind": "k", "subject": "s", "data": {}}
                for n, at in enumerate([OLD, NOW - timedelta(days=29)])
            ],
        )
        await connection.execute(
            insert(sessions),
            [
                {"hash": str(n), "user": "an", "created_at": OLD, "expires_at": at}
                for n, at in enumerate([NOW, NOW + timedelta(hours=1)])
            ],
        )
        await connection.execute(
            insert(login_attempts),
            [{"key": "an", "at": at, "ok": True} for at in (OLD, NOW - timedelta(hours=1))],
        )
    assert await all_of(ledger) == 3
    assert await count(ledger, events, sessions, login_attempts) == [1, 1, 1]
    assert await count(ledger, transitions, audit) == [1, 1]


async def test_it_takes_small_portions(ledger: Ledger, monkeypatch: object) -> None:
    many = pruning.PORTION * 2 + 1
    async with ledger.database.writing() as connection:
        await connection.execute(
            insert(events),
            [{"id": n, "at": OLD, "kind": "k", "subject": "s", "data": {}} for n in range(many)],
        )
    assert await ledger.pruning.portion(KEPT, NOW) == pruning.PORTION
    assert await all_of(ledger) == many - pruning.PORTION
