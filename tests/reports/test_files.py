"""The files of a report: the same bytes in any process, and safe to open."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from datetime import datetime
from fractions import Fraction

import openpyxl
import pytest

from core.text import Language
from reports.render.formats import file_name, render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import Report
from tests.project.tree import ROOT
from tests.reports.builders import KNOWN, a_province, all_unknown, nothing, strange

HEAD = Letterhead("UBND tỉnh Đồng Nai", "Sở Khoa học và Công nghệ", "Đồng Nai")
LANGUAGES: tuple[Language, ...] = ("vi", "en")


def test_two_processes_write_the_same_bytes() -> None:
    program = (
        "import hashlib\n"
        "from reports.render.formats import render\n"
        "from reports.render.kinds import Format\n"
        "from reports.render.letterhead import Letterhead\n"
        "from tests.reports.builders import a_province\n"
        "for form in Format:\n"
        "    for language in ('vi', 'en'):\n"
        "        made = render(a_province(4), Letterhead(office='Sở'), language, form)\n"
        "        print(form, language, hashlib.sha256(made).hexdigest())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Ho_Chi_Minh"))
    ]
    assert said[0] == said[1]
    here = hashlib.sha256(render(a_province(4), Letterhead(office="Sở"), "vi", Format.PDF))
    assert here.hexdigest() in said[0]


def _lines(report: Report, language: Language = "vi") -> list[list[str]]:
    made = render(report, HEAD, language, Format.CSV)
    assert made.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_csv_holds_every_line_in_whole_seconds() -> None:
    report = a_province(3)
    lines = _lines(report)
    assert len(lines) == 1 + len(report.rows) + len(report.links)
    whole = dict(zip(lines[0], lines[1], strict=True))
    assert int(whole["Đã phục vụ (giây)"]) == report.rows[0].seconds.numerator
    assert int(whole["Tổng thời gian (giây)"]) == report.rows[0].seconds.total
    assert whole["Tỷ lệ hoạt động (%)"].count(".") == 1


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_what_was_served_is_followed_by_its_parts(form: Format) -> None:
    report = a_province(3)
    if form is Format.CSV:
        heads = _lines(report)[0]
    else:
        book = openpyxl.load_workbook(io.BytesIO(render(report, HEAD, "vi", form)))
        heads = [str(cell.value) for cell in book["Chi tiết"][1]]
    place = next(n for n, head in enumerate(heads) if head.startswith("Đã phục vụ"))
    assert [head.partition(" (")[0] for head in heads[place : place + 5]] == [
        "Đã phục vụ",
        "Trong đó bình thường",
        "Trong đó suy giảm",
        "Gián đoạn",
        "Phải phục vụ",
    ]


def test_csv_leaves_empty_what_is_not_known() -> None:
    lines = _lines(all_unknown())
    assert dict(zip(lines[0], lines[1], strict=True))["Tỷ lệ hoạt động (%)"] == ""


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_a_name_that_looks_like_a_formula_stays_a_name(form: Format) -> None:
    made = render(strange(), HEAD, "vi", form)
    if form is Format.CSV:
        cells = [cell for line in _lines(strange()) for cell in line]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        return
    book = openpyxl.load_workbook(io.BytesIO(made))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", [a_province, nothing, all_unknown, strange])
def test_a_workbook_has_six_sheets_that_print_on_a4(made: object, language: Language) -> None:
    assert callable(made)
    book = openpyxl.load_workbook(
        io.BytesIO(render(made(), HEAD, language, Format.XLSX)), data_only=True
    )
    assert len(book.sheetnames) == 6
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
    for sheet in book.worksheets[1:5]:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
    assert book.properties.created == KNOWN.replace(tzinfo=None)


def test_a_workbook_holds_numbers_and_dates_and_not_their_pictures() -> None:
    report = a_province(3)
    book = openpyxl.load_workbook(io.BytesIO(render(report, HEAD, "vi", Format.XLSX)))
    detail, outages = book["Chi tiết"], book["Gián đoạn"]
    heads = {cell.value: place for place, cell in enumerate(detail[1])}
    cell = detail[2][heads["Tỷ lệ hoạt động"]]
    reached = report.rows[0].seconds.availability
    assert reached is not None
    assert isinstance(cell.value, float)
    assert 0 <= Fraction(cell.value) * -1 + reached < Fraction(2, 100000)
    assert cell.number_format == "0.000%"
    down = detail[2][heads["Gián đoạn (giờ:phút:giây)"]]
    assert down.number_format == "[h]:mm:ss"
    assert outages.max_row == 1 + len(report.outages)
    assert isinstance(outages[2][2].value, datetime)


def test_json_is_exact_and_keeps_its_order() -> None:
    report = a_province(3)
    made = json.loads(render(report, HEAD, "vi", Format.JSON))
    assert list(made)[:3] == ["schema", "scope", "period"]
    assert made["schema"] == "thongsuot.uptime/1"
    for plain, row in zip(made["rows"], report.rows, strict=True):
        seconds = plain["seconds"]
        buckets = ("up", "degraded", "down", "excluded", "unknown")
        assert sum(seconds[name] for name in buckets) == seconds["total"] == row.seconds.total
    assert made["as_known_at"] == "2026-11-02T01:30:00Z"
    assert (
        json.loads(render(all_unknown(), HEAD, "vi", Format.JSON))["rows"][0]["seconds"][
            "availability_percent"
        ]
        is None
    )


def test_files_have_plain_names() -> None:
    report = a_province(1)
    assert file_name(report, "vi", Format.PDF) == "uptime-75-month-2026-10-01.vi.pdf"
    assert file_name(report, "en", Format.JSON) == "uptime-75-month-2026-10-01.json"
