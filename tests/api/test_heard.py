"""What devices say: its page, the interface, the pages of the device and of the incident."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.people import Role
from core.remark import DROPPED, Remark, Via
from core.text import Language
from tests.api.chromium import needs_chromium
from tests.api.test_browser import SIZES, a_browser
from tests.api.world import World, a_world, hub_cut
from tests.factories import DAWN

INCIDENT = "SC-20261122-0001"
PORT_DOWN = {
    "via": Via.TRAP_V3,
    "severity": 3,
    "kind": "1.3.6.1.6.3.1.1.5.3",
    "means": "Cổng mất kết nối",
    "means_en": "Port down",
}


def a_remark(text: str, device: str, **changes: object) -> Remark:
    fields: dict[str, object] = {
        "at": DAWN,
        "last_at": DAWN,
        "device": device,
        "site": "hub-an-loc",
        "address": "10.75.0.9",
        "via": Via.SYSLOG_TLS,
        "severity": 6,
        "kind": "sshd",
        "text": text,
    }
    return Remark(**(fields | changes))  # type: ignore[arg-type]


def said(at: object = DAWN) -> list[Remark]:
    when = {"at": at, "last_at": at}
    return [
        a_remark("linkDown ifDescr=Gi0/1", "gw-an-loc", count=7, **PORT_DOWN, **when),
        a_remark("đăng nhập của lan <b>", "gw-an-loc", **when),
        a_remark("", "gw-an-loc", kind=DROPPED, count=4321, severity=5, **when),
        a_remark("máy họp nóng", "vc-dong-xoai", site="ubnd-dong-xoai", severity=4, **when),
        a_remark("đã gỡ", "khong-con", site="khong-con", **when),
    ]


@pytest.fixture
async def land(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as world:
        await world.ledger.remarks.write(said(), 1000)
        await world.commit(hub_cut(world.clock.now()))
        yield world


async def page(world: World, path: str, language: Language = "vi") -> str:
    headers = {**await world.token(Role.VIEWER), "cookie": f"thongsuot_lang={language}"}
    answer = await world.client.get(path, headers=headers, follow_redirects=True)
    assert answer.status_code == 200, path
    return answer.text


async def test_everything_that_was_said_is_listed_newest_first(land: World) -> None:
    text = await page(land, "/heard")
    order = [text.index(f'data-slug="{n}"') for n in (5, 4, 3, 2, 1)]
    assert order == sorted(order)
    assert "Cổng mất kết nối" in text
    assert "×7" in text
    assert "4.321 lời nữa không được ghi vì quá nhiều" in text
    assert "đăng nhập của lan &lt;b&gt;" in text
    assert "trap SNMP v3" in text


async def test_it_speaks_english_too(land: World) -> None:
    text = await page(land, "/heard", "en")
    assert "What devices say" in text
    assert "Port down" in text
    assert "Cổng mất kết nối" not in text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("q=cong+mat", {1}),
        ("q=MAY+HOP", {4}),
        ("q=gateway+an+loc", {1, 2, 3}),  # of the device's name
        ("severity=4", {1, 4}),
        ("unit=dong-xoai", {4}),
        ("unit=dong-nai", {1, 2, 3, 4}),
        ("target=gw-an-loc", {1, 2, 3}),
        ("target=hub-an-loc", {1, 2, 3}),
        ("target=khong-con", {5}),
        ("target=hub-an-loc&unit=dong-xoai", set()),
        ("hours=1", {1, 2, 3, 4, 5}),
        ("severity=khong&hours=5&cursor=_w", None),
    ],
)
async def test_it_is_searched_without_diacritics_by_place_severity_and_time(
    land: World, query: str, numbers: set[int] | None
) -> None:
    headers = await land.token(Role.VIEWER)
    answer = await land.client.get(f"/heard?{query}", headers=headers)
    if numbers is None:
        assert answer.status_code == 400  # a cursor that is none
        return
    found = {n for n in range(1, 6) if f'<li data-slug="{n}"' in answer.text}
    assert found == numbers


async def test_an_empty_page_says_how_to_open_a_door(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert "[hearing]" in await page(world, "/heard")
        assert "Nghe được trong lúc đó" not in await page(world, "/targets/gw-an-loc")


async def test_a_device_and_its_site_show_what_was_said(land: World) -> None:
    for slug in ("gw-an-loc", "hub-an-loc", "link-an-loc"):
        text = await page(land, f"/targets/{slug}")
        assert "Cổng mất kết nối" in text, slug
        assert "máy họp nóng" not in text
        assert f'href="/heard?target={slug}"' in text


async def test_an_incident_shows_what_was_heard_meanwhile(land: World) -> None:
    text = await page(land, f"/incidents/{INCIDENT}")
    part = text[text.index("Nghe được trong lúc đó") : text.index('id="timeline"')]
    assert "Cổng mất kết nối" in part
    assert "máy họp nóng" not in part


async def test_what_was_said_long_before_an_incident_is_not_of_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.ledger.remarks.write(said(DAWN - timedelta(hours=1)), 1000)
        await world.commit(hub_cut(world.clock.now()))
        assert "Nghe được trong lúc đó" not in await page(world, f"/incidents/{INCIDENT}")


async def test_programs_read_it_page_by_page(land: World) -> None:
    headers = await land.token(Role.VIEWER)
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        found = await land.client.get("/api/v1/heard?limit=2", params=cursor, headers=headers)
        body = found.json()
        seen += [one["id"] for one in body["items"]]
        if body["next"] is None:
            break
        cursor = {"limit": "2", "cursor": body["next"]}
    assert seen == [5, 4, 3, 2, 1]
    only = await land.client.get(
        "/api/v1/heard", params={"q": "cong mat", "end": "2036-01-01T00:00:00Z"}, headers=headers
    )
    [one] = only.json()["items"]
    assert (one["via"], one["count"], one["means_en"]) == ("trap-v3", 7, "Port down")
    later = {"begin": (DAWN + timedelta(hours=1)).isoformat()}
    assert (await land.client.get("/api/v1/heard", params=later, headers=headers)).json()[
        "items"
    ] == []
    assert (await land.client.get("/api/v1/heard")).status_code == 401


@pytest.mark.browser
@needs_chromium
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize("size", [size for size in SIZES if size != "wall"])
async def test_it_fits_a_phone_and_a_laptop_and_is_searched_there(
    tmp_path: Path, size: str
) -> None:
    async with a_browser(tmp_path, size) as (world, screen, base, complaints):
        now = world.clock.now()
        long = a_remark("%LINK-3-UPDOWN:" + "x" * 300, "gw-an-loc", at=now, last_at=now)
        await world.ledger.remarks.write([*said(now), long], 1000)
        await world.commit(hub_cut(now))
        for path in ("/heard", "/targets/gw-an-loc", f"/incidents/{INCIDENT}"):
            await screen.goto(base + path)
            wide = await screen.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        await screen.goto(f"{base}/heard")
        await screen.fill("main input[type=search]", "cong mat")
        await screen.get_by_role("button", name="Lọc").click()
        await expect(screen.locator(".heard li")).to_have_count(1)
        assert complaints == []
