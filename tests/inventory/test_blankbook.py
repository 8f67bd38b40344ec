"""Workbooks of our own come back as they were; the template is empty to an import."""

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from core.inventory import Inventory
from core.text import Language
from inventory import blankbook, lists, yamlfiles
from inventory.plan import plan
from inventory.search import bare
from inventory.tables import TABLES, key, rows
from inventory.template import BEGINNING, EXAMPLES
from tests.inventory.builders import ON, a_land
from tests.inventory.strategies import inventories, small

# The rows refer to slugs that need not be there; what has such a name would be meant instead.
_SLUGS = {"a", "b", "c 1", "d 2", "e 3"}


def _plain(inventory: Inventory) -> bool:
    """Say whether no name is taken for a reference."""
    named = [
        bare(str(name))
        for table in TABLES
        for row in rows(inventory, table.name)
        if (name := getattr(row, "name", None))
    ]
    return not _SLUGS.intersection(named)


whole: SearchStrategy[Inventory] = (small | inventories).filter(_plain)


def _back(name: str, content: bytes) -> Inventory:
    """Return the rows that a file gives to an empty ledger."""
    found = lists.propose(name, content, Inventory(), ON, replacing=True)
    if name == "x.yaml" and not found.listed.sheets:
        return Inventory()
    assert not found.listed.folder.problems
    return found.listed.folder.inventory


@pytest.mark.parametrize("language", ["vi", "en"])
@given(whole)
@settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_row_comes_back_from_a_workbook(language: Language, inventory: Inventory) -> None:
    content = blankbook.workbook(inventory, language=language)
    back = _back("x.xlsx", content)
    for table in TABLES:
        assert sorted(rows(back, table.name), key=key) == sorted(
            rows(inventory, table.name), key=key
        )
    assert blankbook.workbook(inventory, language=language) == content


@given(whole)
@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_row_comes_back_from_yaml(inventory: Inventory) -> None:
    back = _back("x.yaml", yamlfiles.rendered(inventory))
    for table in TABLES:
        assert sorted(rows(back, table.name), key=key) == sorted(
            rows(inventory, table.name), key=key
        )


@pytest.mark.parametrize("name", ["x.xlsx", "x.yaml"])
def test_an_export_imported_again_changes_nothing(name: str) -> None:
    land = a_land()
    content = blankbook.workbook(land) if name == "x.xlsx" else yamlfiles.rendered(land)
    for replacing in (False, True):
        found = lists.propose(name, content, land, ON, replacing=replacing)
        assert not found.problems
        assert found.proposal.plan.empty
    assert plan(land, found.listed.folder.inventory, ON).empty


def test_the_template_explains_itself_and_holds_no_rows() -> None:
    content = blankbook.workbook(Inventory(), examples=EXAMPLES, lookup=BEGINNING.units)
    found = lists.propose("x.xlsx", content, BEGINNING, ON)
    assert not found.problems
    assert found.proposal.plan.empty
    assert {s.layout.table for s in found.listed.sheets if s.layout} == {t.name for t in TABLES}
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[0] == "Hướng dẫn"
    assert book.sheetnames[-1] == "Tra cứu đơn vị"
    page = book["Đơn vị hành chính"]
    assert [cell.value for cell in page[1]][:3] == ["STT", "Mã định danh", "Mã đơn vị *"]
    assert page["C1"].comment is not None
    assert page.column_dimensions["C"].number_format == "@" or page["C3"].number_format == "@"
    lists_of_words = [rule.formula1 for rule in page.data_validations.dataValidation]
    assert '"tỉnh,huyện,xã"' in lists_of_words


def test_a_filled_template_is_imported_by_names_alone() -> None:
    content = blankbook.workbook(Inventory(), examples=EXAMPLES, lookup=BEGINNING.units)
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["Đơn vị hành chính"].append([1, None, "25195", "xã", "Phường Bình Phước", None, None, 75])
    book["Điểm"].append([1, None, "Điểm cầu phường Bình Phước", None, "P. Bình Phước"])
    book["Thiết bị"].append(
        [
            1,
            None,
            "Cổng Bình Phước",
            "Điểm cầu phường Bình Phước",
            "gateway",
            None,
            None,
            "10.9.9.1",
        ]
    )
    out = io.BytesIO()
    book.save(out)
    found = lists.propose("x.xlsx", out.getvalue(), BEGINNING, ON)
    assert not found.problems
    assert {(s.table, s.name) for s in found.proposal.plan.added} == {
        ("units", "phuong-binh-phuoc"),
        ("sites", "diem-cau-phuong-binh-phuoc"),
        ("devices", "tb-cong-binh-phuoc"),
    }
    (unit,) = (s.row for s in found.proposal.plan.added if s.table == "units")
    assert getattr(unit, "parent", None) == "dong-nai"
