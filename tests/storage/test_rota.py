"""Swaps and notes of handing over are kept with who wrote them; swaps are only taken back."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule, Shift
from core.rota import Swap
from storage.ledger import Ledger

NOW = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam
DAY = timedelta(days=1)
PEOPLE = tuple(Contact(slug=slug, name=slug, email=f"{slug}@donvi.vn") for slug in ("an", "binh"))
SHIFTS = tuple(
    Shift(rota="cntt", on=date(2026, 12, day), contact="an", begin=begin, end=end)
    for day in (5, 6, 7, 9)
    for begin, end in ((time(7, 30), time(17)), (time(17), time(7, 30)))
)
DUTY = Inventory(
    contacts=PEOPLE,
    rotas=(Rota(slug="cntt", name="Trực CNTT", owner="an"),),
    rota_rules=(
        RotaRule(
            slug="tuan",
            name="Theo tuần",
            rota="cntt",
            people=("an", "binh"),
            start=date(2026, 12, 7),
            turn="week",
        ),
    ),
    shifts=SHIFTS,
)


async def written(ledger: Ledger) -> None:
    await ledger.inventory.apply(Changes(put=DUTY), "an", NOW)


def a_swap(**changes: object) -> Swap:
    fields: dict[str, object] = {
        "rota": "cntt",
        "contact": "binh",
        "begin": NOW,
        "end": NOW + DAY,
        "reason": "An đi công tác",
        "by": "lan",
        "recorded_at": NOW,
    }
    return Swap.model_validate(fields | changes)


async def test_everything_that_touches_a_span_is_found(ledger: Ledger) -> None:
    await written(ledger)
    swap = await ledger.rota.swap(a_swap())
    found = await ledger.rota.rows(NOW, NOW + DAY)
    assert found.rotas == DUTY.rotas
    assert found.rules == DUTY.rota_rules
    assert {shift.on.day for shift in found.shifts} == {6, 7}  # a night reaches into the morning
    assert found.swaps == (swap,)
    later = await ledger.rota.rows(NOW + DAY, NOW + 2 * DAY)
    assert later.swaps == ()


async def test_a_swap_is_taken_back_once_and_audited(ledger: Ledger) -> None:
    await written(ledger)
    swap = await ledger.rota.swap(a_swap(), origin="10.0.0.9")
    gone = await ledger.rota.cancel(swap.id or 0, "minh", NOW + timedelta(hours=1))
    assert gone.cancelled_at == NOW + timedelta(hours=1)
    assert (await ledger.rota.rows(NOW, NOW + DAY)).swaps == (gone,)
    with pytest.raises(Conflict, match="taken back"):
        await ledger.rota.cancel(swap.id or 0, "minh", NOW)
    with pytest.raises(NotFound):
        await ledger.rota.cancel(4711, "minh", NOW)
    audit = await ledger.people.audit_rows()
    assert [(row.action, row.actor, row.subject) for row in audit[:2]] == [
        ("rota.swap.cancel", "minh", "cntt"), ("rota.swap", "lan", "cntt")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": NOW},
        {"reason": ""},
        {"begin": datetime(1, 1, 1, tzinfo=UTC)},
        {"end": datetime(9999, 12, 31, tzinfo=UTC)},
    ],
)
async def test_a_swap_that_says_nothing_is_refused(
    sqlite_ledger: Ledger, wrong: dict[str, object]
) -> None:
    await written(sqlite_ledger)
    with pytest.raises(Invalid):
        await sqlite_ledger.rota.swap(a_swap(**wrong))


@pytest.mark.parametrize("stranger", [{"rota": "khac"}, {"contact": "chi"}])
async def test_a_swap_of_strangers_is_refused(ledger: Ledger, stranger: dict[str, object]) -> None:
    await written(ledger)
    with pytest.raises(Conflict):
        await ledger.rota.swap(a_swap(**stranger))
    assert (await ledger.rota.rows(NOW, NOW + DAY)).swaps == ()


async def test_the_latest_notes_of_handing_over_come_first(ledger: Ledger) -> None:
    await written(ledger)
    for ahead, text in enumerate(("Đường VNPT chập chờn", "Đã thay bộ nguồn")):
        await ledger.rota.hand_over("cntt", text, "an", NOW + ahead * DAY)
    notes = await ledger.rota.notes("cntt")
    assert [note.text for note in notes] == ["Đã thay bộ nguồn", "Đường VNPT chập chờn"]
    assert await ledger.rota.notes(limit=1) == notes[:1]
    with pytest.raises(Invalid):
        await ledger.rota.hand_over("cntt", "  ", "an", NOW)
    with pytest.raises(Conflict):
        await ledger.rota.hand_over("khac", "Chào", "an", NOW)


async def test_a_day_shows_the_shifts_of_that_day_and_later(ledger: Ledger) -> None:
    await written(ledger)
    assert {s.on.day for s in (await ledger.inventory.load(date(2026, 12, 7))).shifts} == {6, 7, 9}
    assert len((await ledger.inventory.load()).shifts) == len(SHIFTS)
