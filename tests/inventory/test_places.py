from datetime import date

import pytest

from core.inventory import Inventory, Succession, Unit, UnitLevel
from inventory.places import Gazetteer, Match
from inventory.spelling import canonical
from tests.inventory.builders import ON

REFORM = date(2025, 7, 1)


def _unit(
    slug: str, code: str, name: str, parent: str | None = None, end: date | None = None
) -> Unit:
    level = {2: UnitLevel.PROVINCE, 3: UnitLevel.DISTRICT, 5: UnitLevel.COMMUNE}[len(code)]
    begin = date(1976, 1, 1) if end or len(code) == 2 else REFORM
    return Unit(
        slug=slug,
        code=code,
        level=level,
        name=name,
        parent=parent,
        province_code="75",
        valid_from=begin,
        valid_to=end,
    )


UNITS = (
    _unit("dong-nai", "75", "Thành phố Đồng Nai"),
    _unit("tay-ninh", "80", "Tỉnh Tây Ninh"),
    _unit("bu-dang", "696", "Huyện Bù Đăng", "dong-nai", REFORM),
    _unit("loc-ninh-h", "692", "Huyện Lộc Ninh", "dong-nai", REFORM),
    _unit("duc-phong", "25396", "Thị trấn Đức Phong", "bu-dang", REFORM),
    _unit("tan-tien-bd", "25400", "Xã Tân Tiến", "bu-dang", REFORM),
    _unit("tan-tien-ln", "25300", "Xã Tân Tiến", "loc-ninh-h", REFORM),
    _unit("chia-doi", "25500", "Xã Chia Đôi", "bu-dang", REFORM),
    _unit("x-bu-dang", "25399", "Xã Bù Đăng", "dong-nai"),
    _unit("p-binh-phuoc", "25195", "Phường Bình Phước", "dong-nai"),
    _unit("x-binh-phuoc", "25196", "Xã Bình Phước", "dong-nai"),
    _unit("hoa-dn", "26000", "Xã Hòa Hội", "dong-nai"),
    _unit("hoa-tn", "26001", "Xã Hòa Hội", "tay-ninh"),
    _unit("loc-ninh", "25270", "Xã Lộc Ninh", "dong-nai"),
    _unit("thuy", "26002", "Xã Thủy Vân", "dong-nai"),
)
MOVES = (
    Succession(old="duc-phong", new="x-bu-dang", on=REFORM),
    Succession(old="tan-tien-bd", new="x-bu-dang", on=REFORM),
    Succession(old="tan-tien-ln", new="loc-ninh", on=REFORM),
    Succession(old="chia-doi", new="x-bu-dang", on=REFORM, partial=True),
    Succession(old="chia-doi", new="loc-ninh", on=REFORM, partial=True),
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(Inventory(units=UNITS, successions=MOVES), ON)


@pytest.mark.parametrize(
    ("text", "district", "province", "slug"),
    [
        ("Phường Bình Phước", "", "", "p-binh-phuoc"),
        ("P. Bình Phước", "", "", "p-binh-phuoc"),
        ("p.bình phước", "", "", "p-binh-phuoc"),
        ("PHƯỜNG  BÌNH PHƯỚC", "", "", "p-binh-phuoc"),
        ("phuong binh phuoc", "", "", "p-binh-phuoc"),
        ("UBND xã Bình Phước", "", "", "x-binh-phuoc"),
        ("Ủy ban nhân dân phường Bình Phước", "", "", "p-binh-phuoc"),
        ("Uỷ ban nhân dân xã Thuỷ Vân", "", "", "thuy"),
        ("TP. Đồng Nai", "", "", "dong-nai"),
        ("tỉnh Tây Ninh", "", "", "tay-ninh"),
        ("25195", "", "", "p-binh-phuoc"),
        ("25195.0", "", "", "p-binh-phuoc"),
        ("xã Hoà Hội", "", "Tỉnh Tây Ninh", "hoa-tn"),
        ("xã Hoà Hội, TP Đồng Nai", "", "", "hoa-dn"),
        ("TT. Đức Phong", "", "", "x-bu-dang"),
        ("xã Tân Tiến - huyện Bù Đăng (cũ)", "", "", "x-bu-dang"),
        ("Tân Tiến", "Huyện Lộc Ninh (cũ)", "", "loc-ninh"),
        ("thuy", "", "", "thuy"),
    ],
)
def test_one_unit_is_meant(
    gazetteer: Gazetteer, text: str, district: str, province: str, slug: str
) -> None:
    assert gazetteer.find(text, district, province).slug == slug


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Hòa Hội", ("Đồng Nai", "Tây Ninh")),
        ("xã Tân Tiến", ("Bù Đăng", "Lộc Ninh")),
        ("Xã Chia Đôi", ("Xã Bù Đăng", "Xã Lộc Ninh")),
        ("Bình Phước", ("Phường Bình Phước", "Xã Bình Phước")),
    ],
)
def test_several_units_may_be_meant_and_none_is_guessed(
    gazetteer: Gazetteer, text: str, candidates: tuple[str, ...]
) -> None:
    found = gazetteer.find(text)
    assert found.slug is None
    assert found.ambiguous
    assert all(any(part in said for said in found.candidates) for part in candidates)


def test_what_is_only_similar_is_a_suggestion(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("Phường Bình Phưóc'k")
    assert found.slug is None
    assert not found.ambiguous
    assert any("Bình Phước" in said for said in found.candidates)
    assert gazetteer.find("Zanzibar") == Match(None)


def test_a_name_that_is_not_the_unit_s_own_to_the_letter_is_known_as_such(
    gazetteer: Gazetteer,
) -> None:
    assert gazetteer.find("Phường Bình Phước").literal
    assert not gazetteer.find("phường Bình Phước").literal
    assert gazetteer.find("Thị trấn Đức Phong").via == "Thị trấn Đức Phong"


def test_the_unit_is_found_inside_the_name_of_a_place(gazetteer: Gazetteer) -> None:
    assert gazetteer.inside("Trạm y tế phường Bình Phước").slug == "p-binh-phuoc"
    assert gazetteer.inside("Điểm cầu UBND xã Thuỷ Vân").slug == "thuy"
    assert gazetteer.inside("Trung tâm dữ liệu").slug is None


def test_tone_marks_stand_in_one_place() -> None:
    assert canonical("Hoà Thuỷ") == canonical("Hòa Thủy")
    assert canonical("Hoá") != canonical("Hoà")
