"""The annex counts to the second, calls nobody absent whom it did not see, shows its prices."""

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from core.callquality import Grade, QualitySpan, Side
from core.meeting import Attendance, Meeting, Presence
from core.status import Interval, Status
from core.text import Language, Text
from reports.annex import (
    Annex,
    Place,
    Prices,
    Trouble,
    annex,
    instant,
    road,
    sound_of,
    spans_of,
    unwatched,
)
from reports.meetings_month import MeetingsMonth
from reports.periods import period_of
from reports.render import meetings_month
from reports.render.annex import file_name, render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import PeriodKind

BEGIN = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam
END = BEGIN + timedelta(hours=2)
MINUTE = timedelta(minutes=1)
MEETING = Meeting(
    id="HN-20261130-0001",
    title="Giao ban tháng 11",
    begin=BEGIN,
    end=END,
    rooms=("a", "b", "c"),
    by="lan",
    recorded_at=BEGIN,
)
PLACES = {
    "a": Place(Text("UBND xã Đăk Ơ", "Dak O"), 12.0, 107.1),
    "b": Place(Text("UBND phường An Lộc", "An Loc"), 11.65, 106.6),
    "c": Place(Text("UBND xã Phú Nghĩa", "Phu Nghia")),
}
VENUE = Place(Text("Trung tâm", "Centre"), 10.95, 106.82)
PRICES = Prices(per_km=5_000, per_day=200_000, lodging=300_000, lodging_beyond=100)


def moved(room: str, minute: float, *, present: bool) -> Presence:
    at = BEGIN + minute * MINUTE
    return Presence(meeting=MEETING.id, room=room, at=at, present=present, source="call")


def sounded(  # noqa: PLR0917
    room: str,
    begin: float,
    until: float,
    grade: Grade,
    value: float = 0.0,
    side: Side = Side.UNKNOWN,
) -> QualitySpan:
    return QualitySpan(
        meeting=MEETING.id,
        room=room,
        begin=BEGIN + begin * MINUTE,
        until=BEGIN + until * MINUTE,
        grade=grade,
        by="loss",
        media="video",
        direction="rx",
        value=value,
        at=BEGIN + begin * MINUTE,
        rating=85.0 - 300 * value,
        side=side,
    )


def an_annex(prices: Prices = PRICES) -> Annex:
    rows = [
        moved("a", -5, present=True),
        moved("a", 30, present=False),
        moved("a", 40, present=True),
        moved("b", 10, present=True),
        moved("b", 100, present=False),
    ]
    said = {
        room: Attendance(meeting=MEETING.id, room=room, delegates=n, at=END, by="lan")
        for room, n in (("a", 10), ("c", 4))
    }
    trouble = Trouble(
        "SC-20261130-0001",
        Text("Kênh VNPT mất kết nối", "The line is down"),
        BEGIN + 30 * MINUTE,
        BEGIN + 40 * MINUTE,
        1,
    )
    return annex(
        MEETING,
        rows,
        said,
        PLACES,
        [trouble],
        venue=VENUE,
        prices=prices,
        as_known_at=END + timedelta(days=1),
        qualities=[
            sounded("b", 10, 60, Grade.GOOD),
            sounded("b", 60, 90, Grade.BAD, 0.08, Side.LINE),
            sounded("a", -3, 20, Grade.GOOD),
            sounded("a", 110, 140, Grade.FAIR, 0.007),
        ],
        chair=Text("Trung tâm", "Centre"),
        officer="Nguyễn Thị Lan",
    )


def seen(target: str, *spans: tuple[float, float, Status, str]) -> list[Interval]:
    return [
        Interval(target, status, BEGIN + begin * MINUTE, BEGIN + end * MINUTE, reason)
        for begin, end, status, reason in spans
    ]


UP, OFF, AWAY = (
    (Status.UP, "answers"),
    (Status.UNKNOWN, "off_hours"),
    (Status.UNKNOWN, "not_observed"),
)


def test_we_were_away_while_all_was_unknown_and_not_while_one_device_was() -> None:
    of_room = seen("a", (0, 30, *UP), (30, 46, *AWAY), (46, 60, *UP), (60, 120, *AWAY))
    of_centre = seen("c", (0, 20, *OFF), (20, 30, *AWAY), (30, 31, *UP), (31, 45, *AWAY))
    of_centre += seen("c", (45, 120, *UP))
    found = unwatched([*of_room, *of_centre])
    assert [(instant(b), instant(e)) for b, e in found] == [
        (BEGIN + 31 * MINUTE, BEGIN + 45 * MINUTE)
    ]
    assert not unwatched(seen("a", (0, 120, *OFF))).spans


def test_minutes_that_nobody_watched_are_neither_attendance_nor_absence() -> None:
    away = unwatched(seen("a", (20, 50, *AWAY)))
    rows = [
        moved("a", 10, present=True),  # was in before and after
        moved("b", 0, present=True),
        moved("b", 50, present=False),  # was in before, and out when we were back
        moved("c", 50, present=True),
    ]
    made = annex(
        MEETING,
        rows,
        {},
        PLACES,
        [],
        venue=None,
        prices=PRICES,
        as_known_at=END,
        qualities=[sounded("a", 10, 20, Grade.GOOD)],
        unwatched=away,
    )
    a, b, c = made.lines
    assert (a.joined, a.left, a.seconds) == (BEGIN + 10 * MINUTE, END, 80 * 60)
    assert (b.left, b.seconds) == (BEGIN + 20 * MINUTE, 20 * 60)
    assert (c.joined, c.seconds) == (BEGIN + 50 * MINUTE, 70 * 60)
    assert a.sound.unmeasured == 70 * 60
    assert made.held == 90 * 60
    text = render(made, Letterhead(), "vi", Format.HTML).decode()
    assert "<dt>Không theo dõi được</dt><dd><b>08:20:00–08:50:00</b></dd>" in text
    assert "cũng không tính là vắng" in text
    sheet = load_workbook(BytesIO(render(made, Letterhead(), "vi", Format.XLSX)))["Cách tính"]
    assert "Không theo dõi được: 08:20:00–08:50:00" in [row[0].value for row in sheet.rows]


def test_presence_is_counted_to_the_second_within_the_meeting() -> None:
    made = an_annex()
    a, b, c = made.lines
    assert (a.joined, a.left, a.seconds, a.drops) == (BEGIN, END, 110 * 60, 1)
    assert (b.joined, b.left, b.seconds, b.drops) == (
        BEGIN + 10 * MINUTE,
        BEGIN + 100 * MINUTE,
        90 * 60,
        0,  # it hung up, and was not cut off
    )
    assert (c.joined, c.seconds, c.saved) == (None, None, None)  # unseen is not absent
    assert (made.attended, made.seconds, made.delegates) == (2, 200 * 60, 14)


def test_hanging_up_when_a_meeting_ends_early_is_no_drop_and_being_cut_off_is() -> None:
    cut = moved("b", 50, present=False).model_copy(update={"source": "reach"})
    rows = [
        *(moved(room, 0, present=True) for room in "abc"),
        cut,
        moved("c", 60, present=False),
        moved("c", 62, present=True),
        *(moved(room, 100, present=False) for room in "ac"),
    ]
    made = annex(MEETING, rows, {}, PLACES, [], venue=VENUE, prices=PRICES, as_known_at=END)
    assert [line.drops for line in made.lines] == [0, 1, 1]
    assert [line.left for line in made.lines] == [
        BEGIN + minute * MINUTE for minute in (100, 50, 100)
    ]


@given(st.lists(st.tuples(st.integers(-60, 200), st.booleans()), max_size=12))
def test_presence_never_exceeds_the_meeting_and_never_overlaps(
    moves: list[tuple[int, bool]],
) -> None:
    rows = [moved("a", minute, present=present) for minute, present in moves]
    spans = spans_of(MEETING, rows, END)
    assert all(BEGIN <= begin < end <= END for begin, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_a_meeting_that_goes_on_is_counted_up_to_now() -> None:
    rows = [moved("a", 0, present=True)]
    assert spans_of(MEETING, rows, BEGIN + 7 * MINUTE) == [(BEGIN, BEGIN + 7 * MINUTE)]


def test_savings_follow_i13_and_nothing_is_priced_without_prices() -> None:
    a = an_annex().lines[0]
    assert a.km == pytest.approx(157.4, abs=1.0)  # 121 km as the crow flies × 1.3
    assert a.km is not None
    assert a.saved == round(10 * (2 * a.km * 5_000 + 200_000 + 300_000))
    assert a.hours == round(10 * 2 * a.km / 40, 1)  # as it is printed, so that rows add up
    assert an_annex().lines[1].saved is None  # nobody said how many took part
    assert an_annex().uncounted == 1
    bare = an_annex(Prices())
    assert bare.saved is None
    assert bare.hours is not None
    assert road(PLACES["c"], VENUE, PRICES) is None
    assert road(PLACES["a"], None, PRICES) is None


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_shows_prices_marks_estimates_and_names_incidents(language: Language) -> None:
    page = render(an_annex(), Letterhead(), language, Format.HTML).decode()
    assert "SC-20261130-0001" in page
    assert ("ước tính" if language == "vi" else "estimate") in page
    assert ("5.000 đ/km" if language == "vi" else "5,000 đ/km") in page
    assert ("không ghi nhận được" if language == "vi" else "not seen to join") in page
    bare = render(an_annex(Prices()), Letterhead(), language, Format.HTML).decode()
    assert "[meetings.travel]" in bare
    assert file_name(an_annex(), language, Format.PDF) == f"annex-HN-20261130-0001.{language}.pdf"


def test_names_are_escaped_on_the_page() -> None:
    hostile = MEETING.model_copy(update={"title": "<script>x</script>"})
    made = annex(hostile, [], {}, {}, [], venue=None, prices=PRICES, as_known_at=END)
    assert b"<script>" not in render(made, Letterhead(), "vi", Format.HTML)


def test_the_workbook_holds_numbers_and_the_same_bytes_every_time() -> None:
    content = render(an_annex(), Letterhead(), "vi", Format.XLSX)
    assert content == render(an_annex(), Letterhead(), "vi", Format.XLSX)
    book = load_workbook(BytesIO(content))
    rooms, _, troubles, method = book.worksheets
    assert rooms["A2"].value == "UBND xã Đăk Ơ"
    assert rooms["B2"].value == datetime(2026, 11, 30, 8, 0)  # noqa: DTZ001  (as Excel has it)
    assert (rooms["D2"].value, rooms["D5"].value) == (110 * MINUTE, 200 * MINUTE)
    assert troubles["A2"].value == "SC-20261130-0001"
    assert "I13" in " ".join(str(row[0].value) for row in method.iter_rows())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_paper_is_a_pdf_of_one_page(language: Language) -> None:
    printed = render(an_annex(), Letterhead(office="SỞ KHCN"), language, Format.PDF)
    assert len(PdfReader(BytesIO(printed)).pages) == 1
    assert printed.startswith(b"%PDF")


def test_minutes_are_counted_by_grade_and_what_nobody_measured_is_not_good() -> None:
    made = an_annex()
    a, b, c = (line.sound for line in made.lines)
    assert {grade.name: n // 60 for grade, n in b.seconds.items()} == {
        "GOOD": 50,
        "FAIR": 0,
        "POOR": 0,
        "BAD": 30,
    }
    assert b.unmeasured == 10 * 60  # in for 90 minutes, heard for 80
    assert (a.seconds[Grade.GOOD], a.seconds[Grade.FAIR]) == (20 * 60, 10 * 60)  # clipped
    assert (c.measured, c.unmeasured, c.worst) == (0, 0, None)
    assert b.worst is not None
    assert (b.worst.value, b.worst.at, b.worst.side) == (0.08, BEGIN + 60 * MINUTE, Side.LINE)
    assert [line.room for line in made.heard] == ["b", "a"]


@given(
    st.lists(
        st.tuples(st.integers(-30, 200), st.integers(0, 90), st.sampled_from(list(Grade)[:4])),
        max_size=12,
    ),
    st.integers(0, 200),
)
def test_no_second_is_counted_twice_and_none_beyond_the_meeting(
    spans: list[tuple[int, int, Grade]], known: int
) -> None:
    rows = [sounded("a", begin, begin + long, grade) for begin, long, grade in spans]
    found = sound_of(MEETING, rows, (), BEGIN + known * MINUTE)
    assert 0 <= found.measured <= min(known, 120) * 60


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_quality_of_calls_is_printed_with_the_worst_figure(language: Language) -> None:
    page = render(an_annex(), Letterhead(), language, Format.HTML).decode()
    said = {
        "vi": (
            "mất gói 8\N{NO-BREAK SPACE}% (hình, chiều đến điểm cầu)",
            "lỗi ở đường truyền",
            "ước tính đường truyền",
        ),
        "en": (
            "8\N{NO-BREAK SPACE}% of packets lost (picture, to the room)",
            "the line is at fault",
            "an estimate",
        ),
    }[language]
    assert all(words in page for words in said)
    assert (
        "1 điểm cầu khác không đo được" if language == "vi" else "Other rooms, not measured: 1"
    ) in page
    bare = annex(MEETING, [], {}, {}, [], venue=None, prices=PRICES, as_known_at=END)
    plain = render(bare, Letterhead(), language, Format.HTML).decode()
    assert ("Không đo được chất lượng" if language == "vi" else "No call of any room") in plain


def test_the_workbook_has_a_sheet_of_quality_with_every_room() -> None:
    sheet = load_workbook(BytesIO(render(an_annex(), Letterhead(), "vi", Format.XLSX)))[
        "Chất lượng"
    ]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [
        "UBND phường An Lộc",
        "UBND xã Đăk Ơ",
        "UBND xã Phú Nghĩa",
    ]
    assert rows[0][1:6] == (50 * MINUTE, 0 * MINUTE, 0 * MINUTE, 30 * MINUTE, 10 * MINUTE)
    assert rows[2][1:7] == (None, None, None, None, None, "không đo được")  # and never seen
    assert rows[0][8] == "lỗi ở đường truyền"


def test_a_cascade_of_bridges_stands_on_the_annex() -> None:
    above = MEETING.model_copy(update={"above": ("MCU tỉnh", "MCU Cục Bưu điện")})
    made = annex(above, [], {}, {}, [], venue=None, prices=PRICES, as_known_at=END)
    page = render(made, Letterhead(), "vi", Format.HTML).decode()
    assert "MCU tỉnh → MCU Cục Bưu điện" in page


def odd_minutes() -> Annex:
    """Return the annex of a meeting whose rooms came and left at no full minute."""
    rows = [
        moved("a", 0.3, present=True),
        moved("a", 3.9, present=False),
        moved("b", 10, present=True),
        moved("b", 13.65, present=False),
        moved("c", 20, present=True),
        moved("c", 20.5, present=False),
    ]
    return annex(
        MEETING,
        rows,
        {},
        PLACES,
        [],
        venue=VENUE,
        prices=PRICES,
        as_known_at=END,
        qualities=[sounded("c", 20, 20.5, Grade.GOOD)],
    )


def test_the_rows_of_page_and_paper_add_up_to_the_printed_sum() -> None:
    page = render(odd_minutes(), Letterhead(), "vi", Format.HTML).decode()
    column = re.findall(r"<t[dh]>(\d+:\d\d:\d\d)</t[dh]><t[dh]>", page.partition("</table>")[0])
    *rows, total = (
        timedelta(hours=int(h), minutes=int(m), seconds=int(s))
        for h, m, s in (time.split(":") for time in column if len(time.split(":")[0]) == 1)
    )
    assert rows == [timedelta(seconds=216), timedelta(seconds=219), timedelta(seconds=30)]
    assert sum(rows, timedelta()) == total
    assert page.count("0:00:30") == 2  # in for half a minute, and good for as long


def test_the_sum_of_the_workbook_is_the_sum_of_its_column() -> None:
    sheet = load_workbook(BytesIO(render(odd_minutes(), Letterhead(), "vi", Format.XLSX)))[
        "Điểm cầu"
    ]
    found = [sheet.cell(n, 4).value for n in range(2, sheet.max_row + 1)]
    *rows, total = (one for one in found if isinstance(one, timedelta))
    assert len(rows) == len(found) - 1
    assert sum(rows, timedelta()) == total == timedelta(seconds=465)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_annex_of_a_meeting_that_goes_on_says_up_to_when_it_counts(language: Language) -> None:
    said = {"vi": "Chưa kết thúc, số liệu đến 08:25", "en": "Not over yet, as known at 08:25"}
    made = annex(
        MEETING,
        [moved("a", 0, present=True)],
        {},
        PLACES,
        [],
        venue=VENUE,
        prices=PRICES,
        as_known_at=BEGIN + 25 * MINUTE,
    )
    assert said[language] in render(made, Letterhead(), language, Format.HTML).decode()
    paper = PdfReader(BytesIO(render(made, Letterhead(), language, Format.PDF)))
    assert said[language] in " ".join(paper.pages[0].extract_text().split())
    book = load_workbook(BytesIO(render(made, Letterhead(), language, Format.XLSX)))
    assert book.worksheets[3]["A1"].value == said[language]
    assert said[language] not in render(an_annex(), Letterhead(), language, Format.HTML).decode()


def test_columns_that_nobody_filled_and_figures_that_say_nothing_are_left_out() -> None:
    page = render(odd_minutes(), Letterhead(), "vi", Format.HTML).decode()
    assert "Km một chiều" not in page
    assert "mất gói" not in page  # its call was good all the time
    assert "Km một chiều" in render(an_annex(), Letterhead(), "vi", Format.HTML).decode()


def test_a_meeting_was_held_from_the_first_coming_to_the_last_leaving() -> None:
    assert odd_minutes().held == round(20.2 * 60)
    unseen = annex(MEETING, [], {}, PLACES, [], venue=None, prices=PRICES, as_known_at=END)
    assert unseen.held is None


def test_what_a_call_was_after_the_room_had_left_counts_for_nothing() -> None:
    row = sounded("a", 0, 10, Grade.GOOD)
    inside = [(BEGIN + MINUTE, BEGIN + 4 * MINUTE), (BEGIN + 6 * MINUTE, BEGIN + 7 * MINUTE)]
    found = sound_of(MEETING, [row], inside, BEGIN + 20 * MINUTE)
    assert found.seconds[Grade.GOOD] == 4 * 60
    assert found.unmeasured == 0


def test_a_room_that_nobody_saw_has_no_drops_in_the_workbook_and_says_why() -> None:
    rooms = load_workbook(BytesIO(render(an_annex(), Letterhead(), "vi", Format.XLSX))).worksheets[
        0
    ]
    assert [rooms[f"E{row}"].value for row in (2, 3, 4)] == [1, 0, None]
    assert [rooms[f"J{row}"].value for row in (2, 3, 4)] == [None, None, "không ghi nhận được"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_month_shows_the_prices_of_i13_and_the_rooms_that_are_not_in_it(
    language: Language,
) -> None:
    period = period_of(PeriodKind.MONTH, date(2026, 11, 1))
    month = MeetingsMonth(period, (an_annex(), an_annex()), (), 0, END)
    page = meetings_month.render(month, Letterhead(), language, Format.HTML).decode()
    assert ("5.000 đ/km" if language == "vi" else "5,000 đ/km") in page
    told = {
        "vi": "2 điểm cầu đã dự không tính được",
        "en": "for want of delegates or coordinates: 2",
    }
    assert told[language] in page
    assert "G.107" not in page  # no call is graded on it


def test_a_month_s_workbook_leaves_empty_the_time_of_a_meeting_whose_rooms_nobody_saw() -> None:
    bare = annex(MEETING, [], {}, PLACES, [], venue=None, prices=PRICES, as_known_at=END)
    period = period_of(PeriodKind.MONTH, date(2026, 11, 1))
    month = MeetingsMonth(period, (an_annex(), bare), (), 0, END)
    book = load_workbook(BytesIO(meetings_month.render(month, Letterhead(), "vi", Format.XLSX)))
    seen, unseen = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert seen[5] == 200 * MINUTE
    assert unseen[2:6] == (0, 3, None, None)
