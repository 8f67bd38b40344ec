"""A site is a điểm cầu, a room a phòng họp; lists may call both by the older word."""

from inventory import lists
from inventory.tables import BY_NAME
from inventory.vocabulary import TABS, heading
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved


def table_of(tab: str, head: list[Cell], row: list[Cell]) -> str:
    found = lists.propose("ds.xlsx", saved((tab, [head, row])), a_province(), ON)
    (layout,) = (sheet.layout for sheet in found.listed.sheets)
    assert layout is not None
    return layout.table


def test_a_room_is_never_called_by_the_word_for_a_site() -> None:
    said = [TABS["rooms"].vi, BY_NAME["rooms"].title.vi, heading("rooms", "name").vi]
    assert not any("điểm cầu" in text.casefold() for text in said)


def test_a_sheet_called_diem_cau_is_read_by_its_columns() -> None:
    rooms: list[Cell] = ["Tên điểm cầu", "Điểm", "Thiết bị đầu cuối", "Số chỗ"]
    assert table_of("Điểm cầu", rooms, ["Phòng A", "dc-1", "ep-1", 30]) == "rooms"
    assert table_of("Điểm cầu", ["Tên điểm cầu", "Xã"], ["UBND xã Một", "Xã Một"]) == "sites"
    sites: list[Cell] = ["Tên điểm cầu", "Địa chỉ", "Vĩ độ", "Kinh độ"]
    assert table_of("Điểm cầu", sites, ["UBND xã Một", "Thôn 1", 11.5, 106.9]) == "sites"
    wide: list[Cell] = ["Điểm cầu", "IP WAN", "Nhà mạng"]
    assert table_of("Điểm cầu", wide, ["UBND xã Một", "10.9.9.1", "VNPT"]) == "wide"
