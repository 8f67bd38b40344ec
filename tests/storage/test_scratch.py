"""A scratch ledger holds what is declared, for all time, and none of our secrets."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from core.clock import SystemClock
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule
from core.people import Role
from core.silence import Scope
from storage.ledger import Ledger
from storage.scratch import scratch
from storage.silences import Wanted
from storage.tables import api_tokens, audit, secrets, sessions, users

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
OCTOBER = datetime(2026, 9, 30, 17, tzinfo=UTC)
ROWS = Inventory(
    contacts=(
        Contact(slug="an", name="An", email="an@donvi.vn", valid_from=date(2026, 11, 1)),
        Contact(slug="cu", name="Cũ", email="cu@donvi.vn", valid_to=date(2026, 11, 1)),
    ),
    rotas=(Rota(slug="cntt", name="Trực CNTT", valid_from=date(2026, 11, 1)),),
    rota_rules=(
        RotaRule(
            slug="tuan",
            name="Tuần",
            rota="cntt",
            people=("an", "cu"),
            start=date(2026, 11, 2),
            turn="week",
        ),
    ),
)


async def test_what_holds_today_holds_at_all_times_and_turns_go_back_by_whole_rounds(
    ledger: Ledger, tmp_path: Path
) -> None:
    await ledger.inventory.apply(Changes(put=ROWS), "an", NOW)
    made = await scratch(ledger, tmp_path / "nhap.db", NOW.date(), OCTOBER, SystemClock())
    try:
        then = await made.inventory.load(on=date(2026, 10, 1))
        assert [contact.slug for contact in then.contacts] == ["an"]
        [rule] = then.rota_rules
        assert rule.start <= date(2026, 10, 1)
        assert (date(2026, 11, 2) - rule.start) % timedelta(weeks=2) == timedelta(0)
    finally:
        await made.aclose()


async def test_no_secret_is_taken_along_and_no_silence_of_single_incidents(
    ledger: Ledger, tmp_path: Path
) -> None:
    people = ledger.people
    await people.create_user("lan", "Nguyễn Thị Lan", Role.ADMIN, "$argon2id$hash", NOW)
    await people.open_session("lan", NOW, timedelta(hours=1))
    await ledger.secrets.set_secret("snmp", "public-secret", "lan", NOW)
    end = NOW + timedelta(hours=2)
    await ledger.silences.add(Wanted(NOW, end, "cáp", Scope(units=("tinh",))), "lan", NOW)
    made = await scratch(ledger, tmp_path / "nhap.db", NOW.date(), OCTOBER, SystemClock())
    try:
        async with made.database.reading() as connection:
            hashes = (await connection.scalars(select(users.c.password_hash))).all()
            counts = [
                await connection.scalar(select(func.count()).select_from(table))
                for table in (secrets, sessions, api_tokens)
            ]
            told = (await connection.scalars(select(audit.c.action))).all()
        assert list(hashes) == [""]
        assert counts == [0, 0, 0]
        assert set(told) == {"inventory.apply"}
        assert len(await made.silences.find(NOW)) == 1
    finally:
        await made.aclose()
    content = await asyncio.to_thread(_bytes_of, tmp_path)
    assert b"argon2id" not in content
    assert b"public-secret" not in content


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("nhap.db*"))
