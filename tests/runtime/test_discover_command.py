"""A sweep from the command line, and its rows through the import."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer import Typer
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.inventory import Changes, Device, Inventory, Site, Unit, UnitLevel
from runtime.cli import discover, import_
from storage.ledger import open_ledger
from tests.databases import migrated

Run = Callable[..., Result]
LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(Site(slug="an-loc", name="UBND An Lộc", unit="tinh"),),
    devices=(
        Device(slug="gw", name="gw", site="an-loc", kind="gateway", address="127.9.3.1"),
        Device(slug="xa", name="xa", site="an-loc", kind="gateway", address="192.0.2.1"),
    ),
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command with English answers over a ledger that knows one address of the range."""
    path = tmp_path / "thongsuot.toml"
    path.write_text(
        '[ledger]\nurl = "sqlite:///ledger.db"\n[secrets]\nkey_file = "key"\n'
        '[discovery]\nranges = ["127.9.0.0/16"]\npackets_per_second = 1000\nports = [9]\n'
    )
    url = f"sqlite:///{tmp_path / 'ledger.db'}"

    async def fill() -> None:
        migrated(url)
        ledger = await open_ledger(url, None, SystemClock())
        await ledger.inventory.apply(Changes(put=LAND), "test", SystemClock().now())
        await ledger.aclose()

    asyncio.run(fill())

    def command(app: Typer, *args: str) -> Result:
        return CliRunner().invoke(app, [*args, "-c", str(path)], env={"THONGSUOT_LANG": "en"})

    return command


def test_what_is_proposed_can_be_imported_as_it_is(run: Run, tmp_path: Path) -> None:
    for file in (tmp_path / "rows.xlsx", tmp_path / "devices.csv"):
        told = run(discover.app, "--range", "127.9.3.0/29", "-o", str(file), "--json")
        assert told.exit_code == 0, told.output
        said = json.loads(told.stdout)
        assert (said["sweep"]["done"], said["known"], said["vanished"]) == (6, 1, [])
        assert [row["address"] for row in said["proposed"]] == [f"127.9.3.{n}" for n in range(2, 7)]
        assert {row["site"] for row in said["proposed"]} == {"an-loc"}
        plan = json.loads(run(import_.app, str(file), "--dry-run", "--json").stdout)
        assert plan["ok"], plan
        assert [row["slug"] for row in plan["add"]] == [f"tb-127-9-3-{n}" for n in range(2, 7)]
        assert (plan["change"], plan["retire"]) == ([], [])
    book = load_workbook(tmp_path / "rows.xlsx")
    assert len(book.sheetnames) > 5  # the import's own workbook


def test_a_sweep_can_be_shown_again_and_none_is_resumed_that_has_ended(run: Run) -> None:
    assert run(discover.app, "--range", "127.9.3.0/30").exit_code == 0
    told = run(discover.app, "--show", "1")
    assert "2 of 2 addresses" in told.stdout
    assert run(discover.app, "--resume").exit_code == 1
    assert run(discover.app).exit_code == 1


def test_other_ranges_are_refused_with_the_mend(run: Run) -> None:
    told = run(discover.app, "--range", "10.0.0.0/24")
    assert told.exit_code == 2
    assert "lies in no range that may be swept (127.9.0.0/16)" in told.output
    assert "[discovery] ranges" in told.output
