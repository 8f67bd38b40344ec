"""What a person reads and writes: numbers with words, suggestions, ends of lines, explanations."""

import io
import re

import openpyxl
import pytest

from api.pages.intake import targets_of
from core.inventory import Inventory, Unit, UnitLevel
from inventory import blankbook, lists, vocabulary
from inventory.cells import days
from inventory.headers import WIDE_LIST, WIDE_TARGETS
from inventory.listed import Options
from inventory.lists import ListProposal
from inventory.mending import mend
from inventory.places import Gazetteer
from inventory.tables import TABLES
from inventory.template import EXAMPLES
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved

HEAD: list[Cell] = ["Tên đơn vị", "IP WAN", "Mã kênh", "SĐT"]


def proposed(
    *rows: list[Cell], near: str | None = None, land: Inventory | None = None
) -> ListProposal:
    content = saved(("DS", [HEAD, *rows]))
    return lists.propose("ds.xlsx", content, land or a_province(), ON, options=Options(near=near))


# Headings


@pytest.mark.parametrize("table", [WIDE_LIST, *(table.name for table in TABLES)])
def test_every_meaning_of_a_column_has_a_name_to_choose(table: str) -> None:
    targets = targets_of(table)
    assert all(not re.search(r"[a-z]\.[a-z]", target.name.vi) for target in targets)
    if table == WIDE_LIST:
        assert {target.value for target in targets} == WIDE_TARGETS
        assert "Điểm: Huyện (cũ)" in {target.name.vi for target in targets}


# The end of the lines at the centre

ROWS: list[list[Cell]] = [
    ["UBND xã Một", "10.9.0.1", "A", None],
    ["UBND phường Hai", "10.9.0.2", "B", None],
]


def test_a_wrong_near_end_is_told_once_with_what_there_is() -> None:
    (problem,) = proposed(*ROWS, near="rt-9").problems
    assert problem.line is None
    assert '"rt-9"' in problem.what.vi
    assert "rt-1" in problem.mend.vi


def test_a_wrong_near_end_is_told_where_all_lines_exist() -> None:
    land = proposed(*ROWS).proposal.plan.result
    (problem,) = proposed(*ROWS, near="rt-9", land=land).problems
    assert '"rt-9"' in problem.what.vi
    assert proposed(*ROWS, near="rt-1", land=land).proposal.plan.empty


# Numbers, telephones, days


@pytest.mark.parametrize("said", ["40 chỗ", "40 ghế", "40 Chỗ ngồi", "40", "40chỗ"])
def test_seats_may_be_called_so(said: str) -> None:
    assert mend("rooms", "seats", said).text == "40"


@pytest.mark.parametrize("said", ["84912345670", "84 912 345 670", "0084912345670", "912345670"])
def test_a_telephone_as_seen_from_abroad_is_the_one_at_home(said: str) -> None:
    assert mend("contacts", "phone", said).text == "0912345670"


def test_a_telephone_of_the_ledger_is_known_in_every_form() -> None:
    row: list[Cell] = ["UBND xã Một", "10.9.0.1", "A", "+84912345670"]
    land = proposed(row).proposal.plan.result
    for said in ("84912345670", "0912345670"):
        found = proposed([*row[:3], said], land=land)
        assert not found.proposal.plan.added


@pytest.mark.parametrize("said", ["Thứ Hai - Thứ Sáu", "thứ hai đến thứ sáu", "T2-T6", "1-5"])
def test_days_of_the_week_in_words(said: str) -> None:
    assert days(said, {}) == (1, 2, 3, 4, 5)


# Suggestions


def test_what_no_slip_makes_is_not_suggested() -> None:
    land = a_province()
    names = ("Phường Phước Bình", "Xã Nha Bích", "Xã Phú Nghĩa", "Xã Lộc Tấn")
    units = [
        Unit(
            slug=f"u-{n}",
            code=f"2500{n}",
            level=UnitLevel.COMMUNE,
            name=name,
            parent="dong-nai",
            province_code="75",
        )
        for n, name in enumerate(names)
    ]
    gazetteer = Gazetteer(land.model_copy(update={"units": (*land.units, *units)}), ON)
    assert gazetteer.find("xã Hoà Bình").candidates == gazetteer.nearer("xã Hoà Bình") == ()
    assert gazetteer.find("xã Lọc Tấng").candidates == gazetteer.said(["u-3"])
    assert gazetteer.find("Phước Bìn").candidates == gazetteer.said(["u-0"])


# The preview


def test_rows_of_a_faulty_place_are_not_shown_as_added() -> None:
    found = proposed(["UBND xã Zét", "10.9.0.1", "A", "0912345678"], ROWS[1])
    assert found.problems
    names = {step.name for step in lists.sound(found).added}
    assert names == {"ubnd-phuong-hai", "gw-ubnd-phuong-hai", "kt-ubnd-phuong-hai"}


# The template


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_speaks_of_its_own_sheets_and_columns(language: str) -> None:
    content = blankbook.workbook(Inventory(), language=language, examples=EXAMPLES)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(io.BytesIO(content))
    explained = "\n".join(
        str(cell.value)
        for page in book.worksheets
        for row in page.iter_rows()
        if row[0].value == getattr(vocabulary.HELP, language)
        for cell in row
    )
    assert explained
    assert not re.search(r"\bslugs?\b|\.csv|\bnear\b|\bfar\b|theo kind", explained)
