from datetime import date

import openpyxl
import pytest

from core.errors import Invalid
from core.inventory import Inventory, Succession, Unit, UnitLevel
from inventory import lists
from inventory.listed import Options
from inventory.lists import ListProposal
from inventory.plan import applied
from tests.inventory.builders import ON, a_land, a_unit
from tests.inventory.workbooks import Cell, a_province, a_wide_list, a_wide_page, packed, saved

REFORM = date(2025, 7, 1)


def proposed(
    content: bytes, current: Inventory | None = None, name: str = "ds.xlsx", **how: object
) -> ListProposal:
    land = a_province() if current is None else current
    return lists.propose(name, content, land, ON, **how)  # type: ignore[arg-type]


def told(found: ListProposal) -> list[tuple[int | None, str | None]]:
    return [(problem.line, problem.key) for problem in found.problems]


def test_a_wide_list_becomes_sites_gateways_lines_and_people() -> None:
    found = proposed(a_wide_list())
    assert not found.problems
    rows = {(step.table, step.name) for step in found.proposal.plan.added}
    assert rows == {
        ("contacts", "bui-b"),
        ("contacts", "le-c"),
        ("sites", "ubnd-xa-mot"),
        ("sites", "ubnd-p-hai"),
        ("devices", "gw-ubnd-xa-mot"),
        ("devices", "gw-ubnd-p-hai"),
        ("links", "kt-ubnd-xa-mot"),
        ("links", "kt-ubnd-p-hai"),
    }
    result = found.proposal.plan.result
    link = next(link for link in result.links if link.slug == "kt-ubnd-xa-mot")
    assert (link.near, link.far, link.circuit, link.capacity_mbps) == (
        "rt-1",
        "gw-ubnd-xa-mot",
        "DNI-1",
        200.0,
    )
    site = next(site for site in result.sites if site.slug == "ubnd-p-hai")
    assert (site.unit, site.address, site.contact) == ("p-2", "Số 2", "le-c")
    assert next(d for d in result.devices if d.slug == "gw-ubnd-xa-mot").address == "10.70.5.1"
    assert next(c for c in result.contacts if c.slug == "bui-b").phone == "0912345678"
    said = " ".join(notice.said("vi") for notice in found.notices)
    for part in ("Tổng cộng", "Người lập biểu", "0912345678", '"10.70.5.1/30"', "Phường Hai"):
        assert part in said


def test_the_same_list_again_changes_nothing_and_retires_nothing() -> None:
    land = applied(a_province(), proposed(a_wide_list()).proposal.plan.changes)
    assert proposed(a_wide_list(), land).proposal.plan.empty


def test_a_line_is_known_by_its_circuit_when_the_place_has_a_new_name() -> None:
    land = applied(a_province(), proposed(a_wide_list()).proposal.plan.changes)
    book = openpyxl.Workbook()
    a_wide_page(book.worksheets[0])
    book.worksheets[0]["B8"] = "Trung tâm hành chính xã Một"
    found = proposed(packed(book), land)
    assert not found.problems
    assert {(s.table, s.name) for s in found.proposal.plan.changed} >= {("sites", "ubnd-xa-mot")}
    assert not found.proposal.plan.added


def test_a_new_address_changes_the_gateway_that_is_there() -> None:
    land = applied(a_province(), proposed(a_wide_list()).proposal.plan.changes)
    book = openpyxl.Workbook()
    a_wide_page(book.worksheets[0])
    book.worksheets[0]["D8"] = "10.70.9.9"
    (step,) = proposed(packed(book), land).proposal.plan.changed
    assert (step.name, [d.field for d in step.differences]) == ("gw-ubnd-xa-mot", ["address"])


def test_a_namesake_in_another_former_district_is_another_place() -> None:
    """Two communes of one name ended in two communes of today, one of which kept the name."""
    land = applied(a_province(), proposed(a_wide_list()).proposal.plan.changes)

    def former(slug: str, code: str, name: str, parent: str | None = None) -> Unit:
        level = UnitLevel.COMMUNE if parent else UnitLevel.DISTRICT
        return a_unit(slug, code, level, parent).model_copy(
            update={"name": name, "province_code": "70", "valid_to": REFORM}
        )

    places = (
        former("h-1", "691", "Huyện Bắc"),
        former("h-2", "692", "Huyện Nam"),
        former("h-3", "693", "Huyện Tây"),
        former("cu-1", "00011", "Xã Một", "h-1"),
        former("cu-2", "00012", "Xã Một", "h-2"),
    )
    went = (
        Succession(old="cu-1", new="xa-1", on=REFORM),
        Succession(old="cu-2", new="p-2", on=REFORM),
    )
    land = land.model_copy(
        update={"units": land.units + places, "successions": land.successions + went}
    )

    def asked(district: str) -> ListProposal:
        head: list[Cell] = ["Tên đơn vị", "Huyện (cũ)", "IP WAN"]
        return proposed(saved(("Sheet1", [head, ["UBND xã Một", district, "10.70.9.9"]])), land)

    assert [s.name for s in asked("Bắc").proposal.plan.changed] == ["gw-ubnd-xa-mot"]
    south = asked("Nam")
    assert not south.problems
    assert not south.proposal.plan.changed
    (added,) = (s.name for s in south.proposal.plan.added if s.table == "sites")
    assert next(s for s in south.proposal.plan.result.sites if s.slug == added).unit == "p-2"
    assert [p.line for p in asked("Tây").problems] == [2]


def test_two_rows_of_one_place_are_its_main_line_and_its_reserve() -> None:
    head: list[Cell] = ["Tên đơn vị", "IP WAN", "Nhà mạng", "Mã kênh"]
    content = saved(
        (
            "DS",
            [head, ["UBND xã Một", "10.9.0.1", "VNPT", "A"], ["UBND xã Một", None, "Viettel", "B"]],
        )
    )
    found = proposed(content)
    assert not found.problems
    lines = [s.row for s in found.proposal.plan.added if s.table == "links"]
    assert [(getattr(row, "circuit"), getattr(row, "order")) for row in lines] == [  # noqa: B009
        ("A", 1),
        ("B", 2),
    ]


def test_a_line_to_a_place_without_a_device_is_told_at_the_empty_address() -> None:
    head: list[Cell] = ["Tên đơn vị", "IP WAN", "Nhà mạng", "Mã kênh"]
    found = proposed(saved(("DS", [head, ["UBND xã Một", None, "VNPT", "A"]])))
    assert told(found) == [(2, "IP WAN")]


def test_columns_of_a_reserve_line_are_told_by_the_heading_above_them() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["Tên đơn vị", "IP WAN", "Kênh chính", None, "Kênh dự phòng", None])
    page.append([None, None, "Nhà mạng", "Mã kênh", "Nhà mạng", "Mã kênh"])
    page.merge_cells("C1:D1")
    page.merge_cells("E1:F1")
    page.append(["UBND xã Một", "10.9.0.1", "VNPT", "A", "Viettel", "B"])
    found = proposed(packed(book))
    assert not found.problems
    lines = {s.name: s.row for s in found.proposal.plan.added if s.table == "links"}
    assert {name: getattr(row, "circuit", None) for name, row in lines.items()} == {
        "kt-ubnd-xa-mot": "A",
        "kt-ubnd-xa-mot-dp": "B",
    }


def test_lines_whose_end_at_the_centre_is_unknown_are_told_once_and_can_be_given() -> None:
    land = a_land(units=a_province().units)  # two routers at the centre
    found = proposed(a_wide_list(), land)
    assert told(found) == [(None, "Thiết bị phía trung tâm")]
    assert "rt-1; rt-2" in found.problems[0].what.vi
    assert not proposed(a_wide_list(), land, options=Options(near="rt-2")).problems


def test_without_partial_nothing_and_with_it_the_good_rows_are_proposed() -> None:
    book = openpyxl.Workbook()
    a_wide_page(book.worksheets[0])
    book.worksheets[0]["D9"] = "10.70.5.300"
    found = proposed(packed(book))
    assert told(found) == [(9, "IP WAN")]
    partly = proposed(packed(book), partial=True)
    assert not partly.problems
    assert [(p.line, p.key) for p in partly.left_out] == [(9, "IP WAN")]
    assert partly.rows_left_out == 1
    assert {s.name for s in partly.proposal.plan.added if s.table == "sites"} == {"ubnd-xa-mot"}
    assert not partly.proposal.plan.retired


def test_what_refers_to_a_row_that_was_left_out_is_left_out_too() -> None:
    content = saved(
        ("Điểm", [["Mã định danh", "Tên điểm", "Đơn vị hành chính"], ["s-9", "S", "Xã Chín"]]),
        (
            "Thiết bị",
            [
                ["Mã định danh", "Tên thiết bị", "Điểm", "Loại", "Địa chỉ IP"],
                ["gw-9", "G", "s-9", "gateway", "10.9.9.9"],
                ["gw-8", "G8", "dc-1", "bộ định tuyến", "10.9.9.8"],
            ],
        ),
    )
    found = proposed(content, partial=True)
    assert not found.problems
    assert [s.name for s in found.proposal.plan.added] == ["gw-8"]
    assert found.rows_left_out == 2
    assert [p.line for p in found.left_out] == [2, 2]


def test_a_list_leaves_alone_what_it_does_not_mention_unless_it_replaces() -> None:
    content = saved(
        ("Đầu mối", [["Họ và tên", "Điện thoại"], ["Bình", "0912 000 111"], ["An", "0912000112"]])
    )
    found = proposed(content)
    assert not found.problems
    assert [s.name for s in found.proposal.plan.added] == ["binh"]
    (change,) = found.proposal.plan.changed  # An keeps the e-mail that the list has no column for
    assert [d.field for d in change.differences] == ["phone"]
    assert not found.proposal.plan.retired
    only = saved(("Đầu mối", [["Họ và tên", "Điện thoại"], ["Bình", "0912 000 111"]]))
    replaced = proposed(only, replacing=True)
    assert [s.name for s in replaced.proposal.plan.retired] == ["an"]


def test_units_by_name_need_the_district_only_where_names_repeat() -> None:
    rows: list[list[Cell]] = [
        ["STT", "Mã ĐVHC", "Tên đơn vị hành chính", "Cấp", "Mã tỉnh"],
        [1, 75, "Thành phố Đồng Nai", "tỉnh", 75],
        [2, 70, "Xã Một", "xã", 75],
        [3, "00071", "Phường Hai", "Phường", "75"],
    ]
    found = proposed(saved(("Đơn vị", rows)), Inventory())
    assert not found.problems
    units = {unit.name: unit for unit in found.proposal.plan.result.units}
    assert units["Xã Một"].code == "00070"
    assert units["Xã Một"].parent == units["Thành phố Đồng Nai"].slug
    assert any('"00070"' in notice.what.vi for notice in found.notices)


def test_faulty_cells_are_told_and_formulas_never_computed() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Đầu mối"
    page.append(["Họ và tên", "Điện thoại", "Thư điện tử"])
    page.append(["An", '=CONCATENATE("09","12345678")', "an@donvi.vn"])
    page.append(["Bình", "#N/A", "b@donvi.vn"])
    page["B3"].data_type = "e"
    page.append(["Chi", "@SUM(1)", "c@donvi.vn"])
    found = proposed(packed(book))
    assert told(found) == [(2, "Điện thoại"), (3, "Điện thoại"), (4, "Điện thoại")]
    assert "công thức" in found.problems[0].what.vi
    assert "#N/A" in found.problems[1].what.vi


def test_days_are_read_as_people_and_spreadsheets_write_them() -> None:
    days: list[Cell] = [
        date(2025, 7, 1),
        "01/07/2025",
        "1-7-25",
        "ngày 01 tháng 7 năm 2025",
        45839,
        "2025-07-01",
    ]
    head: list[Cell] = ["Mã định danh", "Tên điểm", "Đơn vị hành chính", "Hiệu lực từ"]
    rows = [head, *([f"s-{n}", f"S {n}", "Xã Một", day] for n, day in enumerate(days))]
    found = proposed(saved(("Điểm", rows)))
    assert not found.problems
    fresh = [s.row for s in found.proposal.plan.added]
    assert {getattr(row, "valid_from", None) for row in fresh} == {date(2025, 7, 1)}


def test_hidden_sheets_are_passed_over_hidden_rows_are_read_and_macros_are_not_run() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Đầu mối"
    page.append(["Họ và tên", "Điện thoại"])
    page.append(["Bình", "0912000111"])
    page.append(["Chi", "0912000113"])
    page.row_dimensions[3].hidden = True
    secret = book.create_sheet("Cơ quan")
    secret.append(["Tên cơ quan", "Đơn vị hành chính"])
    secret.append(["UBND", "không có"])
    secret.sheet_state = "hidden"
    found = proposed(packed(book), name="ds.xlsm")
    assert not found.problems
    assert len(found.proposal.plan.added) == 2
    said = " ".join(notice.said("vi") for notice in found.notices)
    assert "trang ẩn" in said
    assert "1 dòng ẩn" in said


def test_columns_without_meaning_are_told_and_can_be_given_one_that_is_remembered() -> None:
    rows: list[list[Cell]] = [
        ["Đồng chí", "Số máy cầm tay", "Điện thoại"],
        ["Bình", "0912000111", None],
    ]
    content = saved(("Đầu mối", rows))
    assert (
        any(
            n.key == "Số máy cầm tay" and "không rõ cột" in n.what.vi
            for n in proposed(content).notices
        )
        or proposed(content).problems
    )
    options = Options(
        mapping={"Đồng chí": "contacts.name", "số máy CẦM TAY": "contacts.phone", "Điện thoại": "-"}
    )
    found = proposed(content, options=options)
    assert [getattr(s.row, "phone", None) for s in found.proposal.plan.added] == ["0912000111"]
    (sheet,) = [s for s in found.listed.sheets if s.layout]
    assert sheet.layout is not None
    remembered = {sheet.layout.fingerprint: dict(options.mapping)}
    again = proposed(content, options=Options(remembered=remembered))
    assert [s.name for s in again.proposal.plan.added] == ["binh"]


def test_a_mapping_to_nothing_is_refused_with_what_was_meant() -> None:
    options = Options(mapping={"IP": "devices.adress"})
    found = proposed(a_wide_list(), options=options)
    assert any("devices.address" in problem.mend.vi for problem in found.problems)


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "Excel 97-2003"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        ("a.ods", b"PK", "OpenDocument"),
        ("a.doc", b"", "Word"),
        ("a.xlsx", b"<html><table>", "không phải là sổ làm việc"),
        ("a.xlsx", b"", "không phải là sổ làm việc"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 40, "bị hỏng"),
        ("a.png", b"\x89PNG", "không nhập được"),
    ],
)
def test_other_files_are_refused_with_how_to_save_them(
    name: str, content: bytes, part: str
) -> None:
    with pytest.raises(Invalid) as refused:
        lists.opened(name, content)
    assert part in refused.value.problems[0].said("vi")


def test_a_csv_file_of_its_own_is_read_as_a_list() -> None:
    text = "Họ và tên;Điện thoại\nBình;912000111\n"
    found = proposed(text.encode(), name="danh bạ.csv")
    assert not found.problems
    assert [getattr(s.row, "phone", None) for s in found.proposal.plan.added] == ["0912000111"]
    assert [s.label for s in found.listed.sheets] == ["danh bạ.csv"]


def test_reading_is_cancelled_by_its_progress() -> None:
    head: list[Cell] = ["Họ và tên", "Điện thoại"]
    rows = [head]
    rows += [[f"N {n}", f"09{n:08d}"] for n in range(5_000)]

    class Cancelled(Exception):
        pass

    def stop(what: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        proposed(saved(("Đầu mối", rows)), progress=stop)


def test_a_long_chain_of_rows_is_left_out_with_its_first() -> None:
    head = ["Mã định danh", "Tên thiết bị", "Điểm", "Loại", "Địa chỉ IP", "Đường lên"]
    chain = [
        [f"tb-{n}", f"TB {n}", "dc-1", "router", f"10.8.0.{n}", f"tb-{n + 1}"] for n in range(1, 60)
    ]
    chain.append(["tb-60", "TB 60", "dc-1", "router", "10.8.0.600", ""])
    beside = [["tb-99", "TB 99", "dc-1", "router", "10.8.0.99", ""]]
    found = proposed(saved(("Thiết bị", [head, *chain, *beside])), partial=True)
    assert not found.problems
    assert found.rows_left_out == 60
    assert [s.name for s in found.proposal.plan.added] == ["tb-99"]
    assert {p.key for p in found.left_out} == {"Địa chỉ IP", "Đường lên"}


def test_what_the_ledger_has_stands_in_for_a_row_left_out() -> None:
    content = saved(
        (
            "Thiết bị",
            [
                ["Mã định danh", "Tên thiết bị", "Điểm", "Loại", "Địa chỉ IP", "Đường lên"],
                ["gw-1", "Cổng", "dc-1", "router", "10.8.0.600", None],
                ["sw-1", "Chuyển mạch", "dc-1", "switch", "10.8.0.2", "gw-1"],
            ],
        ),
    )
    found = proposed(content, partial=True)
    assert found.rows_left_out == 1
    assert [s.name for s in found.proposal.plan.added] == ["sw-1"]
