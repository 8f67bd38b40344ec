"""What devices have said, at the terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.inventory import Changes, Inventory, Site, Unit, UnitLevel
from core.remark import Remark, Via
from runtime.cli import heard
from storage.ledger import open_ledger
from tests.databases import apart, migrated

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command over a ledger in which two devices have spoken."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"

    async def fill() -> None:
        migrated(url)
        now = SystemClock().now()
        ledger = await open_ledger(url, None, SystemClock())
        province = {"level": UnitLevel.PROVINCE, "province_code": "75"}
        units = (
            Unit(slug="dong-nai", code="75", name="Tỉnh Đồng Nai", **province),  # type: ignore[arg-type]
            Unit(
                slug="dak-o",
                code="25228",
                level=UnitLevel.COMMUNE,
                name="Xã Đăk Ơ",
                parent="dong-nai",
                province_code="75",
            ),
        )
        site = Site(slug="ubnd-dak-o", name="UBND xã Đăk Ơ", unit="dak-o", role="site")
        await ledger.inventory.apply(
            Changes(put=Inventory(units=units, sites=(site,))), "test", now
        )
        common = {"at": now, "last_at": now, "address": "10.0.0.1", "via": Via.SYSLOG_UDP}
        await ledger.remarks.write(
            [
                Remark(
                    device="gw-1",
                    site="ubnd-dak-o",
                    severity=3,
                    kind="1.3.6.1.6.3.1.1.5.3",
                    text="linkDown ifIndex=3",
                    means="Cổng mất kết nối",
                    means_en="Port down",
                    **common,  # type: ignore[arg-type]
                ),
                Remark(device="gw-2", site=None, severity=6, kind="a", text="b", **common),  # type: ignore[arg-type]
            ],
            100,
        )
        await ledger.aclose()

    apart(fill())
    settings = tmp_path / "thongsuot.toml"
    settings.write_text(f'[ledger]\nurl = "{url}"\n')

    def call(*words: str, lang: str = "en") -> Result:
        return CliRunner().invoke(
            heard.app, [*words, "-c", str(settings)], env={"THONGSUOT_LANG": lang}
        )

    return call


def test_everything_is_printed_newest_first(run: Run) -> None:
    lines = run().stdout.splitlines()
    assert lines[0].split() == ["at", "device", "via", "severity", "times", "words"]
    assert "gw-2" in lines[1]
    assert "Port down linkDown ifIndex=3" in lines[2]
    assert "Cổng mất kết nối" in run(lang="vi").stdout


@pytest.mark.parametrize(
    ("words", "devices"),
    [
        (["cong", "mat"], ["gw-1"]),
        (["--device", "gw-2"], ["gw-2"]),
        (["--site", "ubnd-dak-o"], ["gw-1"]),
        (["--unit", "dong-nai"], ["gw-1"]),
        (["--severity", "4"], ["gw-1"]),
        (["--since", "1h"], ["gw-2", "gw-1"]),
        (["--limit", "1"], ["gw-2"]),
    ],
)
def test_it_is_narrowed_and_printed_as_json(run: Run, words: list[str], devices: list[str]) -> None:
    found = json.loads(run(*words, "--json").stdout)
    assert [one["device"] for one in found] == devices


def test_a_unit_that_is_not_there_is_no_silence(run: Run) -> None:
    refused = run("--unit", "khong-co")
    assert refused.exit_code == 1
    assert "khong-co" in refused.stderr


def test_a_span_that_is_none_is_refused_with_an_example(run: Run) -> None:
    refused = run("--since", "hôm qua")
    assert refused.exit_code == 1
    assert "30m, 24h, 7d" in refused.stderr
