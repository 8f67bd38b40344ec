"""Meetings on pages and in the JSON interface: entered, looked over, followed, ticked."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.context import Web
from api.meetings import looked_over
from core.incident import Incident, Member, Severity
from core.inventory import Changes, Contact, Inventory, Site
from core.labels import Series
from core.meeting import (
    CHECKLIST,
    Finding,
    Meeting,
    Presence,
    Readiness,
    ReadinessRun,
    Tick,
    Wanted,
)
from core.outcome import Outcome
from core.people import Role
from core.reading import Reading
from core.status import Status
from tests.api.serving import serving
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, a_world, all_up, changed, estate, hub_back, hub_cut

HOUR = timedelta(hours=1)
ROOMS = ("phong-dong-xoai", "phong-dak-o", "ubnd-phu-nghia")
FORM = {
    "title": "Giao ban tháng 11",
    "begin": "2026-11-22T10:00",
    "end": "2026-11-22T11:30",
    "rooms": "phong-dong-xoai phong-dak-o",
    "officer": "lan",
    "bridge": "mcu-1",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a province with rooms, that is well, behind a login."""
    known = serving()
    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings, estate=lambda: known) as made:
        await made.commit(all_up(DAWN - HOUR))
        yield made


async def met(world: World, ahead: timedelta = timedelta(minutes=14), **changes: object) -> Meeting:
    fields: dict[str, object] = {
        "title": "Giao ban",
        "begin": DAWN + ahead,
        "end": DAWN + ahead + 2 * HOUR,
        "rooms": ROOMS,
        "officer": "lan",
        "bridge": "mcu-1",
    }
    wanted = Wanted.model_validate(fields | changes)
    return (await world.ledger.meetings.add(wanted, "minh", DAWN))[0]


async def posted(world: World, path: str, **fields: str | list[str]) -> tuple[int, str]:
    """Send a form as an operator; return status and words of the answer."""
    if not await world.ledger.people.users():
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/meetings")
    answer = await world.client.post(path, data={"csrf": token, **fields})
    return answer.status_code, words(answer.text)


async def asked(world: World, method: str, path: str, **body: object) -> Any:
    headers = await world.token(Role.OPERATOR)
    json = body or None
    return await world.client.request(method, f"/api/v1{path}", headers=headers, json=json)


async def test_a_meeting_is_entered_on_the_page_and_stands_there_by_day(world: World) -> None:
    assert "Tuần này chưa có cuộc họp nào." in words(await page(world, "/meetings"))
    assert (await posted(world, "/meetings", **FORM))[0] == 303
    text = words(await page(world, "/meetings"))
    assert "CN 22/11/2026 hôm nay 10:00 – 11:30 Giao ban tháng 11" in text
    assert "sắp họp · mời 2 điểm cầu · trực: Nguyễn Thị Lan" in text
    [row] = await world.ledger.meetings.find(DAWN, DAWN + 9 * HOUR)
    assert (row.rooms, row.by, row.bridge) == (("phong-dong-xoai", "phong-dak-o"), "ha", "mcu-1")


async def test_a_series_is_entered_as_its_meetings(world: World) -> None:
    form = FORM | {"repeat": "weekly", "repeat_until": "2026-12-20"}
    assert (await posted(world, "/meetings", **form))[0] == 303
    rows = await world.ledger.meetings.find(DAWN, DAWN + timedelta(days=60))
    assert [row.begin - DAWN for row in rows] == [timedelta(days=7 * n, hours=1) for n in range(5)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rooms": "phong-khong-co"}, "không biết"),
        ({"begin": "hôm nay"}, "ngày giờ không hợp lệ"),
        ({"officer": "la"}, "không biết la"),
        ({"bridge": "la"}, "không biết la"),
        ({"bridge": "core-1"}, "không thể là cầu nối"),
        ({"bridge": "link-dak-o"}, "không thể là cầu nối"),
    ],
)
async def test_a_form_that_makes_no_sense_is_shown_again(
    world: World, wrong: dict[str, str], said: str
) -> None:
    status, text = await posted(world, "/meetings", **(FORM | wrong))
    assert status == 422
    assert said in text.lower()


async def test_the_form_offers_as_a_bridge_only_what_can_be_one(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR)
    await log_in(world, "ha")
    form = (await world.client.get("/meetings")).text.partition('name="bridge"')[2]
    offered = re.findall(r'<option value="([^"]*)"', form.partition("</select>")[0])
    assert offered == ["", "mcu-1", "ngoai"]  # no DNS, no portal, no office program


async def test_rooms_and_bridge_of_a_run_are_counted_apart(world: World) -> None:
    meeting = await met(world)
    findings = [Finding(room=room, result=Readiness.READY) for room in ROOMS]
    findings.append(Finding(room="mcu-1", result=Readiness.NOT_READY))
    run = ReadinessRun(meeting=meeting.id, stage=30, at=DAWN, findings=tuple(findings))
    await world.ledger.meetings.ran(run, [], DAWN)
    for path in ("/meetings", f"/meetings/{meeting.id}"):
        text = words(await page(world, path))
        assert "3 sẵn sàng cầu nối: chưa sẵn sàng" in text, path
        assert "1 chưa sẵn sàng" not in text, path


async def test_a_room_that_has_dropped_is_not_ready_whatever_was_said_before(
    world: World,
) -> None:
    """Nothing says now whether it is in, and the person in it had said that all was well."""
    meeting = await met(world, ahead=timedelta(minutes=-30))
    room = "ubnd-phu-nghia"
    for item in CHECKLIST:
        row = Tick(meeting=meeting.id, room=room, item=item, good=True, at=DAWN - HOUR / 4, by="x")
        await world.ledger.meetings.tick(row)
    came = Presence(meeting=meeting.id, room=room, at=DAWN - HOUR / 2, present=True, source="x")
    left = came.model_copy(update={"at": DAWN - HOUR / 6, "present": False})
    await world.ledger.meetings.present([came, left], DAWN)
    found = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    [mine] = [one for one in found["now"] if one["room"] == room]
    assert (mine["attending"], mine["result"]) == ("dropped", "not_ready")
    assert mine["reasons"][0]["said"].startswith("it has dropped out, since 08:50")
    assert sum(found["counts"].values()) == len(ROOMS)


async def test_a_meeting_shows_every_room_the_worst_first_and_why(world: World) -> None:
    meeting = await met(world)
    await world.commit(hub_cut(DAWN - timedelta(minutes=1)))
    text = words(await page(world, f"/meetings/{meeting.id}"))
    assert "09:14 – 11:14 22/11/2026 · sắp họp" in text
    assert "2 chưa sẵn sàng" in text
    assert text.index("UBND Xã Phú Nghĩa") < text.index("Phòng họp UBND Phường Đồng Xoài")
    assert "Mất kết nối do Kênh TSLCD Gateway Phường An Lộc, VNPT" in text
    assert "SC-20261122-0001" in text
    english = words(await page(world, f"/meetings/{meeting.id}", thongsuot_lang="en"))
    assert "2 not ready" in english


async def test_the_wall_says_who_is_in_who_dropped_when_and_why(world: World) -> None:
    meeting = await met(world, ahead=timedelta(minutes=-30))
    samples = [(Series.of("vc_in_call"), 1.0), (Series.of("vc_media_loss_ratio"), 0.0)]
    world.context.signals.hear([Reading("vc-dong-xoai/codec", "center", DAWN, samples)])
    came = [
        Presence(meeting=meeting.id, room=room, at=DAWN - HOUR / 2, present=True, source="call")
        for room in ("phong-dong-xoai", "phong-dak-o")
    ]
    await world.ledger.meetings.present(came, DAWN)
    await world.commit(hub_cut(DAWN - timedelta(minutes=5)))
    raw = await page(world, f"/meetings/{meeting.id}?wall")
    assert 'data-slug="phong-dak-o" data-status="down"' in raw
    assert 'data-slug="phong-dong-xoai" data-status="up"' in raw
    text = words(raw)
    assert "1 đã rớt" in text
    assert "1 đang dự" in text
    assert "đã rớt từ 08:55" in text
    assert "mất kết nối do Kênh TSLCD Gateway Phường An Lộc" in text
    assert text.index("Phòng họp UBND Xã Đăk Ơ") < text.index("UBND Xã Phú Nghĩa")


async def test_a_room_that_was_in_and_is_out_has_dropped_and_is_not_yet_to_come_in(
    world: World,
) -> None:
    meeting = await met(world, ahead=timedelta(minutes=-30))
    samples = [(Series.of("vc_in_call"), 0.0)]
    world.context.signals.hear([Reading("vc-dong-xoai/codec", "center", DAWN, samples)])
    came = Presence(
        meeting=meeting.id,
        room="phong-dong-xoai",
        at=DAWN - HOUR / 2,
        present=True,
        source="call",
    )
    left = came.model_copy(update={"at": DAWN - HOUR / 4, "present": False})
    await world.ledger.meetings.present([came, left], DAWN)
    text = words(await page(world, f"/meetings/{meeting.id}"))
    assert "Phòng họp UBND Phường Đồng Xoài đã rớt từ 08:45" in text
    assert "hưa vào cuộc họp" not in text.partition("Đồng Xoài")[2][:120]
    found = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    [mine] = [one for one in found["now"] if one["room"] == "phong-dong-xoai"]
    assert mine["reasons"][0]["name"] == "dropped"


async def everyone_hung_up(world: World, at: datetime) -> Meeting:
    """Hold a meeting that is booked for longer than its rooms stay, and switch a codec off."""
    meeting = await met(world, ahead=-HOUR, rooms=("phong-dong-xoai", "ubnd-phu-nghia"))
    for room in meeting.rooms:
        came = Presence(
            meeting=meeting.id, room=room, at=DAWN - HOUR, present=True, source="bridge"
        )
        left = came.model_copy(update={"at": at, "present": False})
        await world.ledger.meetings.present([came, left], DAWN)
    off = changed("vc-dong-xoai", Status.DOWN, DAWN - timedelta(minutes=1), "confirmed_silence")
    await world.commit(Outcome(transitions=[off]))
    return meeting


async def test_a_wall_is_not_red_when_all_have_hung_up_before_the_booked_end(
    world: World,
) -> None:
    meeting = await everyone_hung_up(world, DAWN - timedelta(minutes=3))
    raw = await page(world, f"/meetings/{meeting.id}?wall")
    assert "2 đã gác máy" in words(raw)
    assert "đã rớt" not in words(raw)
    assert 'data-status="down"' not in raw
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    assert {(one["attending"], one["dropped"]) for one in whole["now"]} == {("hung_up", 0)}
    assert whole["heard"]["hung_up"] == 2


async def test_all_who_left_just_now_or_with_their_bridge_have_dropped(world: World) -> None:
    just_now = await everyone_hung_up(world, DAWN - timedelta(minutes=1))
    assert "2 đã rớt" in words(await page(world, f"/meetings/{just_now.id}?wall"))
    at = DAWN - timedelta(minutes=10)
    with_it = await everyone_hung_up(world, at)
    incident = Incident(
        id="SC-20261122-0001",
        root="mcu-1",
        severity=Severity.CRITICAL,
        began_at=at,
        decided_at=at,
        cause="silence",
        members=(Member(target="mcu-1", joined_at=at),),
    )
    await world.commit(Outcome(incidents=[incident]))
    assert "2 đã rớt" in words(await page(world, f"/meetings/{with_it.id}?wall"))


async def test_the_person_in_a_room_ticks_with_a_link_and_no_login(world: World) -> None:
    meeting = await met(world)
    token = await world.ledger.meetings.room_link(meeting.id, "ubnd-phu-nghia", DAWN)
    shown = words((await world.client.get(f"/m/{token}")).text)
    assert "UBND Xã Phú Nghĩa" in shown
    assert "Màn hình lên hình?" in shown
    for item, good in (("screen", "yes"), ("power", "yes"), ("sound", "no")):
        answer = await world.client.post(f"/m/{token}", data={"item": item, "good": good})
        assert answer.status_code == 303
    text = words(await page(world, f"/meetings/{meeting.id}"))
    assert "Người ở điểm cầu báo hỏng: âm thanh, lúc 09:00 ngày 22/11/2026" in text
    hostile = {"origin": "https://elsewhere.example"}
    data = {"item": "sound", "good": "yes"}
    refused = await world.client.post(f"/m/{token}", data=data, headers=hostile)
    assert refused.status_code == 403
    strange = await world.client.post(f"/m/{token}", data={"item": "x", "good": "yes"})
    assert strange.status_code == 422
    unknown = await world.client.get(f"/m/{'x' * 43}")
    assert unknown.status_code == 404


async def test_the_person_in_a_room_may_say_in_a_word_what_is_amiss(world: World) -> None:
    meeting = await met(world)
    token = await world.ledger.meetings.room_link(meeting.id, "ubnd-phu-nghia", DAWN)
    said = {"item": "sound", "good": "no", "remark": " mất micrô <1> "}
    assert (await world.client.post(f"/m/{token}", data=said)).status_code == 303
    shown = (await world.client.get(f"/m/{token}")).text
    assert 'value="mất micrô &lt;1&gt;"' in shown
    text = await page(world, f"/meetings/{meeting.id}")
    assert "Người ở điểm cầu báo hỏng: âm thanh (mất micrô &lt;1&gt;), lúc 09:00" in text
    path = f"/meetings/{meeting.id}/rooms/ubnd-phu-nghia/ticks"
    tick = await asked(world, "POST", path, item="sound", good=False, words="vẫn mất")
    assert tick.status_code == 204
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    [mine] = [one for one in whole["now"] if one["room"] == "ubnd-phu-nghia"]
    assert mine["reasons"][0]["words"] == "vẫn mất"
    too_long = await asked(world, "POST", path, item="sound", good=False, words="x" * 141)
    assert too_long.status_code == 422


async def test_an_operator_hands_a_link_out_changes_and_calls_off(world: World) -> None:
    meeting = await met(world)
    status, text = await posted(world, f"/meetings/{meeting.id}/link", room="phong-dak-o")
    assert status == 200
    assert "http://thongsuot.test/m/" in text
    changed = FORM | {"title": "Giao ban (mới)"}
    assert (await posted(world, f"/meetings/{meeting.id}/change", **changed))[0] == 303
    assert (await world.ledger.meetings.get(meeting.id)).title == "Giao ban (mới)"
    assert (await posted(world, f"/meetings/{meeting.id}/cancel"))[0] == 303
    assert "đã huỷ" in words(await page(world, f"/meetings/{meeting.id}"))


async def test_a_list_is_taken_in_from_the_page_or_refused_whole(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR)
    await log_in(world, "ha")
    token = await csrf(world.client, "/meetings")

    async def sent(name: str, content: bytes) -> tuple[int, str]:
        answer = await world.client.post(
            "/meetings/import", data={"csrf": token}, files={"file": (name, content)}
        )
        return answer.status_code, words(answer.text)

    head = "Nội dung họp;Ngày;Bắt đầu;Điểm cầu\n"
    good = f"{head}Giao ban;24/11/2026;8h00;Trung tâm tích hợp dữ liệu\n"
    status, text = await sent("lich.csv", good.encode())
    assert (status, "1 cuộc họp mới, 0 thay đổi" in text) == (200, True)
    bad = f"{good}Họp;24/11/2026;9h;Không có\n"
    status, text = await sent("lich.csv", bad.encode())
    assert status == 422
    assert "lich.csv:3: Điểm cầu: không biết" in text.replace("Lich.csv", "lich.csv")
    assert len(await world.ledger.meetings.find(DAWN, DAWN + timedelta(days=9))) == 1


async def test_the_interface_enters_changes_and_tells_room_by_room(world: World) -> None:
    wish = {
        "title": "Họp qua API",
        "begin": "2026-11-22T02:14:00Z",
        "end": "2026-11-22T04:00:00Z",
        "rooms": ["phong-dong-xoai", "phong-dak-o"],
        "officer": "lan",
        "mark": "lich-42",
    }
    answer = await asked(world, "POST", "/meetings", **wish)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["id"], made["state"], made["source"]) == ("HN-20261122-0001", "ahead", "api")
    assert (await asked(world, "POST", "/meetings", **wish)).status_code == 409
    strange = await asked(world, "POST", "/meetings", **(wish | {"rooms": ["la"], "mark": "x"}))
    assert strange.status_code == 422
    assert [row["id"] for row in (await asked(world, "GET", "/meetings")).json()] == [made["id"]]
    await world.commit(hub_cut(DAWN - timedelta(minutes=1)))
    whole = (await asked(world, "GET", f"/meetings/{made['id']}")).json()
    assert whole["counts"] == {"not_ready": 1, "at_risk": 0, "not_checked": 0, "ready": 1}
    worst = whole["now"][0]
    assert (worst["room"], worst["result"]) == ("phong-dak-o", "not_ready")
    assert worst["reasons"][0]["name"] == "cut_off"
    assert worst["stack"] == {
        "reachable": "bad",
        "registered": "not_checked",
        "in_call": "not_checked",
        "media": "not_checked",
    }
    path = f"/meetings/{made['id']}/rooms/phong-dak-o"
    tick = await asked(world, "POST", f"{path}/ticks", item="present", good=True)
    assert tick.status_code == 204
    many = await asked(world, "PUT", f"{path}/delegates", delegates=12)
    assert many.status_code == 204
    after = (await asked(world, "GET", f"/meetings/{made['id']}")).json()
    assert [row["delegates"] for row in after["now"]] == [12, None]
    later = await asked(world, "PUT", f"/meetings/{made['id']}", **(wish | {"title": "Khác"}))
    assert later.json()["title"] == "Khác"
    gone = await asked(world, "POST", f"/meetings/{made['id']}/cancel")
    assert gone.json()["state"] == "called_off"


async def test_a_rooms_client_reports_and_its_layers_follow(world: World) -> None:
    meeting = await met(world, ahead=-HOUR)
    before = (await asked(world, "GET", "/rooms/phong-dak-o/stack")).json()
    assert (before["meeting"], before["in_call"]) == (meeting.id, "not_checked")
    beat = {"registered": True, "in_call": True, "loss": 0.001}
    assert (await asked(world, "POST", "/rooms/phong-dak-o/beat", **beat)).status_code == 204
    after = (await asked(world, "GET", "/rooms/phong-dak-o/stack")).json()
    assert {after[name] for name in ("registered", "in_call", "media")} == {"good"}
    text = words(await page(world, "/targets/phong-dak-o"))
    assert "kết nối : tốt đăng ký : tốt vào họp : tốt hình, tiếng : tốt" in text
    assert "Đang họp: Giao ban" in text
    assert (await asked(world, "GET", "/rooms/core-1/stack")).status_code == 404
    wrong = await asked(world, "POST", "/rooms/phong-dak-o/beat", loss=7)
    assert wrong.status_code == 422


async def test_a_room_that_is_cut_shows_red_at_the_next_drawing(world: World) -> None:
    """The decision comes in seconds; the page that follows its event must show it."""
    meeting = await met(world)
    picture = await world.app.state.pictures.now()
    view = await looked_over(world.context, picture, meeting)
    assert view.counts[next(one for one in view.counts if one.value == "not_ready")] == 0
    events = await world.commit(hub_cut(DAWN))
    assert any(event.kind == "status" for event in events)
    raw = await page(world, f"/meetings/{meeting.id}")
    assert 'data-slug="phong-dak-o" data-status="down"' in raw


async def test_the_annex_says_who_was_there_what_failed_and_how_many_took_part(
    world: World,
) -> None:
    meeting = await met(world, ahead=-HOUR)
    came = [
        Presence(meeting=meeting.id, room=room, at=DAWN - HOUR, present=True, source="call")
        for room in ("phong-dong-xoai", "phong-dak-o")
    ]
    lost = came[1].model_copy(
        update={"at": DAWN - HOUR / 2, "present": False, "incident": "SC-20261122-0001"}
    )
    await world.ledger.meetings.present([*came, lost], DAWN)
    await world.commit(hub_cut(DAWN - HOUR / 2))
    form = {"delegates.phong-dak-o": "12", "delegates.phong-dong-xoai": ""}
    assert (await posted(world, f"/meetings/{meeting.id}/annex/delegates", **form))[0] == 303
    text = words(await page(world, f"/meetings/{meeting.id}/annex"))
    assert "Điểm cầu đã dự 2/3" in text
    assert "Phòng họp UBND Xã Đăk Ơ 08:00:00 08:30:00 0:30:00 1 12" in text
    assert "UBND Xã Phú Nghĩa không ghi nhận được" in text
    assert "SC-20261122-0001 Kênh TSLCD Gateway Phường An Lộc, VNPT" in text
    for form_of, begins in (("xlsx", b"PK"), ("html", b"<!doctype"), ("pdf", b"%PDF")):
        answer = await world.client.get(f"/meetings/{meeting.id}/annex.{form_of}")
        assert answer.status_code == 200
        assert answer.content.startswith(begins)
    by_api = await asked(world, "GET", f"/meetings/{meeting.id}/annex.html?language=en")
    assert "Annex of a video conference" in by_api.text
    assert (await asked(world, "GET", f"/meetings/{meeting.id}/annex.csv")).status_code == 404
    wrong = {"delegates.phong-dak-o": "nhiều"}
    assert (await posted(world, f"/meetings/{meeting.id}/annex/delegates", **wrong))[0] == 422


async def test_while_the_platform_was_down_nobody_took_part_or_was_absent(world: World) -> None:
    meeting = await met(world, ahead=-HOUR, end=DAWN - timedelta(minutes=1))
    came = Presence(
        meeting=meeting.id, room="phong-dak-o", at=DAWN - HOUR, present=True, source="call"
    )
    await world.ledger.meetings.present([came], DAWN)
    stopped, back = DAWN - timedelta(minutes=40), DAWN - timedelta(minutes=15)
    slugs = [target.slug for target in estate().targets]
    for status, at, reason in (
        (Status.UNKNOWN, stopped, "not_observed"),
        (Status.UP, back, "first_observation"),
    ):
        await world.commit(Outcome(transitions=[changed(s, status, at, reason) for s in slugs]))
    text = words(await page(world, f"/meetings/{meeting.id}/annex"))
    assert "Không theo dõi được 08:20:00–08:45:00" in text
    assert "Phòng họp UBND Xã Đăk Ơ 08:00:00 08:59:00 0:34:00" in text
    assert "Không theo dõi được: 08:20:00–08:45:00" in words(
        await page(world, f"/meetings/{meeting.id}")
    )
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    assert whole["unwatched"] == [["2026-11-22T01:20:00Z", "2026-11-22T01:45:00Z"]]
    month = words(await page(world, "/meetings/summary?month=2026-11"))
    assert "I12: thời gian đã họp (giờ:phút:giây) 0:34:00" in month
    assert "1 cuộc họp có lúc không theo dõi được, cộng 0:25:00" in month


async def test_a_month_is_summed_up_by_its_indicators(world: World) -> None:
    meeting = await met(world, ahead=-3 * HOUR)
    called_off = await met(world, ahead=-3 * HOUR, title="Đã huỷ")
    await world.ledger.meetings.cancel(called_off.id, "ha", DAWN)
    await met(world, ahead=-3 * HOUR, title="Không ai thấy")
    await met(world, ahead=-HOUR / 2, title="Đang họp")
    await met(world, ahead=HOUR, title="Chưa họp")
    came = Presence(
        meeting=meeting.id, room="phong-dak-o", at=DAWN - 2 * HOUR, present=True, source="call"
    )
    left = came.model_copy(update={"at": DAWN - HOUR * 1.25, "present": False})
    await world.ledger.meetings.present([came, left], DAWN)
    text = words(await page(world, "/meetings/summary?month=2026-11"))
    assert "I12: số cuộc họp 2" in text
    assert "I12: lượt điểm cầu đã dự/được mời 1/6" in text
    assert "1 cuộc họp đang diễn ra, tính khi đã kết thúc." in text
    assert "1 cuộc họp không ghi nhận được điểm cầu nào vào" in text
    assert "I11: đơn vị cấp xã có điểm cầu 0/6" in text
    assert "I12: thời gian đã họp (giờ:phút:giây) 0:45:00" in text  # two hours were entered
    assert "I13: tiết kiệm, đồng (ước tính) chưa có số liệu" in text
    headers = await world.token(Role.VIEWER)
    for form, begins in (("xlsx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype")):
        answer = await world.client.get(f"/meetings/summary.{form}?month=2026-11", headers=headers)
        assert answer.content.startswith(begins)
    english = headers | {"cookie": "thongsuot_lang=en"}
    answer = await world.client.get("/meetings/summary.html?month=2026-11", headers=english)
    assert "I11: communes with a conference point" in words(answer.text)
    empty = words(await page(world, "/meetings/summary?month=2026-10"))
    assert "Tháng này chưa có cuộc họp nào." in empty
    wrong = await world.client.get("/meetings/summary?month=hôm", headers=headers)
    assert wrong.status_code == 422


def says(world: World, loss: float, at: datetime) -> None:
    """Let the codec of Đồng Xoài and the bridge, which knows it by a number, tell of one call."""
    media = {"media": "video", "direction": "rx"}
    codec = [
        (Series.of("vc_in_call"), 1.0),
        (Series.of("vc_media_loss_ratio", (), **media), loss),
        (Series.of("vc_media_loss_ratio", (), media="audio", direction="rx"), loss),
    ]
    call = Series.of("vc_call_info", (), remote="vc-dong-xoai", conference="giao-ban")
    leg = [
        (call, 1.0),
        (Series.of("vc_media_loss_ratio", (), remote="vc-dong-xoai", **media), 0.0),
    ]
    world.context.signals.hear(
        [
            Reading("vc-dong-xoai/cisco_codec", "center", at, codec),
            Reading("mcu-1/pexip", "center", at, leg),
        ]
    )


async def test_the_wall_tells_how_rooms_sound_and_whom_a_poor_one_is_blamed_on(
    world: World,
) -> None:
    meeting = await met(world, ahead=timedelta(minutes=-30))
    legs = world.context.signals.legs
    legs.attend({"gw-dong-xoai"})
    for n in range(6):
        at = DAWN - timedelta(seconds=30 * (5 - n))
        says(world, 0.062, at)
        swept = [(Series.of("probe_loss_ratio"), 0.0)]
        legs.hear([Reading("gw-dong-xoai/icmp", "center", at, swept)])
    raw = await page(world, f"/meetings/{meeting.id}?wall")
    assert 'data-slug="phong-dong-xoai" data-status="degraded"' in raw
    text = words(raw)
    rooms = len(meeting.rooms)
    assert f"0/{rooms} điểm cầu tốt, 1 kém, {rooms - 1} chưa đo được" in text
    assert "kém nhất: Phòng họp UBND Phường Đồng Xoài , rất kém" in text.replace("Xoài,", "Xoài ,")
    assert "rất kém: mất gói 6,2 % (tiếng, chiều đến điểm cầu)" in text
    assert "ước tính đường truyền: R" in text
    assert "lỗi ở điểm cầu: mạng nội bộ hoặc thiết bị tại điểm cầu" in text
    near = words(await page(world, f"/meetings/{meeting.id}"))
    assert "thiết bị tại điểm cầu đo" in near
    assert "Hình, chiều từ điểm cầu đi: tốt, mất gói 0 % (cầu nối đo)" in near
    english = words(await page(world, f"/meetings/{meeting.id}", thongsuot_lang="en"))
    assert "The room is at fault: its own network or its equipment" in english
    room = words(await page(world, "/targets/phong-dong-xoai"))
    assert "Quality: bad: 6.2 % of packets lost" in room
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    assert (whole["rooms_good"], whole["rooms_measured"]) == (0, 1)
    found = next(one for one in whole["now"] if one["room"] == "phong-dong-xoai")["quality"]
    assert (found["grade"], found["by"], found["measured_by"]) == ("bad", "loss", "room")
    assert (found["side"], found["lasts"]) == ("room", True)
    assert whole["now"][0]["room"] == "phong-dong-xoai"  # before those that nobody knows of
    assert found["ends"]["bridge"]["grade"] == "good"
    assert {
        (s["measured_by"], s["media"], s["direction"], s["grade"]) for s in found["streams"]
    } == {
        ("room", "audio", "rx", "bad"),
        ("room", "video", "rx", "bad"),
        ("bridge", "video", "tx", "good"),  # what it receives has left the room
    }
    assert 1 <= found["estimated_mos"] < 4


async def test_a_room_that_nobody_measures_is_not_called_good(world: World) -> None:
    meeting = await met(world, ahead=timedelta(minutes=-30))
    text = words(await page(world, f"/meetings/{meeting.id}?wall"))
    assert "chưa đo được chất lượng của điểm cầu nào" in text
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    assert {one["quality"] for one in whole["now"]} == {None}


async def test_a_cascade_of_bridges_is_entered_shown_and_changed(world: World) -> None:
    above = ["MCU Cục Bưu điện Trung ương", "", "MCU Văn phòng Chính phủ"]
    status, _ = await posted(world, "/meetings", **FORM, above=above)
    assert status == 303
    [meeting] = await world.ledger.meetings.find(DAWN - HOUR, DAWN + timedelta(days=2))
    assert meeting.above == (above[0], above[2])
    for path in (f"/meetings/{meeting.id}", f"/meetings/{meeting.id}?wall"):
        text = words(await page(world, path))
        assert "MCU trung tâm → MCU Cục Bưu điện Trung ương → MCU Văn phòng Chính phủ" in text
    lower = ["MCU khác", "", ""]
    assert (await posted(world, f"/meetings/{meeting.id}/change", **FORM, above=lower))[0] == 303
    assert (await world.ledger.meetings.get(meeting.id)).above == ("MCU khác",)


def hears(world: World, **values: float) -> None:
    """Let the codec of Đồng Xoài say what it does now."""
    samples = [(Series.of(name), value) for name, value in values.items()]
    world.context.signals.hear([Reading("vc-dong-xoai/codec", "center", DAWN, samples)])


async def test_a_meeting_to_come_does_not_show_the_call_of_the_one_that_goes_on(
    world: World,
) -> None:
    now_on = await met(world, ahead=-HOUR / 2, title="Giao ban đang họp")
    coming = await met(world, ahead=2 * HOUR)
    hears(world, vc_in_call=1.0, vc_media_loss_ratio=0.0)
    whole = (await asked(world, "GET", f"/meetings/{coming.id}")).json()
    [mine] = [one for one in whole["now"] if one["room"] == "phong-dong-xoai"]
    assert (mine["stack"]["in_call"], mine["stack"]["media"]) == ("not_expected", "not_expected")
    assert (mine["attending"], mine["elsewhere"]) == ("unknown", now_on.id)
    text = words(await page(world, f"/meetings/{coming.id}"))
    assert "vào họp : chưa cần hình, tiếng : chưa cần" in text
    assert "Đang ở cuộc họp khác: Giao ban đang họp" in text
    on = (await asked(world, "GET", f"/meetings/{now_on.id}")).json()
    [mine] = [one for one in on["now"] if one["room"] == "phong-dong-xoai"]
    assert (mine["stack"]["in_call"], mine["elsewhere"]) == ("good", None)


async def test_a_room_whose_meeting_lasts_beyond_the_begin_of_the_next_is_at_risk(
    world: World,
) -> None:
    now_on = await met(world, ahead=-HOUR, title="Giao ban", bridge=None)  # until 10:00
    coming = await met(world, rooms=("phong-dong-xoai",), bridge=None)  # from 09:14
    hears(world, vc_in_call=1.0, vc_media_loss_ratio=0.0)
    whole = (await asked(world, "GET", f"/meetings/{coming.id}")).json()
    [room] = whole["now"]
    assert (room["result"], room["elsewhere"]) == ("at_risk", now_on.id)
    assert room["reasons"][0]["said"] == (
        f"it is in another meeting that ends only at 10:00 on 22/11/2026: {now_on.id} (Giao ban)"
    )
    path = f"/meetings/{now_on.id}/until"
    assert (await posted(world, path, minutes="0"))[0] == 303
    [room] = (await asked(world, "GET", f"/meetings/{coming.id}")).json()["now"]
    assert (room["result"], room["elsewhere"]) == ("ready", None)


async def test_a_meeting_that_is_over_shows_who_was_there_and_not_how_rooms_stand_now(
    world: World,
) -> None:
    meeting = await met(world, ahead=-4 * HOUR)
    came = Presence(
        meeting=meeting.id, room="phong-dak-o", at=DAWN - 4 * HOUR, present=True, source="call"
    )
    await world.ledger.meetings.present([came], DAWN)
    await world.commit(hub_cut(DAWN - timedelta(minutes=1)))
    for path in (f"/meetings/{meeting.id}", f"/meetings/{meeting.id}?wall"):
        text = words(await page(world, path))
        assert "đã họp xong 1/3 điểm cầu đã dự" in text, path
        assert "Phòng họp UBND Xã Đăk Ơ 05:00–07:00" in text, path
        assert "Phòng họp UBND Phường Đồng Xoài không ghi nhận được" in text, path
        assert "sẵn sàng" not in text, path
        assert "ất kết nối do" not in text, path
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    assert whole["now"] == []
    assert [one["seconds"] for one in whole["attended"]] == [None, 7200, None]


async def test_a_meeting_that_was_called_off_shows_no_readiness(world: World) -> None:
    meeting = await met(world)
    ready = [Finding(room=room, result=Readiness.READY) for room in ROOMS]
    run = ReadinessRun(meeting=meeting.id, stage=30, at=DAWN, findings=tuple(ready))
    await world.ledger.meetings.ran(run, [], DAWN)
    await world.ledger.meetings.cancel(meeting.id, "ha", DAWN)
    text = words(await page(world, f"/meetings/{meeting.id}"))
    assert "không còn kiểm tra điểm cầu nào." in text
    assert "sẵn sàng" not in text
    assert (await asked(world, "GET", f"/meetings/{meeting.id}")).json()["now"] == []


async def test_there_is_no_annex_before_the_meeting_has_begun(world: World) -> None:
    coming = await met(world)
    headers = await world.token(Role.VIEWER)
    for form in ("", ".pdf", ".xlsx"):
        answer = await world.client.get(f"/meetings/{coming.id}/annex{form}", headers=headers)
        assert answer.status_code == 404
        assert "phụ lục chỉ có khi đã họp" in words(answer.text)
    await world.ledger.meetings.cancel(coming.id, "ha", DAWN)
    answer = await world.client.get(f"/meetings/{coming.id}/annex", headers=headers)
    assert "bị huỷ trước giờ họp nên không có phụ lục" in words(answer.text)


async def test_a_room_that_dropped_keeps_why_when_its_line_is_back_and_is_not_unmeasured(
    world: World,
) -> None:
    meeting = await met(world, ahead=timedelta(minutes=-30))
    hears(world, vc_in_call=1.0, vc_media_loss_ratio=0.0)
    came = [
        Presence(meeting=meeting.id, room=room, at=DAWN - HOUR / 2, present=True, source="call")
        for room in ("phong-dong-xoai", "phong-dak-o")
    ]
    left = came[1].model_copy(update={"at": DAWN - HOUR / 4, "present": False})
    await world.ledger.meetings.present([*came, left], DAWN)
    await world.commit(hub_cut(DAWN - HOUR / 4))
    await world.commit(hub_back(DAWN - HOUR / 6, DAWN - HOUR / 4))
    assert (await world.app.state.pictures.now()).incident_of("phong-dak-o") is None
    for path in (f"/meetings/{meeting.id}", f"/meetings/{meeting.id}?wall"):
        text = words(await page(world, path))
        assert "1/3 điểm cầu tốt, 1 đã rớt, 1 chưa đo được" in text, path
        assert "đã rớt từ 08:45" in text, path
        assert "o Kênh TSLCD Gateway Phường An Lộc, VNPT (TSL-an-loc), hết lúc 08:50: " in text
    whole = (await asked(world, "GET", f"/meetings/{meeting.id}")).json()
    [mine] = [one for one in whole["now"] if one["room"] == "phong-dak-o"]
    assert (mine["incident"], mine["taken_by"]) == (None, "SC-20261122-0001")
    assert sum(whole["heard"].values()) == len(ROOMS)
    assert (whole["heard"]["good"], whole["heard"]["dropped"]) == (1, 1)


async def test_the_links_of_all_rooms_are_had_together_and_each_opens_its_room(
    world: World,
) -> None:
    meeting = await met(world)
    status, text = await posted(world, f"/meetings/{meeting.id}/links")
    assert status == 200
    found = dict(re.findall(r"(\S+): http://thongsuot\.test/m/(\S+)", text))
    assert len(found) == len(ROOMS)
    behind = [await world.ledger.meetings.behind(token, DAWN) for token in found.values()]
    assert {one.room for one in behind} == set(ROOMS)


async def test_that_nobody_is_to_phone_is_said_once_for_all_rooms(world: World) -> None:
    meeting = await met(world)
    text = words(await page(world, f"/meetings/{meeting.id}"))
    assert len(re.findall("chưa có số để gọi", text)) == 1


async def test_all_that_is_wrong_with_a_form_is_told_at_once(world: World) -> None:
    wrong = {"end": "2026-11-22T09:30", "rooms": "phong-khong-co", "officer": "la", "title": ""}
    status, text = await posted(world, "/meetings", **(FORM | wrong))
    assert status == 422
    for said in ("không biết la", "giờ kết thúc không sau giờ bắt đầu", "chưa có tên cuộc họp"):
        assert said in text.lower()
    assert '"phong-khong-co"' in text.replace("&#34;", '"').replace("&quot;", '"')
    status, text = await posted(world, "/meetings", **(FORM | {"begin": "", "end": "mai"}))
    assert text.lower().count("ngày giờ không hợp lệ") == 1
    assert "Chưa điền. Hãy điền ô này." in text
    wish = {"title": "x", "begin": "2026-11-22T04:00:00Z", "end": "2026-11-22T03:00:00Z"}
    answer = await asked(world, "POST", "/meetings", **wish, rooms=["la"], officer="la")
    assert [one["where"] for one in answer.json()["errors"]] == ["rooms", "officer", "end"]


async def test_a_meeting_that_is_over_is_entered_only_when_that_is_meant(world: World) -> None:
    past = FORM | {"begin": "2026-11-20T10:00", "end": "2026-11-20T11:30"}
    status, text = await posted(world, "/meetings", **past)
    assert status == 422
    assert "Cuộc họp đã qua, kết thúc lúc 11:30 20/11/2026" in text
    assert (await posted(world, "/meetings", **past, past="yes"))[0] == 303
    wish = {
        "title": "x",
        "begin": "2026-11-20T01:00:00Z",
        "end": "2026-11-20T02:00:00Z",
        "rooms": ["phong-dak-o"],
    }
    made = (await asked(world, "POST", "/meetings", **wish)).json()
    assert made["notice"].startswith("the meeting is over, since 09:00 20/11/2026")
    coming = wish | {"begin": "2026-11-23T01:00:00Z", "end": "2026-11-23T02:00:00Z"}
    assert (await asked(world, "POST", "/meetings", **coming)).json()["notice"] is None


async def test_the_wall_names_whom_to_phone_about_a_room_that_dropped(world: World) -> None:
    put = Inventory(
        contacts=(Contact(slug="hoa", name="Lê Thị Hoa", phone="0912345678"),),
        sites=(Site(slug="ubnd-dak-o", name="UBND Xã Đăk Ơ", unit="dak-o", contact="hoa"),),
    )
    await world.ledger.inventory.apply(Changes(put=put), "test", DAWN)
    meeting = await met(world, ahead=timedelta(minutes=-30))
    came = Presence(
        meeting=meeting.id, room="phong-dak-o", at=DAWN - HOUR / 2, present=True, source="call"
    )
    left = came.model_copy(update={"at": DAWN - HOUR / 4, "present": False})
    await world.ledger.meetings.present([came, left], DAWN)
    text = words(await page(world, f"/meetings/{meeting.id}?wall"))
    tile = text[text.index("Phòng họp UBND Xã Đăk Ơ") :]
    assert tile.startswith("Phòng họp UBND Xã Đăk Ơ đã rớt từ 08:45 Gọi Lê Thị Hoa 0912345678")
    near = words(await page(world, f"/meetings/{meeting.id}"))
    assert "2 điểm cầu chưa có số để gọi." in near


async def test_a_room_in_one_of_two_meetings_stands_in_the_other_as_being_there(
    world: World,
) -> None:
    here = await met(world, ahead=-HOUR, title="Giao ban")
    other = await met(world, ahead=-HOUR / 2, title="Họp gấp", rooms=("phong-dong-xoai",))
    hears(world, vc_in_call=1.0, vc_media_loss_ratio=0.0)
    came = Presence(
        meeting=here.id, room="phong-dong-xoai", at=DAWN - HOUR, present=True, source="call"
    )
    await world.ledger.meetings.present([came], DAWN)
    mine = (await asked(world, "GET", f"/meetings/{here.id}")).json()
    assert (mine["heard"]["good"], mine["heard"]["elsewhere"]) == (1, 0)
    whole = (await asked(world, "GET", f"/meetings/{other.id}")).json()
    [room] = whole["now"]
    assert (room["attending"], room["elsewhere"], room["result"]) == (
        "elsewhere",
        here.id,
        "not_ready",
    )
    assert (room["stack"]["in_call"], room["quality"]) == ("bad", None)
    assert room["reasons"][0]["said"] == f"it is in another meeting: {here.id} (Giao ban)"
    assert (whole["heard"]["elsewhere"], whole["rooms_measured"]) == (1, 0)
    wall = words(await page(world, f"/meetings/{other.id}?wall"))
    assert "1 đang ở cuộc họp khác" in wall
    assert f"đang ở cuộc họp khác từ 08:00 Giao ban ({here.id})" in wall
    near = words(await page(world, f"/meetings/{other.id}"))
    assert "Đang ở cuộc họp khác: Giao ban" in near
    assert "hưa vào cuộc họp" not in near
    stack = (await asked(world, "GET", "/rooms/phong-dong-xoai/stack")).json()
    assert (stack["meeting"], stack["in_call"]) == (here.id, "good")


async def test_a_room_that_sat_in_another_meeting_is_counted_there_alone(world: World) -> None:
    here = await met(world, ahead=-4 * HOUR, title="Giao ban")
    other = await met(world, ahead=-4 * HOUR, title="Họp gấp", rooms=("phong-dong-xoai",))
    came = Presence(
        meeting=here.id, room="phong-dong-xoai", at=DAWN - 4 * HOUR, present=True, source="call"
    )
    await world.ledger.meetings.present([came], DAWN)
    as_site = await met(world, ahead=-4 * HOUR, title="Họp ngắn", rooms=("ubnd-dong-xoai",))
    [there] = (await asked(world, "GET", f"/meetings/{as_site.id}")).json()["attended"]
    assert there["elsewhere"] == [here.id]  # by another name of the same room
    annex = words(await page(world, f"/meetings/{other.id}/annex"))
    assert f"Đồng Xoài ở cuộc họp khác: Giao ban ({here.id})" in annex
    assert "không ghi nhận được" not in annex
    assert "ở cuộc họp khác: Giao ban" in words(await page(world, f"/meetings/{other.id}"))
    [line] = (await asked(world, "GET", f"/meetings/{other.id}")).json()["attended"]
    assert (line["joined"], line["elsewhere"]) == (None, [here.id])
    month = words(await page(world, "/meetings/summary?month=2026-11"))
    assert "I12: lượt điểm cầu đã dự/được mời 1/5" in month


async def test_a_meeting_that_overruns_is_made_longer_or_ended_with_one_tap(world: World) -> None:
    meeting = await met(world, ahead=-HOUR)
    path = f"/meetings/{meeting.id}/until"
    assert (await posted(world, path, minutes="30"))[0] == 303
    longer = await world.ledger.meetings.get(meeting.id)
    assert (longer.end - meeting.end, longer.title) == (HOUR / 2, meeting.title)
    shown = words((await world.client.get(f"/meetings/{meeting.id}")).text)
    assert "Họp thêm 15 phút" in shown
    assert (await posted(world, path, minutes="0"))[0] == 303
    assert (await world.ledger.meetings.get(meeting.id)).end == DAWN
    status, text = await posted(world, path, minutes="30")
    assert (status, "Cuộc họp không đang diễn ra" in text) == (409, True)


async def test_a_meeting_that_wants_what_another_has_is_kept_and_told(world: World) -> None:
    first = await met(world, ahead=HOUR, title="Giao ban MTTQ")
    assert (await posted(world, "/meetings", **FORM))[0] == 303
    rows = await world.ledger.meetings.find(DAWN, DAWN + 9 * HOUR)
    [mine] = [row for row in rows if row.id != first.id]
    told = f"Trùng giờ với cuộc họp Giao ban MTTQ ({first.id}, 10:00–12:00 22/11/2026): "
    shown = words(await page(world, f"/meetings/{mine.id}"))
    assert told + "2 điểm cầu được mời dự cả hai: " in shown
    assert "cùng cầu nối" in shown
    assert "Cuộc họp vẫn được ghi" in shown
    assert "Trùng giờ" not in words(await page(world, f"/meetings/{mine.id}?wall"))
    await world.ledger.meetings.cancel(first.id, "ha", DAWN)
    assert "Trùng giờ" not in words(await page(world, f"/meetings/{mine.id}"))


async def test_a_later_meeting_of_a_series_or_of_a_list_that_clashes_is_told(world: World) -> None:
    later = await met(world, ahead=HOUR + timedelta(days=7))
    form = FORM | {"repeat": "weekly", "repeat_until": "2026-12-20"}
    status, text = await posted(world, "/meetings", **form)
    assert (status, "Đã ghi 5 cuộc họp" in text) == (200, True)
    assert (
        f"Giao ban tháng 11 (HN-20261129-0002): trùng giờ với cuộc họp Giao ban ({later.id}, "
        in text
    )


async def test_the_interface_tells_what_another_meeting_has(world: World) -> None:
    first = await met(world, ahead=HOUR)
    wish = {
        "title": "Hội nghị",
        "begin": (DAWN + HOUR).isoformat(),
        "end": (DAWN + 2 * HOUR).isoformat(),
        "rooms": ["phong-dak-o"],
    }
    made = (await asked(world, "POST", "/meetings", **wish)).json()
    [clash] = made["clashes"]
    assert (clash["meeting"], clash["rooms"], clash["bridge"]) == (
        first.id,
        ["phong-dak-o"],
        None,
    )
    assert "at the same hour as Giao ban" in clash["said"]
    moved = wish | {"begin": first.end.isoformat(), "end": (first.end + HOUR).isoformat()}
    changed = await asked(world, "PUT", f"/meetings/{made['id']}", **moved)
    assert changed.json()["clashes"] == []  # one ends as the other begins


async def test_a_site_that_is_invited_as_a_whole_stands_for_the_rooms_in_it(world: World) -> None:
    first = await met(world, ahead=HOUR, rooms=("ubnd-dak-o",), bridge=None)
    mine = await met(world, ahead=HOUR, rooms=("phong-dak-o", "phong-dong-xoai"), bridge=None)
    text = words(await page(world, f"/meetings/{mine.id}"))
    told = "1 điểm cầu được mời dự cả hai: Phòng họp UBND Xã Đăk Ơ."
    assert f"Trùng giờ với cuộc họp Giao ban ({first.id}, " in text
    assert told in text
    text = words(await page(world, f"/meetings/{first.id}"))
    assert "1 điểm cầu được mời dự cả hai: UBND Xã Đăk Ơ." in text
