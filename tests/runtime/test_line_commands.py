"""Lines, light and suggestions from the terminal, over a real ledger and a real engine."""

import asyncio
import csv
import io
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.inventory import Changes, Device, Inventory, Link, Site, Unit, UnitLevel
from core.labels import Series
from reports.capacity import ended_by
from runtime.cli import report, uplinks
from storage.ledger import open_ledger
from tests.databases import migrated
from tests.grafana.engines import VICTORIA
from tests.storage.series_engines import an_engine

Run = Callable[..., Result]
KEY = "links/kenh?near_port=Gi0/1"
ROWS = Inventory(
    units=(Unit(slug="t", code="75", level=UnitLevel.PROVINCE, name="Tỉnh", province_code="75"),),
    sites=(
        Site(slug="tt", name="Trung tâm", unit="t", role="center"),
        Site(slug="xa", name="Xã", unit="t"),
    ),
    devices=(
        Device(slug="core", name="Lõi", site="tt", kind="router", address="10.0.0.1"),
        Device(slug="gw", name="Cổng xã", site="xa", kind="gateway", address="10.0.0.2"),
    ),
    links=(
        Link(
            slug="kenh",
            name="Kênh xã",
            near="core",
            far="gw",
            far_port="wan",
            carrier="VNPT",
            capacity_mbps=10,
        ),
    ),
)


@asynccontextmanager
async def an_office(folder: Path) -> AsyncIterator[Path]:
    """Yield settings over a ledger, and an engine in which the line was busy for a week."""
    now = SystemClock().now()
    end = ended_by(now)
    begin = end - timedelta(days=7)
    minutes = [begin + timedelta(minutes=m) for m in range(7 * 1440 + 1)]
    port = {"instance": "gw", "ifName": "wan"}
    seen = Series.of(
        "device_neighbour_info", (), instance="core", protocol="lldp", port="Gi0/1", neighbour="gw"
    )
    samples = {
        Series.of("ifHCInOctets", (), **port): [(at, n * 71e6) for n, at in enumerate(minutes)],
        Series.of("ifHCOutOctets", (), **port): [(at, n * 7e6) for n, at in enumerate(minutes)],
        seen: [(now - timedelta(minutes=m), 1.0) for m in (8, 4, 0)],
    }
    url = f"sqlite:///{folder}/ledger.db"
    migrated(url)
    ledger = await open_ledger(url, None, SystemClock())
    await ledger.inventory.apply(Changes(put=ROWS), "test", now)
    await ledger.aclose()
    async with an_engine(VICTORIA, folder, samples) as reader:
        settings = folder / "thongsuot.toml"
        base = reader._base
        settings.write_text(
            f'[ledger]\nurl = "{url}"\n[series]\nwrite_url = "{base}/api/v1/write"\n'
            f'read_url = "{base}"\n'
        )
        yield settings


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stage = an_office(tmp_path_factory.mktemp("office"))
    yield asyncio.run_coroutine_threadsafe(stage.__aenter__(), loop).result(60)
    asyncio.run_coroutine_threadsafe(stage.__aexit__(None, None, None), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def run(app: typer.Typer, office: Path, *args: str) -> Result:
    return CliRunner().invoke(app, [*args, "-c", str(office)], env={"THONGSUOT_LANG": "en"})


def test_the_use_of_lines_is_printed_and_written(office: Path, tmp_path: Path) -> None:
    done = run(report.app, office, "links", "--json")
    assert done.exit_code == 0, done.output
    [line] = json.loads(done.stdout)["links"]
    assert line["verdict"] == "exceeded"
    assert line["directions"]["in"]["p95_ratio"] == pytest.approx(0.947, abs=0.002)
    assert line["directions"]["in"]["missing"] == 0
    assert line["directions"]["out"]["verdict"] == "met"
    table = run(report.app, office, "links", "--carrier", "vnpt", "--unit", "75")
    assert "above 90%" in table.output
    assert "Kênh xã" in table.output
    assert "Kênh xã" not in run(report.app, office, "links", "--carrier", "Viettel").output
    file = tmp_path / "links.csv"
    assert run(report.app, office, "links", "-o", str(file)).exit_code == 0
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 3


def test_a_week_of_which_nothing_is_known_is_not_compliance(office: Path) -> None:
    done = run(report.app, office, "links", "--on", "2026-01-31", "--json")
    [line] = json.loads(done.stdout)["links"]
    assert line["verdict"] == "unknown"
    assert line["directions"]["in"]["missing"] == 2016


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("links", "--on", "2126-01-01"), 2, "has not ended"),
        (("links", "--on", "soon"), 2, "has not ended"),
        (("links", "-o", "x.pdf"), 2, "csv, xlsx, json"),
        (("links", "--unit", "99"), 1, "no unit 99"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    office: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    done = run(report.app, office, *args)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_light_of_nobody_is_an_empty_list(office: Path) -> None:
    assert json.loads(run(report.app, office, "optics", "--all", "--json").stdout) == []


def test_suggestions_are_listed_refused_offered_and_taken(office: Path) -> None:
    [one] = json.loads(run(uplinks.app, office, "list", "--json").stdout)
    assert one["key"] == KEY
    assert one["evidence"] == ["LLDP: core sees gw on its port Gi0/1"]
    assert run(uplinks.app, office, "refuse", KEY).exit_code == 0
    assert json.loads(run(uplinks.app, office, "list", "--json").stdout) == []
    assert len(json.loads(run(uplinks.app, office, "list", "--refused", "--json").stdout)) == 1
    assert run(uplinks.app, office, "offer", KEY).exit_code == 0
    assert run(uplinks.app, office, "offer", KEY).exit_code == 1
    assert run(uplinks.app, office, "take", KEY, "--json").exit_code == 0
    assert json.loads(run(uplinks.app, office, "list", "--json").stdout) == []
    assert run(uplinks.app, office, "take", KEY).exit_code == 1
