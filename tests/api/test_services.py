"""Rooms and services on the pages and in the interface."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.incident import Incident, Member, Severity
from core.outcome import Outcome
from core.people import Role
from core.status import Status
from core.text import Language
from tests.api.serving import read, serving
from tests.api.world import World, a_world, changed


@pytest.fixture
async def land(tmp_path: Path) -> AsyncIterator[World]:
    """Everything up, but one service down by itself."""
    known = serving()
    async with a_world(tmp_path, estate=lambda: known) as world:
        at = world.clock.now() - timedelta(hours=1)
        ups = [
            changed(t.slug, Status.UP, at, "answers") for t in known.targets if t.slug != "ngoai"
        ]
        down = changed("ngoai", Status.DOWN, at, "refused", "ngoai")
        incident = Incident(
            id="SC-20261122-0001",
            root="ngoai",
            severity=Severity.WARNING,
            began_at=at,
            decided_at=at,
            cause="wrong_answer",
            members=(Member(target="ngoai", joined_at=at),),
        )
        await world.commit(Outcome(transitions=[*ups, down], incidents=[incident]))
        world.context.fleet.update(read(world.clock.now()))
        yield world


async def _page(world: World, path: str, language: Language = "vi") -> str:
    headers = {**await world.token(Role.VIEWER), "cookie": f"thongsuot_lang={language}"}
    answer = await world.client.get(path, headers=headers, follow_redirects=True)
    assert answer.status_code == 200, path
    return answer.text


async def test_services_are_listed_worst_first_then_by_their_certificates(land: World) -> None:
    page = await _page(land, "/services")
    order = [page.index(f'data-slug="{slug}"') for slug in ("ngoai", "cong", "dns")]
    assert order == sorted(order)
    assert "https://dichvucong.dongnai.example/" in page
    assert "dns://10.75.0.80:53/dongnai.example?type=A" in page
    assert "142 ms" in page
    assert "5 ngày" in page
    assert "365 ngày" in page


async def test_services_are_filtered_by_status_and_name(land: World) -> None:
    assert 'data-slug="cong"' not in await _page(land, "/services?status=down")
    only = await _page(land, "/services?q=ioffice")
    assert 'data-slug="ioffice"' in only
    assert 'data-slug="dns"' not in only
    assert "Không có dịch vụ nào như vậy" in await _page(land, "/services?q=zzz")


async def test_services_are_filtered_by_the_place_they_are_seen_from(tmp_path: Path) -> None:
    known = serving()
    checks = tuple(
        one.model_copy(update={"vantage": "internet"}) if one.target == "cong" else one
        for one in known.checks
    )
    named = {"checks": checks, "vantages": {"internet": "mạng Internet"}}
    estate = known.model_copy(update=named)
    async with a_world(tmp_path, estate=lambda: estate) as world:
        page = await _page(world, "/services?vantage=internet")
        assert 'data-slug="cong"' in page
        assert 'data-slug="dns"' not in page
        assert "nhìn từ mạng Internet" in page
        page = await _page(world, "/services?vantage=center")
        assert 'data-slug="cong"' not in page
        assert 'data-slug="dns"' in page
        headers = await world.token(Role.VIEWER)
        answer = await world.client.get("/api/v1/services", headers=headers)
        seen = {one["slug"]: one["vantage"] for one in answer.json()["items"]}
        assert (seen["cong"], seen["dns"]) == ("internet", "center")


async def test_where_all_is_seen_from_one_place_nobody_is_asked_for_it(land: World) -> None:
    assert 'name="vantage"' not in await _page(land, "/services")


async def test_services_speak_english_too(land: World) -> None:
    page = await _page(land, "/services", "en")
    assert "Services and websites" in page
    assert "5 days left" in page


async def test_an_inventory_without_services_says_how_to_list_them(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert "services.csv" in await _page(world, "/services")
        assert 'data-part="services"' not in await _page(world, "/")


async def test_the_board_names_the_services_that_are_not_well(land: World) -> None:
    page = await _page(land, "/")
    part = page[page.index('data-part="services"') : page.index('data-part="tree"')]
    assert "Dịch vụ ngoài" in part
    assert "Cổng dịch vụ công" not in part
    assert "Dịch vụ ngoài: ngừng phục vụ" in page
    assert "1 dịch vụ" in page


async def test_a_service_has_a_page_with_its_address_and_certificate(land: World) -> None:
    page = await _page(land, "/services/cong")
    assert "Cổng thông tin, dịch vụ công" in page
    assert "https://dichvucong.dongnai.example/" in page
    assert "5 ngày" in page
    assert "Định tuyến lõi 1" in page


async def test_a_service_of_a_unit_without_sites_leads_to_no_missing_page(land: World) -> None:
    page = await _page(land, "/targets/ngoai")
    assert "/units/don-vi-khong-co-diem" not in page
    assert "don-vi-khong-co-diem" in page
    assert "Có trả lời nhưng trả lời sai" in (await _page(land, "/incidents/SC-20261122-0001"))


async def test_a_room_has_a_page_with_its_endpoint_and_the_way_to_the_centre(land: World) -> None:
    page = await _page(land, "/rooms/phong-dong-xoai")
    assert "Phòng họp" in page
    assert "Họp qua" in page
    way = page[page.index('data-part="way"') : page.index("Thông tin")]
    for slug in ("phong-dong-xoai", "vc-dong-xoai", "gw-dong-xoai", "core-1"):
        assert f'"way/{slug}"' in way
    plain = await _page(land, "/rooms/phong-dak-o")
    assert '"way/gw-dak-o"' in plain


async def test_sites_and_devices_name_what_they_serve(land: World) -> None:
    assert "/targets/phong-dong-xoai" in await _page(land, "/targets/ubnd-dong-xoai")
    assert "/targets/phong-dong-xoai" in await _page(land, "/targets/vc-dong-xoai")
    assert "/targets/cong" in await _page(land, "/targets/core-1")


async def test_rooms_and_services_have_tabs_in_the_inventory(land: World) -> None:
    rooms = await _page(land, "/inventory?kind=room")
    assert "Phòng họp UBND Phường Đồng Xoài" in rooms
    services = await _page(land, "/inventory?kind=service")
    assert "dịch vụ khác" in services
    assert 'href="/inventory?kind=service"' in rooms


async def test_rooms_and_services_are_found_without_diacritics(land: World) -> None:
    found = (
        await land.client.get(
            "/api/v1/search", params={"q": "cong dich vu"}, headers=await land.token(Role.VIEWER)
        )
    ).json()
    assert found[0]["slug"] == "cong"
    assert found[0]["kind"] == "service"


async def test_the_interface_lists_rooms_and_services(land: World) -> None:
    headers = await land.token(Role.VIEWER)
    rooms = (await land.client.get("/api/v1/rooms?unit=dak-o", headers=headers)).json()
    assert [one["slug"] for one in rooms["items"]] == ["phong-dak-o"]
    assert rooms["items"][0]["members"] == ["ubnd-dak-o"]
    first = await land.client.get("/api/v1/services?limit=2", headers=headers)
    page = first.json()
    assert [one["slug"] for one in page["items"]] == ["cong", "dns"]
    assert page["items"][0]["url"] == "https://dichvucong.dongnai.example/"
    assert page["items"][0]["certificate_expires_at"] is not None
    assert page["items"][1]["certificate_expires_at"] is None
    more = {"cursor": page["next"], "limit": 2}
    rest = (await land.client.get("/api/v1/services", params=more, headers=headers)).json()
    assert [one["slug"] for one in rest["items"]] == ["ioffice", "ngoai"]
    down = (await land.client.get("/api/v1/services?status=down", headers=headers)).json()
    assert [one["incident"] for one in down["items"]] == ["SC-20261122-0001"]


async def test_a_renewed_certificate_changes_the_answer(land: World) -> None:
    headers = await land.token(Role.VIEWER)
    first = await land.client.get("/api/v1/services", headers=headers)
    again = {**headers, "if-none-match": first.headers["etag"]}
    assert (await land.client.get("/api/v1/services", headers=again)).status_code == 304
    land.context.fleet.update(read(land.clock.now() + timedelta(days=1)))
    assert (await land.client.get("/api/v1/services", headers=again)).status_code == 200
