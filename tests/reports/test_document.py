"""The HTML of a report."""

import re
from dataclasses import replace

import pytest

from core.text import Language, Text
from reports.render import document
from reports.render.letterhead import Letterhead
from reports.render.sheet import PAPER, Bounds, blame, sheet
from reports.report import Report
from tests.reports.builders import LONG, a_province, all_unknown, nothing, strange

HEAD = Letterhead("UBND tỉnh Đồng Nai", "Sở Khoa học và Công nghệ", "Đồng Nai", "BC-SKHCN")
LANGUAGES: tuple[Language, ...] = ("vi", "en")


def _text(html: bytes) -> str:
    bare = re.sub(r"<(style|title)>.*?</\1>", " ", html.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", [a_province, nothing, all_unknown, strange])
def test_one_file_needs_nothing_from_elsewhere(made: object, language: Language) -> None:
    assert callable(made)
    html = document.page(made(), HEAD, language).decode()
    assert not re.search(r'(?:src|href)="|url\(|@import', html)
    assert f'<html lang="{language}">' in html


def test_a_report_says_whose_it_is_and_of_what() -> None:
    text = _text(document.page(a_province(), HEAD, "vi"))
    for said in (
        "Sở Khoa học và Công nghệ",
        "Độc lập - Tự do - Hạnh phúc",
        "BC-SKHCN",
        "Tỉnh Đồng Nai, tháng 10/2026",
        "02/11/2026 08:30:00",
        "Người lập biểu",
        "Thủ trưởng đơn vị",
        "đề xuất, chưa phải quy định",
        "Huyện Hớn Quản kết thúc",
        "vẫn tính",
        "báo trước 1 ngày làm việc, cần 7",
        "05/10/2026 (Làm bù)",
    ):
        assert said in text, said


def test_without_names_there_are_dotted_lines_to_fill_in() -> None:
    assert document.DOTS in document.page(nothing(), Letterhead(), "vi").decode()


def test_english_is_a_document_of_its_own() -> None:
    text = _text(document.page(a_province(), HEAD, "en"))
    assert "Đồng Nai Province, October 2026" in text
    for vietnamese in ("gián đoạn", "Chưa có", "kỳ trước"):
        assert vietnamese not in text


@pytest.mark.parametrize(("language", "said"), [("vi", "chưa có số liệu"), ("en", "no data")])
def test_what_nobody_saw_is_said_to_be_unknown_and_never_zero(
    language: Language, said: str
) -> None:
    text = _text(document.page(all_unknown(), HEAD, language))
    assert said in text
    assert not re.search(r"\b0[,.]000\s?%", text)
    assert not re.search(r"100[,.]000\s?%", text)


def test_names_are_written_as_they_are_and_run_nothing() -> None:
    html = document.page(strange(), HEAD, "vi").decode()
    assert "<Khu kinh tế>" not in html
    assert "&lt;Khu kinh tế&gt; &amp; cửa khẩu" in html
    assert LONG in _text(html.encode()).replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    )


def test_a_line_prints_its_numerator_denominator_and_unknown() -> None:
    report = a_province(1)
    text = _text(document.page(report, HEAD, "vi"))
    from reports.render.figures import clock

    whole = report.rows[0].seconds
    for seconds in (whole.numerator, whole.denominator, whole.unknown, whole.excluded):
        assert clock(seconds, "vi") in text


def test_a_unit_with_one_target_is_one_line() -> None:
    shown = sheet(a_province(5), PAPER)
    assert len(shown.lines) == 6
    assert shown.more_lines == 0


def test_where_no_target_has_a_row_the_lines_show_how_the_period_went() -> None:
    report = a_province(3)
    whole = replace(report, rows=report.rows[:1])
    assert sheet(whole, PAPER).timelines == report.links


def test_long_lists_are_bounded_and_say_how_much_is_missing() -> None:
    report = a_province(40, outages=6)
    few = Bounds(lines=10, timelines=5, outages=7, links=3)
    shown = sheet(report, few)
    assert len(shown.outages) == 7
    assert shown.more_outages == len(report.outages) - 7
    longest = sorted((one.seconds for one in report.outages), reverse=True)[:7]
    assert sorted((one.seconds for one in shown.outages), reverse=True) == longest
    assert list(shown.outages) == sorted(shown.outages, key=lambda one: (one.begin, one.target))
    text = str(document.body(report, HEAD, "vi", bounds=few))
    assert f"… và {shown.more_outages} lần nữa" in text
    assert "xem tệp XLSX" in text


def test_the_goal_is_judged_by_the_exact_share_and_not_by_the_printed_one() -> None:
    report: Report = a_province(2)
    reached = report.rows[0].seconds.availability
    assert reached is not None
    assert sheet(replace(report, goal=reached), PAPER).goal_met is True
    assert sheet(replace(report, goal=reached + 1 / reached / 10**9), PAPER).goal_met is False
    assert sheet(replace(all_unknown(), goal=reached), PAPER).goal_met is None


def test_an_outage_is_blamed_once() -> None:
    line = Text("Kênh VNPT", "the VNPT line")
    behind = replace(a_province(3).outages[0], root="kenh", root_name=line)
    told = replace(behind, cause=Text("không tới được do Kênh VNPT", "lost with the VNPT line"))
    assert blame(told, "vi") == "không tới được do Kênh VNPT"
    apart = replace(behind, cause=Text("mất kết nối", "lost"))
    assert blame(apart, "vi") == "Kênh VNPT: mất kết nối"
    own = replace(behind, root=behind.target, root_name=behind.name, cause=apart.cause)
    assert blame(own, "en") == "the target itself: lost"
    assert blame(replace(own, root=None, cause=None), "vi") == ""
    power = Text("mất điện: cháy", "power cut: fire")
    found = replace(apart, stated=power, fault=Text("điện lực", "power company"))
    assert blame(found, "vi") == "Kênh VNPT: mất điện: cháy (điện lực)"
