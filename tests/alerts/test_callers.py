"""Whom a bridge means is one room, or nobody: by its aliases, its address, its name."""

import pytest

from alerts.callers import Callers, spoken, taken_in
from core.watching import Target, TargetKind
from tests.alerts.province import device, room, site


def known() -> dict[str, Target]:
    targets = [
        site("c1", "site", "c1-vc"),
        device("c1-vc", "c1", "endpoint").model_copy(update={"address": "10.1.1.2"}),
        room("room-c1", "c1", "c1-vc").model_copy(
            update={
                "name": "Phòng họp Đăk Ơ",
                "aliases": ("dak-o@hop.vn", "7501", "84271387", "khach"),
            }
        ),
        site("c2", "site", "c2-vc", "c2-pc"),
        device("c2-vc", "c2", "endpoint").model_copy(update={"address": "10.1.2.2"}),
        room("room-c2", "c2", "c2-vc").model_copy(
            update={"name": "Phòng họp lớn", "aliases": ("khach",)}
        ),
        room("room-c2b", "c2", "c2").model_copy(update={"name": "Phòng họp lớn"}),
    ]
    return {target.slug: target for target in targets}


@pytest.mark.parametrize(
    ("remote", "meant"),
    [
        ("sip:dak-o@hop.vn", "room-c1"),
        ("SIP:Dak-O@HOP.vn:5060;transport=tcp", "room-c1"),
        ("7501", "room-c1"),
        ("h323:7501@10.9.9.9", "room-c1"),
        ("tel:+84271387", "room-c1"),
        ("10.1.1.2", "room-c1"),
        ("10.1.1.2:5060", "room-c1"),
        ("sip:phong@10.1.2.2:5061", "room-c2"),
        ("Phong hop Dak O", "room-c1"),
        ("Thiết bị c2-vc", "room-c2"),
        ("UBND c1", "room-c1"),  # the only room of its site
        ("UBND c2", None),  # it has two
        ("Phòng họp lớn", None),  # two are called so
        ("khach", None),  # an alias of two
        ("nguoi-la@hop.vn", None),
        ("", None),
    ],
)
def test_a_bridge_means_one_room_or_nobody(remote: str, meant: str | None) -> None:
    assert Callers.of(known()).room(remote) == meant


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("c1", "room-c1", True),
        ("c2", "room-c2", True),  # a site with two rooms: nobody said which
        ("c2", "room-c2b", True),  # a room without equipment of its own
        ("room-c2", "room-c2b", False),
        ("c1", "room-c2", False),
        ("c1", "c2", False),
        ("nowhere", "nowhere", True),
        ("nowhere", "c1", False),
    ],
)
def test_a_site_that_joins_as_a_whole_takes_its_rooms(one: str, other: str, clash: bool) -> None:
    taken = taken_in(known())
    assert bool(set(taken(one)) & set(taken(other))) is clash


def test_a_site_that_joins_as_a_whole_is_known_by_its_equipment() -> None:
    callers = Callers.of(known())
    assert callers.room("10.1.1.2", TargetKind.SITE) == "c1"
    assert callers.room("ubnd c2", TargetKind.SITE) == "c2"


def test_an_address_is_compared_bare() -> None:
    assert spoken("<sips:Xã@[2001:db8::1]:5061;user=phone>") == "xa@[2001:db8::1]"
    assert spoken("2001:db8::1") == "2001:db8::1"
