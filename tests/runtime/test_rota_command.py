"""The rota from the command line: shown, checked, read in, written out."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from icalendar import Calendar
from typer.testing import CliRunner, Result

from core.clock import LOCAL, SystemClock
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule, Shift
from runtime.cli import rota
from storage.ledger import Ledger, open_ledger
from tests.databases import migrated

Run = Callable[..., Result]
T = TypeVar("T")
TODAY = SystemClock().now().astimezone(LOCAL).date()
LAND = Inventory(
    contacts=(
        Contact(slug="an", name="Nguyễn Văn An", phone="0912345678"),
        Contact(slug="binh", name="Trần Thị Bình", phone="0987654321"),
    ),
    rotas=(Rota(slug="cntt", name="Trực CNTT"),),
    rota_rules=(
        RotaRule(
            slug="ngay",
            name="Theo ngày",
            rota="cntt",
            people=("an", "binh"),
            start=TODAY - timedelta(days=10),
        ),
    ),
)


def with_ledger(folder: Path, work: Callable[[Ledger], Awaitable[T]]) -> T:
    file = folder / "ledger.db"
    url = f"sqlite:///{file}"
    if not file.exists():
        migrated(url)

    async def run() -> T:
        ledger = await open_ledger(url, None, SystemClock())
        try:
            return await work(ledger)
        finally:
            await ledger.aclose()

    return asyncio.run(run())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command with English answers on a ledger with one rota."""
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n')
    now = SystemClock().now()
    with_ledger(tmp_path, lambda ledger: ledger.inventory.apply(Changes(put=LAND), "t", now))

    def call(*args: str) -> Result:
        return CliRunner().invoke(rota.app, [*args, "-c", str(path)], env={"THONGSUOT_LANG": "en"})

    return call


def shifts(folder: Path) -> tuple[Shift, ...]:
    return with_ledger(folder, lambda ledger: ledger.inventory.load()).shifts


def a_list(folder: Path, *names: str) -> Path:
    """Return a file in which people are on duty from tomorrow on."""
    path = folder / "truc.csv"
    lines = ["Ngày;Trực chính;Điện thoại"]
    for ahead, name in enumerate(names, start=1):
        lines.append(f"{TODAY + timedelta(days=ahead):%d/%m/%Y};{name};0905111222")
    path.write_text("\n".join(lines))
    return path


def test_who_is_on_duty_is_shown(run: Run) -> None:
    rows = json.loads(run("show", "--days", "2", "--json").stdout)
    assert {row["source"] for row in rows} == {"rule"}
    assert [row["people"] for row in rows][:2] in ([["an"], ["binh"]], [["binh"], ["an"]])
    assert "Nguyễn Văn An" in run("show").stdout


def test_a_rota_without_holes_says_so_and_one_with_holes_ends_with_1(
    run: Run, tmp_path: Path
) -> None:
    calm = run("gaps")
    assert (calm.exit_code, calm.stdout.strip()) == (
        0,
        "No gaps, no overlaps, nobody in two roles in the next 30 days.",
    )
    end = LAND.rota_rules[0].model_copy(update={"valid_to": TODAY + timedelta(days=3)})
    change = Changes(put=Inventory(rota_rules=(end,)))
    now = SystemClock().now()
    with_ledger(tmp_path, lambda ledger: ledger.inventory.apply(change, "t", now))
    holes = run("gaps", "--json")
    assert holes.exit_code == 1
    assert [row["what"] for row in json.loads(holes.stdout)] == ["gap"]


def test_one_person_in_two_roles_is_printed_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    reserve = RotaRule(
        slug="du",
        name="Dự phòng",
        rota="cntt",
        role="secondary",
        people=("an",),
        start=TODAY,
        valid_to=TODAY + timedelta(days=4),
    )
    change = Changes(put=Inventory(rota_rules=(reserve,)))
    now = SystemClock().now()
    with_ledger(tmp_path, lambda ledger: ledger.inventory.apply(change, "t", now))
    found = run("gaps", "--json")
    assert found.exit_code == 1
    rows = json.loads(found.stdout)
    assert {(row["what"], *row["people"]) for row in rows} == {("double", "an")}
    assert "one person in two roles" in " ".join(run("gaps").stdout.split())


def test_a_duty_list_is_read_in_and_read_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = a_list(tmp_path, "Nguyễn Văn An", "Trần Thị Bình")
    tried = run("import", str(path), "--dry-run")
    assert "2 written, 0 dropped" in tried.stdout
    assert shifts(tmp_path) == ()
    assert run("import", str(path)).exit_code == 0
    assert [shift.contact for shift in shifts(tmp_path)] == ["an", "binh"]
    again = json.loads(run("import", str(path), "--json").stdout)
    assert (again["applied"], again["shifts"], again["put"]) == (False, 2, [])


def test_a_stranger_is_refused_and_made_known_if_asked(run: Run, tmp_path: Path) -> None:
    path = a_list(tmp_path, "Phạm Dũng")
    refused = run("import", str(path))
    assert refused.exit_code == 2
    assert 'no contact is called "Phạm Dũng"' in refused.stderr
    assert run("import", str(path), "--new-people").exit_code == 0
    assert [shift.contact for shift in shifts(tmp_path)] == ["pham-dung"]


def test_the_rota_goes_out_as_a_calendar_and_comes_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "truc.ics"
    assert run("export", str(path), "--days", "5").exit_code == 0
    events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert str(events[-1]["summary"]).endswith("(on duty)")
    assert run("export", str(path)).exit_code == 1
    back = run("import", str(path), "--json")
    assert back.exit_code == 0, back.output
    assert {shift.contact for shift in shifts(tmp_path)} == {"an", "binh"}


def test_a_rota_that_is_not_there_is_named_with_those_that_are(run: Run, tmp_path: Path) -> None:
    told = run("import", str(a_list(tmp_path, "Nguyễn Văn An")), "--rota", "khac")
    assert told.exit_code == 1
    assert "Choose a rota by --rota: cntt" in told.stderr
    assert run("show", "--rota", "khac").exit_code == 1
