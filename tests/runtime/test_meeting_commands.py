"""Meetings from the command line: entered, listed, read in, looked at, called off."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.clock import LOCAL, SystemClock
from core.inventory import Changes
from core.meeting import Finding, Readiness, ReadinessRun
from runtime.cli import meeting
from storage.ledger import open_ledger
from tests.databases import migrated
from tests.inventory.test_meetinglists import LAND, NOW

Run = Callable[..., Result]
ADD = ("add", "Giao ban", "--begin", "2099-12-01T08:00", "--room", "xã Đăk Ơ", "--room", "ph-tinh")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a ledger that knows some rooms."""
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n')

    async def fill() -> None:
        url = f"sqlite:///{tmp_path / 'ledger.db'}"
        migrated(url)
        ledger = await open_ledger(url, None, SystemClock())
        await ledger.inventory.apply(Changes(put=LAND), "test", NOW)
        await ledger.aclose()

    asyncio.run(fill())
    return path


@pytest.fixture
def run(settings: Path) -> Run:
    """Run a command with English answers."""

    def call(*args: str) -> Result:
        words = [*args, "-c", str(settings)]
        return CliRunner().invoke(meeting.app, words, env={"THONGSUOT_LANG": "en"})

    return call


def test_a_meeting_is_entered_listed_and_called_off(run: Run) -> None:
    told = run(*ADD, "--officer", "nguyễn văn an", "--bridge", "MCU trung tâm", "--json")
    assert told.exit_code == 0, told.output
    made = json.loads(told.stdout)
    assert (made["id"], made["rooms"]) == ("HN-20991201-0001", ["ph-dak-o", "ph-tinh"])
    assert run("list").stdout.strip().startswith("id")
    assert run("ready", made["id"]).exit_code == 1  # nothing was looked at yet
    assert run("cancel", made["id"]).exit_code == 0
    again = run("cancel", made["id"])
    assert again.exit_code == 1
    assert "called off already" in again.stderr


def test_names_that_nobody_knows_are_told_at_once(run: Run) -> None:
    told = run(*ADD, "--room", "xã Không Có", "--officer", "Trần Lạ")
    assert told.exit_code == 2
    assert '"xã Không Có" is not known' in told.stderr
    assert '"Trần Lạ" is not known' in told.stderr


def test_a_value_that_is_too_long_is_told_by_key_with_what_else_is_wrong(run: Run) -> None:
    told = run("add", "x" * 201, *ADD[2:], "--chair", "y" * 201, "--officer", "Trần Lạ")
    assert told.exit_code == 2
    assert "meeting: title: longer than 200 characters. Make it shorter." in told.stderr
    assert "meeting: chair: longer than 200 characters. Make it shorter." in told.stderr
    assert '"Trần Lạ" is not known' in told.stderr


def test_a_schedule_is_read_in_and_a_second_time_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lich.csv"
    path.write_text("Nội dung họp;Ngày;Bắt đầu;Điểm cầu\nGiao ban;30/11/2099;8h00;xã Đăk Ơ\n")
    assert json.loads(run("import", str(path), "--dry-run", "--json").stdout)["applied"] is False
    first = json.loads(run("import", str(path), "--json").stdout)
    assert (first["added"], first["changed"]) == (1, 0)
    second = run("import", str(path))
    assert "1 meetings: 0 new, 0 changed" in second.stdout
    path.write_text("Nội dung họp;Ngày;Bắt đầu;Điểm cầu\nGiao ban;30/11/2099;8h00;xã Nào\n")
    refused = run("import", str(path))
    assert refused.exit_code == 2
    assert 'lich.csv:2: Điểm cầu: "xã Nào" is not known' in refused.stderr


def test_what_the_last_run_found_is_printed_the_worst_first(run: Run, tmp_path: Path) -> None:
    assert run(*ADD).exit_code == 0

    async def ran() -> None:
        url = f"sqlite:///{tmp_path / 'ledger.db'}"
        ledger = await open_ledger(url, None, SystemClock())
        found = tuple(
            Finding(room=room, result=result)
            for room, result in (
                ("ph-tinh", Readiness.READY),
                ("ph-dak-o", Readiness.NOT_READY),
            )
        )
        one = ReadinessRun(meeting="HN-20991201-0001", stage=60, at=NOW, findings=found)
        await ledger.meetings.ran(one, [], NOW)
        await ledger.aclose()

    asyncio.run(ran())
    told = run("ready", "HN-20991201-0001", "--json")
    assert told.exit_code == 1
    assert [row["room"] for row in json.loads(told.stdout)] == ["ph-dak-o", "ph-tinh"]


def test_a_meeting_that_is_over_is_entered_and_told(run: Run) -> None:
    told = run("add", "Giao ban", "--begin", "2020-12-01T08:00", "--room", "xã Đăk Ơ")
    assert told.exit_code == 0
    assert "the meeting is over, since 10:00 01/12/2020" in told.stderr
    assert run(*ADD).stderr == ""


def test_all_that_is_wrong_with_a_meeting_is_told_at_once(run: Run) -> None:
    told = run(*ADD, "--end", "2099-12-01T07:00", "--officer", "không ai")
    assert told.exit_code == 2
    assert "it does not end after it begins" in told.stderr
    assert '"không ai" is not known' in told.stderr


def test_a_room_and_a_bridge_that_another_meeting_has_are_told_and_not_refused(
    run: Run, tmp_path: Path
) -> None:
    assert run(*ADD, "--bridge", "MCU trung tâm").exit_code == 0
    second = ("add", "Hội nghị", "--begin", "2099-12-01T09:00", "--room", "xã Đăk Ơ")
    told = run(*second, "--bridge", "MCU trung tâm")
    assert told.exit_code == 0
    assert (
        "Hội nghị (HN-20991201-0002): at the same hour as Giao ban "
        "(HN-20991201-0001, 08:00–10:00 01/12/2099): invited to both (1): "
    ) in told.stderr
    assert "; the same bridge MCU trung tâm. The meeting is kept all the same" in told.stderr
    third = json.loads(run(*second, "--json").stdout)
    for line, other in zip(third["clashes"], ("Giao ban", "Hội nghị"), strict=True):
        assert line.startswith(f"Hội nghị (HN-20991201-0003): at the same hour as {other} (")
    after = run("add", "Sau", "--begin", "2099-12-01T11:00", "--room", "xã Đăk Ơ", "--json")
    assert json.loads(after.stdout)["clashes"] == []  # one ends as the other begins
    path = tmp_path / "lich.csv"
    path.write_text("Nội dung họp;Ngày;Bắt đầu;Điểm cầu\nHọp tổ;1/12/2099;8h30;ph-tinh\n")
    read = run("import", str(path))
    assert (read.exit_code, "at the same hour as Giao ban" in read.stderr) == (0, True)


def test_a_dry_run_tells_what_a_list_would_change_and_what_clashes(
    run: Run, tmp_path: Path
) -> None:
    assert run(*ADD).exit_code == 0
    path = tmp_path / "lich.csv"
    heads = "Mã họp;Nội dung họp;Ngày;Bắt đầu;Điểm cầu\n"
    path.write_text(heads + "1;Họp tổ;1/12/2099;15h;ph-tinh\n2;Họp cũ;1/12/2099;20h;ph-tinh\n")
    assert run("import", str(path)).exit_code == 0
    path.write_text(
        heads
        + "1;Họp tổ;1/12/2099;8h30;ph-tinh\n"
        + "3;Họp A;2/12/2099;8h;ph-dak-o\n"
        + "4;Họp B;2/12/2099;9h;ph-dak-o\n"
    )
    before = run("list", "--days", "366", "--json").stdout
    dry = run("import", str(path), "--dry-run")
    assert "3 meetings: 2 new, 1 changed, 0 called off. Dry run" in dry.stdout
    said = dry.stderr.splitlines()
    assert len(said) == 2
    assert "Họp tổ (HN-20991201-0002): at the same hour as Giao ban (" in dry.stderr
    assert "(HN-20991202-0001): at the same hour as Họp" in dry.stderr
    assert run("list", "--days", "366", "--json").stdout == before
    done = run("import", str(path))
    assert done.stderr == dry.stderr
    assert "3 meetings: 2 new, 1 changed, 0 called off." in done.stdout


def test_a_meeting_that_goes_on_is_made_longer_and_ended(run: Run) -> None:
    now = SystemClock().now().astimezone(LOCAL)
    begin, finish = now - timedelta(hours=1), now + timedelta(hours=1)
    span = ("--begin", f"{begin:%Y-%m-%dT%H:%M}", "--end", f"{finish:%Y-%m-%dT%H:%M}")
    row = json.loads(run("add", "Giao ban", *span, "--room", "xã Đăk Ơ", "--json").stdout)
    longer = run("longer", row["id"], "--minutes", "30")
    assert (longer.exit_code, longer.stderr) == (0, "")
    assert f"lasts until {finish + timedelta(minutes=30):%H:%M %d/%m/%Y}." in longer.stdout
    assert run("end", row["id"]).stdout == f"The meeting {row['id']} is over.\n"
    again = run("longer", row["id"])
    assert (again.exit_code, again.stderr) == (1, "The meeting does not go on now\n")
    assert run("end", "HN-20000101-0001").exit_code == 1
