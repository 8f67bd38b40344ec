import pytest

from core.inventory import UnitLevel
from inventory.search import Entry, Index, entries, key
from tests.inventory.builders import a_device, a_land, a_room, a_service, a_unit

NAMES = {
    "binh-phuoc": "Phường Bình Phước",
    "binh-phuoc-a": "Xã Bình Phước An",
    "phuoc-binh": "Phường Phước Bình",
    "hoa-binh": "Xã Hoà Bình",
    "dak-o": "Xã Đăk Ơ",
    "dc": "Điểm cầu Uỷ ban nhân dân phường Bình Phước",
    "dong-nai": "Thành phố Đồng Nai",
}


def _found(query: str) -> list[str]:
    index = Index(Entry("units", slug, name) for slug, name in NAMES.items())
    return [entry.slug for entry in index.find(query)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("binh phuoc", "binh-phuoc"),
        ("Bình Phước", "binh-phuoc"),
        ("P. Bình Phước", "binh-phuoc"),
        ("phường bình phước", "binh-phuoc"),
        ("BINH PHUOC AN", "binh-phuoc-a"),
        ("Hòa Bình", "hoa-binh"),
        ("đăk ơ", "dak-o"),
        ("dako", "dak-o"),
        ("UBND binh phuoc", "dc"),
        ("TP. Đồng Nai", "dong-nai"),
        ("dong n", "dong-nai"),
    ],
)
def test_a_name_is_found_however_it_is_typed(query: str, best: str) -> None:
    assert _found(query)[0] == best


def test_a_name_alone_comes_before_names_that_hold_it() -> None:
    assert _found("bình phước") == ["binh-phuoc", "binh-phuoc-a", "dc", "phuoc-binh"]


def test_nothing_is_found_by_nothing() -> None:
    assert _found("") == _found("  . ") == _found("Hà Nội") == []


def test_namesakes_are_told_apart_by_where_they_lie() -> None:
    units = (
        *a_land().units,
        a_unit("huyen", "001", UnitLevel.DISTRICT, "dong-nai"),
        a_unit("xa-2", "00002", UnitLevel.COMMUNE, "huyen"),
    )
    found = {entry.slug: entry for entry in entries(a_land(units=units))}
    assert found["xa-2"].place == "huyen – dong-nai"
    assert found["gw-1"].place == "xa-1 – dong-nai"
    assert found["k-1"].place == "xa-1 – dong-nai"
    assert found["dong-nai"].place == ""


def test_devices_are_found_by_address_and_lines_by_circuit() -> None:
    land = a_land(devices=(*a_land().devices, a_device("x", "dc-1", address="10.70.9.9")))
    index = Index(entries(land))
    assert [entry.slug for entry in index.find("10.70.9.9")] == ["x"]
    assert [entry.slug for entry in index.find("C1")] == ["k-1"]


def test_keys_hold_no_diacritics_and_one_blank_between_words() -> None:
    assert key("UỶ BAN  nhân dân,  phường Đăk’Ơ") == "ubnd phuong dak o"


def test_rooms_and_services_are_found_by_name_and_address_and_told_by_place() -> None:
    land = a_land(
        rooms=(a_room("ph", "dc-1", name="Phòng họp UBND xã Một"),),
        services=(
            a_service("cong", "https://dichvucong.example/", name="Cổng dịch vụ công", unit="xa-1"),
            a_service("thu", "tls://thu.example:993", organisation="ubnd"),
            a_service("web", "https://web.example/", device="sv-1"),
            a_service("ngoai", "https://ngoai.example/"),
        ),
    )
    found = {entry.slug: entry for entry in entries(land)}
    index = Index(found.values())
    assert [entry.slug for entry in index.find("phong hop")] == ["ph"]
    assert [entry.slug for entry in index.find("cong dich vu cong")] == ["cong"]
    assert [entry.slug for entry in index.find("web.example")] == ["web"]
    places = {slug: found[slug].place for slug in ("ph", "cong", "thu", "web", "ngoai")}
    assert places == {
        "ph": "xa-1 – dong-nai",
        "cong": "xa-1 – dong-nai",
        "thu": "xa-1 – dong-nai",
        "web": "dong-nai",
        "ngoai": "",
    }
