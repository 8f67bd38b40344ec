"""Announced works: recorded as the letter says, shown to all, called off but never removed."""

from datetime import timedelta

import pytest

from core.clock import LOCAL
from core.maintenance import Maintenance
from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, hub_cut

FORM = {
    "reason": "Thay tủ cáp",
    "begin": "2026-12-03T22:00",
    "end": "2026-12-04T02:00",
    "announced_at": "2026-11-20T08:30",
    "reference": "123/VNPT-KT",
    "carrier": "VNPT",
}


async def sent(world: World, **fields: str) -> tuple[int, str]:
    """Send the form as the on-call operator; return status and words of the answer."""
    if not await world.context.ledger.people.users():
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/maintenance")
    answer = await world.client.post("/maintenance", data={"csrf": token, **fields})
    return answer.status_code, words(answer.text)


async def kept(world: World) -> list[Maintenance]:
    """Return every row of the ledger."""
    return await world.context.ledger.maintenance.find()


async def test_a_letter_is_recorded_in_local_time_and_shown(world: World) -> None:
    assert (await sent(world, **FORM))[0] == 303
    (row,) = await kept(world)
    assert row.begin.astimezone(LOCAL).strftime("%d/%m/%Y %H:%M") == "03/12/2026 22:00"
    assert row.end - row.begin == timedelta(hours=4)
    assert (row.carriers, row.reference, row.by) == (("VNPT",), "123/VNPT-KT", "ha")
    assert row.announced_at < row.recorded_at
    world.client.cookies.clear()
    text = words(await page(world, "/maintenance"))
    assert "Thay tủ cáp BT-20261203-0001" in text
    assert "văn bản 123/VNPT-KT" in text
    assert "Lê Thu Hà" in text
    assert "Huỷ đợt này" not in text


async def test_works_are_called_off_and_stay_on_the_page(world: World) -> None:
    await sent(world, **FORM)
    token = await csrf(world.client, "/maintenance")
    path = "/maintenance/BT-20261203-0001/cancel"
    assert (await world.client.post(path, data={"csrf": token})).status_code == 303
    assert (await kept(world))[0].cancelled_at == world.clock.now()
    text = words((await world.client.get("/maintenance")).text)
    assert "Không có đợt bảo trì nào sắp tới" in text
    assert "đã huỷ" in text.split("Ba tháng qua")[1]
    assert (await world.client.post(path, data={"csrf": token})).status_code == 409


async def test_works_that_come_back_say_how_and_hold_pages_back_while_they_last(
    world: World,
) -> None:
    begin = DAWN.astimezone(LOCAL) - timedelta(days=7, hours=1)
    form = FORM | {
        "begin": f"{begin:%Y-%m-%dT%H:%M}",
        "end": f"{begin + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "announced_at": "2026-11-01T08:30",
        "repeat": "weekly",
        "repeat_until": "2026-12-31",
    }
    assert (await sent(world, **form))[0] == 303
    await world.commit(hub_cut(DAWN))
    text = words((await world.client.get("/maintenance")).text).split("Ghi một")[0]
    assert "mỗi tuần, đến 31/12/2026" in text
    assert "đang diễn ra" in text
    board = words((await world.client.get("/")).text)
    assert "Đang bảo trì đến 10:00 (BT-20261115-0001), tin báo được giữ lại: Thay tủ cáp" in board
    world.clock.advance(3600)  # type: ignore[attr-defined]
    assert "Đang bảo trì" not in words((await world.client.get("/")).text)
    text = words((await world.client.get("/maintenance")).text)
    assert "BT-20261115-0001" in text.split("Ba tháng qua")[0]


async def test_works_that_mend_an_open_incident_hold_what_it_says_until_they_end(
    world: World,
) -> None:
    await world.commit(hub_cut(DAWN))
    code = "SC-20261122-0001"
    now = DAWN.astimezone(LOCAL)
    form = FORM | {
        "begin": f"{now:%Y-%m-%dT%H:%M}",
        "end": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "carrier": "",
        "incident": code,
    }
    assert (await sent(world, **form))[0] == 303
    offered = (await world.client.get(f"/maintenance?incident={code}")).text
    assert f'<option value="{code}" selected>' in offered
    [row] = await kept(world)
    assert row.incidents == (code,)
    assert code in words(offered).split("Ghi một")[0]
    story = words((await world.client.get(f"/incidents/{code}")).text)
    assert f"Đang bảo trì đến 10:00 ({row.id}), tin báo được giữ lại: Thay tủ cáp" in story
    assert "Ghi bảo trì để khắc phục" in story
    world.clock.advance(3600)  # type: ignore[attr-defined]
    over = words((await world.client.get(f"/incidents/{code}")).text)
    assert "Đang bảo trì" not in over


async def test_works_under_way_say_so(world: World) -> None:
    now = DAWN.astimezone(LOCAL)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    form = FORM | {"begin": f"{begin:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}"}
    await sent(world, **form)
    assert (
        "đang diễn ra" in words((await world.client.get("/maintenance")).text).split("Ghi một")[0]
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": "  "}, "Hãy ghi nội dung công việc."),
        ({"begin": "hôm qua"}, "Ngày giờ không hợp lệ"),
        ({"begin": "2026-12-03T22:00+07:00"}, "Ngày giờ không hợp lệ"),
        ({"end": "2026-12-03T21:00"}, "Ghi giờ kết thúc sau giờ bắt đầu"),
        ({"announced_at": "2027-01-01T00:00"}, "Ghi lúc nhận được thông báo"),
        ({"repeat": "daily"}, "đúng một trong UNTIL và COUNT"),
        ({"repeat": "daily", "repeat_until": "mai"}, "Ngày không hợp lệ"),
        ({"carrier": ""}, "Nêu ít nhất một đơn vị, nhà mạng, kênh, đối tượng hoặc sự cố"),
        ({"targets": "khong-co"}, "Không có “khong-co” trong danh mục"),
        ({"circuits": "TSL-khong"}, "Không có “TSL-khong” trong danh mục"),
    ],
)
async def test_a_wrong_form_is_refused_and_keeps_what_was_typed(
    world: World, change: dict[str, str], said: str
) -> None:
    status, text = await sent(world, **(FORM | change))
    assert status == 422
    assert said in text
    assert await kept(world) == []
    assert (
        'value="123/VNPT-KT"'
        in (
            await world.client.post(
                "/maintenance",
                data={"csrf": await csrf(world.client, "/maintenance"), **(FORM | change)},
            )
        ).text
    )


async def test_a_viewer_records_nothing(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    answer = await world.client.post("/maintenance", data=FORM, headers=headers)
    assert answer.status_code == 403
    assert "Ghi một thông báo" not in words(await page(world, "/maintenance"))


WORKS = {
    "reason": "Thay tủ cáp",
    "begin": "2026-12-03T22:00:00+07:00",
    "end": "2026-12-04T02:00:00+07:00",
    "announced_at": "2026-11-20T08:30:00+07:00",
    "reference": "123/VNPT-KT",
    "carriers": ["VNPT", "VNPT"],
}


async def test_programs_record_list_and_call_off_works(world: World) -> None:
    operator, viewer = await world.token(Role.OPERATOR), await world.token(Role.VIEWER)
    path = "/api/v1/maintenance"
    made = await world.client.post(path, json=WORKS, headers=operator)
    assert made.status_code == 201, made.text
    works = made.json()
    assert (works["id"], works["carriers"], works["by"]) == (
        "BT-20261203-0001",
        ["VNPT"],
        "program-operator",
    )
    assert (works["begin"], works["holds_until"]) == ("2026-12-03T15:00:00Z", None)
    assert (await world.client.get(path, headers=viewer)).json() == [works]
    over = await world.client.post(f"{path}/{works['id']}/cancel", headers=operator)
    assert over.json()["cancelled_at"] == "2026-11-22T02:00:00Z"
    again = await world.client.post(f"{path}/{works['id']}/cancel", headers=operator)
    assert again.status_code == 409
    assert (await world.client.get(path, headers=viewer)).json() == []
    since = {"since": "2026-11-01T00:00:00Z"}
    [kept_one] = (await world.client.get(path, params=since, headers=viewer)).json()
    assert kept_one["id"] == works["id"]
    rows = {row.action for row in await world.ledger.people.audit_rows()}
    assert rows >= {"maintenance.add", "maintenance.cancel"}


async def test_programs_record_works_for_an_incident(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    headers = await world.token(Role.OPERATOR)
    path, code = "/api/v1/maintenance", "SC-20261122-0001"
    wish = WORKS | {"carriers": [], "incidents": [code, code]}
    made = await world.client.post(path, json=wish, headers=headers)
    assert (made.json()["incidents"], made.json()["circuits"]) == ([code], [])
    wish = WORKS | {"incidents": ["SC-20261122-0009"]}
    assert (await world.client.post(path, json=wish, headers=headers)).status_code == 404


async def test_works_under_way_say_until_when_they_hold_pages_back(world: World) -> None:
    headers = await world.token(Role.OPERATOR)
    now = {"begin": "2026-11-22T01:00:00Z", "end": "2026-11-22T03:00:00Z"}
    works = (
        await world.client.post("/api/v1/maintenance", json=WORKS | now, headers=headers)
    ).json()
    assert works["holds_until"] == "2026-11-22T03:00:00Z"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"carriers": []}, "nothing is concerned"),
        ({"units": ["khong-co"]}, "the inventory has no “khong-co”"),
        ({"targets": ["link-0"]}, "the inventory has no “link-0”"),
        ({"circuits": ["TSL-0"]}, "the inventory has no “TSL-0”"),
        ({"end": WORKS["begin"]}, "it does not end after it begins"),
        ({"begin": "2026-12-03T22:00"}, "timezone"),
        ({"rule": "FREQ=DAILY"}, "must end"),
        ({"owner": "x"}, "Extra inputs"),
    ],
)
async def test_wrong_works_are_refused_with_the_fault(
    world: World, change: dict[str, object], said: str
) -> None:
    headers = await world.token(Role.OPERATOR)
    answer = await world.client.post("/api/v1/maintenance", json=WORKS | change, headers=headers)
    assert answer.status_code == 422
    assert said in answer.text
    assert await kept(world) == []
