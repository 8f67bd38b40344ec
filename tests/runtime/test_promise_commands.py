"""What an operator asks of the promises at the terminal: the ledger of telling, a drill."""

import asyncio
import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from core.clock import LOCAL, SystemClock
from core.incident import Delivery, IncidentState, NotificationState
from core.outcome import Outcome
from runtime.cli import drill, incidents
from runtime.heartbeat import BEGUN
from storage.ledger import Ledger, open_ledger
from tests.databases import migrated
from tests.runtime.test_dispatcher import NOW, a_notice, an_incident, written

ENGLISH = {"THONGSUOT_LANG": "en"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a new ledger."""
    found = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrated(found)
    return found


def settings(folder: Path, more: str = "") -> str:
    path = folder / "thongsuot.toml"
    path.write_text(f'[ledger]\nurl = "sqlite:///ledger.db"\n{more}', encoding="utf-8")
    return str(path)


def asked(url: str, work: Callable[[Ledger], object]) -> object:
    async def run() -> object:
        ledger = await open_ledger(url, None, SystemClock())
        answer = await work(ledger)  # type: ignore[misc]
        await ledger.aclose()
        return answer

    return asyncio.run(run())


def test_an_incident_shows_who_was_told_with_what_receipt(tmp_path: Path, url: str) -> None:
    async def tell(ledger: Ledger) -> None:
        await written(ledger, an_incident(), a_notice(), a_notice(recipient="lan", held_by="TD-1"))
        [first, _] = await ledger.outbox.claim("w", NOW)
        taken = Delivery(notification=first.id or 0, at=NOW, ok=True, receipt="250 queued")
        await ledger.outbox.settle(first, taken, NotificationState.SENT)

    asked(url, tell)
    words = ["show", "SC-20261122-0001", "-c", settings(tmp_path)]
    shown: Result = CliRunner().invoke(incidents.app, [*words, "--json"], env=ENGLISH)
    rows = json.loads(shown.stdout)
    assert [(row["recipient"], row["fate"]) for row in rows] == [
        ("truc", "sent"),
        ("lan", "held back by TD-1"),
    ]
    assert rows[0]["receipts"][0]["receipt"] == "250 queued"
    table = CliRunner().invoke(incidents.app, words, env=ENGLISH).stdout
    assert "looks after what is touched" in table


def test_the_very_words_that_went_out_are_printed_and_written(tmp_path: Path, url: str) -> None:
    async def tell(ledger: Ledger) -> None:
        await written(ledger, an_incident(), a_notice())
        [first] = await ledger.outbox.claim("w", NOW)
        words = {"subject": "SỰ CỐ SC-1", "body": "Kênh A mất kết nối.\nMở: https://ts/a/…"}
        taken = Delivery(notification=first.id or 0, at=NOW, ok=True, **words)  # type: ignore[arg-type]
        await ledger.outbox.settle(first, taken, NotificationState.SENT)

    asked(url, tell)
    at = ["SC-20261122-0001", "-c", settings(tmp_path)]
    said = CliRunner().invoke(incidents.app, ["show", *at, "--text"], env=ENGLISH).stdout
    assert "mouth → truc\nSỰ CỐ SC-1\n\nKênh A mất kết nối.\nMở: https://ts/a/…" in said
    rows = json.loads(CliRunner().invoke(incidents.app, ["show", *at, "--json"]).stdout)
    assert rows[0]["receipts"][0]["body"].startswith("Kênh A mất kết nối.")
    file, month = tmp_path / "told.csv", f"{NOW.astimezone(LOCAL):%Y-%m}"
    CliRunner().invoke(incidents.app, ["telling", str(file), "--month", month, *at[1:]])
    with file.open(encoding="utf-8-sig", newline="") as table:
        assert "Kênh A mất kết nối.\nMở" in list(csv.reader(table))[1][12]


@pytest.mark.parametrize("name", ["told.csv", "told.xlsx"])
def test_a_months_telling_is_written_for_a_spreadsheet(tmp_path: Path, url: str, name: str) -> None:
    file = tmp_path / name
    evil = a_notice(recipient="=cmd()")
    asked(url, lambda ledger: written(ledger, an_incident(), a_notice(), evil))
    month = f"{NOW.astimezone(LOCAL):%Y-%m}"
    words = ["telling", str(file), "--month", month, "-c", settings(tmp_path), "--json"]
    told = CliRunner().invoke(incidents.app, words, env=ENGLISH)
    assert json.loads(told.stdout)["rows"] == 2, told.output
    if file.suffix == ".csv":
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
        assert rows[2][2] == "'=cmd()"
    else:
        sheet = openpyxl.load_workbook(file).active
        assert sheet is not None
        rows = [[str(cell or "") for cell in row] for row in sheet.values]
        assert sheet["C3"].data_type == "s"
    assert rows[0][:3] == ["incident", "began", "recipient"]
    assert rows[1][0] == "SC-20261122-0001"
    assert rows[1][5] == "looks after what is touched"


def test_a_file_or_a_month_that_cannot_be_meant_is_refused(tmp_path: Path, url: str) -> None:
    for file, month in (("told.pdf", "2026-10"), ("told.csv", "October")):
        words = ["telling", str(tmp_path / file), "--month", month, "-c", settings(tmp_path)]
        assert CliRunner().invoke(incidents.app, words, env=ENGLISH).exit_code in {1, 2}
        assert not (tmp_path / file).exists()


def test_an_incident_that_never_was_is_refused(tmp_path: Path, url: str) -> None:
    words = ["show", "SC-20261122-0009", "-c", settings(tmp_path)]
    assert CliRunner().invoke(incidents.app, words, env=ENGLISH).exit_code == 1


def test_a_drill_is_on_the_audit_trail_with_its_end(tmp_path: Path, url: str) -> None:
    file = settings(tmp_path, '[heartbeat]\nurl = "https://watch.example.vn/ping"\n')
    told = CliRunner().invoke(drill.app, ["-c", file, "--for", "20m", "--json"], env=ENGLISH)
    assert told.exit_code == 0, told.output
    row = asked(url, lambda ledger: ledger.people.last_audit(BEGUN))
    assert row.actor.startswith("cli")  # type: ignore[attr-defined]
    assert json.loads(told.stdout)["until"] == row.detail  # type: ignore[attr-defined]


@pytest.mark.parametrize(("more", "said"), [("", "nothing to stop"), ("twenty", "not a duration")])
def test_a_drill_that_cannot_be_meant_is_refused(
    tmp_path: Path, url: str, more: str, said: str
) -> None:
    words = ["-c", settings(tmp_path), *(["--for", more] if more else [])]
    told = CliRunner().invoke(drill.app, words, env=ENGLISH)
    assert told.exit_code == 1
    assert said in told.output


async def kept(settings: Path) -> None:
    """Let an outage have been and be over."""
    ledger = await open_ledger(f"sqlite:///{settings.parent / 'ledger.db'}", None, SystemClock())
    over = an_incident(state=IncidentState.RECOVERED, recovered_at=NOW)
    await ledger.brain.commit(Outcome(incidents=[over]), NOW)
    await ledger.aclose()


def test_causes_are_missing_until_they_are_stated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrated(url)
    file = tmp_path / "thongsuot.toml"
    file.write_text(
        '[ledger]\nurl = "sqlite:///ledger.db"\n'
        '[incidents.causes.bo-nguon]\nname = "bộ nguồn"\nfault = "own"\n'
    )
    asyncio.run(kept(file))
    code = "SC-20261122-0001"
    at = ["-c", str(file), "--json"]

    def run(*words: str) -> Result:
        return CliRunner().invoke(incidents.app, [*words, *at], env=ENGLISH)

    listed = run("missing")
    assert (listed.exit_code, json.loads(listed.stdout)[0]["incident"]) == (1, code)
    wrong = run("cause", code, "--category", "gremlins")
    assert wrong.exit_code == 1
    assert "bo-nguon" in json.loads(wrong.stdout)["error"]
    assert run("cause", code, "--category", "power", "--fault", "me").exit_code == 1
    assert run("cause", "SC-1", "--category", "power").exit_code == 1
    said = run("cause", code, "--category", "bo-nguon", "--text", "cháy")
    [one] = json.loads(said.stdout)["causes"]
    assert (one["name"], one["fault"], one["text"]) == ("bộ nguồn", "own", "cháy")
    assert one["by"].startswith("cli")
    assert run("missing").exit_code == 0
