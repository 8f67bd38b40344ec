"""The carrier's side of an incident: the text to send, what was told when, how far they are."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.inventory import Changes, Contact, Inventory
from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, a_world, estate, hub_cut

INCIDENT = "SC-20261122-0001"
PAGE = f"/incidents/{INCIDENT}"
TICKETS = f"{PAGE}/tickets"


async def posted(world: World, path: str, **fields: str) -> int:
    """Send a form as the on-call operator."""
    if not await world.ledger.people.users():
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/silences")
    return (await world.client.post(path, data={"csrf": token, **fields})).status_code


async def test_an_operator_finds_the_text_for_the_carrier_of_the_line(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    me = Contact(slug="ha", name="Lê Thu Hà", phone="0912345678")
    await world.ledger.inventory.apply(Changes(put=Inventory(contacts=(me,))), "t", DAWN)
    await posted(world, TICKETS, carrier="")  # logs in; the carrier is missing
    text = words((await world.client.get(PAGE)).text)
    assert "Kính gửi VNPT, đề nghị kiểm tra và khắc phục: - Mã kênh: TSL-an-loc" in text
    assert "- Mất từ: 09:00:00 22/11/2026" in text
    assert "- Liên hệ: Lê Thu Hà, 0912345678" in text
    assert "Kính gửi" not in words(await page(world, PAGE))  # for a viewer there is no form


async def test_what_the_carrier_was_told_is_followed_to_its_end(world: World) -> None:
    await world.commit(hub_cut(DAWN - timedelta(hours=1)))
    assert await posted(world, TICKETS, carrier="VNPT", at="2026-11-22T08:30") == 303
    assert await posted(world, f"{TICKETS}/1", step="received", number="PA-99") == 303
    assert await posted(world, f"{TICKETS}/1", step="received") == 409
    assert await posted(world, f"{TICKETS}/1", step="fixed") == 303
    text = words((await world.client.get(PAGE)).text)
    assert ("VNPT PA-99 đã báo 08:30, Lê Thu Hà · tiếp nhận 09:00 · báo khắc phục 09:00") in text
    assert "Nhà mạng báo đã khắc phục · Lê Thu Hà VNPT #PA-99" in text.split("Diễn biến")[1]
    assert "Đã tiếp nhận" not in text.split("Nhà mạng")[1].split("Báo VNPT")[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"carrier": ""},
        {"carrier": "VNPT", "at": "hôm qua"},
        {"carrier": "VNPT", "at": "2026-11-22T12:00"},  # to come
    ],
)
async def test_what_cannot_be_is_refused(world: World, wrong: dict[str, str]) -> None:
    await world.commit(hub_cut(DAWN))
    assert await posted(world, TICKETS, **wrong) == 422
    assert await world.ledger.tickets.of(INCIDENT) == []


async def test_a_program_reports_follows_and_reads_tickets(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    operator, viewer = await world.token(Role.OPERATOR), await world.token(Role.VIEWER)
    path = f"/api/v1/incidents/{INCIDENT}"
    [draft] = (await world.client.get(f"{path}/drafts?language=en", headers=operator)).json()
    assert draft["carrier"] == "VNPT"
    assert draft["text"].startswith("To VNPT: please look into this and mend it.")
    wish = {"carrier": "VNPT", "number": "PA-1"}
    made = await world.client.post(f"{path}/tickets", json=wish, headers=operator)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    step = await world.client.post(
        f"{path}/tickets/{number}", json={"step": "fixed"}, headers=operator
    )
    assert step.json()["step"] == "fixed"
    again = await world.client.post(
        f"{path}/tickets/{number}", json={"step": "fixed"}, headers=operator
    )
    assert again.status_code == 409
    [ticket] = (await world.client.get(path, headers=viewer)).json()["tickets"]
    assert (ticket["carrier"], ticket["number"], ticket["received_at"]) == ("VNPT", "PA-1", None)


async def test_of_a_line_without_a_carrier_everybody_is_told_what_to_do(tmp_path: Path) -> None:
    targets = tuple(one.model_copy(update={"carrier": None}) for one in estate().targets)
    known = estate().model_copy(update={"targets": targets})
    async with a_world(tmp_path, estate=lambda: known) as world:
        await world.commit(hub_cut(DAWN))
        line = "Kênh TSLCD Gateway Phường An Lộc"
        await posted(world, "/silences")  # logs in
        text = words((await world.client.get(PAGE)).text)
        assert f"Danh mục chưa ghi nhà mạng của {line}. Ghi vào cột carrier" in text
        headers = await world.token(Role.OPERATOR)
        path = f"/api/v1/incidents/{INCIDENT}/tickets"
        refused = await world.client.post(path, json={}, headers=headers)
        assert refused.status_code == 422
        assert "the inventory names no carrier of" in refused.text
        assert await posted(world, TICKETS, carrier="VNPT") == 303
        assert [one.carrier for one in await world.ledger.tickets.of(INCIDENT)] == ["VNPT"]


async def test_a_ticket_without_a_name_is_of_the_carrier_of_the_line(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    headers = await world.token(Role.OPERATOR)
    path = f"/api/v1/incidents/{INCIDENT}/tickets"
    made = await world.client.post(path, json={"number": "PA-1"}, headers=headers)
    assert (made.status_code, made.json()["carrier"]) == (201, "VNPT")
