"""Of everything that loses packets on the way to a room the topmost is to blame."""

import pytest

from alerts.both_ends import RoomQuality, heard, of_ends
from alerts.legs import Leg
from alerts.meeting_sound import agreed, amiss_on_way
from alerts.quality import Bands, Figures, of_leg
from alerts.quality_words import of_blame
from alerts.topology import Topology
from core.callquality import Side
from core.status import Status, TargetState
from tests.alerts.province import estate
from tests.factories import DAWN

LAND = Topology(estate(hubs=2, communes=2, reserves=[2]))
LOSING, CHECK = "losing_packets", "check_failed"
Amiss = tuple[str, Status, str]


@pytest.mark.parametrize(
    ("site", "amiss", "blamed"),
    [
        ("c11", [], ""),
        ("c11", [("line-c11", Status.DEGRADED, LOSING)], "line-c11"),
        (
            "c11",
            [
                ("c11-gw", Status.DEGRADED, LOSING),
                ("line-c11", Status.DEGRADED, LOSING),
                ("hub1-gw", Status.DEGRADED, LOSING),
                ("line1", Status.DEGRADED, LOSING),
            ],
            "line1",
        ),
        ("c11", [("c11-gw", Status.DEGRADED, CHECK)], ""),  # its fan is no fault of the line
        ("c11", [("core", Status.DEGRADED, CHECK)], ""),
        ("c11", [("c12-gw", Status.DEGRADED, LOSING)], ""),  # somebody else's way
        # A hub with a reserve: which of its lines carries the call nobody knows, one is bad.
        ("hub2", [("line2", Status.DOWN, "port_down")], "line2"),
        ("c21", [("core", Status.DEGRADED, LOSING)], ""),
        ("nowhere", [], ""),
    ],
)
def test_the_topmost_that_loses_packets_is_blamed(
    site: str, amiss: list[Amiss], blamed: str
) -> None:
    states = {slug: TargetState(slug, status, DAWN, reason) for slug, status, reason in amiss}
    assert amiss_on_way(site, LAND, states) == blamed


BANDS = Bands()
FIVE = Topology(estate(hubs=2, communes=5))
HUB1, HUB2 = ([f"c{h}{k}-vc" for k in range(1, 6)] for h in (1, 2))


def call(*streams: Figures) -> RoomQuality:
    leg = Leg("c11-vc", "", DAWN, streams, of_leg(streams, BANDS), ())
    found = of_ends(leg, None, None, BANDS)
    assert found is not None
    return found


def loss(rx: float, tx: float = 0.0) -> RoomQuality:
    return call(Figures("video", "rx", loss=rx), Figures("video", "tx", loss=tx))


def test_five_bad_rooms_of_one_district_name_its_line_with_circuit_and_direction() -> None:
    rooms = {**{end: loss(0.05) for end in HUB1}, **{end: loss(0.0) for end in HUB2}}
    whole = heard(dict(rooms), {}, "", BANDS, agreed(rooms, "bridge", FIVE, BANDS))
    assert whole.blames.keys() == set(HUB1)
    assert {blame.side for blame in whole.blames.values()} == {Side.LINE}
    said = of_blame(whole.blames["c11-vc"], FIVE, "vi")
    assert said.endswith(
        "Kênh VNPT đi hub1 (VNPT-line1): 5/5 điểm cầu đo được cùng đi qua đây đều kém, "
        "chiều đến điểm cầu"
    )
    assert "5 of 5 measured rooms" in of_blame(whole.blames["c11-vc"], FIVE, "en")


def test_bad_rooms_of_every_district_name_the_bridge() -> None:
    rooms = {end: loss(0.05, 0.05) for end in (*HUB1, *HUB2)}
    whole = heard(dict(rooms), {}, "", BANDS, agreed(rooms, "bridge", FIVE, BANDS))
    assert {blame.side for blame in whole.blames.values()} == {Side.BRIDGE}
    said = of_blame(whole.blames["c11-vc"], FIVE, "vi")
    assert "10/10 điểm cầu đo được cùng nối vào đây" in said
    assert "chiều" not in said  # both directions are bad


def test_rooms_that_are_bad_in_different_directions_do_not_agree() -> None:
    rooms = {end: loss(0.05) if n % 2 else loss(0.0, 0.05) for n, end in enumerate(HUB1)}
    assert agreed(rooms, "bridge", FIVE, BANDS) == {}


def test_a_long_round_trip_is_bad_both_ways() -> None:
    rooms = {end: call(Figures("audio", "rx", loss=0.0, round_trip=0.6)) for end in HUB1}
    assert agreed(rooms, "bridge", FIVE, BANDS)["c11-vc"][1] == {"rx", "tx"}


def test_a_line_known_to_be_amiss_is_named_as_that_and_nothing_else() -> None:
    rooms = {end: loss(0.05) for end in HUB1}
    shared = agreed(rooms, "bridge", FIVE, BANDS)
    whole = heard(dict(rooms), dict.fromkeys(HUB1, "line1"), "", BANDS, shared)
    assert all(blame.agreed is None for blame in whole.blames.values())
    assert "đang hỏng hoặc chập chờn" in of_blame(whole.blames["c11-vc"], FIVE, "vi")
