from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import cells
from inventory.cells import Read, Unfit

REFORM = date(2025, 7, 1)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.day, "2025-07-01", REFORM),
        (cells.day, "01/07/2025", REFORM),
        (cells.day, "1/7/2025", REFORM),
        (cells.day, "1-7-2025", REFORM),
        (cells.day, "01.07.2025", REFORM),
        (cells.day, "2025-07-01 00:00:00", REFORM),
        (cells.day, "01/07/2025 0:00", REFORM),
        (cells.day, "'01/07/2025", REFORM),
        (cells.day_of_instant, "01/07/2025", REFORM),
        (cells.day_of_instant, "01/07/2025 23:59:59", REFORM),
        (cells.day_of_instant, "1/7/2025 4:15:00 CH", REFORM),
        (cells.day_of_instant, "2025-07-01T10:15:30.123Z", REFORM),
        (cells.day_of_instant, "2025-07-01 10:15:30+07:00", REFORM),
        (cells.time_of_day, "07:30", time(7, 30)),
        (cells.time_of_day, "7:30", time(7, 30)),
        (cells.time_of_day, "7h30", time(7, 30)),
        (cells.time_of_day, "17h", time(17)),
        (cells.time_of_day, "07:30:15", time(7, 30, 15)),
        (cells.days, "1 2 3 4 5", (1, 2, 3, 4, 5)),
        (cells.days, "1-5", (1, 2, 3, 4, 5)),
        (cells.days, "5,1", (1, 5)),
        (cells.days, "T2 – T6, CN", (1, 2, 3, 4, 5, 7)),
        (cells.days, "Thứ 7; Chủ nhật", (6, 7)),
        (cells.number(0, None), "10,5", 10.5),
        (cells.number(0, None), "2.048", 2.048),
        (cells.number(0, None), "1000", 1000.0),
        (cells.number(-180, 180), "-106,8823", -106.8823),
        (cells.order, "2.0", 2),
        (cells.flag, "Có", True),
        (cells.flag, "x", True),
        (cells.flag, "FALSE", False),
        (cells.phone, "0912.345.678", "0912345678"),
        (cells.phone, "(+84) 912 345 678", "+84912345678"),
        (cells.address, "10.70.1.1", "10.70.1.1"),
        (cells.address, "FD00:0::1", "fd00::1"),
        (cells.address, "GW.Donvi.gov.vn", "gw.donvi.gov.vn"),
        (cells.slugs, "a, b;c|d e", ("a", "b", "c", "d", "e")),
        (cells.province_code, "01", "01"),
        (cells.choice(("commune",), {}), "COMMUNE", "commune"),
    ],
)
def test_honest_spellings_are_read(read: Read, text: str, value: object) -> None:
    assert read(cells.clean(text), {}) == value


@pytest.mark.parametrize(
    ("read", "text", "mend"),
    [
        (cells.day, "2025-13-01", "2025-01-13"),
        (cells.day, "31/06/2025", "existing day"),
        (cells.day, "45839", "2025-07-01"),
        (cells.province_code, "1", '"01"'),
        (cells.province_code, "1.0", '"01"'),
        (cells.number(0, None), "1.000,5", '"1000.5"'),
        (cells.number(0, None), "1 000", '"1000"'),
        (cells.number(0, None), "100Mbps", '"100"'),
        (cells.number(0, None), "0,5 Gbit/s", '"500"'),
        (cells.number(0, None), "0", "more than 0"),
        (cells.number(0, None), "inf", "number alone"),
        (cells.time_of_day, "0730", "07:30"),
        (cells.time_of_day, "07:30+07:00", "07:30"),
        (cells.days, "0-5", "1 (Monday)"),
        (cells.days, "5-1", "1 (Monday)"),
        (cells.order, "0", "from 1 up"),
        (cells.address, "10.70.1.1/24", '"10.70.1.1"'),
        (cells.address, "http://[fd00::1]:80/", '"fd00::1"'),
        (cells.address, "10.70.1", "one address"),
        (cells.address, "máy chủ", "one address"),
        (cells.email, "an@", "one address"),
        (cells.choice(("router",), {"bo dinh tuyen": "router"}), "Bộ định tuyến", '"router"'),
        (cells.choice(("router", "server"), {}), "roter", '"router"'),
        (cells.slug, "Đường Số 1", '"duong-so-1"'),
        (cells.slug, "***", '"x"'),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_the_mend(
    read: Read, text: str, mend: str
) -> None:
    with pytest.raises(Unfit) as refused:
        read(cells.clean(text), {})
    assert mend in refused.value.fault.mend.en
    assert refused.value.fault.mend.vi


@pytest.mark.parametrize(
    ("level", "text", "mended"),
    [
        ("commune", "70", "00070"),
        ("commune", "070", "00070"),
        ("district", "1", "001"),
        ("province", "1", "01"),
        ("Commune", "25195,00", "25195"),
    ],
)
def test_the_level_tells_how_many_zeros_a_code_has_lost(level: str, text: str, mended: str) -> None:
    with pytest.raises(Unfit) as refused:
        cells.unit_code(text, {"level": level})
    assert f'"{mended}"' in refused.value.fault.mend.en


@given(st.text(max_size=60))
def test_any_text_is_cleaned_or_refused_and_shields_come_off(text: str) -> None:
    try:
        clean = cells.clean(text)
    except Unfit:
        return
    assert cells.clean(cells.shielded(clean)) == clean
    assert cells.shielded(clean)[:1] not in {"=", "+", "-", "@"} or not clean


@given(st.text(max_size=40))
def test_no_reader_breaks_on_any_text(text: str) -> None:
    readers: list[Read] = [
        cells.slug,
        cells.slugs,
        cells.secret,
        cells.unit_code,
        cells.province_code,
        cells.day,
        cells.time_of_day,
        cells.days,
        cells.number(0, None),
        cells.number(-90, 90),
        cells.order,
        cells.flag,
        cells.email,
        cells.phone,
        cells.address,
    ]
    for read in readers:
        try:
            read(cells.clean(text), {})
        except Unfit:
            continue


@given(st.from_regex(r"[0-9./:hT, -]{1,14}", fullmatch=True))
def test_no_number_like_text_breaks_a_reader(text: str) -> None:
    for read in (cells.day, cells.time_of_day, cells.days, cells.number(0, None), cells.address):
        try:
            read(cells.clean(text), {})
        except Unfit:
            continue


@given(st.text(min_size=1, max_size=80))
def test_a_suggested_slug_is_a_slug(text: str) -> None:
    assert cells.slug(cells.slugged(text), {})


def test_what_bridges_call_a_room_is_read_from_one_cell() -> None:
    said = "sip:xa@hop.vn 7501; 7501, +842713879999"
    assert cells.aliases(said, {}) == ("sip:xa@hop.vn", "7501", "842713879999")
    assert cells.written(("xa@hop.vn", "7501")) == "xa@hop.vn 7501"
