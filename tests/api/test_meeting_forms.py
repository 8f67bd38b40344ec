"""What an operator types about meetings comes back, with what is wrong beside it."""

import re

from api.translations import COOKIE
from core.inventory import Changes, Inventory, Site
from tests.api.test_meetings import FORM, HOUR, met, posted, world
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World

__all__ = ["world"]  # a fixture


async def field(world: World, path: str, name: str) -> str:
    """Return what an area of a page's form holds."""
    raw = (await world.client.get(path)).text
    found = re.search(rf'<textarea name="{name}"[^>]*>([^<]*)</textarea>', raw)
    assert found is not None
    return found[1]


async def test_a_room_is_added_by_its_name_to_those_that_the_form_holds(world: World) -> None:
    """They are parted as the form says; blanks would make one name of them."""
    sites = (
        Site(slug="ubnd-dak-o", name="UBND Xã Đăk Ơ", unit="dak-o"),
        Site(slug="ubnd-phu-nghia", name="UBND Xã Phú Nghĩa", unit="phu-nghia"),
        Site(slug="ubnd-ba-gia-map", name="UBND Xã Bù Gia Mập", unit="ba-gia-map"),
    )
    await world.ledger.inventory.apply(Changes(put=Inventory(sites=sites)), "test", DAWN)
    meeting = await met(world, rooms=("ubnd-dak-o", "ubnd-phu-nghia"))
    await posted(world, "/meetings", **FORM)  # logs in
    there = await field(world, f"/meetings/{meeting.id}", "rooms")
    form = FORM | {"rooms": f"{there}; UBND Xã Bù Gia Mập", "bridge": ""}
    status, text = await posted(world, f"/meetings/{meeting.id}/change", **form)
    assert status == 303, text
    rooms = (await world.ledger.meetings.get(meeting.id)).rooms
    assert rooms == ("ubnd-dak-o", "ubnd-phu-nghia", "ubnd-ba-gia-map")


async def test_a_wrong_number_of_people_is_told_beside_its_room_in_the_annex(world: World) -> None:
    meeting = await met(world, ahead=-HOUR)
    form = {"delegates.phong-dong-xoai": "7", "delegates.phong-dak-o": "nhiều"}
    status, text = await posted(world, f"/meetings/{meeting.id}/annex/delegates", **form)
    assert status == 422
    assert "Phụ lục cuộc họp" in text
    assert "Không phải là số người. Ghi một số từ 0 đến 10000, hoặc để trống." in text
    assert "delegates." not in text
    assert await world.ledger.meetings.attendances(meeting.id) == {}


async def test_a_file_is_called_by_its_own_name_in_what_is_wrong_with_it(world: World) -> None:
    await posted(world, "/meetings", **FORM)  # logs in
    token = re.search(r'name="csrf" value="([^"]+)"', (await world.client.get("/meetings")).text)
    assert token is not None
    sent = {"file": ("lich.csv", "Nội dung họp,Ngày,Bắt đầu,Điểm cầu\nHọp,,,la\n", "text/csv")}
    answer = await world.client.post("/meetings/import", data={"csrf": token[1]}, files=sent)
    assert answer.status_code == 422
    assert "lich.csv:2: Ngày: không có ngày họp" in words(answer.text)
    assert "Lich.csv" not in answer.text


async def test_a_meeting_without_a_duty_officer_says_so_in_the_list(world: World) -> None:
    await met(world)
    assert "chưa có người trực" not in words(await page(world, "/meetings"))
    await met(world, officer=None)
    await met(world, ahead=-3 * HOUR, officer=None)  # over: nobody need be found any more
    assert words(await page(world, "/meetings")).count("chưa có người trực") == 1


async def test_a_meeting_that_was_called_off_says_when_and_has_no_wall(world: World) -> None:
    meeting = await met(world)
    assert "?wall" in await page(world, f"/meetings/{meeting.id}")
    await world.ledger.meetings.cancel(meeting.id, "ha", DAWN)
    raw = await page(world, f"/meetings/{meeting.id}")
    assert "Cuộc họp đã huỷ lúc 22/11/2026 09:00" in words(raw)
    assert "?wall" not in raw
    assert "/annex" not in raw
    broken_off = await met(world, ahead=-HOUR)
    await world.ledger.meetings.cancel(broken_off.id, "ha", DAWN)
    assert "/annex" in await page(world, f"/meetings/{broken_off.id}")


async def test_what_is_invited_is_called_a_room_in_english_not_a_site(world: World) -> None:
    meeting = await met(world)
    world.client.cookies.set(COOKIE, "en")
    assert "to come · 3 rooms invited" in words(await page(world, "/meetings"))
    assert "Rooms invited" in words(await page(world, f"/meetings/{meeting.id}"))
