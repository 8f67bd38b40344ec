"""What the servers around conferences tell: Jicofo, Expressway, the Yealink service."""

from dataclasses import replace

from api import words
from core.reading import FailureKind
from lab.emulators.answering import Ask, Reply
from lab.emulators.expressway import Expressway
from lab.emulators.jicofo import Jicofo
from lab.emulators.yealink_ymcs import YealinkYmcs
from tests.collectors.families import CONFERENCE, FAMILIES, ROOMS, Family, stand, told
from tests.collectors.test_vc_equipment import why

BY_NAME = {family.name: family for family in FAMILIES}
JICOFO, EXPRESSWAY, YMCS = (BY_NAME[n] for n in ("jicofo", "expressway", "yealink_ymcs"))


async def test_jicofo_counts_conferences_and_says_when_no_bridge_is_left() -> None:
    async with stand(JICOFO) as at:
        for n, room in enumerate(ROOMS[:5]):
            at.calls.join(room, f"hop-{n % 2}")
        reading = await at.look()
        assert told(reading, "vc_bridge_conferences") == 2
        assert told(reading, "vc_bridge_legs") == 5
        assert told(reading, "vc_faults", level="critical") == 0
        focus = at.emulator
        assert isinstance(focus, Jicofo)
        focus.working = 1
        reading = await at.look()
        assert told(reading, "vc_faults", level="warning") == 1
        focus.working, focus.healthy = 0, False
        reading = await at.look()
        assert told(reading, "vc_fault_info", fault="no videobridge is operational") == 1
        assert told(reading, "vc_fault_info", fault="unhealthy") == 1


async def test_the_expressway_tells_calls_registrations_and_a_zone_that_is_down() -> None:
    async with stand(EXPRESSWAY) as at:
        server = at.emulator
        assert isinstance(server, Expressway)
        for room in ROOMS[:3]:
            at.calls.join(room, CONFERENCE)
        reading = await at.look()
        assert told(reading, "vc_bridge_legs") == 3
        assert told(reading, "vc_bridge_legs_limit") == 600
        assert told(reading, "vc_registrations") == 12
        assert told(reading, "vc_device_info", software="X14.3.1") == 1
        assert told(reading, "vc_faults", level="error") == 0
        server.zones["Traversal tỉnh"] = "Failed"
        server.warnings = [("Unacknowledged", "Hết hạn giấy phép"), ("Acknowledged", "Cũ")]
        reading = await at.look()
        assert told(reading, "vc_fault_info", fault="zone Traversal tỉnh: Failed") == 1
        assert told(reading, "vc_fault_info", level="warning", fault="Hết hạn giấy phép") == 1
        assert told(reading, "vc_fault_info", level="info", fault="Cũ") == 1


async def test_an_expressway_of_another_version_is_read_without_what_it_lacks() -> None:
    async with stand(EXPRESSWAY) as at:
        at.spoiling.spoil = lambda n, ask, reply: (
            Reply(200, b"<Status/>", "text/xml")
            if "SystemUnit" in ask.query["location"] or "Warnings" in ask.query["location"]
            else reply
        )
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_registrations") == 12
        assert told(reading, "vc_uptime_seconds") is None


def of(count: int) -> Family:
    names = tuple(f"vc-{n}" for n in range(count))
    return replace(YMCS, emulator=lambda stage: YealinkYmcs(stage, names))


async def test_the_yealink_service_is_read_page_by_page() -> None:
    async with stand(of(230)) as at:
        at.calls.condition("vc-7").awake = False
        reading = await at.look()
        assert told(reading, "vc_registrations") == 229
        assert told(reading, "vc_fault_info", level="info", fault="offline: vc-7") == 1
        pages = [ask for ask in at.spoiling.asked if ask.path.endswith("listDevices")]
        assert len(pages) == 3


async def test_a_service_without_devices_is_no_fault() -> None:
    async with stand(of(0)) as at:
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_registrations") == 0


async def test_the_clients_secret_goes_to_the_token_alone() -> None:
    async with stand(YMCS) as at:
        seen: list[tuple[str, bool]] = []

        def spoil(n: int, ask: Ask, reply: Reply) -> Reply:
            seen.append((ask.path, ask.headers["authorization"].startswith("Basic ")))
            return reply

        at.spoiling.spoil = spoil
        assert (await at.look()).ok
        assert seen == [("/v2/token", True), ("/v2/dm/listDevices", False)]
        assert "thong-suot-2026" not in str(at.runs[-1].lines)


async def test_a_token_without_a_word_is_a_refusal() -> None:
    async with stand(YMCS) as at:
        at.spoiling.spoil = lambda n, ask, reply: (
            Reply(200, b"{}", "application/json") if ask.path == "/v2/token" else reply
        )
        reading = await at.look()
        assert "no token" in why(reading)
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.AUTH


def test_what_is_unconfirmed_is_called_so_where_people_read_its_name() -> None:
    for name in ("yealink_text", "yealink_ymcs", "lifesize", "snmp_rprm"):
        assert "chưa xác nhận" in words.collector(name, "vi")
        assert "unconfirmed" in words.collector(name, "en")
