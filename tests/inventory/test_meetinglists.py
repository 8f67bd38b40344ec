"""Schedules of meetings as offices keep them: spreadsheets by headings, calendars by RFC 5545."""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook

from core.clock import LOCAL
from core.errors import Invalid
from core.inventory import Contact, Device, Inventory, Room, Service, Site, Unit, UnitLevel
from core.meeting import Wanted
from inventory import meetingfile
from inventory.meetinglist import Meetings
from tests.inventory.test_dutycalendar import ENDLESS

NOW = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)
LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
        *(
            Unit(
                slug=slug,
                code=code,
                level=UnitLevel.COMMUNE,
                name=name,
                parent="tinh",
                province_code="75",
            )
            for slug, code, name in (
                ("dak-o", "25228", "Xã Đăk Ơ"),
                ("an-loc", "25320", "Phường An Lộc"),
            )
        ),
    ),
    sites=(
        Site(slug="trung-tam", name="Trung tâm dữ liệu", unit="tinh", role="center"),
        Site(slug="ubnd-dak-o", name="UBND xã Đăk Ơ", unit="dak-o"),
        Site(slug="ubnd-an-loc", name="UBND phường An Lộc", unit="an-loc"),
    ),
    rooms=(
        Room(slug="ph-dak-o", name="Phòng họp UBND xã Đăk Ơ", site="ubnd-dak-o"),
        Room(slug="ph-tinh", name="Phòng họp số 1", site="trung-tam"),
    ),
    devices=(
        Device(
            slug="mcu", name="MCU trung tâm", site="trung-tam", kind="bridge", address="10.0.0.1"
        ),
        Device(
            slug="sw", name="Switch tầng 2", site="trung-tam", kind="switch", address="10.0.0.2"
        ),
    ),
    services=(
        Service(slug="gio", name="Giờ chuẩn", kind="ntp", url="ntp://10.0.0.3"),
        Service(slug="tong-dai", name="Tổng đài họp", kind="sip", url="sip:10.0.0.4"),
    ),
    contacts=(Contact(slug="an", name="Nguyễn Văn An", phone="0912345678"),),
)
HEADINGS = "Nội dung họp;Ngày;Bắt đầu;Kết thúc;Điểm cầu;Chủ trì;Trực kỹ thuật;Cầu nối;Mức"


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LOCAL)


def listed(*lines: str, name: str = "lich.csv") -> Meetings:
    return meetingfile.read(name, "\n".join((HEADINGS, *lines)).encode(), LAND, NOW)


def only(found: Meetings) -> Wanted:
    assert [p.said("vi") for p in found.problems] == []
    [wanted] = found.wanted
    return wanted


def test_a_row_is_a_meeting_with_rooms_people_and_bridge_by_their_names() -> None:
    wanted = only(
        listed(
            'Giao ban;30/11/2026;8h00;11:30;"Phòng họp số 1; xã Đăk Ơ; UBND phường An Lộc";'
            "Bộ Khoa học và Công nghệ;nguyễn văn an;MCU trung tâm;quan trọng"
        )
    )
    assert (wanted.title, wanted.begin, wanted.end) == ("Giao ban", local(30, 8), local(30, 11, 30))
    # a site that has a room is that room; one without joins as a whole
    assert wanted.rooms == ("ph-tinh", "ph-dak-o", "ubnd-an-loc")
    assert (wanted.officer, wanted.bridge, wanted.importance) == ("an", "mcu", "high")
    assert wanted.chair == "Bộ Khoa học và Công nghệ"  # outside our inventory
    assert wanted.mark == "giao ban 2026-11-30"


def test_a_sip_exchange_may_be_the_bridge() -> None:
    assert only(listed("Họp;30/11/2026;8h;;xã Đăk Ơ;;;Tổng đài họp;")).bridge == "tong-dai"


def test_all_rooms_are_meant_by_a_word_and_hours_may_stand_in_one_cell() -> None:
    wanted = only(listed("Họp tỉnh;30/11/2026;13h30 - 15h;;tất cả các điểm cầu;Phòng họp số 1;;;"))
    assert wanted.rooms == ("ph-dak-o", "ph-tinh")
    assert (wanted.begin, wanted.end) == (local(30, 13, 30), local(30, 15))
    assert wanted.chair == "ph-tinh"
    assert only(listed("Họp;30/11/2026;08:00;;xã Đăk Ơ;;;;")).end == local(30, 10)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Họp;30/11/2026;8h;;xã Đăk Ở Đâu;;;;", 'không biết "xã Đăk Ở Đâu"'),
        ("Họp;30/11/2026;8h;;;;;;", "không có điểm cầu nào dự"),
        ("Họp;30/11/2026;sáng;;xã Đăk Ơ;;;;", 'không hiểu giờ bắt đầu "sáng"'),
        ("Họp;30/11/2026;;;xã Đăk Ơ;;;;", "không có giờ bắt đầu"),
        ("Họp;hôm nay;8h;;xã Đăk Ơ;;;;", 'không có ngày "hôm nay"'),
        ("Họp;31/02/2026;8h;;xã Đăk Ơ;;;;", 'không có ngày "31/02/2026"'),
        ("Họp;30/11/2026;8h;;xã Đăk Ơ;;Trần Lạ;;", 'không biết "Trần Lạ"'),
        ("Họp;30/11/2026;8h;;xã Đăk Ơ;;;MCU khác;", 'không biết "MCU khác"'),
        ("Họp;30/11/2026;8h;;xã Đăk Ơ;;;Giờ chuẩn;", '"Giờ chuẩn" không thể là cầu nối'),
        ("Họp;30/11/2026;8h;;xã Đăk Ơ;;;sw;", '"sw" không thể là cầu nối'),
    ],
)
def test_what_cannot_be_understood_is_told_by_row_and_heading(line: str, said: str) -> None:
    found = listed("Họp đúng;30/11/2026;8h;;xã Đăk Ơ;;;;", line)
    assert len(found.wanted) == 1
    [problem] = found.problems
    assert (problem.file, problem.line, problem.what.vi) == ("lich.csv", 3, said)
    assert problem.key


def test_a_workbook_may_have_titles_above_and_the_day_once_for_several_rows() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["LỊCH HỌP TRỰC TUYẾN TUẦN 49"])
    sheet.append(["Ngày", "Thời gian", "Nội dung", "Thành phần tham dự"])
    sheet.append([date(2026, 11, 30), "08:00", "Giao ban", "xã Đăk Ơ, UBND phường An Lộc"])
    sheet.append([None, "14:00", "Báo cáo viên", "Phòng họp số 1"])
    out = BytesIO()
    book.save(out)
    found = meetingfile.read("lich.xlsx", out.getvalue(), LAND, NOW)
    assert found.problems == []
    assert [(w.title, w.begin, w.rooms) for w in found.wanted] == [
        ("Giao ban", local(30, 8), ("ph-dak-o", "ubnd-an-loc")),
        ("Báo cáo viên", local(30, 14), ("ph-tinh",)),
    ]


def test_a_file_without_a_schedule_is_refused_with_what_is_needed() -> None:
    found = meetingfile.read("x.csv", b"a;b\n1;2\n", LAND, NOW)
    assert found.problems[0].what.vi == "không thấy lịch họp nào"
    with pytest.raises(Invalid):
        meetingfile.read("x.ics", b"\x00\x01", LAND, NOW)


def calendar(*events: str, zone: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//"]
    lines += [line for line in zone.splitlines() if line]
    for event in events:
        lines += ["BEGIN:VEVENT", *[line for line in event.splitlines() if line], "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def gathered(*events: str, zone: str = "", now: datetime = NOW) -> Meetings:
    return meetingfile.read("lich.ics", calendar(*events, zone=zone), LAND, now)


WEEKLY = """
UID:giao-ban@donvi
SUMMARY:Giao ban
DTSTART;TZID=SE Asia Standard Time:20261130T080000
DTEND;TZID=SE Asia Standard Time:20261130T100000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=SE Asia Standard Time:20261207T080000
DESCRIPTION:Điểm cầu: xã Đăk Ơ\\; UBND phường An Lộc\\nTrực: Nguyễn Văn An\\nMCU: mcu
PRIORITY:1
"""
MOVED = """
UID:giao-ban@donvi
RECURRENCE-ID;TZID=SE Asia Standard Time:20261214T080000
SUMMARY:Giao ban (đổi giờ)
DTSTART;TZID=SE Asia Standard Time:20261214T140000
DTEND;TZID=SE Asia Standard Time:20261214T160000
LOCATION:Phòng họp số 1
"""


def test_a_series_is_written_out_without_its_exceptions_and_with_what_was_moved() -> None:
    found = gathered(WEEKLY, MOVED)
    assert found.notices == []
    assert [(w.begin, w.rooms) for w in found.wanted] == [
        (local(30, 8), ("ph-dak-o", "ubnd-an-loc")),
        (local(14, 14, month=12), ("ph-tinh",)),
        (local(21, 8, month=12), ("ph-dak-o", "ubnd-an-loc")),
    ]
    first, moved, _ = found.wanted
    assert (first.officer, first.bridge, first.importance) == ("an", "mcu", "high")
    assert first.end - first.begin == timedelta(hours=2)
    assert moved.mark == "giao-ban@donvi 20261214T0800"  # still the one that it was


def test_one_that_is_moved_stays_itself_and_one_called_off_is_left_out() -> None:
    event = "UID:mot@x\nSUMMARY:Họp\nDTSTART:20261130T080000\nLOCATION:Phòng họp số 1"
    later = event.replace("T080000", "T150000")
    assert only(gathered(event)).mark == only(gathered(later)).mark == "mot@x"
    assert gathered(f"{event}\nSTATUS:CANCELLED").wanted == []


@pytest.mark.parametrize(
    ("start", "begin"),
    [
        ("DTSTART:20261130T080000", local(30, 8)),  # floating: local
        ("DTSTART:20261130T010000Z", local(30, 8)),
        ("DTSTART;TZID=Asia/Ho_Chi_Minh:20261130T080000", local(30, 8)),
        ("DTSTART;TZID=Asia/Saigon:20261130T080000", local(30, 8)),
        ("DTSTART;TZID=SE Asia Standard Time:20261130T080000", local(30, 8)),
        ("DTSTART;TZID=Asia/Tokyo:20261130T100000", local(30, 8)),
        ("DTSTART;TZID=Ha Noi:20261130T080000", local(30, 8)),  # as the calendar defines it
    ],
)
def test_times_are_taken_in_their_zones_however_they_are_named(start: str, begin: datetime) -> None:
    zone = """
BEGIN:VTIMEZONE
TZID:Ha Noi
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0700
TZOFFSETTO:+0700
END:STANDARD
END:VTIMEZONE
"""
    event = f"UID:a@x\nSUMMARY:Họp\n{start}\nLOCATION:Phòng họp số 1"
    assert only(gathered(event, zone=zone)).begin == begin


def test_rooms_may_be_attendees_and_what_names_none_is_told_once() -> None:
    event = (
        "UID:a@x\nSUMMARY:Họp\nDTSTART:20261130T080000\n"
        'ATTENDEE;CUTYPE=ROOM;CN="Phòng họp số 1":mailto:p1@donvi.vn\n'
        "ATTENDEE;CN=Nguyễn Văn Lạ:mailto:la@donvi.vn"
    )
    assert only(gathered(event)).rooms == ("ph-tinh",)
    weekly = "UID:b@x\nSUMMARY:Ăn trưa\nDTSTART:20261130T110000\nRRULE:FREQ=DAILY;COUNT=9"
    found = gathered(weekly)
    assert found.wanted == []
    [notice] = found.notices
    assert notice.key == "Ăn trưa"
    assert "bỏ qua" in notice.what.vi
    day = gathered("UID:c@x\nSUMMARY:Nghỉ\nDTSTART;VALUE=DATE:20261130")
    assert "cả ngày" in day.notices[0].what.vi


def test_a_room_that_nobody_knows_is_told_and_the_others_are_taken() -> None:
    event = (
        "UID:a@x\nSUMMARY:Họp\nDTSTART:20261130T080000\n"
        "DESCRIPTION:Điểm cầu: xã Đăk Ơ\\; xã Không Có"
    )
    found = gathered(event)
    assert only(found).rooms == ("ph-dak-o",)
    assert [n.what.vi for n in found.notices] == ['không biết "xã Không Có"']


def test_a_cascade_of_bridges_stands_in_a_column_the_nearest_first() -> None:
    head = "Nội dung họp;Ngày;Bắt đầu;Điểm cầu;Cầu nối;Cầu nối cấp trên\n"

    def read(above: str) -> Meetings:
        row = f'Họp;30/11/2026;8h;xã Đăk Ơ;MCU trung tâm;"{above}"\n'
        return meetingfile.read("lich.csv", f"{head}{row}".encode(), LAND, NOW)

    assert only(read("MCU Bưu điện; MCU Chính phủ")).above == ("MCU Bưu điện", "MCU Chính phủ")
    assert only(read("")).above == ()
    [problem] = read("a; b; c; d").problems
    assert (problem.line, problem.key) == (2, "Cầu nối cấp trên")
    assert "hơn 3 cấp" in problem.what.vi


def test_a_meeting_that_ends_before_it_begins_is_no_meeting_until_the_next_morning() -> None:
    head = "Nội dung họp;Ngày;Bắt đầu;Kết thúc;Điểm cầu\n"
    rows = "Họp;30/11/2026;8h30;7h;xã Đăk Ơ\nTrực bão;30/11/2026;22h;1h30;xã Đăk Ơ\n"
    found = meetingfile.read("lich.csv", f"{head}{rows}".encode(), LAND, NOW)
    [problem] = found.problems
    assert (problem.line, problem.key) == (2, "Kết thúc")
    assert "trước giờ bắt đầu" in problem.what.vi
    assert [one.end - one.begin for one in found.wanted] == [timedelta(hours=3, minutes=30)]


def test_a_row_without_a_title_is_told_and_a_note_below_the_list_is_none() -> None:
    head = "Nội dung họp;Ngày;Bắt đầu;Điểm cầu\n"
    rows = "Họp;30/11/2026;8h;xã Đăk Ơ\n;30/11/2026;9h;xã Đăk Ơ\n;;;Nơi nhận: như trên\n"
    found = meetingfile.read("lich.csv", f"{head}{rows}".encode(), LAND, NOW)
    [problem] = found.problems
    assert (problem.line, problem.key) == (3, "Nội dung họp")
    assert len(found.wanted) == 1


def test_a_meeting_that_is_over_is_taken_for_the_record_and_told_by_its_row() -> None:
    found = listed("Giao ban;20/11/2026;8h;9h;Xã Đăk Ơ", "Giao ban;30/11/2026;8h;9h;Xã Đăk Ơ")
    assert len(found.wanted) == 2
    [notice] = found.notices
    assert notice.said("vi").startswith("lich.csv:2: Ngày: cuộc họp đã qua, kết thúc lúc 09:00 20")


SERIES = """
UID:giao-ban@donvi
SUMMARY:Giao ban
DTSTART:20261130T080000
DTEND:20261130T090000
RRULE:FREQ=WEEKLY;COUNT=4
LOCATION:Phòng họp số 1
"""


def test_each_meeting_of_a_series_moved_from_one_on_stays_the_one_that_it_was() -> None:
    later = (
        "UID:giao-ban@donvi\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261207T080000\n"
        "SUMMARY:Giao ban\nDTSTART:20261207T140000\nDTEND:20261207T150000\n"
        "LOCATION:Phòng họp số 1"
    )
    before, after = gathered(SERIES), gathered(SERIES, later)
    assert [w.begin.hour for w in after.wanted] == [8, 14, 14, 14]
    assert [w.mark for w in after.wanted] == [w.mark for w in before.wanted]


@pytest.mark.parametrize(
    "broken",
    [
        "SUMMARY:Hỏng",  # begins nowhere
        "SUMMARY:Hỏng\nDTSTART:2026-11-30",
        "SUMMARY:Hỏng\nDTSTART:20261130T080000\nDURATION:2h",
        "SUMMARY:Hỏng\nDTSTART:20261130T220000\nDTEND:20261130T240000",
        "SUMMARY:Hỏng\nDTSTART:20261130T080000\nRRULE:FREQ=SOMETIMES",
        "SUMMARY:Hỏng\nDTSTART:20261130T080000\nRRULE:FREQ=DAILY\nEXDATE:hello",
    ],
)
def test_an_event_that_cannot_be_read_is_told_and_spoils_no_other(broken: str) -> None:
    found = gathered(SERIES, f"UID:hong@x\n{broken}\nLOCATION:Phòng họp số 1")
    assert len(found.wanted) == 4
    assert found.unread
    assert [(n.key, n.what.vi) for n in found.notices] == [
        ("Hỏng", "không đọc được sự kiện này nên bỏ qua")
    ]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=8,9;BYMINUTE=" + "0," * 59])
def test_what_comes_back_every_second_is_passed_over_before_it_is_written_out(rule: str) -> None:
    event = f"UID:a@x\nSUMMARY:Họp\nDTSTART:20000101T080000\nRRULE:{rule.rstrip(',')}"
    found = gathered(SERIES, f"{event}\nLOCATION:Phòng họp số 1")
    assert len(found.wanted) == 4
    assert ["dày hơn mọi cuộc họp" in n.what.vi for n in found.notices] == [True]


@pytest.mark.parametrize("rule", ENDLESS)
def test_a_rule_that_nobody_could_write_out_is_passed_over_and_told(rule: str) -> None:
    begin, _, rule = rule.rpartition(" ")
    event = f"UID:a@x\nSUMMARY:Họp\nDTSTART:{begin or '20261130'}T080000\nRRULE:{rule}"
    found = gathered(SERIES, f"{event}\nLOCATION:Phòng họp số 1")
    assert len(found.wanted) == 4
    assert ["vào ngày không có" in n.what.vi for n in found.notices] == [True]


def test_an_event_of_weeks_is_no_meeting_and_is_told() -> None:
    event = "UID:a@x\nSUMMARY:Diễn tập\nDTSTART:20261130T080000\nDTEND:20261215T080000"
    found = gathered(f"{event}\nLOCATION:Phòng họp số 1", SERIES)
    assert len(found.wanted) == 4
    assert "dài hơn 7 ngày" in found.notices[0].what.vi


def test_what_a_calendar_calls_off_is_named_and_a_notice_of_it_is_no_meeting() -> None:
    event = "UID:mot@x\nSUMMARY:Họp\nDTSTART:20261130T080000\nLOCATION:Phòng họp số 1"
    assert gathered(f"{event}\nSTATUS:CANCELLED").called_off == ["mot@x"]
    mail = calendar(event).replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:CANCEL")
    found = meetingfile.read("huy.ics", mail, LAND, NOW)
    assert (found.wanted, found.called_off) == ([], ["mot@x"])


def test_a_description_written_in_html_is_read_by_its_lines() -> None:
    event = (
        "UID:a@x\nSUMMARY:Họp\nDTSTART:20261130T080000\n"
        "DESCRIPTION:<p><b>Điểm cầu:</b> xã Đăk Ơ\\;&nbsp\\;phường An Lộc</p>"
        "Trực: Nguyễn Văn An<br>."
    )
    wanted = only(gathered(event))
    assert (wanted.rooms, wanted.officer) == (("ph-dak-o", "ubnd-an-loc"), "an")


def test_two_events_without_an_id_are_two_meetings() -> None:
    event = "SUMMARY:{}\nDTSTART:20261130T080000\nLOCATION:Phòng họp số 1"
    found = gathered(event.format("Một"), event.format("Hai"))
    assert len({w.mark for w in found.wanted}) == 2
    assert len(gathered(*[event.format("Một")] * 2).wanted) == 1


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        ("2h chiều", (14, 0), (16, 0)),
        ("2:30 PM", (14, 30), (16, 30)),
        ("2 giờ 30 phút chiều", (14, 30), (16, 30)),
        ("2h – 4h30 chiều", (14, 0), (16, 30)),
        ("8h sáng - 2h chiều", (8, 0), (14, 0)),
        ("8 giờ 30", (8, 30), (10, 30)),
        ("12h30 trưa", (12, 30), (14, 30)),
        ("20h - 24h", (20, 0), (0, 0)),
        ("7h30 tối", (19, 30), (21, 30)),
    ],
)
def test_hours_are_read_as_people_say_them(
    said: str, begin: tuple[int, int], end: tuple[int, int]
) -> None:
    wanted = only(listed(f"Họp;30/11/2026;{said};;xã Đăk Ơ"))
    first, last = wanted.begin.astimezone(LOCAL), wanted.end.astimezone(LOCAL)
    assert ((first.hour, first.minute), (last.hour, last.minute)) == (begin, end)


@pytest.mark.parametrize(
    "said", ["30 tháng 11 năm 2026", "ngày 30 tháng 11, 2026", "Thứ 2 (30/11/2026)"]
)
def test_a_day_may_be_written_out_or_stand_in_brackets(said: str) -> None:
    assert only(listed(f'Họp;"{said}";8h;;xã Đăk Ơ')).begin == local(30, 8)


@pytest.mark.parametrize("merged", [True, False])
def test_a_header_may_have_two_rows_with_the_hours_below_their_heading(*, merged: bool) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["LỊCH HỌP TRỰC TUYẾN THÁNG 11"])
    sheet.append(["TT", "Nội dung họp", "Thời gian", None, None, "Điểm cầu"])
    sheet.append([None, None, "Ngày", "Từ", "Đến", None])
    sheet.append([1, "Giao ban", date(2026, 11, 30), time(8), time(9, 30), "Tất cả các xã, phường"])
    if merged:
        for area in ("A1:F1", "A2:A3", "B2:B3", "C2:E2", "F2:F3"):
            sheet.merge_cells(area)
    content = BytesIO()
    book.save(content)
    wanted = only(meetingfile.read("lich.xlsx", content.getvalue(), LAND, NOW))
    assert (wanted.begin, wanted.end) == (local(30, 8), local(30, 9, 30))
    assert wanted.rooms == ("ph-dak-o", "ph-tinh")


def test_rooms_may_be_numbered() -> None:
    wanted = only(listed('Họp;30/11/2026;8h;;"1. xã Đăk Ơ; 2) phường An Lộc"'))
    assert wanted.rooms == ("ph-dak-o", "ubnd-an-loc")


def test_an_end_on_another_day_is_not_taken_for_the_same() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Nội dung họp", "Bắt đầu", "Kết thúc", "Điểm cầu"])
    sheet.append(
        [
            "Họp",
            local(30, 8).replace(tzinfo=None),
            local(2, 11, month=12).replace(tzinfo=None),
            "xã Đăk Ơ",
        ]
    )
    content = BytesIO()
    book.save(content)
    found = meetingfile.read("lich.xlsx", content.getvalue(), LAND, NOW)
    assert found.wanted == []
    assert [(p.line, p.key) for p in found.problems] == [(2, "Kết thúc")]


def test_morning_and_afternoon_by_one_title_are_two_meetings_and_one_id_is_for_one() -> None:
    morning, afternoon = "Họp;30/11/2026;8h;;xã Đăk Ơ", "Họp;30/11/2026;14h;;xã Đăk Ơ"
    found = listed(morning, afternoon)
    assert [w.mark for w in found.wanted] == ["hop 2026-11-30", "hop 2026-11-30 2"]
    head = "Mã;Nội dung họp;Ngày;Bắt đầu;Kết thúc;Điểm cầu"
    twice = "\n".join((head, f"M1;{morning}", f"M1;{afternoon}")).encode()
    told = meetingfile.read("lich.csv", twice, LAND, NOW)
    assert [(p.line, p.key, p.what.vi) for p in told.problems] == [
        (3, "Mã", "mã này đã có ở dòng trên")
    ]


def test_rooms_may_stand_below_their_heading_until_the_next_one() -> None:
    event = (
        "UID:a@x\nSUMMARY:Họp\nDTSTART:20261130T080000\n"
        "DESCRIPTION:Điểm cầu:\\n- xã Đăk Ơ\\n- phường An Lộc\\nTrực:\\nNguyễn Văn An\\n\\n"
        "Đề nghị vào họp trước 15 phút."
    )
    found = gathered(event)
    wanted = only(found)
    assert found.notices == []
    assert (wanted.rooms, wanted.officer) == (("ph-dak-o", "ubnd-an-loc"), "an")


def test_a_cascade_of_bridges_stands_in_a_calendar_too() -> None:
    event = (
        "UID:a@x\nSUMMARY:Họp\nDTSTART:20261130T080000\nLOCATION:Phòng họp số 1\n"
        "DESCRIPTION:Cầu nối: MCU trung tâm\\nCầu nối cấp trên: MCU bộ\\; MCU Chính phủ"
    )
    wanted = only(gathered(event))
    assert (wanted.bridge, wanted.above) == ("mcu", ("MCU bộ", "MCU Chính phủ"))
    higher = event + "\\; MCU ba\\; MCU bốn"
    [told] = gathered(higher).notices
    assert "cấp cầu nối ở trên" in told.what.vi


@pytest.mark.parametrize("column", ["Nội dung họp", "Chủ trì", "Cầu nối cấp trên", "Mã"])
def test_what_is_too_long_to_be_kept_is_told_by_its_row(column: str) -> None:
    row = {"Nội dung họp": "Họp", "Ngày": "30/11/2026", "Bắt đầu": "8h", "Điểm cầu": "xã Đăk Ơ"}
    row[column] = "x" * 401
    text = "\n".join((";".join(row), ";".join(row.values())))
    found = meetingfile.read("lich.csv", text.encode(), LAND, NOW)
    assert found.wanted == []
    assert [(p.line, p.key) for p in found.problems] == [(2, column)]
