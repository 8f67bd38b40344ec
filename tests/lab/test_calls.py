"""The calls of the pretend province: one truth, seen from everywhere, in step with its lines."""

from collections.abc import Mapping

import pytest

from core.clock import SystemClock
from core.collector import Kit
from core.errors import DomainError
from core.reading import Reading
from lab import synthetic
from lab.calls import MEDIA_TIMEOUT, Calls
from lab.client import Refused
from lab.conferencing import LOGIN, with_logins
from lab.fabric import Fabric
from lab.lab import Lab
from lab.network import Kind, Ports
from lab.world import How, World
from runtime.kit import DoorSockets, make_kit
from runtime.registries import collectors
from runtime.scheduler import look_once
from tests.collectors.families import Purse, told
from tests.factories import DAWN, FakeClock, a_check

INVENTORY = synthetic.inventory(3, 9)
FABRIC = Fabric(INVENTORY)
ROOM = max(d.slug for d in INVENTORY.devices if d.kind == "endpoint")
LINE = FABRIC.line(FABRIC.devices[ROOM].site)


class Place:
    """A world that changes, and its calls."""

    def __init__(self) -> None:
        self.clock, self.world = FakeClock(), World(FABRIC)
        self.calls = Calls(lambda: self.world, self.clock)

    def change(self, world: World) -> None:
        self.calls.settle()
        self.world = world


def test_what_is_lost_is_the_loss_of_the_line_over_the_time_it_had_it() -> None:
    at = Place()
    at.calls.join(ROOM, "giao-ban")
    at.clock.advance(30)
    at.change(at.world.degrade(LINE, DAWN, loss=0.1))
    at.clock.advance(10)
    at.change(at.world.clear(LINE))
    at.clock.advance(20)
    for media in ("audio", "video"):
        for way in ("up", "down"):
            sent, lost = at.calls.sums(ROOM, media, way)
            assert lost == pytest.approx(sent * 10 / 60 * 0.1)


def test_looking_more_often_changes_nothing() -> None:
    seldom, often = Place(), Place()
    for at, steps in ((seldom, 1), (often, 60)):
        at.change(at.world.degrade(LINE, DAWN, loss=0.03))
        at.calls.join(ROOM, "giao-ban")
        for _ in range(steps):
            at.clock.advance(60 / steps)
            at.calls.settle()
    assert seldom.calls.sums(ROOM, "video", "up") == pytest.approx(
        often.calls.sums(ROOM, "video", "up")
    )


def test_a_new_negotiation_begins_to_count_anew_and_loses_nothing_of_the_truth() -> None:
    at = Place()
    leg = at.calls.join(ROOM, "giao-ban", content=True)
    at.clock.advance(10)
    before = [channel.number for channel in leg.channels]
    at.calls.negotiate(ROOM)
    assert not {channel.number for channel in leg.channels} & set(before)
    assert all(channel.sent == 0 for channel in leg.channels)
    assert {channel.media for channel in leg.channels} == {"audio", "video", "content"}
    at.clock.advance(10)
    sent, _ = at.calls.sums(ROOM, "audio", "up")
    assert sent == pytest.approx(20 * 50)


def test_a_room_that_is_cut_off_drops_out_and_a_short_cut_does_not_drop_it() -> None:
    at = Place()
    at.calls.join(ROOM, "giao-ban")
    at.change(at.world.cut(LINE, How.BLACKHOLE, DAWN))
    at.clock.advance(MEDIA_TIMEOUT - 1)
    at.change(at.world.restore(LINE))
    at.clock.advance(60)
    at.calls.settle()
    assert ROOM in at.calls.legs
    at.change(at.world.cut(LINE, How.BLACKHOLE, DAWN))
    at.clock.advance(MEDIA_TIMEOUT + 1)
    at.calls.settle()
    assert ROOM not in at.calls.legs
    assert at.calls.ended == [(ROOM, "giao-ban", "media timeout")]


def test_only_equipment_at_its_usual_ports_is_given_a_login() -> None:
    asked = [d for d in with_logins(INVENTORY, "login", Ports()).devices if d.secret]
    assert {d.profile for d in asked} == {"bridge-cms", "endpoint-poly"}
    assert {d.vendor for d in asked} == {"Cisco", "Poly"}
    high = with_logins(INVENTORY, "login", Ports(https=10443, cms=10445))
    assert not [d for d in high.devices if d.secret]


@pytest.mark.lab
async def test_codec_and_bridge_of_a_running_lab_tell_of_the_same_call() -> None:
    async with Lab(INVENTORY, network=Kind.FLAT) as lab:
        devices = {d.slug: d for d in with_logins(lab.inventory, "login", Ports()).devices}
        room = next(slug for slug, d in devices.items() if d.profile == "endpoint-poly")
        bridge = next(d for d in devices.values() if d.profile == "bridge-cms")
        lab.client.join(room, "giao-ban")
        lab.client.degrade(devices[room].site, loss=0.1)
        kit = make_kit(SystemClock(), DoorSockets(lab.socket), Purse(LOGIN))
        trust = {"ca": str(lab.facts["authorities"])}
        try:
            codec = await looked("poly_videoos", devices[room].address, trust, kit)
            mcu = await looked("cisco_meeting_server", bridge.address, trust, kit)
            place = {"media": "video", "remote": devices[room].address}
            assert told(codec, "vc_in_call") == 1
            assert told(codec, "vc_media_loss_ratio", media="video", direction="rx") == 0.1
            assert told(mcu, "vc_media_loss_ratio", direction="tx", **place) == 0.1
            assert [c["device"] for c in _calls(lab.client.status())] == [room]
            assert await sip_status(devices[room].address, kit) == 486
            lab.client.leave(room)
            assert await sip_status(devices[room].address, kit) == 200
            codec = await looked("poly_videoos", devices[room].address, trust, kit)
            assert told(codec, "vc_in_call") == 0
        finally:
            await kit.aclose()
        with pytest.raises(Refused, match="is in no call"):
            lab.client.leave(room)
        with pytest.raises(DomainError, match="No conference endpoint"):
            lab.client.join(bridge.slug, "giao-ban")


def _calls(truth: Mapping[str, object]) -> list[Mapping[str, object]]:
    calls = truth["calls"]
    assert isinstance(calls, list)
    return calls


async def sip_status(address: str, kit: Kit) -> float | None:
    check = a_check("a", "sip_options", address=address, timeout=4, params={"port": 5060})
    _, reading = await look_once(collectors()["sip_options"], check, kit)
    assert reading.ok, "busy is no fault"
    return told(reading, "probe_sip_status_code")


async def looked(name: str, address: str, trust: Mapping[str, object], kit: Kit) -> Reading:
    check = a_check("a", name, address=address, timeout=10, params=dict(trust), secret="login")
    run, reading = await look_once(collectors()[name], check, kit)
    assert reading.ok, run.lines
    return reading
