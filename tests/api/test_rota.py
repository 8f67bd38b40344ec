"""The page of the rota: who is on duty, where it has holes, swaps by operators, a calendar."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from alerts.chains import promised
from alerts.rota import Roster
from api.pages.rota import month_of
from core.clock import LOCAL
from core.incident import Chain, Delivery, Due, NotificationState, Purpose, Step
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule, Shift
from core.people import Role
from core.rota import Swap
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, all_up, hub_cut

TODAY = date(2026, 11, 22)  # a Sunday, 09:00 in the worlds of these tests
PEOPLE = (
    Contact(slug="an", name="Nguyễn Văn An", phone="0912345678"),
    Contact(slug="binh", name="Trần Thị Bình", email="binh@donvi.vn"),
)


def by_turns(**changes: object) -> RotaRule:
    fields: dict[str, object] = {
        "slug": "tuan",
        "name": "Theo ngày",
        "rota": "cntt",
        "people": ("an", "binh"),
        "start": TODAY,
    }
    return RotaRule.model_validate(fields | changes)


async def with_rota(world: World, *rules: RotaRule, shifts: tuple[Shift, ...] = ()) -> None:
    rota = Rota(slug="cntt", name="Trực CNTT", owner="an")
    rows = Inventory(contacts=PEOPLE, rotas=(rota,), rota_rules=rules, shifts=shifts)
    await world.ledger.inventory.apply(Changes(put=rows), "test", world.clock.now())


async def sent(world: World, path: str, **fields: str) -> tuple[int, str]:
    """Send a form of the page as an operator; return status and words of the answer."""
    if not await world.ledger.people.users():
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/rota")
    answer = await world.client.post(path, data={"csrf": token, "rota": "cntt", **fields})
    return answer.status_code, words(answer.text)


async def swaps(world: World) -> tuple[Swap, ...]:
    now = world.clock.now()
    return (await world.ledger.rota.rows(now, now + timedelta(days=30))).swaps


SWAP = {
    "contact": "binh",
    "begin": "2026-11-22T08:00",
    "end": "2026-11-22T20:00",
    "reason": "An đi công tác",
}


async def test_without_a_rota_the_page_says_how_to_begin(world: World) -> None:
    assert "Chưa có lịch trực nào" in words(await page(world, "/rota"))


async def test_everybody_sees_who_is_on_duty_until_when_and_who_is_next(world: World) -> None:
    await with_rota(world, by_turns())
    text = words(await page(world, "/rota"))
    unproven = "Nguyễn Văn An 0912345678 chưa xác nhận"
    assert f"Trực chính {unproven} đến 23/11/2026 07:30 · tiếp theo: Trần Thị" in text
    assert "Không có ca trống, ca trùng, không ai giữ hai vai." in text
    assert "Người trực thay" not in text
    english = words(await page(world, "/rota", thongsuot_lang="en"))
    assert "On duty Nguyễn Văn An 0912345678 not proven until 23/11/2026 07:30" in english


async def test_a_number_on_duty_that_is_proven_bears_no_mark(world: World) -> None:
    await with_rota(world, by_turns())
    now, day = world.clock.now(), timedelta(days=1)
    proof = await world.ledger.proofs.ask(PEOPLE[0], "0912345678", "sms", "ha", now, lifetime=day)
    await world.ledger.proofs.confirm("an", proof.code, "ha", now)
    assert "0912345678 đến 23/11/2026" in words(await page(world, "/rota"))


async def test_gaps_and_overlaps_of_the_next_month_stand_out(world: World) -> None:
    double = Shift(rota="cntt", on=date(2026, 11, 30), contact="an")
    second = Shift(rota="cntt", on=date(2026, 11, 30), contact="binh", begin=time(17))
    await with_rota(world, by_turns(valid_to=date(2026, 12, 1)), shifts=(double, second))
    text = words(await page(world, "/rota"))
    assert "Ca trống 1 01/12/2026 07:30 – 22/12/2026 09:00" in text
    assert "Ca trùng 1 30/11/2026 17:00 – 01/12/2026 07:30 Nguyễn Văn An , Trần Thị" in text
    december = words(await page(world, "/rota?rota=cntt&month=2026-12"))
    assert "có giờ trống" in december


async def test_one_person_in_two_roles_stands_out_on_the_page_and_in_the_interface(
    world: World,
) -> None:
    reserve = by_turns(slug="du-phong", people=("binh",), role="secondary")
    reserve = reserve.model_copy(update={"valid_to": date(2026, 11, 24)})
    await with_rota(world, by_turns(), reserve)
    text = words(await page(world, "/rota"))
    assert "Một người hai vai 1 Trực chính và trực dự phòng là một người" in text
    assert "23/11/2026 07:30 – 24/11/2026 07:30 Trần Thị Bình" in text
    assert "Trần Thị Bình: hai vai" in text
    headers = await world.token(Role.VIEWER)
    answer = await world.client.get("/api/v1/rotas?days=3", headers=headers)
    [rota] = answer.json()
    assert (rota["slug"], rota["owner"]) == ("cntt", "an")
    [hole] = rota["holes"]
    assert (hole["flaw"], hole["roles"]) == ("double", ["primary", "secondary"])
    assert hole["people"] == [{"contact": "binh", "name": "Trần Thị Bình"}]
    assert [turn["people"][0]["contact"] for turn in rota["turns"]][:2] == ["an", "binh"]


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-13", "x", "2100-12"])
async def test_a_month_that_cannot_be_shown_is_this_one(world: World, month: str) -> None:
    await with_rota(world, by_turns())
    text = words(await page(world, f"/rota?month={month}"))
    assert ("Tháng 12/2100" if month == "2100-12" else "Tháng 11/2026") in text


async def test_when_nobody_is_on_duty_the_page_says_who_is_told(world: World) -> None:
    await with_rota(world)
    assert "Lúc này không có ai trực" in words(await page(world, "/rota"))


async def test_an_operator_swaps_and_the_swap_is_audited(world: World) -> None:
    await with_rota(world, by_turns())
    assert (await sent(world, "/rota/swap", **SWAP))[0] == 303
    [swap] = await swaps(world)
    assert (swap.contact, swap.by, swap.reason) == ("binh", "ha", "An đi công tác")
    assert swap.begin.astimezone(LOCAL) == datetime(2026, 11, 22, 8, tzinfo=LOCAL)
    text = words((await world.client.get("/rota")).text)
    assert "Trực chính · đổi ca Trần Thị Bình đến 22/11/2026 20:00" in text
    [row] = [r for r in await world.ledger.people.audit_rows() if r.action == "rota.swap"]
    assert (row.actor, row.origin) == ("ha", "192.0.2.7")


async def test_a_swap_is_taken_back(world: World) -> None:
    await with_rota(world, by_turns())
    await sent(world, "/rota/swap", **SWAP)
    [swap] = await swaps(world)
    assert (await sent(world, "/rota/cancel", swap=str(swap.id)))[0] == 303
    text = words((await world.client.get("/rota")).text)
    assert "Trực chính Nguyễn Văn An" in text
    assert "Không có lần đổi ca nào sắp tới." in text


async def test_a_wrong_swap_is_refused_with_a_sentence_and_stays_in_the_form(world: World) -> None:
    await with_rota(world, by_turns())
    wrong = {
        "end": "2026-11-22T07:00",
        "reason": " ",
        "contact": "nguoi-la",
        "role": "both",
        "begin": "khi nào rảnh",
    }
    for name, value in wrong.items():
        status, text = await sent(world, "/rota/swap", **(SWAP | {name: value}))
        assert status == (409 if name == "contact" else 422), name
        assert "Đang trực" in text
    assert await swaps(world) == ()
    token = await csrf(world.client, "/rota")
    form = {"csrf": token, "rota": "cntt", **SWAP, "reason": ""}
    answer = await world.client.post("/rota/swap", data=form)
    assert 'value="2026-11-22T08:00"' in answer.text


async def test_a_note_is_left_to_whoever_comes_on_duty(world: World) -> None:
    await with_rota(world, by_turns())
    await world.commit(hub_cut(DAWN))
    await sent(world, "/rota/hand-over", text=" ")  # logs in
    begun = words((await world.client.get("/rota")).text)
    assert "ĐANG DIỄN RA: 1 - SC-20261122-0001 Kênh TSLCD Gateway Phường An Lộc, VNPT" in begun
    status, _ = await sent(world, "/rota/hand-over", text="Đường VNPT chập chờn từ 22h")
    assert status == 303
    text = words((await world.client.get("/rota")).text)
    assert "Lê Thu Hà Đường VNPT chập chờn từ 22h" in text
    assert (await sent(world, "/rota/hand-over", text="  "))[0] == 303
    assert len(await world.ledger.rota.notes()) == 1


async def test_a_phone_subscribes_to_the_rota_with_a_token(world: World) -> None:
    await with_rota(world, by_turns())
    headers = await world.token(Role.VIEWER)
    answer = await world.client.get("/rota.ics?rota=cntt", headers=headers)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    assert str(events[0]["summary"]) == "Nguyễn Văn An (trực chính)"
    assert events[0].decoded("dtstart") == datetime(2026, 11, 22, 7, 30, tzinfo=LOCAL)
    assert len({str(event["uid"]) for event in events}) == len(events) > 180
    assert (await world.client.get("/rota.ics?rota=khac", headers=headers)).status_code == 404
    assert (await world.client.get("/rota.ics")).status_code in {303, 401}


async def uploaded(world: World, text: str, **fields: str) -> tuple[int, str]:
    """Send a duty list as an administrator; return status and words of the answer."""
    if not await world.ledger.people.users():
        await world.add_user("quan", Role.ADMIN, "Quản Trị")
        await log_in(world, "quan")
    form = {"csrf": await csrf(world.client, "/rota"), "rota": "cntt"} | fields
    file = {"file": ("truc.csv", text.encode(), "text/csv")}
    answer = await world.client.post("/rota/import", data=form, files=file)
    return answer.status_code, words(answer.text)


async def test_an_administrator_reads_a_duty_list_in(world: World) -> None:
    await with_rota(world)
    text = "Ngày;Trực chính;SĐT\n22/11/2026;Trần Thị Bình;\n23/11/2026;Phạm Dũng;0905 111 222\n"
    status, said = await uploaded(world, text)
    assert status == 422
    assert "truc.csv:3: Trực chính: không có đầu mối nào tên &#34;Phạm Dũng&#34;" in said
    assert (await world.ledger.inventory.load()).shifts == ()
    assert (await uploaded(world, text, new_people="1"))[0] == 303
    shifts = (await world.ledger.inventory.load()).shifts
    assert [shift.contact for shift in shifts] == ["binh", "pham-dung"]
    assert "Trực chính Trần Thị Bình" in words((await world.client.get("/rota")).text)


async def test_what_is_no_list_is_refused_with_a_sentence(world: World) -> None:
    await with_rota(world)
    status, said = await uploaded(world, "Tên;Tuổi\nA;3\n")
    assert status == 422
    assert "không thấy danh sách trực nào" in said
    assert (await uploaded(world, "x", rota="khac"))[0] == 404


def test_a_day_shows_who_begins_and_who_holds_at_noon() -> None:
    week = by_turns(turn="week", start=date(2026, 11, 23))
    night = by_turns(slug="dem", people=("binh",), begin=time(17), end=time(7, 30))
    night = night.model_copy(update={"role": "secondary", "start": date(2026, 11, 2)})
    month = month_of(Roster("cntt", (week, night)), date(2026, 11, 1))
    assert len(month.days) == 30
    assert month.days[0].gap
    monday, tuesday = month.days[22], month.days[23]
    assert [(one.turn.people, one.begins) for one in monday.turns] == [
        (("an",), True),
        (("binh",), True),
    ]
    assert [(one.turn.people, one.begins) for one in tuesday.turns] == [
        (("an",), False),
        (("binh",), True),
    ]
    assert (month.before, month.after) == (date(2026, 10, 1), date(2026, 12, 1))


async def with_a_night(world: World) -> str:
    """Cut the hub's line with a chain of two, the first of whom has been told."""
    await with_rota(world, by_turns())
    now = world.clock.now()
    cut = hub_cut(now)
    chain = Chain(
        slug="khan-cap",
        name="Khẩn cấp",
        steps=(
            Step(number=1, tell="primary", rota="cntt"),
            Step(number=2, after=600, tell="secondary", rota="cntt"),
        ),
    )
    incident = cut.incidents[0].model_copy(update={"chain": chain})
    told = promised(incident, chain, Purpose.PROBLEM, "new_problem", Due(now, "at_once"))
    await world.commit(all_up(now))
    await world.commit(replace(cut, incidents=[incident], notifications=told))
    [first] = await world.ledger.outbox.claim("hub", now)
    message = first.model_copy(
        update={
            "id": None,
            "recipient": "an",
            "channel": "sms",
            "step": None,
            "state": NotificationState.PENDING,
        }
    )
    await world.ledger.outbox.unfold(first, [message], now)
    return incident.id


async def test_the_incident_says_whose_turn_it_was_and_which_steps_are_to_come(
    world: World,
) -> None:
    code = await with_a_night(world)
    text = words(await page(world, f"/incidents/{code}"))
    assert "Nguyễn Văn An sms · báo sự cố: phụ trách nơi có sự cố chờ gửi" in text
    assert "Bước 2 trực dự phòng nếu chưa ai tiếp nhận · lúc 09:10" in text
    assert "Đến lượt báo Bước 1: Nguyễn Văn An" in text
    assert "khan-cap" not in text
    await world.ledger.incidents.acknowledge(code, "an", world.clock.now())
    taken = words(await page(world, f"/incidents/{code}"))
    assert "nếu chưa ai tiếp nhận" not in taken
    assert "không báo nữa: đã có người tiếp nhận" in taken


async def test_the_incident_shows_the_very_words_that_went_out(world: World) -> None:
    code = await with_a_night(world)
    now = world.clock.now()
    [mine] = await world.ledger.outbox.claim("hub", now)
    words_sent = {"subject": "SỰ CỐ SC-1", "body": "Kênh <A> mất kết nối. Mở: https://ts/a/…"}
    sent = Delivery(notification=mine.id or 0, at=now, ok=True, receipt="250 ok", **words_sent)  # type: ignore[arg-type]
    await world.ledger.outbox.settle(mine, sent, NotificationState.SENT)
    raw = await page(world, f"/incidents/{code}")
    assert "Kênh &lt;A&gt; mất kết nối." in raw
    assert "Nội dung đã gửi SỰ CỐ SC-1 Kênh" in words(raw)
    headers = await world.token(Role.VIEWER)
    path = f"/api/v1/incidents/{code}/telling"
    lines = (await world.client.get(path, headers=headers)).json()["lines"]
    assert [line["step_name"] for line in lines if line["step"]] == [
        "Bước 1 (trực chính)",
        "Bước 2 (trực dự phòng)",
    ]
    [attempt] = [one for line in lines for one in line["attempts"]]
    assert attempt["body"] == words_sent["body"]
