"""Announced works and public holidays from the command line."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.incident import Incident, Severity
from core.inventory import (
    Changes,
    Device,
    Inventory,
    Link,
    Site,
    SpecialDay,
    Unit,
    UnitLevel,
)
from core.outcome import Outcome
from inventory.publicdays import proposed
from runtime.cli import holidays, maintenance
from storage.ledger import Ledger, open_ledger
from tests.databases import migrated

Run = Callable[..., Result]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CODE = "SC-20261122-0001"
LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(Site(slug="s1", name="UBND", unit="tinh"),),
    devices=(
        Device(slug="gw0", name="Trung tâm", site="s1", kind="gateway", address="10.0.0.1"),
        Device(slug="gw1", name="Xã", site="s1", kind="gateway", address="10.0.0.2"),
    ),
    links=(Link(slug="k1", name="Kênh", near="gw0", far="gw1", carrier="Viettel", circuit="C1"),),
)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a ledger that knows one unit with a site."""
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n')
    url = f"sqlite:///{tmp_path / 'ledger.db'}"

    async def fill() -> None:
        migrated(url)
        ledger: Ledger = await open_ledger(url, None, SystemClock())
        await ledger.inventory.apply(Changes(put=LAND), "test", NOW)
        found = Incident(id=CODE, root="k1", severity=Severity.MAJOR, began_at=NOW, decided_at=NOW)
        await ledger.brain.commit(Outcome(incidents=[found]), NOW)
        mine = SpecialDay(on=date(2026, 9, 1), kind="working", name="Cơ quan vẫn làm", like=2)
        await ledger.inventory.apply(Changes(put=Inventory(special_days=(mine,))), "test", NOW)
        await ledger.aclose()

    asyncio.run(fill())
    return path


@pytest.fixture
def run(settings: Path) -> Run:
    """Run a command with English answers."""
    modules = {"maintenance": maintenance, "holidays": holidays}

    def call(command: str, *args: str) -> Result:
        return CliRunner().invoke(
            modules[command].app, [*args, "-c", str(settings)], env={"THONGSUOT_LANG": "en"}
        )

    return call


WORKS = ("add", "--begin", "2099-12-01T22:00", "--end", "2099-12-02T02:00", "--reason", "Đổi cáp")


def test_works_that_come_back_are_listed_with_their_rule(run: Run) -> None:
    told = run("maintenance", *WORKS, "--target", "s1", "--rule", "freq=monthly;count=6")
    assert told.exit_code == 0, told.output
    [row] = json.loads(run("maintenance", "list", "--json").stdout)
    assert row["rule"] == "FREQ=MONTHLY;COUNT=6"
    endless = run("maintenance", *WORKS, "--target", "s1", "--rule", "FREQ=MONTHLY")
    assert "what comes back must end" in endless.stderr


def test_a_year_that_nobody_means_is_told_by_key(run: Run) -> None:
    told = run("maintenance", "add", "--begin", "0001-01-01T00:00", *WORKS[3:], "--target", "s1")
    assert told.exit_code == 2
    assert told.stderr == "maintenance: begin: the year makes no sense. Write the right year.\n"


def test_works_are_added_listed_and_called_off(run: Run) -> None:
    told = run("maintenance", *WORKS, "--unit", "75", "--target", "s1", "--json")
    assert told.exit_code == 0, told.output
    code = json.loads(told.stdout)["id"]
    assert code == "BT-20991201-0001"
    (row,) = json.loads(run("maintenance", "list", "--json").stdout)
    assert (row["id"], row["concerns"], row["reason"]) == (code, "tinh, s1", "Đổi cáp")
    assert row["begin"] == "2099-12-01T15:00:00+00:00"
    assert run("maintenance", "cancel", code).exit_code == 0
    assert run("maintenance", "cancel", code).exit_code == 1
    assert json.loads(run("maintenance", "list", "--json").stdout) == []
    assert "--all shows past and cancelled ones" in run("maintenance", "list").stdout
    assert len(json.loads(run("maintenance", "list", "--all", "--json").stdout)) == 1


@pytest.mark.parametrize(
    "wrong",
    [("--unit", "76"), ("--carrier", "VNPT"), ("--circuit", "C9"), ("--target", "s2"), ()],
)
def test_works_that_concern_nothing_known_are_refused(run: Run, wrong: tuple[str, ...]) -> None:
    told = run("maintenance", *WORKS, *wrong)
    assert told.exit_code == 2
    assert json.loads(run("maintenance", "list", "--all", "--json").stdout) == []


def test_works_of_a_circuit_and_for_an_incident_are_kept(run: Run) -> None:
    told = run("maintenance", *WORKS, "--circuit", "c1", "--incident", CODE)
    assert told.exit_code == 0, told.output
    [row] = json.loads(run("maintenance", "list", "--json").stdout)
    assert row["concerns"] == f"c1, {CODE}"
    missing = run("maintenance", *WORKS, "--incident", "SC-20261122-0009")
    assert missing.exit_code != 0
    assert "There is no incident SC-20261122-0009" in missing.stderr


def test_holidays_are_seeded_once_and_leave_what_people_wrote(run: Run) -> None:
    shown = json.loads(run("holidays", "seed", "--year", "2026", "--dry-run", "--json").stdout)
    assert {"on": "2026-09-01", "kind": "holiday", "name": "Quốc khánh"}.items() <= next(
        row for row in shown if row["on"] == "2026-09-01"
    ).items()
    assert len(json.loads(run("holidays", "list", "--json").stdout)) == 1
    assert run("holidays", "seed", "--year", "2026").exit_code == 0
    days = {row["on"]: row for row in json.loads(run("holidays", "list", "--json").stdout)}
    assert len(days) == len(shown)
    assert days["2026-09-01"]["name"] == "Cơ quan vẫn làm"
    assert "make-up working day" in run("holidays", "list").stdout
    again = json.loads(run("holidays", "seed", "--year", "2026", "--json").stdout)
    assert {row["step"] for row in again} == {"known"}


def test_a_swapped_day_brings_the_saturday_that_is_worked_for_it() -> None:
    days = {proposal.day.on: proposal.day for proposal in proposed(2026)}
    assert (days[date(2026, 8, 31)].kind, days[date(2026, 8, 22)].kind) == ("substitute", "working")
    assert days[date(2026, 8, 22)].like == 1  # as the Monday that is off
    assert days[date(2026, 4, 27)].kind == "substitute"
    assert days[date(2026, 2, 17)].kind == days[date(2026, 11, 24)].kind == "holiday"


def test_what_the_package_does_not_know_names_its_source() -> None:
    (gap,) = (p for p in proposed(2026) if p.day.on == date(2026, 1, 2))
    assert gap.day.kind == "substitute"
    assert "Thanh Niên" in gap.source.vi
    assert all(p.day.on.year == 2027 for p in proposed(2027))
