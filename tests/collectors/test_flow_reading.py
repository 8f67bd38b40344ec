"""Are dates, marks and sketches of strange pages read as people read them, whatever they hold?"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._flow.dates import newest
from collectors._flow.defacement import changed
from collectors._flow.extraction import filled
from collectors._http import searcher
from collectors._net.trouble import Trouble
from core.clock import LOCAL

NOW = datetime(2026, 11, 5, 17, 0, tzinfo=LOCAL)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 5, hour, minute, second, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Thứ Hai, 05/11/2026 14:05", at(14, 5)),
        ("Thứ Năm, ngày 05/11/2026", NOW),
        ("05-11-2026 | 14h05", at(14, 5)),
        ("5.11.2026 lúc 9:07", at(9, 7)),
        ("14:05, 05/11/2026", at(14, 5)),
        ("14:05:09 ngày 05/11/2026", at(14, 5, 9)),
        ("Đồng Nai, ngày 05 tháng 11 năm 2026", NOW),
        ("ngày 5 Tháng 11, 2026", NOW),
        ("2026-11-05T14:05:00+07:00", at(14, 5)),
        ("2026-11-05T07:05:00Z", at(14, 5)),
        ("2026-11-05 14:05", at(14, 5)),
        ("Thu, 05 Nov 2026 14:05:00 +0700", at(14, 5)),
        ("05/11/2026 2:05 CH", at(14, 5)),
        ("9:07:30 SA, ngày 05/11/2026", at(9, 7, 30)),
        ("05/11/2026 12:05 SA", at(0, 5)),
        ("05/11/2026 12:05 PM", at(12, 5)),
        ("05/11/2026 14:05 CH", at(14, 5)),
        ("05/11/2026 14:05 CHÍNH PHỦ", at(14, 5)),
        ("01/01/2020 và 05/11/2026 14:05 và 04/11/2026", at(14, 5)),
    ],
)
def test_a_date_is_read_as_it_is_written_in_vietnam(text: str, instant: datetime) -> None:
    assert newest(text, NOW) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02/2026",
        "số 12/2026/QĐ-UBND",
        "105/11/2026",
        "05/11/20261",
        "0251.3822501",
        "99/99/2026",
    ],
)
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert newest(text, NOW) is None


def test_what_is_announced_for_later_is_no_news() -> None:
    assert newest("Họp ngày 20/12/2026; đăng 01/11/2026 08:00", NOW) == datetime(
        2026, 11, 1, 8, 0, tzinfo=LOCAL
    )


def test_a_day_without_a_time_counts_as_its_end() -> None:
    assert newest("04/11/2026", NOW) == datetime(2026, 11, 4, 23, 59, 59, tzinfo=LOCAL)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 5)))  # noqa: DTZ001
def test_every_minute_is_read_back_from_every_form(day: datetime) -> None:
    local = day.replace(second=0, microsecond=0, tzinfo=LOCAL)
    for form in ("%d/%m/%Y %H:%M", "%H:%M %d-%m-%Y", "%Y-%m-%dT%H:%M:%S"):
        assert newest(local.strftime(form), NOW) == local


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    found = newest(text, NOW.astimezone(UTC))
    assert found is None or found <= NOW


@given(st.text(alphabet="<>/=\"'! -abcfiormnput&;#[]\n", max_size=300))
def test_no_marks_break_the_reading_of_pages(html: str) -> None:
    told = json.loads(json.dumps(searcher.answer(["page", html, ["form"], ["b"]])))
    assert isinstance(told, (dict, str))


def test_scripts_and_ignored_parts_are_not_what_a_page_says() -> None:
    read = searcher.page(
        "<body><script>x</script><p>một <b>hai</b></p><div class='ad top'>bán</div>"
        "<section id=main>ba<style>y</style></section>",
        ["#main", "p"],
        [".ad"],
    )
    assert read["lines"] == ["một hai", "bán", "ba"]
    assert read["watched"] == ["một hai", "ba"]


def sketched(*words: str) -> str:
    return searcher.sketch([" ".join(words)])


def test_a_form_is_filled_in_as_a_browser_would_send_it() -> None:
    html = """<form id=tra-cuu><input type=hidden name=__VS value='a"b'>
      <select name=nam><option>2024</option><option selected> Năm <b>2026</b></option></select>
      <select name=loai><option disabled>Chọn</option><option value=1>Hồ sơ</option></select>
      <select name=khoa disabled><option value=9>x</option></select>
      <input type=radio name=kieu checked><input type=radio name=kieu value=2>
      <input name=cu value=3 disabled><textarea name=ghi>x</textarea></form>"""
    assert searcher.page(html, [], [])["forms"] == [
        {
            "names": ["tra-cuu", "", ""],
            "fields": [
                ["__VS", 'a"b'],
                ["nam", "Năm 2026"],
                ["loai", "1"],
                ["kieu", "on"],
                ["ghi", "x"],
            ],
            "password": False,
        }
    ]


def test_sketches_tell_about_how_much_two_pages_share() -> None:
    words = [f"từ{n}" for n in range(2000)]
    ours = sketched(*words)
    assert changed(ours, ours) == 0
    assert changed(ours, sketched(*words[:1800])) == pytest.approx(0.1, abs=0.09)
    half = changed(ours, sketched(*words[:1000]))
    assert half == pytest.approx(0.5, abs=0.15)
    assert changed(ours, sketched(*(f"khác{n}" for n in range(2000)))) > 0.9
    assert changed(ours, "not a sketch") == 1
    assert changed(sketched(), sketched()) == 0


@given(st.lists(st.text(max_size=20), max_size=50), st.lists(st.text(max_size=20), max_size=50))
def test_a_change_is_a_share_and_the_same_both_ways(one: list[str], other: list[str]) -> None:
    left, right = searcher.sketch(one), searcher.sketch(other)
    assert 0 <= changed(left, right) <= 1
    assert changed(left, right) == changed(right, left)


def test_a_variable_that_no_secret_brings_is_named() -> None:
    assert filled("a {{ x }}b", {"x": "1"}) == "a 1b"
    with pytest.raises(Trouble, match="no secret brings"):
        filled("{{user}}", {})


def test_a_page_of_another_year_is_old() -> None:
    found = newest("Cập nhật: 31/12/2025", NOW)
    assert found is not None
    assert NOW - found > timedelta(days=300)
