"""Holidays and make-up days: seen by all, changed by administrators alone, on the audit log."""

import re
from datetime import date

import pytest

from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import World


async def edited(world: World, path: str, **fields: str) -> int:
    """Send a form as an administrator; return the status of the answer."""
    await world.add_user("quan", Role.ADMIN, "Quản Trị")
    await log_in(world, "quan")
    token = await csrf(world.client, "/days")
    answer = await world.client.post(path, data={"csrf": token, **fields})
    return answer.status_code


async def kept(world: World) -> dict[date, tuple[str, str]]:
    """Return the days of the ledger."""
    inventory = await world.context.ledger.inventory.load()
    return {day.on: (day.kind, day.name) for day in inventory.special_days}


async def test_an_administrator_adds_a_day_and_everybody_sees_it(world: World) -> None:
    status = await edited(
        world, "/days", on="2026-11-24", kind="holiday", name="Ngày Văn hóa Việt Nam", like="1"
    )
    assert status == 303
    assert await kept(world) == {date(2026, 11, 24): ("holiday", "Ngày Văn hóa Việt Nam")}
    world.client.cookies.clear()
    text = words(await page(world, "/days?year=2026"))
    assert "Thứ Ba 24/11/2026 Ngày Văn hóa Việt Nam nghỉ lễ" in text
    assert "Bỏ" not in text.split("Cả năm")[0].split("Danh sách")[1]
    assert "24/11/2026" not in words(await page(world, "/days?year=2027"))


async def test_the_same_date_again_changes_the_day(world: World) -> None:
    await edited(world, "/days", on="2026-01-02", kind="holiday", name="Tết Dương lịch")
    token = await csrf(world.client, "/days")
    form = {"csrf": token, "on": "2026-01-02", "kind": "substitute", "name": "Hoán đổi"}
    assert (await world.client.post("/days", data=form)).status_code == 303
    assert await kept(world) == {date(2026, 1, 2): ("substitute", "Hoán đổi")}


async def test_a_day_is_made_ordinary_again(world: World) -> None:
    await edited(world, "/days", on="2026-01-10", kind="working", name="Làm bù", like="5")
    text = words((await world.client.get("/days?year=2026")).text)
    assert "làm bù, theo giờ Thứ Sáu" in text
    token = await csrf(world.client, "/days")
    gone = await world.client.post("/days/remove", data={"csrf": token, "on": "2026-01-10"})
    assert gone.status_code == 303
    assert await kept(world) == {}
    again = await world.client.post("/days/remove", data={"csrf": token, "on": "2026-01-10"})
    assert again.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"on": "2026-02-30", "kind": "holiday", "name": "x"},
        {"on": "2026-02-03", "kind": "party", "name": "x"},
        {"on": "2026-02-03", "kind": "holiday", "name": " "},
    ],
)
async def test_a_wrong_day_is_refused_with_a_sentence(world: World, fields: dict[str, str]) -> None:
    assert await edited(world, "/days", **fields) == 422
    assert await kept(world) == {}


async def test_a_viewer_changes_nothing(world: World) -> None:
    headers = await world.token(Role.OPERATOR)
    form = {"on": "2026-11-24", "kind": "holiday", "name": "x"}
    assert (await world.client.post("/days", data=form, headers=headers)).status_code == 403
    assert await kept(world) == {}


async def test_the_months_begin_on_monday(world: World) -> None:
    text = await page(world, "/days?year=2026")
    november = text.split("Tháng 11</caption>")[1].split("</table>")[0]
    cells = re.findall(r"<td[^>]*>(\d*)</td>", november)
    assert cells[:7] == ["", "", "", "", "", "", "1"]
    assert len(cells) % 7 == 0


async def test_public_holidays_are_added_and_edited_days_stay(world: World) -> None:
    await edited(world, "/days", on="2026-01-01", kind="working", name="Trực đầu năm")
    token = await csrf(world.client, "/days")
    answer = await world.client.post("/days/seed", data={"csrf": token, "year": "2026"})
    assert answer.status_code == 303
    days = await kept(world)
    assert days[date(2026, 1, 1)] == ("working", "Trực đầu năm")
    assert days[date(2026, 9, 2)][0] == "holiday"
    assert await world.context.ledger.inventory.version() > 0
    again = await world.client.post("/days/seed", data={"csrf": token, "year": "2026"})
    assert again.status_code == 303
    assert await kept(world) == days
