"""The lines beyond 90 % in the files of a report: named, or said to be unknown, not left out."""

import io
import json
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from core.text import Language, Text
from reports.capacity import Crowded, Crowding, Direction
from reports.render.document import body
from reports.render.formats import render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import Report
from tests.reports.builders import a_province

HEAD = Letterhead(office="Sở")
LINE = Crowded(
    link="kenh-1",
    name=Text("Kênh Đăk Ơ", "Link Đăk Ơ"),
    direction=Direction.IN,
    days=12,
    judged=28,
    highest=0.9471,
    first=date(2026, 10, 3),
    last=date(2026, 10, 20),
    carrier="VNPT",
    circuit="TSL-1",
)


def a_report(crowding: Crowding | None, *, asked: bool = True) -> Report:
    return replace(a_province(), crowding=crowding, crowding_asked=asked)


def text(report: Report, language: Language = "vi") -> str:
    return str(body(report, HEAD, language))


def test_lines_beyond_the_bound_stand_with_days_and_the_highest_percentile() -> None:
    page = text(a_report(Crowding((LINE,), 40, 3)))
    section = page[page.index("Đường truyền vượt 90 % (P95, 7 ngày)") :]
    for said in ("Kênh Đăk Ơ", "TSL-1", "VNPT", "<b>12</b>", "94,710", "03/10/2026", "20/10/2026"):
        assert said in section
    assert "Chưa đủ số liệu để kết luận về 3 trong 40 đường truyền" in section
    assert "điều 5.6" in section


def test_no_line_beyond_it_and_no_data_at_all_are_told_apart() -> None:
    assert "Không có đường truyền nào vượt mức" in text(a_report(Crowding((), 40, 0)))
    dark = text(a_report(Crowding((), 40, 40)))
    assert "Không có đường truyền nào vượt mức" not in dark
    assert "40 trong 40" in dark
    silent = text(a_report(None))
    assert "Không đọc được chuỗi thời gian" in silent
    assert "P95" not in text(a_report(None, asked=False))


def test_it_is_said_in_english_too() -> None:
    page = text(a_report(Crowding((LINE,), 40, 3)), "en")
    assert "Links above 90% (95th percentile, 7 days)" in page
    assert "Nothing can be said of 3 of 40 links" in page


def test_the_workbook_and_the_json_hold_the_lines() -> None:
    report = a_report(Crowding((LINE,), 40, 3))
    book = openpyxl.load_workbook(io.BytesIO(render(report, HEAD, "vi", Format.XLSX)))
    sheet = book["Vượt 90 % P95"]
    assert [cell.value for cell in sheet[2]][:6] == [
        "Kênh Đăk Ơ",
        "TSL-1",
        "VNPT",
        "nhận (từ trung tâm về điểm)",
        12,
        28,
    ]
    assert sheet["G2"].value == pytest.approx(0.9471)
    told = json.loads(render(report, HEAD, "vi", Format.JSON))["crowding"]
    assert (told["links"], told["unknown"]) == (40, 3)
    assert told["above"][0]["highest_p95_ratio"] == 0.9471
    assert render(report, HEAD, "vi", Format.PDF).startswith(b"%PDF")


def test_the_same_facts_give_the_same_bytes() -> None:
    report = a_report(Crowding((LINE,), 40, 3))
    for form in (Format.XLSX, Format.HTML, Format.JSON):
        assert render(report, HEAD, "vi", form) == render(report, HEAD, "vi", form)
