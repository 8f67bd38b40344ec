"""Real devices, as recorded: whom they lie beside, and how their routing stands."""

import pytest

from collectors import snmp_neighbours
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import stage
from tests.collectors.test_snmp_health import ASSERTED, Recorded, asserted, check_of, those_with
from tests.collectors.test_snmp_recordings import RECORDINGS, recorded
from tests.collectors.test_snmp_system import Notes

pytestmark = pytest.mark.skipif(
    not RECORDINGS, reason="../shared/data/devices is absent: no recordings to replay"
)

BGP_STATES = ("idle", "connect", "active", "openSent", "openConfirm", "established")
OSPF_STATES = ("down", "attempt", "init", "twoWay", "exchangeStart", "exchange", "loading", "full")


async def told(name: str) -> Reading:
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(recorded(ASSERTED[name] / f"{name}.snmprec"))
        check = check_of("snmp_neighbours", agent.port)
        reading = await snmp_neighbours.look(check, kit, Notes())
    await kit.aclose()
    assert reading.ok, reading.failure
    return reading


@pytest.mark.parametrize("name", those_with("discovery-protocols", "links"))
async def test_neighbours_lie_at_the_ports_that_are_asserted(name: str) -> None:
    reading = await told(name)
    found = {
        (labels["protocol"], labels["port"], labels["neighbour"]): labels["neighbour_port"]
        for series, _ in reading.samples
        if series.name == "device_neighbour_info" and (labels := dict(series.labels))
    }
    links = asserted(name, "discovery-protocols", "links")
    wanted = {(row["protocol"], row["ifName"], row["remote_hostname"]) for row in links}
    assert set(found) == wanted
    if name == "arubaos-cx_10.10":
        return  # access points call their ports by addresses: the names beside them are told
    for row in links:
        key = str(row["protocol"]), str(row["ifName"]), str(row["remote_hostname"])
        assert str(row["remote_port"]).startswith(found[key]), row


@pytest.mark.parametrize("name", those_with("bgp-peers", "bgpPeers"))
async def test_sessions_of_bgp_are_as_they_are_asserted(name: str) -> None:
    reading = await told(name)
    found = {
        labels.get("peer") or labels["bgpPeerRemoteAddr"]: value
        for series, value in reading.samples
        if "Bgp" in series.name or series.name == "bgpPeerState"
        for labels in [dict(series.labels)]
    }
    assert found == {
        row["bgpPeerIdentifier"]: 1 + BGP_STATES.index(str(row["bgpPeerState"]))
        for row in asserted(name, "bgp-peers", "bgpPeers")
    }
    worst = [v for series, v in reading.samples if series.name == "device_component_status"]
    assert worst
    assert set(worst) == {0.0}


@pytest.mark.parametrize("name", those_with("ospf", "ospf_nbrs"))
async def test_neighbours_of_ospf_are_as_they_are_asserted(name: str) -> None:
    reading = await told(name)
    found = {
        dict(series.labels)["ospfNbrIpAddr"]: value
        for series, value in reading.samples
        if series.name == "ospfNbrState"
    }
    assert found == {
        row["ospfNbrIpAddr"]: 1 + OSPF_STATES.index(str(row["ospfNbrState"]))
        for row in asserted(name, "ospf", "ospf_nbrs")
    }


@pytest.mark.parametrize("name", those_with("stp", "stp"))
async def test_the_spanning_tree_is_as_it_is_asserted(name: str) -> None:
    reading = await told(name)
    [row] = asserted(name, "stp", "stp")
    for metric, column in (("dot1dStpRootCost", "rootCost"), ("dot1dStpTopChanges", "topChanges")):
        said = [value for series, value in reading.samples if series.name == metric]
        assert said == [row[column]] or (not said and not row[column]), metric
    [root] = [
        dict(series.labels)["root"] for series, _ in reading.samples if series.name == "stp_info"
    ] or [""]
    wanted = str(row["designatedRoot"])
    assert root.replace(":", "")[4:] == (wanted if wanted.strip("0") else "")
