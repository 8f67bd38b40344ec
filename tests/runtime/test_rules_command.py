"""Rules from the command line: listed, and tried over what a real engine holds."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner, Result

from core.clock import LOCAL, SystemClock
from core.inventory import Changes, Device, Inventory, Link, Rule, Site, Unit, UnitLevel
from core.labels import Series
from core.outcome import Outcome
from core.status import Status, Transition
from runtime.cli import rules
from runtime.rule_trial import selector
from storage.ledger import open_ledger
from storage.remote_write import Encoder, snappy
from tests.databases import migrated
from tests.grafana.engines import PROMETHEUS, VICTORIA, engine, missing

Run = Callable[..., Result]
NOW = SystemClock().now().replace(microsecond=0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RTT = Series.of("probe_icmp_rtt_mean_seconds", instance="gw", job="thongsuot", site="xa")
OCTETS = Series.of("ifHCInOctets", instance="core", job="thongsuot", ifName="Gi0/1")
LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(
        Site(slug="tt", name="Trung tâm", unit="tinh", role="center"),
        Site(slug="xa", name="UBND xã", unit="tinh"),
    ),
    devices=(
        Device(slug="core", name="Lõi", site="tt", kind="router", address="10.0.0.1"),
        Device(slug="gw", name="Gateway", site="xa", kind="gateway", address="10.0.1.1"),
    ),
    links=(
        Link(
            slug="kenh",
            name="Kênh xã",
            near="core",
            far="gw",
            near_port="Gi0/1",
            capacity_mbps=8,
        ),
    ),
    rules=(
        Rule(
            slug="do-tre",
            name="Độ trễ cao",
            metric="probe_icmp_rtt_mean_seconds",
            threshold=0.1,
            duration=2,
        ),
        Rule(
            slug="day-kenh",
            name="Kênh đầy",
            metric="ifHCInOctets",
            value="of_capacity",
            window=5,
            threshold=90,
        ),
        Rule(
            slug="do-tre-diem",
            name="Điểm cầu trễ",
            metric="max by (site) (avg_over_time(probe_icmp_rtt_mean_seconds[90s]))",
            value="expression",
            threshold=0.15,
            duration=2,
        ),
    ),
)


def ticks(begin: datetime, minutes: int) -> list[datetime]:
    return [begin + n * MINUTE for n in range(minutes)]


def past() -> list[tuple[datetime, list[tuple[Series, float]]]]:
    """Return two slow hours of the gateway, the second in an outage, and one of a full line."""
    slow = [
        (at, [(RTT, 0.2 if at.minute < 30 and at.hour % 2 else 0.01)])
        for at in ticks(NOW.replace(minute=0, second=0) - 8 * HOUR, 8 * 60)
    ]
    total, full = 0.0, []
    for n, at in enumerate(ticks(NOW - 3 * HOUR, 120)):
        total += 57e6 if 30 <= n < 60 else 1e6
        full.append((at, [(OCTETS, total)]))
    return sorted([*slow, *full], key=lambda pair: pair[0])


async def write(
    base: str, name: str, batches: Sequence[tuple[datetime, list[tuple[Series, float]]]]
) -> None:
    encoder = Encoder()
    headers = {
        "Content-Encoding": "snappy",
        "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    }
    async with aiohttp.ClientSession() as session:
        body, _ = encoder.encode(batches)
        async with session.post(
            f"{base}/api/v1/write", data=snappy(body), headers=headers
        ) as reply:
            assert reply.status in {200, 204}, await reply.text()
        if name == VICTORIA:
            async with session.get(f"{base}/internal/force_flush") as reply:
                assert reply.status == 200


async def fill(url: str, land: Inventory = LAND) -> None:
    migrated(url)
    ledger = await open_ledger(url, None, SystemClock())
    await ledger.inventory.apply(Changes(put=land), "test", NOW)
    down = [h for h in ticks(NOW - 8 * HOUR, 480) if h.minute == 0 and h.hour % 4 == 1]
    rows = [
        row
        for at in down
        for row in (
            Transition("gw", Status.UP, Status.DOWN, at - MINUTE, at, "confirmed_silence"),
            Transition("gw", Status.DOWN, Status.UP, at + HOUR, at + HOUR, "answers"),
        )
    ]
    await ledger.brain.commit(Outcome(transitions=rows), NOW)
    await ledger.aclose()


@asynccontextmanager
async def platform(name: str, folder: Path) -> AsyncIterator[Run]:
    """Yield what runs a command, with English answers, beside an engine that holds the past."""
    (folder / "engine").mkdir()
    async with engine(name, folder / "engine") as base:
        await write(base, name, past())
        url = f"sqlite:///{folder / 'ledger.db'}"
        await fill(url)
        config = folder / "thongsuot.toml"
        config.write_text(
            f'[ledger]\nurl = "sqlite:///ledger.db"\n'
            f'[series]\nwrite_url = "{base}/api/v1/write"\nread_url = "{base}"\n'
        )
        yield lambda *args: CliRunner().invoke(
            rules.app, [*args, "-c", str(config)], env={"THONGSUOT_LANG": "en"}
        )


@pytest.mark.skipif(bool(missing()), reason="the engines are not installed")
@pytest.mark.parametrize("name", [VICTORIA, PROMETHEUS])
async def test_a_rule_is_tried_over_what_the_engine_holds(name: str, tmp_path: Path) -> None:
    async with platform(name, tmp_path) as run:
        since = f"{(NOW - 7 * HOUR).replace(minute=45).astimezone(LOCAL):%Y-%m-%dT%H:%M}"
        answer = await asyncio.to_thread(run, "try", "do-tre", "--since", since, "--json")
        assert answer.exit_code == 0, answer.output
        found = json.loads(answer.stdout)
        told = [datetime.fromisoformat(one["fired_at"]) for one in found["firings"]]
        assert told
        assert all(at.hour % 4 == 3 and at.minute == 2 for at in told)
        assert {one["target"] for one in found["firings"]} == {"gw"}
        assert {one["seconds"] for one in found["firings"]} <= {1800, None}
        assert found["hidden"] >= 1
        said = await asyncio.to_thread(run, "try", "do-tre", "--since", since)
        assert f"would have fired {found['count']} times" in said.stdout
        line = await asyncio.to_thread(run, "try", "day-kenh", "--json")
        [firing] = json.loads(line.stdout)["firings"]
        assert firing["target"] == "kenh"
        asked = await asyncio.to_thread(run, "try", "do-tre-diem", "--since", since, "--json")
        assert asked.exit_code == 0, asked.output
        by_site = json.loads(asked.stdout)["firings"]
        assert {one["target"] for one in by_site} == {"xa"}
        assert len(by_site) == found["count"] + found["hidden"], "outages are of the gateway"


@pytest.mark.skipif(bool(missing()), reason="the engines are not installed")
async def test_a_rule_of_a_list_is_tried_before_it_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "nguong.csv"
    file.write_text(
        "slug,name,metric,threshold,duration\ncham,Chậm,probe_icmp_rtt_mean_seconds,0.15,1\n",
        encoding="utf-8",
    )
    async with platform(VICTORIA, tmp_path) as run:
        args = ("try", "cham", "--file", str(file), "--json")
        answer = await asyncio.to_thread(run, *args)
        assert answer.exit_code == 0, answer.output
        assert json.loads(answer.stdout)["count"] >= 1
        assert (await asyncio.to_thread(run, "try", "cham")).exit_code == 1


def test_without_an_engine_it_says_so(tmp_path: Path) -> None:
    asyncio.run(fill(f"sqlite:///{tmp_path / 'ledger.db'}"))
    config = tmp_path / "thongsuot.toml"
    config.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n[series]\nport = 9\n')
    answer = CliRunner().invoke(
        rules.app, ["try", "do-tre", "-c", str(config)], env={"THONGSUOT_LANG": "en"}
    )
    assert answer.exit_code == 1
    assert "The time-series engine does not answer" in answer.output
    listed = CliRunner().invoke(
        rules.app, ["list", "--json", "-c", str(config)], env={"THONGSUOT_LANG": "en"}
    )
    rows = {row["rule"]: row for row in json.loads(listed.stdout)}
    assert rows["do-tre"]["bound"] == "> 100 ms"
    assert rows["day-kenh"]["enabled"] is False


def test_a_year_that_nobody_means_is_told_by_key(tmp_path: Path) -> None:
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n')
    words = ["try", "do-tre", "--until", "0001-01-01T00:00", "-c", str(path)]
    told = CliRunner().invoke(rules.app, words, env={"THONGSUOT_LANG": "en"})
    assert told.exit_code == 2
    assert "rules: until: the year makes no sense. Write the right year." in told.stderr


def test_what_an_engine_is_asked_for_cannot_break_out_of_its_quotes() -> None:
    rule = LAND.rules[0].model_copy(update={"labels": ('site=a"}', "job!=x")})
    assert selector(rule) == 'probe_icmp_rtt_mean_seconds{site="a\\"}",job!="x"}'
