"""A real browser over a real server: the board moves by itself, and fits every screen."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from api.context import Web
from core.clock import SystemClock
from core.people import Role
from core.watching import Estate
from tests.api.chromium import a_screen, in_the_browser
from tests.api.served import served
from tests.api.serving import read, serving
from tests.api.world import PASSWORD, World, a_world, all_up, hub_back, hub_cut

INCIDENT = "SC-20261122-0001"
SIZES = {"phone": (360, 740), "laptop": (1366, 768), "wall": (3840, 2160)}
pytestmark = in_the_browser


@asynccontextmanager
async def a_browser(
    folder: Path, size: str, **changes: object
) -> AsyncIterator[tuple[World, Page, str, list[str]]]:
    """Yield a world, a logged-in page, the base address and what the console complained of."""
    async with (
        a_world(folder, SystemClock(), Web(), None, "", **changes) as world,
        served(world) as base,
    ):
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await world.commit(all_up(world.clock.now() - timedelta(hours=3)))
        async with logged_in(world, base, size, "ha") as (page, complaints):
            yield world, page, base, complaints


@asynccontextmanager
async def logged_in(
    world: World, base: str, size: str, name: str
) -> AsyncIterator[tuple[Page, list[str]]]:
    """Yield the page of somebody who has logged in, and what the console complained of."""
    width, height = SIZES[size]
    complaints: list[str] = []
    async with a_screen(width, height) as screen:
        page = await screen.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await let_in(screen, base, name)
        await page.goto(base)
        await expect(page.locator("h1")).to_have_text("Bảng theo dõi")
        try:
            yield page, complaints
        finally:
            world.context.live.close()


async def let_in(screen: BrowserContext, base: str, name: str) -> None:
    """Log somebody in by the form, but without drawing it: one test does it by hand."""
    form = await (await screen.request.get(f"{base}/login")).text()
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', form)
    assert found is not None
    words = {"name": name, "password": PASSWORD, "csrf": found[1]}
    answer = await screen.request.post(f"{base}/login", form=words, max_redirects=0)
    assert answer.status == 303


async def test_somebody_logs_in_by_hand(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (_, page, base, complaints):
        await page.context.clear_cookies()
        await page.goto(f"{base}/incidents")
        await page.fill("#name", "ha")
        await page.fill("#password", PASSWORD)
        await page.click("button.big")
        await expect(page).to_have_url(f"{base}/incidents")
        await expect(page.locator("h1")).to_be_visible()
        assert complaints == []


async def test_the_board_shows_a_cut_and_its_end_without_reloading(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "laptop") as (world, page, _, complaints):
        await expect(page.locator(".calm")).to_contain_text("Không có sự cố nào")
        await page.evaluate("window.stays = true")
        at = world.clock.now()
        await world.commit(hub_cut(at))
        await expect(page.locator(".incident h3")).to_have_text(re.compile("mất kết nối"))
        await expect(page.locator(".tile.s-unreachable")).to_have_count(5)  # hub and 4 communes
        await expect(page).to_have_title(re.compile(r"^\(1\)"))
        await world.commit(hub_back(world.clock.now(), at))
        await expect(page.locator(".calm")).to_contain_text("Không có sự cố nào")
        await expect(page.locator(".tile.s-unreachable")).to_have_count(0)
        assert await page.evaluate("window.stays")
        assert complaints == []


async def test_a_lost_server_is_told(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "laptop") as (world, page, _, _):
        await expect(page.locator("[data-lost]")).to_be_hidden()
        await page.context.set_offline(True)
        world.context.live.close()
        await expect(page.locator("[data-lost]")).to_be_visible(timeout=15_000)
        assert "Mất kết nối với máy chủ" in await page.inner_text("[data-lost]")


async def test_an_incident_is_acknowledged_on_a_phone_and_others_see_it(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (world, page, base, complaints):
        await world.commit(hub_cut(world.clock.now()))
        other = await page.context.new_page()
        await other.goto(base)
        await expect(other.locator(".incident .ack")).to_contain_text("Chưa ai tiếp nhận")
        await page.locator(".incident .whole").click()
        await page.fill("#note", "đang gọi VNPT")
        await page.get_by_role("button", name="Tiếp nhận sự cố").click()
        await expect(page.locator(".acked")).to_contain_text("Lê Thu Hà đã tiếp nhận")
        await expect(page.locator(".headline.open")).to_be_visible()
        await expect(page.locator(".timeline")).to_contain_text("đang gọi VNPT")
        await expect(other.locator(".incident .ack")).to_contain_text("Lê Thu Hà đã tiếp nhận")
        now = world.clock.now()
        await world.commit(hub_back(now, now - timedelta(seconds=30)))
        await expect(page.locator(".headline.recovered h1")).to_contain_text("đã khôi phục")
        assert complaints == []


async def test_an_incident_is_silenced_in_two_taps_on_a_phone(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (world, page, base, complaints):
        at = world.clock.now()
        await world.commit(hub_cut(at))
        await page.goto(f"{base}/incidents/{INCIDENT}")
        await page.locator(".quiet summary").click()
        await page.get_by_role("button", name="1 giờ").click()
        await expect(page.locator(".paused")).to_contain_text("Đang tạm dừng báo đến")
        [row] = await world.ledger.silences.find()
        assert row.end - row.begin == timedelta(hours=1)
        await world.commit(hub_back(world.clock.now(), at))
        await expect(page.locator(".paused")).to_have_count(0)
        assert complaints == []


async def test_the_text_for_the_carrier_is_copied_and_the_report_noted(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (world, page, base, complaints):
        await world.commit(hub_cut(world.clock.now()))
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.goto(f"{base}/incidents/{INCIDENT}")
        await page.get_by_role("button", name="Chép nội dung").click()
        await expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Kính gửi VNPT")
        await page.get_by_role("button", name="Ghi: đã báo nhà mạng").click()
        await expect(page.locator("#carrier .works")).to_contain_text("đã báo")
        await page.get_by_role("button", name="Đã tiếp nhận").click()
        await expect(page.locator("#carrier .works")).to_contain_text("tiếp nhận")
        assert complaints == []


async def test_words_being_typed_survive_a_change(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (world, page, base, _):
        await world.commit(hub_cut(world.clock.now()))
        await page.goto(f"{base}/incidents/{INCIDENT}")
        await page.fill("#note", "đang viết dở")
        events = await world.ledger.incidents.comment(INCIDENT, "ha", world.clock.now(), "x")
        world.context.live.publish(events)
        await expect(page.locator(".timeline")).to_contain_text("Ghi chú")
        assert await page.input_value("#note") == "đang viết dở"


async def test_the_search_box_suggests_while_typing(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "laptop") as (_, page, _, complaints):
        await page.fill("[data-find]", "dak o")
        await expect(page.locator("[data-found] a").first).to_contain_text("Xã Đăk Ơ")
        await page.press("[data-find]", "Escape")
        await expect(page.locator("[data-found]")).to_be_hidden()
        assert complaints == []


@pytest.mark.parametrize("size", list(SIZES))
async def test_no_page_scrolls_sideways(tmp_path: Path, size: str) -> None:
    async with a_browser(tmp_path, size) as (world, page, base, complaints):
        await world.commit(hub_cut(world.clock.now()))
        for path in (
            "/",
            "/wall",
            "/units/dong-nai",
            "/units/an-loc",
            "/targets/hub-an-loc",
            "/targets/link-an-loc",
            "/inventory?kind=device",
            "/incidents",
            f"/incidents/{INCIDENT}",
            "/silences",
            "/test-message",
            "/causes",
            "/channels",
            "/search?q=dak",
        ):
            await page.goto(base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        assert complaints == []


def asked_by_references(estate: Estate, slug: str) -> Estate:
    """Return the estate with a service that is looked at by the longest address there can be."""
    asked = [f"[2001:db8:{n}:aaaa:bbbb:cccc:dddd:eeee]:44300" for n in range(1000, 1016)]
    changes = {"collector": "any_of", "params": {"references": asked, "need": 2}}
    checks = [c.model_copy(update=changes) if c.target == slug else c for c in estate.checks]
    return estate.model_copy(update={"checks": tuple(checks)})


@pytest.mark.parametrize("size", list(SIZES))
async def test_rooms_and_services_fit_every_screen(tmp_path: Path, size: str) -> None:
    known = asked_by_references(serving(), "ngoai")
    async with a_browser(tmp_path, size, estate=lambda: known) as (world, page, base, complaints):
        world.context.fleet.update(read(world.clock.now()))
        for path in (
            "/",
            "/services",
            "/targets/cong",
            "/targets/ngoai",
            "/targets/phong-dak-o",
            "/targets/ubnd-dak-o",
            "/inventory?kind=room",
            "/inventory?kind=service",
        ):
            await page.goto(base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        assert complaints == []


async def test_a_long_heading_stands_beside_its_marker(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (_, page, base, _):
        await page.goto(f"{base}/")
        lower = await page.evaluate(
            """() => {
              const made = document.createElement("details");
              made.className = "panel";
              made.innerHTML = `<summary><h2>${"Phép đo máy chủ ".repeat(6)}</h2></summary>`;
              document.querySelector("main").append(made);
              const top = one => made.querySelector(one).getBoundingClientRect().top;
              return top("h2") - top("summary");
            }"""
        )
        assert lower < 5


async def test_on_a_phone_the_pages_fold_behind_one_button(tmp_path: Path) -> None:
    async with a_browser(tmp_path, "phone") as (_, page, base, complaints):
        pages, fold = page.locator("nav#pages"), page.get_by_role("button", name="Trang chính")
        await expect(pages).to_be_hidden()
        head = await page.locator("header.top").bounding_box()
        assert head is not None
        assert head["height"] < 110  # two rows: the name with its buttons, and the search
        await fold.focus()
        await page.keyboard.press("Enter")
        await expect(pages).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        await page.keyboard.press("Escape")
        await expect(pages).to_be_hidden()
        await fold.click()
        await pages.get_by_role("link", name="Đường truyền").click()
        await expect(page).to_have_url(f"{base}/links")
        await page.set_viewport_size({"width": 1366, "height": 768})
        await expect(pages).to_be_visible()
        await expect(fold).to_be_hidden()
        assert complaints == []


async def becomes(page: Page, true: str) -> None:
    """Wait until an expression is true in a page."""
    async with asyncio.timeout(10):
        while not await page.evaluate(true):
            await asyncio.sleep(0.05)


async def test_what_would_not_fit_a_wall_is_made_smaller_and_grows_again(tmp_path: Path) -> None:
    """Two incidents on top pushed the last rows off a screen at which nobody has a mouse."""
    async with a_browser(tmp_path, "laptop") as (world, page, base, complaints):
        await world.commit(hub_cut(world.clock.now()))
        await page.set_viewport_size({"width": 1366, "height": 3000})
        await page.goto(f"{base}/wall")
        size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
        full = await page.evaluate(size)
        tall = await page.evaluate("document.querySelector('main').scrollHeight")
        await page.set_viewport_size({"width": 1366, "height": int(tall * 0.85)})
        await becomes(page, "document.documentElement.scrollHeight <= innerHeight")
        assert full * 0.6 <= await page.evaluate(size) < full
        await page.set_viewport_size({"width": 1366, "height": 3000})
        await becomes(page, f"{size} === {full}")
        assert complaints == []
