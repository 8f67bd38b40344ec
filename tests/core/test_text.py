"""Vietnamese text is compared as its readers compare it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import Text, ascii_only, fold, nfc, vietnamese_order


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đăk Ơ", "dak o"),
        ("Phường Bình Phước", "phuong binh phuoc"),
        ("Hoà", "hoa"),
        ("Hòa", "hoa"),
        ("  UBND   xã\u00a0Bù Đăng ", "ubnd xa bu dang"),
    ],
)
def test_search_ignores_diacritics_case_and_spacing(text: str, key: str) -> None:
    assert fold(text) == key


def test_names_sort_as_in_a_vietnamese_dictionary() -> None:
    names = [
        "Ninh Bình",
        "Đắk Lắk",
        "Cần Thơ",
        "Ân Thi",
        "Đà Nẵng",
        "Ánh",
        "Dak",
        "Cao Bằng",
        "An Giang",
    ]
    assert sorted(names, key=vietnamese_order) == [
        "An Giang",
        "Ánh",
        "Ân Thi",
        "Cao Bằng",
        "Cần Thơ",
        "Dak",
        "Đà Nẵng",
        "Đắk Lắk",
        "Ninh Bình",
    ]


def test_tones_count_only_between_equal_words() -> None:
    words = ["mạ", "mã", "mả", "mà", "má", "ma", "mab"]
    assert sorted(words, key=vietnamese_order) == ["ma", "mà", "mả", "mã", "má", "mạ", "mab"]


def test_numbers_sort_by_what_they_are() -> None:
    ports = ["Gi1/0/10", "Gi0/10", "Gi0/2", "Gi0/1", "Gi0/2.100", "Gi0/2.20"]
    assert sorted(ports, key=vietnamese_order) == [
        "Gi0/1",
        "Gi0/2",
        "Gi0/2.20",
        "Gi0/2.100",
        "Gi0/10",
        "Gi1/0/10",
    ]
    rooms = ["Phòng 12", "Phòng 3", "Phòng 003", "Phòng A"]
    assert sorted(rooms, key=vietnamese_order) == ["Phòng 3", "Phòng 003", "Phòng 12", "Phòng A"]


def test_sms_text_is_plain_ascii() -> None:
    assert ascii_only("SỰ CỐ: Điểm cầu UBND xã Đăk Ơ mất kết nối") == (
        "SU CO: Diem cau UBND xa Dak O mat ket noi"
    )


@given(st.text())
def test_normal_form_is_stable_and_sms_text_is_ascii(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert ascii_only(text).isascii()
    assert vietnamese_order(text) == vietnamese_order(nfc(text))


def test_a_text_is_said_in_the_asked_language() -> None:
    assert Text(vi="xin chào", en="hello").said("en") == "hello"
    assert Text(vi="xin chào", en="hello").said("vi") == "xin chào"
