"""Lists of units' figures as carriers, mail servers and consoles export them."""

import contextlib
import csv
import io
from collections.abc import Mapping
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.errors import Invalid
from core.inventory import Inventory, Organisation, Succession, Unit, UnitLevel
from core.unitfigures import Period
from inventory import figurelist
from inventory.figureforms import Form, forms
from inventory.figurelist import Asked, FigureList
from inventory.figureperiods import period_of

TODAY = date(2026, 11, 30)
REFORM = date(2025, 7, 1)


def a_unit(slug: str, code: str, name: str, **more: object) -> Unit:
    fields: dict[str, object] = {
        "level": UnitLevel.COMMUNE, "parent": "tinh", "province_code": "75", "valid_from": REFORM,
    }  # fmt: skip
    return Unit.model_validate({"slug": slug, "code": code, "name": name} | fields | more)


LAND = Inventory(
    units=(
        a_unit("tinh", "75", "Đồng Nai", level=UnitLevel.PROVINCE, parent=None),
        a_unit("bu-dop", "694", "Huyện Bù Đốp", level=UnitLevel.DISTRICT, valid_to=REFORM,
               valid_from=date(2004, 1, 1)),
        a_unit("dak-o", "25228", "Xã Đăk Ơ"),
        a_unit("an-loc", "25320", "Phường An Lộc"),
        a_unit("tan-tien", "25308", "Xã Tân Tiến"),
        a_unit("tan-thanh", "25309", "Xã Tân Thành", parent="bu-dop", valid_to=REFORM,
               valid_from=date(2004, 1, 1)),
    ),
    successions=(Succession(old="tan-thanh", new="tan-tien", on=REFORM),),
    organisations=(
        Organisation(slug="so-noi-vu", name="Sở Nội vụ", unit="tinh", valid_from=REFORM),
    ),
)  # fmt: skip


def taken(form: str, *lines: str, name: str = "a.csv", **given: object) -> FigureList:
    if isinstance(said := given.get("period"), str):
        given["period"] = period_of(said, forms()[form])
    asked = Asked(forms()[form], TODAY, **given)  # type: ignore[arg-type]
    return figurelist.read(name, "\n".join(lines).encode(), LAND, asked)


def values(found: FigureList) -> dict[tuple[str, str, str], Mapping[str, float]]:
    assert not found.problems, [one.said("en") for one in found.problems]
    return {row.subject: dict(row.values) for row in found.rows}


def refusals(found: FigureList) -> list[str]:
    return [one.said("en") for one in found.problems]


@pytest.mark.parametrize("form", forms().values(), ids=forms())
def test_every_column_is_known_by_its_own_name_in_both_languages(form: Form) -> None:
    for name, column in form.columns.items():
        for text in (column.vi, column.en):
            line = f"Đơn vị;Nhà mạng;Ứng dụng;{text};Kỳ"
            period = "30/11/2026" if form.span == "day" else "11/2026"
            number = "0,5" if column.kind == "ratio" else "7"
            found = taken(form.name, line, f"Xã Đăk Ơ;Viettel;iOffice;{number};{period}")
            said = [dict(row.values) for row in found.rows]
            assert said == [{name: 0.5 if column.kind == "ratio" else 7.0}], (text, refusals(found))


def test_stations_of_communes_in_columns_of_any_order() -> None:
    found = taken(
        "bts",
        "BÁO CÁO TRẠM BTS;;;;;",
        "Tháng 10/2026;;;;;",
        "4G;Xã/phường;STT;Tổng số trạm;Doanh nghiệp;Phủ sóng",
        "9;xa dak o;1;1.085;VNPT;98,5%",
        "4;P. An Lộc;2;5;Mạng Viettel;1",
        ";Tổng cộng;;1.090;;",
    )
    assert values(found) == {
        ("dak-o", "", "VinaPhone"): {"stations": 1085, "stations_4g": 9, "covered": 0.985},
        ("an-loc", "", "Viettel"): {"stations": 5, "stations_4g": 4, "covered": 1},
    }
    assert {row.period for row in found.rows} == {Period(begin=date(2026, 10, 1), span="month")}


def test_headings_in_two_rows_of_a_workbook() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Xã", "Nhà mạng", "Số trạm BTS", None, None])
    sheet.append([None, None, "2G", "4G", "5G"])
    sheet.merge_cells("C1:E1")
    sheet.append(["Xã Đăk Ơ", "Viettel", 3, 12, 1])
    out = BytesIO()
    book.save(out)
    asked = Asked(forms()["bts"], TODAY, period_of("10/2026", forms()["bts"]))
    found = figurelist.read("a.xlsx", out.getvalue(), LAND, asked)
    assert values(found) == {
        ("dak-o", "", "Viettel"): {"stations_2g": 3, "stations_4g": 12, "stations_5g": 1}
    }


def test_a_row_for_each_station_is_counted_and_a_station_named_twice_is_one() -> None:
    found = taken(
        "bts",
        "Mã trạm;Xã;Công nghệ;Trạng thái",
        "DNI01;Xã Đăk Ơ;2G/3G/4G;Hoạt động",
        "DNI02;Xã Đăk Ơ;4G;Mất kết nối do mất điện",
        "DNI02;Xã Đăk Ơ;5G;Mất kết nối do mất điện",
        period="10/2026",
        part="Viettel",
    )
    assert values(found)["dak-o", "", "Viettel"] == {
        "stations": 2, "stations_2g": 1, "stations_3g": 1, "stations_4g": 2, "stations_5g": 1,
        "down": 1,
    }  # fmt: skip


def test_what_a_list_has_no_column_for_stays_unknown_not_zero() -> None:
    found = taken("bts", "Mã trạm;Xã", "DNI01;Xã Đăk Ơ", period="10/2026", part="Viettel")
    assert values(found) == {("dak-o", "", "Viettel"): {"stations": 1}}


def test_an_export_of_a_console_has_a_row_for_each_machine_and_groups_as_paths() -> None:
    found = taken(
        "antivirus",
        "Device name,Group,Last update of anti-virus databases,Viruses detected",
        "PC-1,Managed devices/UBND xã Đăk Ơ,2026-11-29 09:10,0",
        "PC-2,Managed devices/UBND xã Đăk Ơ/Văn phòng,01/11/2026 10:00,3",
        "PC-3,Managed devices/Sở Nội vụ,,0",
        period="30/11/2026",
        part="KSC",
    )
    assert values(found) == {
        ("dak-o", "", "Kaspersky"): {
            "machines": 2, "outdated": 1, "infected": 1, "signature_age": 29,
        },
        ("tinh", "so-noi-vu", "Kaspersky"): {"machines": 1, "outdated": 1, "infected": 0},
    }  # fmt: skip


def test_mailboxes_by_their_last_login() -> None:
    found = taken(
        "mailboxes",
        "Email,Đơn vị,zimbraLastLogonTimestamp",
        "a@dongnai.gov.vn,UBND phường An Lộc,20261115093011Z",
        "b@dongnai.gov.vn,UBND phường An Lộc,20260101000000Z",
        "c@dongnai.gov.vn,UBND phường An Lộc,Never",
        period="11/2026",
    )
    assert values(found) == {("an-loc", "", ""): {"issued": 3, "active": 1}}


def test_a_commune_of_before_the_reform_is_the_one_that_came_after() -> None:
    lines = ("Đơn vị;Huyện (cũ);CBCC;Máy tính", "Xã Tân Thành;Bù Đốp;20;19")
    assert set(values(taken("computers", *lines, period="10/2026"))) == {("tan-tien", "", "")}
    assert set(values(taken("computers", *lines, period="10/2024"))) == {("tan-thanh", "", "")}


def test_offices_of_the_inventory_are_subjects_of_their_own() -> None:
    found = taken("computers", "Cơ quan;CBCC;Máy tính", "Sở Nội vụ;80;75", period="10/2026")
    assert values(found) == {("tinh", "so-noi-vu", ""): {"officials": 80, "pcs": 75}}


@pytest.mark.parametrize(
    ("text", "form", "begin", "span"),
    [
        ("10/2026", "bts", date(2026, 10, 1), "month"),
        ("tháng 10 năm 2026", "bts", date(2026, 10, 1), "month"),
        ("2026-10", "bts", date(2026, 10, 1), "month"),
        ("31/10/2026", "bts", date(2026, 10, 1), "month"),
        ("31/10/2026", "antivirus", date(2026, 10, 31), "day"),
        ("10/2026", "antivirus", date(2026, 10, 1), "month"),
    ],
)
def test_periods_are_said_in_many_ways(text: str, form: str, begin: date, span: str) -> None:
    found = period_of(text, forms()[form])
    assert found is not None
    assert (found.begin, found.span) == (begin, span)


@pytest.mark.parametrize(
    ("form", "title", "begin"),
    [
        ("computers", "Thống kê tháng 10 năm 2026", date(2026, 10, 1)),
        ("computers", "Số liệu đến ngày 31/10/2026", date(2026, 10, 1)),
        ("computers", "Đồng Nai, ngày 05 tháng 11 năm 2026", None),
        ("computers", "Ngày xuất: 05/11/2026", None),
        ("antivirus", "Ngày xuất: 05/11/2026", date(2026, 11, 5)),
    ],
)
def test_the_day_of_a_letter_is_not_the_period_of_its_figures(
    form: str, title: str, begin: date | None
) -> None:
    found = taken(form, f"{title};", "Đơn vị;Máy tính", "Xã Đăk Ơ;19")
    assert [row.begin for row in found.rows] == ([begin] if begin else [])
    assert bool(found.problems) is (begin is None)


@pytest.mark.parametrize(
    ("lines", "given", "said"),
    [
        (
            ("Đơn vị;Máy tính", "Xã Đăk Ơ;19"),
            {},
            'a.csv:2: the period is not said. Add a column "Period", write "tháng 10/2026" above '
            "the table, or say --period 10/2026.",
        ),
        (
            ("Đơn vị;Máy tính;Tháng", "Xã Đăk Ơ;19;12/2026"),
            {},
            "a.csv:2: Tháng: the period 12/2026 is still to come. Look at month and year again.",
        ),
        (
            ("Tháng 9/2026;", "Đơn vị;Máy tính", "Xã Đăk Ơ;19"),
            {"period": "10/2026"},
            "a.csv:3: the file says 09/2026, not 10/2026. Say the right period, or leave it out "
            "and the file's is taken.",
        ),
        (
            ("Đơn vị;Máy tính", "Xã Đăk Z;19", "Xã Đăk Ơ;20"),
            {"period": "10/2026"},
            'a.csv:2: Đơn vị: no administrative unit is called "Xã Đăk Z". Write its name or code, '
            "or add the unit to the inventory first.",
        ),
        (
            ("Đơn vị;Máy tính;CBCC", "Xã Đăk Ơ;19,5;20"),
            {"period": "10/2026"},
            'a.csv:2: Máy tính: "19,5" is no whole number. Write a count, not a share.',
        ),
        (
            ("Đơn vị;Máy tính;Máy tính nối Internet", "Xã Đăk Ơ;19;20"),
            {"period": "10/2026"},
            'a.csv:2: Máy tính nối Internet: "PCs with Internet" is 20, more than "PCs in use" 19. '
            "Mend one of the two.",
        ),
        (
            ("Đơn vị;Máy tính", "Xã Đăk Ơ;19", "xã Đăk Ơ;18"),
            {"period": "10/2026"},
            "a.csv:3: Đơn vị: rows 2 and 3 are of one unit and period, yet differ. Add them up in "
            "one row, or declare each office in the table of organisations.",
        ),
        (
            ("Đơn vị;Máy tính",),
            {"period": "10/2026"},
            'a.csv: the table "PCs and headcount" has no row of figures. Fill in one row at least '
            "below the headings.",
        ),
        (
            ("Đơn vị;Máy tính", "Xã Đăk Ơ;19", "Xã Bù Gia Mập;7"),
            {},
            'a.csv:2: the period is not said. Add a column "Period", write "tháng 10/2026" above '
            "the table, or say --period 10/2026.",
        ),
        (
            ("Tên;Màu", "a;b"),
            {},
            'a.csv: no table "PCs and headcount" was found. A row of headings with "Unit" and one '
            'of "Officials", "PCs in use", "PCs with Internet", "PCs older than 5 years" is '
            "needed; see the template.",
        ),
    ],
)
def test_refusals_name_file_line_column_and_the_mend(
    lines: tuple[str, ...], given: Mapping[str, str], said: str
) -> None:
    assert refusals(taken("computers", *lines, **given)) == [said]


def test_an_operator_that_nobody_names_is_asked_for() -> None:
    [said] = refusals(taken("bts", "Xã;Số trạm", "Xã Đăk Ơ;3", period="10/2026"))
    assert said == (
        'a.csv:2: "Operator" is not said. Add a column "Operator", or say it when importing '
        "(--part)."
    )


def test_no_technology_has_more_stations_than_there_are() -> None:
    rows = ("Xã;Nhà mạng;Số trạm;Trạm 4G", "Xã Đăk Ơ;Viettel;8;70")
    [said] = refusals(taken("bts", *rows, period="10/2026"))
    assert said.startswith('a.csv:2: Trạm 4G: "4G stations" is 70, more than "Stations" 8.')


def test_names_that_are_not_a_units_own_are_told() -> None:
    found = taken("computers", "Đơn vị;Máy tính", "UBND xa Dak O;19", period="10/2026")
    assert '"UBND xa Dak O" is Xã Đăk Ơ – Đồng Nai (25228)' in [
        one.what.en for one in found.notices
    ]


@pytest.mark.parametrize("total", ["Toàn tỉnh", "Cả tỉnh", "Grand Total", "Tổng Cuối", "Cộng"])
def test_totals_are_no_units(total: str) -> None:
    found = taken("bts", "Đơn vị;Nhà mạng;Số trạm", f"{total};;9", "Xã Đăk Ơ;Viettel;9",
                  period="10/2026")  # fmt: skip
    assert values(found) == {("dak-o", "", "Viettel"): {"stations": 9}}
    assert any(total in one.said("vi") for one in found.notices)


def test_numbers_with_what_they_count_behind() -> None:
    found = taken("computers", "Đơn vị;Số CBCC;Máy tính", "Xã Đăk Ơ;32 người;1.030 máy tính",
                  period="10/2026")  # fmt: skip
    assert values(found) == {("dak-o", "", ""): {"officials": 32, "pcs": 1030}}


def test_a_column_without_one_number_is_told_by_its_cells() -> None:
    found = taken("computers", "Đơn vị;Số CBCC;Máy tính", "Xã Đăk Ơ;~32;30*", period="10/2026")
    assert [("a.csv:2" in one, "is not a number" in one) for one in refusals(found)] == [
        (True, True)
    ] * 2, refusals(found)


def test_one_row_below_a_numbering_in_brackets() -> None:
    found = taken("computers", "STT;Đơn vị;Số CBCC;Máy tính", "(1);(2);(3);(4)",
                  "1;Xã Đăk Ơ;3;4", period="10/2026")  # fmt: skip
    assert values(found) == {("dak-o", "", ""): {"officials": 3, "pcs": 4}}


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("11/5/2026 8:00:00 AM", None),  # the fifth of November, or the eleventh of May?
        ("11/25/2026 8:00 PM", None),
        ("25/11/2026 8:00 PM", 5),
        ("11/11/2026 8:00 PM", 19),
        ("2026-11-05 8:00 PM", 25),
        ("5/11/2026 08:00:00", 25),
    ],
)
def test_a_day_of_an_english_console_is_not_guessed(said: str, age: float | None) -> None:
    found = taken("antivirus", "Device name;Group;Definitions updated", f"PC1;Xã Đăk Ơ;{said}",
                  period="30/11/2026")  # fmt: skip
    if age is None:
        [only] = refusals(found)  # once, though two figures are of this column
        assert "the month before the day" in only
        assert "2026-11-" in only
    else:
        assert values(found)["dak-o", "", ""]["signature_age"] == age


def test_a_row_that_is_repeated_is_taken_once() -> None:
    found = taken("computers", "Đơn vị;Máy tính", "Xã Đăk Ơ;19", "Xã Đăk Ơ;19", period="10/2026")
    assert len(found.rows) == 1
    assert not found.problems


HEADS = ["Đơn vị", "Nhà mạng", "Số trạm", "Mã trạm", "Công nghệ", "Phủ sóng", "Kỳ", "Máy", "Email"]
CELLS = st.one_of(
    st.sampled_from(["Xã Đăk Ơ", "1.085", "98%", "10/2026", "30/11/2026", "Never", "#N/A", "-"]),
    st.text(max_size=20),
)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(forms())),
    st.permutations(HEADS),
    st.lists(st.lists(CELLS, min_size=1, max_size=9), max_size=6),
)
def test_no_list_breaks_the_reader(form: str, heads: list[str], rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    with contextlib.suppress(Invalid):
        found = figurelist.read(
            "a.csv", out.getvalue().encode(), LAND, Asked(forms()[form], TODAY, part="Viettel")
        )
        assert found.rows or found.problems or found.notices


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.xlsx"]))
def test_no_bytes_break_the_reader(content: bytes, name: str) -> None:
    with contextlib.suppress(Invalid):
        figurelist.read(name, content, LAND, Asked(forms()["bts"], TODAY))
