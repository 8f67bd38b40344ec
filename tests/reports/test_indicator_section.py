"""Indicators of declared figures in the files of a report: both numbers, the share, the source."""

import io
import json
from dataclasses import replace

import openpyxl

from core.text import Text
from reports.indicators import Indicator
from reports.render.document import body
from reports.render.formats import render
from reports.render.kinds import Format
from tests.reports.builders import a_province
from tests.reports.test_crowding_section import HEAD

PCS = Indicator(
    code="I4",
    name=Text("Máy tính trên cán bộ", "PCs per official"),
    of=1104,
    per=1200,
    units=40,
    stale=2,
    figures=Text("tháng 10/2026", "10/2026"),
    source=Text("máy tính đang dùng / CBCC", "PCs in use / officials"),
)
BTS = replace(PCS, code="I14", name=Text("Số trạm", "Stations"), of=1085, per=None, stale=0)
REPORT = replace(a_province(), indicators=(PCS, BTS))


def test_they_stand_with_numerator_denominator_and_what_was_left_out() -> None:
    page = str(body(REPORT, HEAD, "vi"))
    section = page[page.index("Chỉ tiêu từ số liệu khai") :]
    for said in ("I4", "1.104", "1.200", "92,000", "tháng 10/2026", "Dòng đã cũ: 2", "1.085"):
        assert said in section, said
    assert "Chỉ tiêu từ số liệu khai" not in str(body(a_province(), HEAD, "vi"))


def test_the_workbook_and_json_have_real_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render(REPORT, HEAD, "vi", Format.XLSX)))
    rows = list(book["Chỉ tiêu"].values)
    assert rows[1][:7] == ("I4", "Máy tính trên cán bộ", 1104, 1200, 0.92, 40, 2)
    assert (rows[2][2], rows[2][3]) == (1085, None)
    told = json.loads(render(REPORT, HEAD, "vi", Format.JSON))["indicators"]
    assert [(one["code"], one["of"], one["per"]) for one in told] == [
        ("I4", 1104, 1200),
        ("I14", 1085, None),
    ]
