"""Does the RMX's collector say how many are in conference, and what is broken?"""

from collectors import snmp_rmx
from core.reading import FailureKind, Reading
from lab.calls import Calls
from lab.emulators.polycom_rmx import ABOUT, rows
from lab.mib import encoded
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import FABRIC, ROOMS, told
from tests.collectors.snmp_agent import stage
from tests.factories import FakeClock, a_check


async def looked(calls: Calls, broken: str = "", *, known: bool = True) -> Reading:
    table = {oid: encoded(value) for oid, value in rows(calls, broken=broken)} if known else {}
    async with stage() as play:
        agent, kit = play(table), make_kit(FakeClock())
        params = {"community": "public", "port": agent.port}
        check = a_check("a", "snmp_rmx", address="127.0.0.1", timeout=5, params=params)
        _, reading = await look_once(snmp_rmx.COLLECTOR, check, kit)
        await kit.aclose()
    return reading


async def test_it_counts_conferences_and_who_is_in_them() -> None:
    calls = Calls(lambda: World(FABRIC), FakeClock())
    assert told(await looked(calls), "vc_bridge_legs") == 0
    for n, room in enumerate(ROOMS[:5]):
        calls.join(room, f"cuoc-hop-{n % 2}")
    reading = await looked(calls)
    assert reading.ok
    assert told(reading, "vc_bridge_legs") == 5
    assert told(reading, "vc_bridge_conferences") == 2
    assert told(reading, "vc_faults", level="error") == 0


async def test_a_broken_part_is_named() -> None:
    calls = Calls(lambda: World(FABRIC), FakeClock())
    for part in ("fan", "power", "board"):
        reading = await looked(calls, part)
        assert told(reading, "vc_fault_info", fault=part, level="error") == 1
        assert told(reading, "vc_faults", level="error") == 1


async def test_another_agent_is_told_apart() -> None:
    reading = await looked(Calls(lambda: World(FABRIC), FakeClock()), known=False)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL


def test_the_emulator_tells_what_it_guessed() -> None:
    assert ABOUT.family == snmp_rmx.COLLECTOR.name
    assert ABOUT.guessed
