"""A ledger to play in: what people have declared, as of one day, and nothing that has happened.

It is a file of its own that nobody else opens. No password, token, secret or link is in it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import LOCAL, Clock
from core.inventory import EPOCH, Changes, Dated, Inventory, RotaRule
from core.model import Model
from storage import migrations
from storage.database import Database
from storage.inventory import KINDS
from storage.ledger import Ledger
from storage.tables import maintenance, silences, swaps, users

_HELD = ("units", "carriers", "circuits", "targets")  # what a silence may name, but incidents


async def scratch(source: Ledger, file: Path, on: date, begin: datetime, clock: Clock) -> Ledger:
    """Return a new ledger in a file, with what `source` declares on a local day.

    What holds on that day holds at all times there, so that a month of the past is met by the
    rules, chains and turns of today. Silences, works, swaps and listed shifts keep their times;
    a silence of single incidents is left out, since their codes mean others there.
    """
    url = f"sqlite:///{file}"
    await migrations.upgrade(url)
    ledger = Ledger(Database(url, lasting=False), None, clock)
    today = await source.inventory.load(on=on)
    shifts = (await source.inventory.load()).shifts
    async with source.database.reading() as old, ledger.database.writing() as new:
        for _, _, _, identity in KINDS:
            if identity is not None:
                await _copy(old, new, identity)
        for table in (swaps, maintenance):
            await _copy(old, new, table)
        await _write(new, silences, map(_without_incidents, await _rows(old, silences)))
        accounts = await _rows(old, users)
        await _write(new, users, ({**row, "password_hash": ""} for row in accounts))
    declared = _always(today.model_copy(update={"shifts": shifts}), begin)
    await ledger.inventory.apply(Changes(put=declared), "rehearsal", begin)
    return ledger


async def _copy(old: AsyncConnection, new: AsyncConnection, table: Table) -> None:
    await _write(new, table, await _rows(old, table))


async def _rows(connection: AsyncConnection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def _write(
    connection: AsyncConnection, table: Table, rows: Iterable[dict[str, Any] | None]
) -> None:
    wanted = [row for row in rows if row is not None]
    if wanted:
        await connection.execute(insert(table), wanted)


def _without_incidents(row: dict[str, Any]) -> dict[str, Any] | None:
    return {**row, "incidents": ()} if any(row[name] for name in _HELD) else None


def _always(today: Inventory, begin: datetime) -> Inventory:
    """Return the rows of a day as ones that have held ever since."""
    first = begin.astimezone(LOCAL).date()
    return today.model_copy(
        update={
            field: tuple(_timeless(row, first) for row in getattr(today, field))
            for field, *_ in KINDS
        }
    )


def _timeless(row: Model, first: date) -> Model:
    if isinstance(row, RotaRule):
        row = row.model_copy(update={"start": _begun(row, first)})
    if isinstance(row, Dated):
        return row.model_copy(update={"valid_from": EPOCH, "valid_to": None})
    return row


def _begun(rule: RotaRule, first: date) -> date:
    """Return a start before a day, whole rounds of weeks earlier: it was that person's turn."""
    rounds = timedelta(weeks=max(1, len(rule.people)))
    start = rule.start
    while start > first:
        start -= rounds
    return start
