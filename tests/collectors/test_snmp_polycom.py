"""Does the Polycom collector say what the endpoint's agent knows? An emulator, and a real one."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from collectors import snmp_polycom
from core.collector import Kit
from core.reading import FailureKind, Reading
from lab.calls import BASE_JITTER, Calls
from lab.emulators.answering import Stage
from lab.emulators.polycom_endpoint import ABOUT, rows
from lab.mib import encoded
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import CONFERENCE, FABRIC, ROOM, told
from tests.collectors.snmp_agent import PlayedAgent, stage
from tests.collectors.test_snmp_recordings import FOLDER, recorded
from tests.factories import DAWN, FakeClock, a_check

RECORDING = FOLDER / "polycomLens_studioxc50.snmprec"
LINE = FABRIC.line(FABRIC.devices[ROOM].site)


@dataclass
class Stand:
    clock: FakeClock
    world: World
    calls: Calls
    agent: PlayedAgent
    kit: Kit

    async def look(self) -> Reading:
        known = Stage(self.calls, self.clock, ROOM)
        self.agent.table = {oid: encoded(value) for oid, value in rows(known)}
        return await asked(self.agent, self.kit)

    def change(self, world: World) -> None:
        self.calls.settle()
        self.world = world


async def asked(agent: PlayedAgent, kit: Kit) -> Reading:
    check = a_check(
        "a",
        "snmp_polycom",
        address="127.0.0.1",
        timeout=5,
        params={"community": "public", "port": agent.port, "wait": 2.0},
    )
    _, reading = await look_once(snmp_polycom.COLLECTOR, check, kit)
    return reading


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    clock, kept = FakeClock(), {"world": World(FABRIC)}
    async with stage() as play:
        kit = make_kit(clock)
        at = Stand(clock, kept["world"], Calls(lambda: at.world, clock), play({}), kit)
        yield at
        await kit.aclose()


async def test_it_tells_registration_parts_and_what_failed() -> None:
    async with stand() as at:
        reading = await at.look()
        assert reading.ok, reading.failure
        assert told(reading, "vc_device_info", product="StudioX50", software="3.10.0-362035") == 1
        assert told(reading, "vc_registered", protocol="sip") == 1
        assert told(reading, "vc_registered", protocol="h323") is None
        assert told(reading, "vc_in_call") == 0
        assert told(reading, "vc_peripheral_connected", kind="camera") == 1
        assert told(reading, "vc_peripheral_connected", kind="touch") is None
        condition = at.calls.condition(ROOM)
        condition.registered = condition.camera = False
        reading = await at.look()
        assert told(reading, "vc_registered", protocol="sip") == 0
        assert told(reading, "vc_peripheral_connected", kind="camera") == 0
        assert told(reading, "vc_fault_info", fault="hardwareCameraStatus") == 1


@pytest.mark.parametrize("loss", [0.0, 0.013, 0.2])
@pytest.mark.parametrize("jitter", [0.0, 0.0374, 0.1])
async def test_a_minute_is_measured_as_it_was(loss: float, jitter: float) -> None:
    async with stand() as at:
        at.calls.join(ROOM, CONFERENCE)
        if loss or jitter:
            at.change(at.world.degrade(LINE, DAWN, loss=loss, jitter=jitter))
        before = at.calls.sums(ROOM, "video", "down")
        readings = []
        for _ in range(6):
            at.clock.advance(10)
            readings.append(await at.look())
        sent, lost = (
            now - then
            for now, then in zip(at.calls.sums(ROOM, "video", "down"), before, strict=True)
        )
        place = {"media": "all", "direction": "rx"}
        losses = [told(reading, "vc_media_loss_ratio", **place) or 0.0 for reading in readings]
        assert sum(losses) / 6 == pytest.approx(lost / sent, abs=0.005)
        for media in ("audio", "video", "all"):
            place = {"media": media, "direction": "tx"}
            seen = [
                told(reading, "vc_media_jitter_seconds", **place) or 0.0 for reading in readings
            ]
            assert sum(seen) / 6 == pytest.approx(BASE_JITTER + jitter, abs=0.002)
        assert told(readings[-1], "vc_in_call") == 1
        assert told(readings[-1], "vc_media_height_pixels", media="video", direction="rx") == 720
        at.calls.leave(ROOM)
        assert told(await at.look(), "vc_in_call") == 0


async def test_an_agent_of_another_make_is_told_apart() -> None:
    async with stage() as play:
        kit = make_kit(FakeClock())
        reading = await asked(play({(1, 3, 6, 1, 2, 1, 1, 1, 0): b"\x04\x01a"}), kit)
        await kit.aclose()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL
    assert "POLYCOM-ENDPOINT-MIB" in reading.failure.detail


def statuses() -> Mapping[str, int]:
    """Return the status objects that the recording's other reader found: name → value."""
    known = json.loads(RECORDING.with_suffix(".json").read_text())
    return {
        row["sensor_index"].partition(".")[0]: row["sensor_current"]
        for row in known["sensors"]["discovery"]["sensors"]
    }


@pytest.mark.skipif(not RECORDING.exists(), reason="../shared/data/devices is absent")
async def test_a_recorded_studio_x50_is_read_as_others_read_it() -> None:
    async with stage() as play:
        kit = make_kit(FakeClock())
        reading = await asked(play(recorded(RECORDING)), kit)
        await kit.aclose()
    assert reading.ok, reading.failure
    found = statuses()
    assert found
    assert told(reading, "vc_device_info", product="StudioX50", serial="12345678") == 1
    assert told(reading, "vc_registered", protocol="sip") == (
        found["serviceSipRegistrationStatus"] == 2
    )
    assert told(reading, "vc_registered", protocol="h323") is None
    assert found["serviceH323RegistrationStatus"] == 1
    for name, kind in (
        ("hardwareCameraStatus", "camera"),
        ("hardwareMicrophoneStatus", "microphone"),
    ):
        assert told(reading, "vc_peripheral_connected", kind=kind) == (found[name] == 2)
    failed = {name for name, value in found.items() if value == 3}
    for name in failed - {"serviceSipRegistrationStatus"}:
        assert told(reading, "vc_fault_info", fault=name) == 1
    assert told(reading, "vc_faults", level="error") == len(
        failed - {"serviceSipRegistrationStatus"}
    )


def test_the_emulator_tells_what_it_guessed() -> None:
    assert ABOUT.family == snmp_polycom.COLLECTOR.name
    assert "units" in ABOUT.guessed
