"""The manual's pictures: which pages, how large, and what must be on them."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import openpyxl
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from core.people import Role
from core.text import Language
from tests.api.chromium import CHROMIUM, FLAGS
from tests.api.served import served
from tests.api.world import PASSWORD, World
from tests.manual import province

PHONE, LAPTOP, WALL = (360, 740), (1366, 768), (1920, 1080)
COLOURS = 256  # of a picture's palette: pages are flat
LANGUAGES: tuple[Language, ...] = ("vi", "en")
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the page's path, the screen, and a word that must be seen on it."""

    name: str
    path: str
    size: Size
    seen: str  # selector of what makes the page ready


CALM = (Shot("board-calm", "/", LAPTOP, ".calm"),)
OPEN = (
    Shot("board", "/", LAPTOP, ".incident"),
    Shot("wall", "/wall", WALL, ".incident"),
    Shot("services", "/services", LAPTOP, ".list.services"),
    Shot("link", f"/targets/{province.CUT}", LAPTOP, "h1"),
    Shot("report", province.REPORT, (1366, 1240), "article.report h1"),
    Shot("maintenance", "/maintenance", LAPTOP, "h1"),
    Shot("days", "/days?year=2026", LAPTOP, "h1"),
    Shot("incident", f"/incidents/{province.INCIDENT}", (360, 1500), ".headline.open"),
    Shot("rota", "/rota", LAPTOP, ".duty"),
    Shot("silences", "/silences", LAPTOP, ".rows"),
    Shot("rules", "/rules", LAPTOP, "h1"),
    Shot("channels", "/channels", (360, 820), ".refusal"),
)
LATER = ("taken", "take-on", "over", "causes", "incidents")
UPLOADS = ("import-faults", "import-plan")
NAMES = sorted([*(s.name for s in (*CALM, *OPEN)), *LATER, *UPLOADS])


def squeezed(picture: bytes) -> bytes:
    """Return a PNG with a palette, a fifth as large."""
    out = io.BytesIO()
    flat = Image.open(io.BytesIO(picture)).convert("RGB")
    flat.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def a_list(*rows: tuple[object, ...]) -> bytes:
    """Return a workbook as an office has it: a title, an empty row, headings, rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Danh sách"
    heads = ("STT", "Tên đơn vị", "Xã/Phường", "IP WAN", "Nhà mạng", "Mã kênh", "Băng thông")
    for row in (("DANH SÁCH ĐIỂM KẾT NỐI MẠNG TSLCD CẤP II",), (), heads, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = (
    (1, "Trạm y tế xã Đăk Ơ", "Đăk Ơ", "10.75.82.129/30", "VNPT", "DNI-0201", "100Mbps"),
    (2, "Trạm y tế xã Phú Nghĩa", "xã Phú Nghĩa", "10.75.84.129", "Viettel", "DNI-0202", 50),
    (3, "Công an xã Đa Kia", "Đa Kia", "10.75.83.129", "VNPT", "DNI-0203", "100 Mbps"),
)
FAULTY = (
    GOOD[0],
    (2, "Trạm y tế xã Phú Nghĩa", "xã Phú Ngĩa", "10.75.84.129", "Viettel", "DNI-0202", 50),
    (3, "Công an xã Đa Kia", "Đa Kia", "10.75.83.299", "VNPT", "DNI-0203", "100 Mbps"),
)


async def take(folder: Path, scratch: Path) -> None:
    """Write every picture, `folder/LANGUAGE/NAME.png`, each language over a new province."""
    async with async_playwright() as play:
        flags = [*FLAGS, "--font-render-hinting=none"]
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=flags)
        for language in LANGUAGES:
            place, below = folder / language, scratch / language
            place.mkdir(parents=True, exist_ok=True)
            below.mkdir()
            async with province.a_province(below) as world, served(world) as base:
                await world.add_user("ha", Role.ADMIN, "Lê Thu Hà")
                async with _reader(browser, base, language) as page:
                    await _all(world, page, base, place)
        await browser.close()


@asynccontextmanager
async def _reader(browser: Browser, base: str, language: Language) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport={"width": LAPTOP[0], "height": LAPTOP[1]},
        color_scheme="light",
        reduced_motion="reduce",
        locale="vi-VN" if language == "vi" else "en-GB",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    page = await context.new_page()
    await page.goto(f"{base}/language/{language}?next=/login")
    await page.fill("#name", "ha")
    await page.fill("#password", PASSWORD)
    await page.click("button.big")
    await expect(page.locator(".freshness")).to_be_visible()
    yield page
    await context.close()


async def _all(world: World, page: Page, base: str, place: Path) -> None:
    world.context.fleet.update(province.services_read(world.context.estate(), world.clock.now()))
    for shot in CALM:
        await _one(page, base, shot, place)
    at = world.clock.now() - timedelta(minutes=9)
    await world.commit(province.cut(world.context.estate(), at))
    await province.told(world.ledger, at + timedelta(seconds=3))
    for shot in OPEN:
        await _one(page, base, shot, place)
    await _taken_on(world, page, base, place)
    await _imported(page, base, place)
    await world.commit(province.mended(world.context.estate(), at, world.clock.now()))
    path = f"/incidents/{province.INCIDENT}"
    await _one(page, base, Shot("over", path, (360, 620), ".headline.recovered"), place)
    await _one(page, base, Shot("causes", "/causes", LAPTOP, ".choices"), place)
    await _one(page, base, Shot("incidents", "/incidents", LAPTOP, ".list"), place)


async def _taken_on(world: World, page: Page, base: str, place: Path) -> None:
    """Open the link of the message as its reader would, take on, and write a note."""
    now = world.clock.now()
    token = await world.ledger.links.ack_link(
        province.INCIDENT, province.ON_DUTY.slug, now, timedelta(hours=24)
    )
    link = Shot("take-on", f"/a/{token}", PHONE, "button.big")
    await _one(page, base, link, place)
    await page.fill("#note", "Đang gọi VNPT")
    await page.click("button.big")
    await expect(page.locator(".acked[role=status]")).to_be_visible()
    told = "VNPT báo đứt cáp tại cầu Đăk Lung, dự kiến 10:30 nối xong"
    world.context.live.publish(
        await world.ledger.incidents.comment(province.INCIDENT, "ha", now, told)
    )
    path = f"/incidents/{province.INCIDENT}"
    await _one(page, base, Shot("taken", path, PHONE, "#timeline"), place, scroll="#timeline")


async def _imported(page: Page, base: str, place: Path) -> None:
    """Send a list with two faults, then the mended one."""
    await page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    for name, rows in zip(UPLOADS, (FAULTY, GOOD), strict=True):
        await page.goto(f"{base}/import")
        file = {
            "name": "ds-diem-cau.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": a_list(*rows),
        }
        await page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
        await page.fill("input[name=near]", "cum-bu-gia-map-gw")
        await page.click("main form button")
        await expect(page.locator("input[name=csrf]").first).to_be_attached()
        await expect(page.locator("table.plan, table.faults").first).to_be_visible()
        _keep(place, name, await page.screenshot())


async def _one(page: Page, base: str, shot: Shot, place: Path, scroll: str = "") -> None:
    width, height = shot.size
    await page.set_viewport_size({"width": width, "height": height})
    await page.goto(base + shot.path)
    await expect(page.locator(shot.seen).first).to_be_visible()
    if scroll:
        await page.locator(scroll).scroll_into_view_if_needed()
    _keep(place, shot.name, await page.screenshot())


def _keep(place: Path, name: str, picture: bytes) -> None:
    (place / f"{name}.png").write_bytes(squeezed(picture))
