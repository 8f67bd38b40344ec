"""The lines on their page, on their own and as files: the most crowded first, gaps told."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from core.labels import Series
from core.people import Role
from core.reading import Reading
from core.text import Language
from reports.capacity import SLOTS, SPARED, Direction, LineUse, Way, Week
from storage.optics import Light
from storage.port_quality import PortQuality
from tests.api.world import World, a_world, all_up
from tests.factories import FakeClock
from tests.grafana.engines import VICTORIA
from tests.storage.series_engines import an_engine

END = datetime(2026, 11, 21, 17, tzinfo=UTC)


def _way(share: float, known: int = SLOTS, above: int = 0) -> Way:
    return Way(known, above, share * 50e6, share * 50e6, 50e6)


def a_week() -> Week:
    """Return a line that is beyond the bound, a calm one, one that lacks data, and one unported."""
    full = {Direction.IN: _way(0.934, above=SPARED + 50), Direction.OUT: _way(0.2)}
    calm = dict.fromkeys(Direction, _way(0.31))
    gaps = dict.fromkeys(Direction, _way(0.55, known=1000))
    return Week(
        END,
        {
            "link-dak-o": LineUse("link-dak-o", 50e6, full),
            "link-an-loc": LineUse("link-an-loc", 50e6, calm),
            "link-dong-xoai": LineUse("link-dong-xoai", 50e6, gaps),
            "link-phu-nghia": LineUse("link-phu-nghia", 50e6, counted=False),
        },
    )


QUALITY = {"link-dak-o": PortQuality("core-1", "Gi0/3", 0.0012, 0.0, 0.0, 0.02, 7)}


@pytest.fixture
async def land(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, line_use=a_week, line_quality=lambda: QUALITY) as world:
        await world.commit(all_up(world.clock.now() - timedelta(hours=1)))
        yield world


async def _page(world: World, path: str, language: Language = "vi") -> str:
    headers = {**await world.token(Role.VIEWER), "cookie": f"thongsuot_lang={language}"}
    answer = await world.client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


async def test_lines_are_listed_the_most_crowded_first(land: World) -> None:
    page = await _page(land, "/links")
    slugs = ("link-dak-o", "link-dong-xoai", "link-an-loc", "link-phu-nghia")
    order = [page.index(f'data-slug="{slug}"') for slug in slugs]
    assert order == sorted(order)
    assert "vượt 90 %" in page
    assert "93,4\N{NO-BREAK SPACE}%" in page
    assert "có 50\N{NO-BREAK SPACE}% số liệu" in page
    assert "chưa khai báo cổng" in page
    assert "bỏ gói 2,000" in page


async def test_lines_are_filtered_by_carrier_unit_and_name(land: World) -> None:
    by_carrier = await _page(land, "/links?carrier=VNPT")
    assert 'data-slug="link-an-loc"' in by_carrier
    assert 'data-slug="link-dak-o"' not in by_carrier
    assert 'data-slug="link-an-loc"' not in await _page(land, "/links?unit=dak-o")
    assert 'data-slug="link-dak-o"' in await _page(land, "/links?q=Đăk Ơ")
    assert "Không có đường truyền nào như vậy" in await _page(land, "/links?q=zzz")


async def test_a_line_shows_both_directions_and_what_is_missing(land: World) -> None:
    page = await _page(land, "/targets/link-dak-o", "en")
    assert "Use of capacity, 7 days" in page
    assert "93.4%" in page
    assert "above 90%" in page
    assert "article 5.6" in page
    gaps = await _page(land, "/targets/link-dong-xoai")
    assert "chưa đủ số liệu" in gaps
    assert "1.016/2.016" in gaps


async def test_without_figures_the_pages_say_so(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.commit(all_up(world.clock.now()))
        for path in ("/links", "/targets/link-dak-o"):
            assert "Chưa có kết quả 7 ngày" in await _page(world, path)
        headers = await world.token(Role.VIEWER)
        answer = await world.client.get("/api/v1/reports/links", headers=headers)
        assert answer.status_code == 503


async def test_programs_get_json_csv_and_a_workbook(land: World) -> None:
    headers = await land.token(Role.VIEWER)
    answer = await land.client.get("/api/v1/reports/links", headers=headers)
    told = answer.json()
    assert told["schema"] == "thongsuot.line_use/1"
    assert told["links"][0]["link"] == "link-dak-o"
    first = told["links"][0]
    assert first["verdict"] == "exceeded"
    assert first["directions"]["in"]["p95_ratio"] == 0.934
    assert (
        told["links"][1]["directions"]["in"] | {"missing": 1016, "verdict": "unknown"}
        == (told["links"][1]["directions"]["in"])
    )
    made = await land.client.get(
        "/api/v1/reports/links?format=csv&carrier=Viettel&language=vi", headers=headers
    )
    rows = list(csv.reader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 2 * 3
    assert rows[1][6] == "vượt 90 %"
    assert rows[1][11] == "0"
    made = await land.client.get("/api/v1/reports/links?format=xlsx&language=en", headers=headers)
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).worksheets[0]
    assert sheet["G2"].value == "above 90%"
    assert sheet["H2"].value == pytest.approx(0.934)
    assert 'filename="links-7d-2026-11-21.en.xlsx"' in made.headers["content-disposition"]


async def test_the_menu_leads_to_the_lines(land: World) -> None:
    assert '<a href="/links"' in await _page(land, "/")


async def test_fading_light_is_listed_with_its_pace(tmp_path: Path) -> None:
    weak = Light("core-1", "Gi0/3 Rx", "Gi0/3", "rx", -17.4, -1.2)
    async with a_world(tmp_path, fading=lambda: [weak]) as world:
        page = await _page(world, "/links")
        assert "Suy hao tăng" in page
        assert "-17,4 dBm" in page
        assert "-1,2 dB" in page
        assert "/targets/core-1/ports" in page
    (tmp_path / "calm").mkdir()
    async with a_world(tmp_path / "calm", fading=list) as world:
        assert "No port's light fades" in await _page(world, "/links", "en")


async def test_the_ports_of_a_device_show_troubles_first(tmp_path: Path) -> None:
    def port(name: str, metric: str, **more: str) -> Series:
        return Series.of(metric, (), instance="core-1", ifName=name, **more)

    clock = FakeClock()
    begin = clock.now() - timedelta(hours=2)
    minutes = [begin + timedelta(minutes=m) for m in range(121)]
    stored = {
        port("Gi0/4", "ifInErrors"): [(at, 10.0 * n) for n, at in enumerate(minutes)],
        port("Gi0/4", "ifHCInUcastPkts"): [(at, 990.0 * n) for n, at in enumerate(minutes)],
        port("Gi0/1", "ifInErrors"): [(at, 0.0) for at in minutes],
        port("Gi0/1", "ifHCInUcastPkts"): [(at, 990.0 * n) for n, at in enumerate(minutes)],
        port("Gi0/4", "device_optical_power_dbm", sensor="x", direction="rx"): [
            (at, -21.5) for at in minutes
        ],
    }
    async with (
        an_engine(VICTORIA, tmp_path, stored) as reader,
        a_world(tmp_path, clock, series=reader) as world,
    ):
        read = [
            (port(name, metric), value)
            for name in ("Gi0/1", "Gi0/4")
            for metric, value in (("ifOperStatus", 1.0), ("ifHighSpeed", 1000.0))
        ]
        read.append((port("Gi0/1", "interface_info", ifAlias="về tỉnh"), 1.0))
        world.context.fleet.update([Reading("core-1/snmp_interfaces", "center", clock.now(), read)])
        page = await _page(world, "/targets/core-1/ports")
        assert page.index('data-port="Gi0/4"') < page.index('data-port="Gi0/1"')
        assert "gói lỗi 1,000" in page
        assert "rx -21,5 dBm" in page
        assert "về tỉnh" in page
        assert "/targets/core-1/ports" in await _page(world, "/targets/core-1")
