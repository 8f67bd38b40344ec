"""Duty lists as offices write them, and what is told where they cannot be meant."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time

import pytest
import xlsxwriter

from core.errors import Invalid
from core.inventory import Contact, Inventory, Rota, Shift
from inventory.dutylist import DutyList, changes, read

ON = date(2026, 12, 3)
AN = Contact(slug="an", name="Nguyễn Văn An", phone="0912345678")
BINH = Contact(slug="binh", name="Trần Thị Bình", phone="0987654321")
CHI = Contact(slug="chi", name="Lê Chi", email="chi@donvi.vn")
KNOWN = Inventory(contacts=(AN, BINH, CHI), rotas=(Rota(slug="cntt", name="Trực CNTT"),))
Cells = Sequence[Sequence[object]]


def a_workbook(rows: Cells, merges: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return a workbook with rows from A1 and merged ranges with their texts."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("Tháng 12")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(line, place, datetime.combine(cell, time()), day)
            elif cell is not None:
                sheet.write(line, place, cell)
    for area, text in merges:
        sheet.merge_range(area, text)
    book.close()
    return out.getvalue()


def listed(rows: Cells, *merges: tuple[str, str], new_people: bool = False) -> DutyList:
    content = a_workbook(rows, merges)
    return read("truc.xlsx", content, "cntt", KNOWN, ON, new_people=new_people)


def told(found: DutyList) -> list[str]:
    return [problem.said("en") for problem in found.problems]


def brief(found: DutyList) -> list[tuple[int, str, str]]:
    return [(shift.on.day, shift.role, shift.contact) for shift in found.shifts]


HEAD = ("STT", "Ngày", "Thứ", "Trực chính", "Điện thoại", "Trực dự phòng", "Điện thoại")


def test_the_list_of_an_office_is_read_with_its_titles_and_signatures() -> None:
    found = listed(
        [
            ("SỞ THÔNG TIN",),
            (),
            (),
            HEAD,
            (1, date(2026, 12, 7), "Hai", "Nguyễn Văn An", "0912 345 678", "Trần Thị Bình"),
            (2, date(2026, 12, 8), "Ba", "Đ/c Trần Thị Bình", "0987.654.321", "Lê Chi"),
            (),
            (None, "Nơi nhận:", None, "GIÁM ĐỐC"),
            (None, "- Như trên;", None, "Nguyễn Văn Sếp"),
        ],
        ("A3:G3", "LỊCH TRỰC KỸ THUẬT THÁNG 12 NĂM 2026"),
    )
    assert told(found) == []
    assert brief(found) == [
        (7, "primary", "an"),
        (7, "secondary", "binh"),
        (8, "primary", "binh"),
        (8, "secondary", "chi"),
    ]
    assert found.shifts[0] == Shift(rota="cntt", on=date(2026, 12, 7), contact="an")
    assert [notice.what.en for notice in found.notices] == [
        "2 rows without a date were passed over (row 8, 9)"
    ]


def test_two_rows_of_headings_and_merged_days_are_read() -> None:
    found = listed(
        [
            ("Lịch trực năm 2026",),
            ("Ngày", "Ca trực", None, None, None, None),
            (None, None, "Họ tên", "SĐT", "Họ tên", "SĐT"),
            (None, "7h30 - 17h00", "Nguyễn Văn An", None, "Lê Chi"),
            (None, "17h00 - 7h30", "Trần Thị Bình", None, "Lê Chi"),
        ],
        ("C2:D2", "Trực chính"),
        ("E2:F2", "Trực dự phòng"),
        ("A4:A5", "24/12"),
    )
    assert told(found) == []
    assert [(s.role, s.contact, s.begin, s.end) for s in found.shifts] == [
        ("primary", "an", time(7, 30), time(17)),
        ("secondary", "chi", time(7, 30), time(17)),
        ("primary", "binh", time(17), time(7, 30)),
        ("secondary", "chi", time(17), time(7, 30)),
    ]
    assert {shift.on for shift in found.shifts} == {date(2026, 12, 24)}


def test_one_person_for_a_week_is_a_row_of_seven_days() -> None:
    found = listed(
        [
            ("LỊCH TRỰC QUÝ IV NĂM 2026",),
            ("Thời gian", "Ngày", "Cán bộ trực"),
            (None, "07/12 - 13/12", "Nguyễn Văn An"),
            (None, "14/12/2026 đến 15/12/2026", "Lê Chi"),
        ]
    )
    assert told(found) == []
    assert [day for day, _, who in brief(found) if who == "an"] == [*range(7, 14)]
    assert [day for day, _, who in brief(found) if who == "chi"] == [14, 15]


@pytest.mark.parametrize(
    "day", ["07/12", "7", 7, "Thứ Hai, 07/12/2026", "07/12/2026", "2026-12-07", "T2 07/12"]
)
def test_a_day_is_read_however_it_is_written(day: object) -> None:
    found = listed([("Lịch trực tháng 12/2026",), ("Ngày", "Họ và tên"), (day, "Lê Chi")])
    assert (told(found), brief(found)) == ([], [(7, "primary", "chi")])


def test_two_people_in_one_cell_are_on_duty_and_in_reserve() -> None:
    found = listed(
        [("Ngày", "Người trực"), (date(2026, 12, 7), "Nguyễn Văn An\nTrần Thị Bình (0987654321)")]
    )
    assert brief(found) == [(7, "primary", "an"), (7, "secondary", "binh")]


def test_a_word_for_the_hours_is_taken_and_told() -> None:
    found = listed([("Ngày", "Ca", "Trực chính"), (date(2026, 12, 7), "Ca đêm", "Lê Chi")])
    assert (found.shifts[0].begin, found.shifts[0].end) == (time(17), time(7, 30))
    assert [notice.what.en for notice in found.notices] == ['"Ca đêm" is taken for 17:00–07:30']


def test_a_stranger_is_told_with_who_may_be_meant() -> None:
    found = listed([("Ngày", "Trực chính"), (date(2026, 12, 7), "Nguyễn Văn Anh")])
    assert told(found) == [
        'truc.xlsx[Tháng 12]:2: Trực chính: no contact is called "Nguyễn Văn Anh". Did you mean '
        "Nguyễn Văn An (an)? If not, add this person to the contacts, or use --new-people where a "
        "telephone is given."
    ]


def test_a_new_person_with_a_telephone_becomes_a_contact_if_asked() -> None:
    rows = [("Ngày", "Trực chính", "SĐT"), (date(2026, 12, 7), "Phạm Dũng", "0905 111 222")]
    assert told(listed(rows))
    found = listed(rows, new_people=True)
    assert found.contacts == (Contact(slug="pham-dung", name="Phạm Dũng", phone="0905111222"),)
    assert brief(found) == [(7, "primary", "pham-dung")]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((date(2026, 12, 7), "Ba", "", "Lê Chi"), "07/12/2026 is a Monday, not Ba"),
        (("35/12/2026", "", "", "Lê Chi"), 'the date "35/12/2026" cannot be read'),
        ((date(2026, 12, 7), "", "lúc rảnh", "Lê Chi"), 'the hours "lúc rảnh" cannot be read'),
        ((date(2026, 12, 7), "", "", "An\nBình\nChi"), 'several people in one cell: "An Bình Chi"'),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_row(row: tuple[object, ...], problem: str) -> None:
    found = listed([("Ngày", "Thứ", "Ca", "Trực chính"), row])
    assert [p.what.en for p in found.problems] == [problem]
    assert [p.line for p in found.problems] == [2]
    assert not found.shifts


def test_two_rows_for_one_shift_are_told() -> None:
    day = date(2026, 12, 7)
    found = listed([("Ngày", "Trực chính"), (day, "Lê Chi"), (day, "Nguyễn Văn An")])
    assert [p.what.en for p in found.problems] == [
        "the shift 07/12/2026 07:30 has somebody else in a row above"
    ]


def test_a_file_without_a_duty_list_says_what_is_needed() -> None:
    assert [p.what.en for p in listed([("Tên", "Địa chỉ"), ("x", "y")]).problems] == [
        "no duty list was found"
    ]
    with pytest.raises(Invalid):
        read("truc.pdf", b"%PDF", "cntt", KNOWN, ON)


def test_a_text_file_is_a_list_too() -> None:
    text = "Ngày;Trực chính\n07/12/2026;Lê Chi\n".encode()
    assert brief(read("truc.csv", text, "cntt", KNOWN, ON)) == [(7, "primary", "chi")]


def test_a_list_speaks_for_its_days_from_today_on() -> None:
    def shift(day: int, who: str, **more: object) -> Shift:
        fields = {"rota": "cntt", "on": date(2026, 12, day), "contact": who}
        return Shift.model_validate(fields | more)

    before = KNOWN.model_copy(
        update={
            "shifts": (
                shift(1, "an"),
                shift(4, "an"),
                shift(5, "an", begin=time(17)),
                shift(9, "an"),
                shift(4, "chi", rota="khac"),
            )
        }
    )
    found = DutyList(tuple(shift(day, "binh") for day in range(1, 7)))
    plan = changes(found, before, ON)
    assert [s.on.day for s in plan.put.shifts] == [2, 3, 4, 5, 6]  # the first is of the past
    assert plan.drop.shifts == (shift(5, "an", begin=time(17)),)
