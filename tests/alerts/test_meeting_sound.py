"""Of everything that loses packets on the way to a room the topmost is to blame."""

import pytest

from alerts.meeting_sound import amiss_on_way
from alerts.topology import Topology
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
