"""A Huawei S5720 as recorded, which has no answer to 40 rows at once: met half-way, remembered."""

import pytest

from collectors import snmp_health, snmp_interfaces
from core.clock import SystemClock
from runtime.kit import make_kit
from tests.collectors.snmp_agent import stage
from tests.collectors.test_snmp_engine import silent_beyond
from tests.collectors.test_snmp_health import ASSERTED, Recorded, missing
from tests.collectors.test_snmp_recordings import recorded
from tests.collectors.test_snmp_system import Notes
from tests.factories import a_check

NAME = "vrp_5720-32x-ei"
pytestmark = pytest.mark.skipif(NAME not in ASSERTED, reason="the recording is absent")


@pytest.mark.parametrize("most", [39, 12])
async def test_it_says_all_it_has_to_whoever_asks_for_less(most: int) -> None:
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(recorded(ASSERTED[NAME] / f"{NAME}.snmprec"), spoil=silent_beyond(most))
        patient = {"community": "public", "port": agent.port, "wait": 0.3, "retries": 0}
        check = a_check("gw-1", "snmp_health", address="127.0.0.1", params=patient, timeout=60.0)
        reading = await snmp_health.look(check, kit, Notes())
        agent.requests.clear()
        ports = await snmp_interfaces.look(
            a_check("gw-1", "snmp_interfaces", address="127.0.0.1", params=patient, timeout=60.0),
            kit,
            Notes(),
        )
    await kit.aclose()
    assert reading.ok, reading.failure
    assert missing(NAME, reading) == []
    assert ports.ok, ports.failure
    asked = [max(len(r.names), r.repetitions if r.kind == 0xA5 else 0) for r in agent.requests]
    assert max(asked) <= most, "what it could not answer is remembered by other collectors too"
