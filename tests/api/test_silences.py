"""Silences on pages and in the JSON interface: asked for in two taps, seen by all, ended."""

from datetime import timedelta

import pytest

from core.people import Role
from core.silence import Scope, Silence
from storage.silences import Wanted
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, hub_back, hub_cut

INCIDENT = "SC-20261122-0001"
HOUR = timedelta(hours=1)
FORM = {"reason": "Chờ VNPT thay cáp", "carrier": "VNPT", "end": "2026-11-22T12:00"}


async def posted(world: World, path: str, **fields: str) -> tuple[int, str]:
    """Send a form as the on-call operator; return status and words of the answer."""
    if not await world.ledger.people.users():
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/silences")
    answer = await world.client.post(path, data={"csrf": token, **fields})
    return answer.status_code, words(answer.text)


async def test_everything_that_a_form_lacks_is_told_at_once(world: World) -> None:
    status, said = await posted(world, "/silences", begin="", end="")
    assert status == 422
    assert "Chưa điền. Hãy điền ô này." in said
    assert "Chưa nêu phạm vi." in said
    assert "Chưa nêu lý do." in said


async def silenced(world: World, scope: Scope, lasting: timedelta = HOUR) -> Silence:
    now = world.clock.now()
    wanted = Wanted(now, now + lasting, "Chờ vật tư", scope)
    row, events = await world.ledger.silences.add(wanted, "lan", now)
    world.context.live.publish(events)
    return row


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ({"until": "hour"}, DAWN + HOUR),
        ({"until": "morning"}, DAWN + timedelta(hours=22, minutes=30)),
        ({"until": "date", "end": "2026-11-24T17:00"}, DAWN + timedelta(days=2, hours=8)),
    ],
)
async def test_an_incident_is_silenced_from_its_page(
    world: World, until: dict[str, str], end: object
) -> None:
    await world.commit(hub_cut(DAWN))
    form = {"reason": "Đang xử lý"} | until
    assert (await posted(world, f"/incidents/{INCIDENT}/silence", **form))[0] == 303
    [row] = await world.ledger.silences.find()
    assert (row.incidents, row.owner, row.end) == ((INCIDENT,), "ha", end)
    text = words((await world.client.get(f"/incidents/{INCIDENT}")).text)
    assert "Đang tạm dừng báo đến" in text
    assert "Lê Thu Hà: Đang xử lý" in text
    assert "Tạm dừng báo · Lê Thu Hà" in text  # the timeline
    assert "Đang tạm dừng báo đến" in words((await world.client.get("/")).text)


@pytest.mark.parametrize(
    "form",
    [
        {"until": "date", "reason": "x"},
        {"until": "date", "end": "2026-11-01T00:00", "reason": "x"},
        {"until": "hour", "reason": " "},
        {"until": "for ever", "reason": "x"},
    ],
)
async def test_an_incident_is_not_silenced_without_an_end_or_a_reason(
    world: World, form: dict[str, str]
) -> None:
    await world.commit(hub_cut(DAWN))
    assert (await posted(world, f"/incidents/{INCIDENT}/silence", **form))[0] == 422
    assert await world.ledger.silences.find() == []


async def test_the_page_tells_what_a_silence_hides_and_lets_it_be_ended(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    assert (await posted(world, "/silences", **FORM))[0] == 303
    [row] = await world.ledger.silences.find()
    text = words(await page(world, "/silences"))
    assert "VNPT TD-20261122-0001 Chờ VNPT thay cáp · Lê Thu Hà" in text
    assert "Đang che: Kênh TSLCD Gateway Phường An Lộc: mất kết nối" in text
    assert (await posted(world, f"/silences/{row.id}/end"))[0] == 303
    text = words(await page(world, "/silences"))
    assert "Không có gì đang tạm dừng" in text
    assert "cho báo trở lại 22/11/2026 09:00, Lê Thu Hà" in text
    assert (await posted(world, f"/silences/{row.id}/end"))[0] == 409


async def test_a_silence_that_comes_back_says_so(world: World) -> None:
    more = {"repeat": "weekly", "repeat_until": "2027-01-31"}
    assert (await posted(world, "/silences", **(FORM | more)))[0] == 303
    text = words(await page(world, "/silences"))
    assert "mỗi tuần, đến 31/01/2027" in text
    assert "lần này đến 12:00" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": "  "}, "Ghi vì sao tạm dừng báo"),
        ({"end": "mai"}, "Ngày giờ không hợp lệ"),
        ({"end": "2026-11-22T08:00"}, "Ghi giờ kết thúc sau giờ bắt đầu"),
        ({"repeat": "daily"}, "đúng một trong UNTIL và COUNT"),
        ({"repeat": "daily", "repeat_until": "mai"}, "Ngày không hợp lệ"),
        ({"carrier": ""}, "Nêu ít nhất một đơn vị, nhà mạng"),
        ({"targets": "khong-co"}, "không có “khong-co” trong danh mục"),
        ({"circuits": "TSL-an-loc, TSL-0"}, "không có “TSL-0” trong danh mục"),
    ],
)
async def test_a_wrong_form_is_refused_and_keeps_what_was_typed(
    world: World, change: dict[str, str], said: str
) -> None:
    status, text = await posted(world, "/silences", **(FORM | change))
    assert status == 422
    assert said.lower() in text.lower()
    assert await world.ledger.silences.find() == []


async def test_a_silence_that_means_nothing_any_more_is_pointed_out(world: World) -> None:
    await silenced(world, Scope(targets=("gone",)))
    assert "Không khớp đối tượng nào" in words(await page(world, "/silences"))


async def test_a_problem_hidden_for_days_is_pointed_out(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    await silenced(world, Scope(carriers=("VNPT",)), timedelta(days=9))
    assert "Đã che một sự cố" not in words(await page(world, "/silences"))
    world.clock.advance(2 * 86400)  # type: ignore[attr-defined]
    text = words(await page(world, "/silences"))
    assert "Đã che một sự cố đang diễn ra suốt 2 ngày 0 giờ" in text


async def test_the_board_tells_of_a_pause_until_it_is_over(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    await silenced(world, Scope(units=("dong-nai",)))
    text = words(await page(world, "/"))
    assert "Đang tạm dừng báo đến 10:00 · Nguyễn Thị Lan: Chờ vật tư" in text
    assert "1 đợt tạm dừng báo" in text
    world.clock.advance(3600)  # type: ignore[attr-defined]
    text = words(await page(world, "/"))
    assert "Đang tạm dừng báo" not in text
    assert "đợt tạm dừng báo" not in text


async def test_a_recovered_incident_is_not_offered_to_be_silenced(world: World) -> None:
    await world.commit(hub_cut(DAWN - HOUR))
    await world.commit(hub_back(DAWN, DAWN - HOUR))
    text = await page(world, f"/incidents/{INCIDENT}", Role.OPERATOR)
    assert f"/incidents/{INCIDENT}/silence" not in text


async def test_a_program_silences_lists_and_ends(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    operator, viewer = await world.token(Role.OPERATOR), await world.token(Role.VIEWER)
    wish = {
        "end": (DAWN + HOUR).isoformat(),
        "reason": "Chờ vật tư",
        "units": ["dong-nai"],
        "rule": "FREQ=DAILY;COUNT=3",
    }
    path = "/api/v1/silences"
    assert (await world.client.post(path, json=wish, headers=viewer)).status_code == 403
    made = await world.client.post(path, json=wish, headers=operator)
    assert made.status_code == 201, made.text
    code = made.json()["id"]
    [row] = (await world.client.get(path, headers=viewer)).json()
    assert (row["id"], row["hides"], row["owner"]) == (code, [INCIDENT], "program-operator")
    assert row["covered"] > 10
    paused = (await world.client.get(f"/api/v1/incidents/{INCIDENT}", headers=viewer)).json()
    assert (paused["paused"]["by"], paused["paused"]["kind"]) == (code, "silence")
    ended = await world.client.post(f"{path}/{code}/end", headers=operator)
    assert ended.json()["ended_by"] == "program-operator"
    assert (await world.client.get(path, headers=viewer)).json() == []
    listed = (await world.client.get("/api/v1/incidents", headers=viewer)).json()
    assert listed["items"][0]["paused"] is None
    assert (await world.client.get(f"{path}/{code}", headers=viewer)).json()["hides"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": None},
        {"end": "2026-11-22T09:30:00"},  # of no zone
        {"rule": "FREQ=DAILY"},
        {"units": ["gone"]},
        {"units": []},
        {"reason": ""},
        {"colour": "red"},
    ],
)
async def test_a_program_is_refused_what_a_person_is(
    world: World, wrong: dict[str, object]
) -> None:
    wish = {"end": (DAWN + HOUR).isoformat(), "reason": "x", "units": ["dong-nai"]} | wrong
    headers = await world.token(Role.OPERATOR)
    answer = await world.client.post("/api/v1/silences", json=wish, headers=headers)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("because", "vi", "en"),
    [
        ("night", "ban đêm, mức này chờ đến sáng", "it is night, and this can wait"),
        ("delay", "chờ xem có tự hết không", "it may pass by itself"),
    ],
)
async def test_the_page_says_when_a_problem_will_be_told_and_why(
    world: World, because: str, vi: str, en: str
) -> None:
    cut = hub_cut(DAWN)
    later = {"due_at": DAWN + timedelta(hours=5, minutes=30), "because": because}
    cut.notifications = [one.model_copy(update=later) for one in cut.notifications]
    await world.commit(cut)
    path = f"/incidents/{INCIDENT}"
    assert f"Sẽ báo lúc 14:30 , vì {vi}" in words(await page(world, path))
    assert f"Will be told at 14:30 , because {en}" in words(
        await page(world, path, thongsuot_lang="en")
    )
