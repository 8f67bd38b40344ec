"""Workbooks as offices have them, made by another library than the one that reads them."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from core.inventory import Inventory, Unit, UnitLevel
from tests.inventory.builders import a_land

PUBLISHED = Path(__file__).parents[3] / "shared/data/units/vn-units-2026-07-25.json"
Cell = str | int | float | date | bool | None


def saved(*sheets: tuple[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return a workbook with these rows on these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return packed(book)


def packed(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shared(rows: Sequence[Sequence[Cell]], name: str = "S") -> bytes:
    """Return a workbook with its texts in a part of their own, as Excel writes them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet(name)
        for line, row in enumerate(rows):
            page.write_row(line, 0, row)
    return out.getvalue()


def a_wide_page(page: Worksheet) -> None:
    """Fill a page like the list of a real office: titles, two header rows, sections, a total."""
    page.append(["UBND TỈNH ĐỒNG NAI"])
    page.append(["DANH SÁCH ĐIỂM KẾT NỐI MẠNG TSLCD"])
    page.append([])
    page.append(
        ["STT", "Tên đơn vị", "Địa chỉ", "IP WAN", "Kênh truyền", None, None, "Đầu mối", None, "X"]
    )
    page.append([None] * 4 + ["Nhà mạng", "Mã kênh", "Băng thông", "Họ tên", "SĐT"])
    for letter in "ABCD":
        page.merge_cells(f"{letter}4:{letter}5")
    for area in ("A1:J1", "E4:G4", "H4:I4"):
        page.merge_cells(area)
    page.append([f"({n})" for n in range(1, 11)])
    page.append(["I", "HUYỆN BÙ ĐĂNG"])
    page.append(
        [1, "UBND xã Một", "Thôn 1", "10.70.5.1/30", "VNPT", "DNI-1", "200Mbps", "Bùi B", 912345678]
    )
    page.append(
        [2, "UBND P. Hai", "Số 2", "10.70.5.2", "Viettel", "DNI-2", 100, "Lê C", "0987 654 321"]
    )
    page.append(["Tổng cộng", None, None, None, None, None, 300])
    page.append([])
    page.append([None, "Người lập biểu"])


def a_wide_list() -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "DS điểm"
    a_wide_page(page)
    return packed(book)


def _unit(slug: str, code: str, level: UnitLevel, name: str, parent: str | None) -> Unit:
    return Unit(slug=slug, code=code, level=level, name=name, parent=parent, province_code="75")


def a_province() -> Inventory:
    """Return the small land with one router at its centre, and two communes with real names."""
    land = a_land()
    return a_land(
        units=(
            _unit("dong-nai", "75", UnitLevel.PROVINCE, "Thành phố Đồng Nai", None),
            _unit("xa-1", "00001", UnitLevel.COMMUNE, "Xã Một", "dong-nai"),
            _unit("p-2", "00002", UnitLevel.COMMUNE, "Phường Hai", "dong-nai"),
        ),
        devices=tuple(device for device in land.devices if device.slug != "rt-2"),
        links=land.links[:3],
    )
