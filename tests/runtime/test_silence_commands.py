"""Silences from the command line."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.clock import LOCAL, SystemClock
from core.inventory import Changes, Inventory, Site, Unit, UnitLevel
from runtime.cli import silence
from storage.ledger import open_ledger
from tests.databases import migrated

Run = Callable[..., Result]
LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(Site(slug="s1", name="UBND", unit="tinh"),),
)
TOMORROW = SystemClock().now().astimezone(LOCAL) + timedelta(days=1)
ADD = ("add", "--end", f"{TOMORROW:%Y-%m-%dT%H:%M}", "--reason", "Đổi cáp")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command with English answers over a ledger that knows one unit with a site."""
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n')
    url = f"sqlite:///{tmp_path / 'ledger.db'}"

    async def fill() -> None:
        migrated(url)
        ledger = await open_ledger(url, None, SystemClock())
        await ledger.inventory.apply(Changes(put=LAND), "test", datetime(2026, 11, 22, tzinfo=UTC))
        await ledger.aclose()

    asyncio.run(fill())
    return lambda *args: CliRunner().invoke(
        silence.app, [*args, "-c", str(path)], env={"THONGSUOT_LANG": "en"}
    )


def test_silences_are_added_listed_and_ended(run: Run) -> None:
    told = run(*ADD, "--unit", "75", "--target", "s1", "--owner", "lan", "--json")
    assert told.exit_code == 0, told.output
    code = json.loads(told.stdout)["id"]
    [row] = json.loads(run("list", "--json").stdout)
    assert (row["id"], row["means"], row["owner"]) == (code, "tinh, s1", "lan")
    assert row["holds_until"].startswith(f"{TOMORROW.astimezone(UTC):%Y-%m-%dT%H:%M}")
    assert run("end", code).stdout == f"The silence {code} is ended.\n"
    assert run("list").stdout.startswith("Nothing is silenced")
    assert code in run("list", "--all").stdout
    assert run("end", code).exit_code == 1


def test_a_silence_that_comes_back_is_listed_with_its_rule(run: Run) -> None:
    begin = ("--begin", f"{TOMORROW - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    assert run(*ADD, *begin, "--target", "s1", "--rule", "freq=weekly;count=3").exit_code == 0
    [row] = json.loads(run("list", "--json").stdout)
    assert (row["rule"], row["holds_until"]) == ("FREQ=WEEKLY;COUNT=3", None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "nothing is meant"),
        (
            ("--begin", "0001-01-01T00:00", "--target", "s1", "--rule", "FREQ=DAILY;COUNT=3"),
            "silence: begin: the year makes no sense",
        ),
        (("--target", "s9"), "the inventory has no “s9”"),
        (("--target", "s1", "--rule", "FREQ=DAILY"), "what comes back must end"),
        (("--incident", "SC-20260101-0001"), "There is no incident"),
    ],
)
def test_a_silence_that_is_not_taken_says_why(run: Run, more: tuple[str, ...], said: str) -> None:
    told = run(*ADD, *more)
    assert told.exit_code != 0
    assert said in told.stderr
    assert json.loads(run("list", "--json").stdout) == []
