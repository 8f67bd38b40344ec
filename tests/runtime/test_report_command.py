"""Reports from the terminal, over a real ledger with real outages in it."""

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from benchmarks.report_set import make
from runtime.cli import report
from tests.project.tree import ROOT

Run = Callable[..., Result]
OCTOBER = ("uptime", "--unit", "75", "--month", "2026-10")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the settings of a province of six communes, observed through October."""
    folder = tmp_path_factory.mktemp("office")
    asyncio.run(make(folder, communes=6, outages=3))
    return folder / "thongsuot.toml"


@pytest.fixture
def run(office: Path) -> Run:
    def call(*args: str, lang: str = "en") -> Result:
        return CliRunner().invoke(
            report.app, [*args, "-c", str(office)], env={"THONGSUOT_LANG": lang}
        )

    return call


def test_without_a_file_it_prints_a_table(run: Run) -> None:
    done = run(*OCTOBER, lang="vi")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "Báo cáo thời gian hoạt động – Tỉnh Đồng Nai – Tháng 10/2026"
    assert "Tỷ lệ hoạt động: " in lines[1]
    assert any(line.lstrip().startswith("Xã Đồng Xoài 2") for line in lines)
    assert any("Kênh TSLCD" in line for line in lines), "outages name their cause"


def test_json_goes_to_standard_output(run: Run) -> None:
    made = json.loads(run(*OCTOBER, "--json").stdout)
    assert made["schema"] == "thongsuot.uptime/1"
    whole = made["rows"][0]["seconds"]
    assert whole["total"] == made["rows"][0]["targets"] * 31 * 86400
    assert whole["down"] == sum(one["seconds"] for one in made["outages"])
    assert whole["unknown"] == 0


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "html", "csv", "json"])
def test_the_name_of_the_file_says_its_kind(run: Run, tmp_path: Path, ending: str) -> None:
    files = [tmp_path / f"{number}.{ending}" for number in (1, 2)]
    for file in files:
        done = run(*OCTOBER, "-o", str(file), "--lang", "vi")
        assert done.exit_code == 0, done.output
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_bytes()) > 1000


def test_a_format_can_be_forced_and_go_to_standard_output(run: Run) -> None:
    made = run(*OCTOBER, "--format", "csv").stdout_bytes.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(made, newline="")))
    assert lines[1][2] == "Đồng Nai Province"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("uptime", "--unit", "75", "--month", "2026-13"), 2, "2026-10"),
        (("uptime", "--unit", "75"), 2, "exactly one period"),
        (("uptime", "--month", "2026-10"), 2, "exactly one scope"),
        (("uptime", "--unit", "75", "--carrier", "VNPT", "--month", "2026-10"), 2, "exactly one"),
        (("uptime", "--unit", "75", "--month", "2126-10"), 2, "has not begun"),
        (("uptime", "--unit", "2500", "--month", "2026-10"), 1, "Perhaps: 2500"),
        (("uptime", "--unit", "dong xoai", "--month", "2026-10"), 1, "Đồng Xoài 2"),
        (("uptime", "--carrier", "VNTP", "--month", "2026-10"), 1, "Perhaps: VNPT?"),
        (("uptime", "--target", "kenh-00", "--month", "2026-10"), 1, "kenh-00"),
        ((*OCTOBER, "--format", "docx"), 2, "There are: html"),
        ((*OCTOBER, "--kind", "cat"), 2, "There are: site"),
        ((*OCTOBER, "--lang", "fr"), 2, "There are: vi, en"),
        ((*OCTOBER, "--as-known-at", "yesterday"), 2, "2026-11-01T08:00"),
        ((*OCTOBER, "--calendar", "moon"), 1, "Perhaps: 24x7, expected"),
        ((*OCTOBER, "-o", "/nowhere/at/all.pdf"), 1, "Cannot write"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(
    run: Run, args: tuple[str, ...], code: int, said: str
) -> None:
    done = run(*args)
    assert done.exit_code == code, done.output
    assert said in done.output + done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("--carrier", "VNPT", "--quarter", "2026-Q3"),
        ("--network", "TSLCD cấp II", "--year", "2026"),
        ("--target", "kenh-001", "--day", "2026-10-05"),
        ("--unit", "25001", "--week", "2026-W41"),
    ],
)
def test_every_scope_and_period_can_be_asked_for(run: Run, args: tuple[str, ...]) -> None:
    made = json.loads(run("uptime", *args, "--json").stdout)
    row = made["rows"][0]["seconds"]
    assert row["total"] == sum(row[b] for b in ("up", "degraded", "down", "excluded", "unknown"))
    assert row["total"] > 0


def test_a_report_of_what_was_known_then_leaves_out_what_came_later(run: Run) -> None:
    early = json.loads(run(*OCTOBER, "--as-known-at", "2026-10-10T00:00", "--json").stdout)
    assert early["as_known_at"] == "2026-10-09T17:00:00Z"
    assert early["rows"][0]["seconds"]["unknown"] > 0 or early["notes"]


def test_the_monthly_set_is_pdf_and_xlsx_in_both_languages(office: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("thongsuot")),
            *("report", "set", "-c", str(office), "--unit", "75", "--month", "2026-10", "--json"),
            *("-o", str(tmp_path / "bộ báo cáo")),
        ],
        cwd=ROOT,
        env={**os.environ, "THONGSUOT_LANG": "vi"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    files = [Path(one) for one in json.loads(done.stdout)["files"]]
    assert [file.name for file in files] == [
        "uptime-75-month-2026-10-01.en.pdf",
        "uptime-75-month-2026-10-01.en.xlsx",
        "uptime-75-month-2026-10-01.vi.pdf",
        "uptime-75-month-2026-10-01.vi.xlsx",
    ]
    first = PdfReader(files[2]).pages[0].extract_text()
    assert "SỞ KHOA HỌC VÀ CÔNG NGHỆ" in first
    assert done.stderr == ""
