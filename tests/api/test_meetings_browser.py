"""A meeting in a real browser: a cut room turns red by itself, and every screen holds it."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.callquality import Grade, QualitySpan, Side
from core.labels import Series
from core.meeting import Meeting, Presence, Wanted
from core.reading import Reading
from core.watching import Estate
from tests.api.chromium import picture
from tests.api.serving import serving
from tests.api.test_browser import a_browser, pytestmark
from tests.api.test_meetings import says
from tests.api.world import World, hub_cut

__all__ = ["pytestmark"]  # runs where a browser is
ROOMS = ("phong-dong-xoai", "phong-dak-o", "ubnd-phu-nghia", "ubnd-ba-gia-map", "hub-an-loc")


async def met(world: World, ahead: timedelta) -> Meeting:
    begin = world.clock.now() + ahead
    wanted = Wanted(
        title="Giao ban trực tuyến tháng 11",
        begin=begin,
        end=begin + timedelta(hours=2),
        rooms=ROOMS,
        officer="lan",
        chair="Bộ Khoa học và Công nghệ",
        bridge="mcu-1",
        above=("MCU của Cục Bưu điện Trung ương", "MCU Văn phòng Chính phủ"),
    )
    return (await world.ledger.meetings.add(wanted, "ha", world.clock.now()))[0]


async def test_a_cut_room_turns_red_by_itself(tmp_path: Path) -> None:
    known = serving()
    async with a_browser(tmp_path, "laptop", estate=lambda: known) as (world, page, base, bad):
        meeting = await met(world, timedelta(minutes=14))
        await page.goto(f"{base}/meetings/{meeting.id}")
        room = page.locator("#phong-dak-o")
        await expect(room).not_to_have_attribute("data-status", "down")
        await page.evaluate("window.stays = true")
        await world.commit(hub_cut(world.clock.now()))
        await expect(room).to_have_attribute("data-status", "down", timeout=10_000)
        await expect(page.locator(".rooms li").first).to_contain_text("chưa sẵn sàng")
        assert await page.evaluate("window.stays")
        assert bad == []


@pytest.mark.parametrize("size", ["phone", "wall"])
async def test_meetings_fit_every_screen(tmp_path: Path, size: str) -> None:
    known = serving()
    async with a_browser(tmp_path, size, estate=lambda: known) as (world, page, base, bad):
        meeting = await met(world, timedelta(minutes=-20))
        await world.commit(hub_cut(world.clock.now()))
        token = await world.ledger.meetings.room_link(meeting.id, "phong-dak-o", world.clock.now())
        for path in (
            "/meetings",
            f"/meetings/{meeting.id}",
            f"/meetings/{meeting.id}?wall",
            f"/meetings/{meeting.id}/annex",
            f"/m/{token}",
            "/targets/phong-dak-o",
        ):
            await page.goto(base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        assert bad == []


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_the_quality_of_calls_and_a_cascade_fit_every_screen(
    tmp_path: Path, size: str
) -> None:
    known = serving()
    async with a_browser(tmp_path, size, estate=lambda: known) as (world, page, base, bad):
        meeting = await met(world, timedelta(minutes=-20))
        now = world.clock.now()
        world.context.signals.legs.attend({"gw-dong-xoai"})
        for n in range(6):
            at = now - timedelta(seconds=30 * (5 - n))
            says(world, 0.062, at)
            swept = Reading(
                "gw-dong-xoai/icmp", "center", at, [(Series.of("probe_loss_ratio"), 0.04)]
            )
            world.context.signals.hear([swept])
        span = QualitySpan(
            meeting=meeting.id,
            room="phong-dong-xoai",
            begin=now - timedelta(minutes=9),
            until=now,
            grade=Grade.BAD,
            by="loss",
            media="audio",
            direction="rx",
            value=0.062,
            at=now - timedelta(minutes=4),
            rating=74.0,
            side=Side.LINE,
        )
        await world.ledger.meetings.sounded([span], now)
        for name, path in (
            ("page", f"/meetings/{meeting.id}"),
            ("wall", f"/meetings/{meeting.id}?wall"),
            ("annex", f"/meetings/{meeting.id}/annex"),
            ("list", "/meetings"),
        ):
            await page.goto(base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
            await picture(page, tmp_path / f"{name}-{size}.png")
        await page.goto(f"{base}/meetings/{meeting.id}?wall")
        room = page.locator('[data-slug="phong-dong-xoai"]')
        await expect(room).to_have_attribute("data-status", "degraded")
        await expect(room).to_contain_text("lỗi ở đường truyền")
        assert bad == []


def with_rooms(many: int) -> Estate:
    """Return the estate with so many rooms, every third of which lies behind the hub's line."""
    known = serving()
    by_slug = {target.slug: target for target in known.targets}
    models = [by_slug["phong-dong-xoai"], by_slug["phong-dong-xoai"], by_slug["phong-dak-o"]]
    rooms = [
        models[n % 3].model_copy(
            update={"slug": f"phong-{n:02}", "name": f"Phòng họp trực tuyến UBND Xã số {n:02}"}
        )
        for n in range(many)
    ]
    return Estate(targets=(*known.targets, *rooms), checks=known.checks)


@pytest.mark.parametrize("screen", [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("many", [1, 14, 30, 54, 60])
async def test_a_wall_holds_every_room_of_a_meeting_at_once(
    tmp_path: Path, many: int, screen: tuple[int, int]
) -> None:
    """Nobody stands at a mouse: what does not fit is not seen."""
    known = with_rooms(many)
    width, height = screen
    async with a_browser(tmp_path, "laptop", estate=lambda: known) as (world, page, base, bad):
        await page.set_viewport_size({"width": width, "height": height})
        begin = world.clock.now() - timedelta(minutes=30)
        rooms = tuple(f"phong-{n:02}" for n in range(many))
        wanted = Wanted(
            title="Hội nghị trực tuyến toàn tỉnh triển khai nhiệm vụ tháng 12"
            * (3 if many > 50 else 1),
            begin=begin,
            end=begin + timedelta(hours=2),
            rooms=rooms,
            officer="lan",
            bridge="mcu-1",
            above=("MCU của Cục Bưu điện Trung ương",),
        )
        meeting, _ = await world.ledger.meetings.add(wanted, "ha", begin)
        came = [
            Presence(meeting=meeting.id, room=room, at=begin, present=True, source="call")
            for room in rooms
        ]
        await world.ledger.meetings.present(came, world.clock.now())
        says(world, 0.062, world.clock.now())
        await world.commit(hub_cut(world.clock.now() - timedelta(minutes=5)))
        await page.goto(f"{base}/meetings/{meeting.id}?wall")
        await picture(page, tmp_path / f"wall-{many}-{width}.png")
        over = await page.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert over <= 0
        tiles = page.locator(".rooms-wall .tile")
        assert await tiles.count() == many
        boxes = [await tiles.nth(n).bounding_box() for n in range(many)]
        for n, box in enumerate(boxes):
            assert box is not None
            assert box["y"] + box["height"] <= height, n
            name = await tiles.nth(n).locator(".name").bounding_box()
            assert name is not None
            assert name["y"] + name["height"] <= box["y"] + box["height"] + 1, n
        assert bad == []


async def test_a_word_typed_on_a_phone_answers_nothing_by_itself(tmp_path: Path) -> None:
    known = serving()
    async with a_browser(tmp_path, "phone", estate=lambda: known) as (world, page, base, bad):
        meeting = await met(world, timedelta(minutes=20))
        token = await world.ledger.meetings.room_link(meeting.id, "phong-dak-o", world.clock.now())
        await page.goto(f"{base}/m/{token}")
        sound = page.locator(".check").nth(1)
        await sound.locator("input[name=remark]").fill("mất micro")
        await sound.locator("input[name=remark]").press("Enter")
        await expect(page.locator("[aria-pressed]")).to_have_count(0)
        await sound.get_by_role("button", name="Không").click()
        await expect(sound.locator("[aria-pressed]")).to_have_text("Không")
        said = await world.ledger.meetings.said(meeting.id)
        tick = said.ticks["phong-dak-o"]["sound"]
        assert (tick.good, tick.words) == (False, "mất micro")
        await picture(page, tmp_path / "check.png")
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        assert bad == []
