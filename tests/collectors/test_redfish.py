"""Is a management controller read whole, and left without a session?"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import redfish
from core.clock import SystemClock
from core.reading import FailureKind
from lab.certificates import Authority
from lab.emulators.answering import About, Ask, Reply
from lab.emulators.redfish import Redfish
from lab.emulators.serving import served
from tests.collectors.glances import Looking, looking, told, why

LOGIN = "monitor:thong-suot-2026"


@dataclass
class Spoiling:
    """An emulator whose answers a test may spoil."""

    within: Redfish
    spoil: Callable[[Ask, Reply], Reply] = lambda ask, reply: reply
    asked: list[Ask] = field(default_factory=list)

    @property
    def about(self) -> About:
        return self.within.about

    def answer(self, ask: Ask) -> Reply:
        self.asked.append(ask)
        return self.spoil(ask, self.within.answer(ask))


@asynccontextmanager
async def controller(
    emulator: Redfish | Spoiling,
    secret: str | None = LOGIN,
    timeout: float = 5.0,
    context: ssl.SSLContext | None = None,
    **params: object,
) -> AsyncIterator[Looking]:
    async with served(emulator, context) as port:
        said = {"scheme": "https" if context else "http", "port": port, **params}
        async with looking(redfish.COLLECTOR, said, secret, timeout=timeout) as at:
            yield at


async def test_a_server_in_good_health_is_read_whole() -> None:
    bmc = Redfish()
    async with controller(bmc) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "device_powered") == 1
    assert told(reading, "device_temperature_celsius", sensor="Chassis Intake Temp") == 24
    assert told(reading, "device_temperature_celsius", sensor="CPU2 Temp") is None
    assert told(reading, "device_fan_rpm", sensor="Fan 1") == 2100
    assert told(reading, "device_power_watts", sensor="System Input Power") == 344
    assert told(reading, "device_power_watts", sensor="Power Supply Bay 2") == 161
    assert told(reading, "device_voltage_volts", sensor="VRM1 Voltage") == 12
    assert told(reading, "device_drive_life_ratio", drive="Drive 1") == 0.95
    assert told(reading, "device_component_status", kind="memory") == 0
    assert told(reading, "device_component_status", component="Virtual Disk 1") == 0
    assert told(reading, "device_hardware_info", model="3500", serial="437XR1138R2") == 1
    assert told(reading, "device_part_info", part="Manager", firmware="1.45.455b66-rev4") == 1
    assert told(reading, "device_part_info", part="Drive 0", serial="1234560") == 1
    assert bmc.sessions == {}
    assert bmc.ended == 1
    assert not any("thong-suot-2026" in line for line in run.lines)


async def test_the_newer_resources_tell_the_same() -> None:
    async with controller(Redfish(modern=True)) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "device_temperature_celsius", sensor="Intake") == 24
    assert told(reading, "device_fan_rpm", sensor="Fan 1") == 2100
    assert told(reading, "device_fan_ratio", sensor="Fan 1") == 0.45
    assert told(reading, "device_component_status", component="PSU 1") == 0


def _as_first_controllers(ask: Ask, reply: Reply) -> Reply:
    """Return an answer as iDRAC 8 and iLO 4 would have worded it, without what came later."""
    said = json.loads(reply.body or b"{}")
    for fan in said.get("Fans", []) if isinstance(said.get("Fans"), list) else []:
        fan["FanName"], fan["CurrentReading"], fan["Units"] = (
            fan.pop("Name"),
            fan.pop("Reading", None),
            fan.pop("ReadingUnits", ""),
        )
        fan.pop("MemberId", None)
    return Reply(reply.status, json.dumps(said).encode(), reply.kind, reply.headers)


async def test_the_first_controllers_words_are_understood() -> None:
    async with controller(Spoiling(Redfish(), _as_first_controllers), session=False) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "device_fan_rpm", sensor="Fan 1") == 2100


async def test_what_only_the_whole_system_says_is_told() -> None:
    def failing_within(ask: Ask, reply: Reply) -> Reply:
        said = json.loads(reply.body or b"{}")
        if "ProcessorSummary" in said:
            said["Status"] = {"State": "Enabled", "Health": "OK", "HealthRollup": "Warning"}
        return Reply(reply.status, json.dumps(said).encode(), reply.kind, reply.headers)

    async with controller(Spoiling(Redfish(), failing_within), session=False) as at:
        reading, _ = await at.look()
    assert why(reading) == "system WebFrontEnd483: Warning"


async def test_a_power_supply_without_its_cord_is_told() -> None:
    def unplugged(ask: Ask, reply: Reply) -> Reply:
        said = json.loads(reply.body or b"{}")
        if "PowerSupplies" in said and isinstance(said["PowerSupplies"], list):
            off = {"State": "UnavailableOffline", "Health": "Critical"}
            said["PowerSupplies"][1]["Status"] = off
        return Reply(reply.status, json.dumps(said).encode(), reply.kind, reply.headers)

    async with controller(Spoiling(Redfish(), unplugged), session=False) as at:
        reading, _ = await at.look()
    assert why(reading) == "power supply Power Supply Bay 2: Critical"


async def test_what_an_account_may_not_read_is_named_and_the_rest_is_read() -> None:
    def guarded(ask: Ask, reply: Reply) -> Reply:
        return Reply(403, b"{}") if ask.path.endswith("/Power") else reply

    async with controller(Spoiling(Redfish(), guarded)) as at:
        for _ in range(2):  # and the login is no bad one for it
            reading, run = await at.look()
            assert why(reading).endswith("/Power: not for this account"), run.lines
            assert told(reading, "device_fan_rpm", sensor="Fan 1") == 2100


async def test_an_older_link_that_leads_nowhere_does_not_hide_the_newer_resources() -> None:
    def also_older(ask: Ask, reply: Reply) -> Reply:
        said = json.loads(reply.body or b"{}")
        if "ThermalSubsystem" in said:
            gone = {"@odata.id": "/redfish/v1/gone"}
            body = json.dumps({**said, "Thermal": gone, "Power": gone}).encode()
            return Reply(reply.status, body, reply.kind, reply.headers)
        return reply

    async with controller(Spoiling(Redfish(modern=True), also_older), session=False) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "device_temperature_celsius", sensor="Intake") == 24
    assert told(reading, "device_component_status", component="PSU 1") == 0


async def test_what_is_not_well_is_named() -> None:
    bmc = Redfish(inlet=45.0, powered=False)
    bmc.drives["Drive 1"], bmc.supplies["PSU 2"] = "Critical", "Warning"
    bmc.predicted.add("Drive 0")
    async with controller(bmc) as at:
        reading, _ = await at.look()
    said = why(reading)
    assert "WebFrontEnd483 is switched off" in said
    assert "drive Drive 1: Critical" in said
    assert "drive Drive 0 says that it will fail" in said
    assert "temperature Chassis Intake Temp: Critical" in said
    assert told(reading, "device_component_status", component="Drive 1", kind="drive") == 2
    assert told(reading, "device_component_status", component="Power Supply Bay 2") == 1
    assert told(reading, "device_powered") == 0


async def test_without_a_session_the_login_is_shown_each_time() -> None:
    bmc = Spoiling(Redfish())
    async with controller(bmc, session=False) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert not any(ask.method == "POST" for ask in bmc.asked)


async def test_a_session_ends_whatever_happens() -> None:
    def broken(ask: Ask, reply: Reply) -> Reply:
        return Reply(500, b"oops") if "Thermal" in ask.path else reply

    bmc = Redfish(whole_addresses=True)
    async with controller(Spoiling(bmc, broken)) as at:
        reading, _ = await at.look()
        assert why(reading) == "HTTP 500 oops"
        assert told(reading, "device_powered") == 1, "what was read before is kept"
    assert bmc.sessions == {}

    def silent(ask: Ask, reply: Reply) -> Reply:
        return Reply(0) if "Thermal" in ask.path else reply

    bmc = Redfish()
    async with controller(Spoiling(bmc, silent), timeout=2.0) as at:
        async with asyncio.timeout(3):
            reading, _ = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT
    assert bmc.sessions == {}


async def test_a_refused_login_is_not_tried_again_soon() -> None:
    bmc = Spoiling(Redfish(password="another"))
    async with controller(bmc) as at:
        first, _ = await at.look()
        assert first.failure is not None
        assert first.failure.kind is FailureKind.AUTH
        posts = sum(ask.method == "POST" for ask in bmc.asked)
        second, _ = await at.look()
        assert "not tried again before" in why(second)
        assert sum(ask.method == "POST" for ask in bmc.asked) == posts == 1


async def test_a_controller_without_a_free_session_is_left_alone() -> None:
    bmc = Redfish(most_sessions=0)
    async with controller(bmc) as at:
        reading, _ = await at.look()
        assert "come more rarely" in why(reading)


async def test_its_own_certificate_is_trusted_by_fingerprint_alone() -> None:
    clock = SystemClock()
    from datetime import timedelta

    context = Authority(clock.now()).context("127.0.0.1", clock.now(), timedelta(days=30))
    bmc = Redfish()
    async with controller(bmc, context=context) as at:
        reading, _ = await at.look()
        said = why(reading)
        assert "to trust just this one: fingerprint=" in said
        pin = said.rpartition("fingerprint=")[2]
        trusted = {**at.check.params, "fingerprint": pin}
        at.check = at.check.model_copy(update={"params": trusted})
        reading, run = await at.look()
        assert reading.ok, run.lines


async def test_no_more_is_read_than_may_be() -> None:
    bmc = Spoiling(Redfish())
    bmc.within.drives = {f"Drive {number}": "OK" for number in range(50)}
    async with controller(bmc, most=20) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert sum(ask.method == "GET" for ask in bmc.asked) <= 20
    assert any("there is more than the 20 resources" in line for line in run.lines)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["Systems", "Systems/1", "Chassis/1U", "Thermal", "Power", "Storage/1", "v1"]),
    _JSON | st.binary(max_size=40),
    st.booleans(),
)
def test_no_answer_breaks_the_reader(where: str, said: object, deep: bool) -> None:
    import json

    def body(reply: Reply) -> bytes:
        if isinstance(said, bytes):
            return said
        if not deep:
            return json.dumps(said).encode()
        tree = json.loads(reply.body or b"{}")
        return json.dumps(
            {key: said if key != "@odata.id" else value for key, value in tree.items()}
        ).encode()

    def spoilt(ask: Ask, reply: Reply) -> Reply:
        hit = ask.path.rstrip("/").endswith(where) and ask.method == "GET"
        return Reply(200, body(reply), "application/json") if hit else reply

    async def run() -> None:
        bmc = Redfish()
        async with controller(Spoiling(bmc, spoilt), timeout=5.0) as at:
            reading, told_lines = await at.look()
            if reading.failure is not None:
                assert reading.failure.kind is not FailureKind.BUG, told_lines.lines
        assert bmc.sessions == {}

    asyncio.run(run())
