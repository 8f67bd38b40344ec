"""The bad habits of conference equipment: each is lived with, and nothing is made worse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from collectors._vc.manners import Manners, manners_of
from core.reading import FailureKind
from lab.emulators.answering import Reply
from lab.emulators.cisco_codec import CiscoCodec, Slot
from lab.emulators.cisco_meeting_server import CiscoMeetingServer
from lab.emulators.poly_videoos import PolyVideoOs
from runtime.kit import make_kit
from tests.collectors import test_polycom_text
from tests.collectors.families import CONFERENCE, FAMILIES, ROOM, ROOMS, Family, stand, told
from tests.collectors.test_icmp import Feed
from tests.collectors.test_sip_options import (
    echoed,
    failures,
    kind,
    peer,
    sweeping,
    values,
)
from tests.factories import FakeClock

BY_NAME = {family.name: family for family in FAMILIES}
GENERATIONS = [family for family in FAMILIES if family.name.startswith("cisco_codec")]


@pytest.mark.parametrize("family", GENERATIONS, ids=str)
async def test_a_codec_without_a_session_to_spare_is_left_alone_and_asked_again(
    family: Family,
) -> None:
    async with stand(family) as at:
        assert isinstance(at.emulator, CiscoCodec)
        at.emulator.crowded = True
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.AUTH
        asked = len(at.spoiling.asked)
        at.clock.advance(60)
        assert not (await at.look()).ok
        assert len(at.spoiling.asked) == asked
        at.emulator.crowded = False
        at.clock.advance(15 * 60)
        assert (await at.look()).ok


async def test_a_codec_that_sets_a_call_up_may_take_its_time_within_the_deadline() -> None:
    async with stand(BY_NAME["cisco_codec roomos11"]) as at:
        assert isinstance(at.emulator, CiscoCodec)
        await at.look()
        at.emulator.slow = 0.5  # each of the six answers
        begun = asyncio.get_running_loop().time()
        at.clock.advance(30)
        reading = await at.look(timeout=1.0)
        assert asyncio.get_running_loop().time() - begun < 2.0
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT
        assert not at.emulator.sessions
        at.clock.advance(30)
        assert (await at.look(timeout=10.0)).ok
        at.emulator.slow = 0.0
        assert (await at.look()).ok


async def test_the_feedback_slots_of_others_are_left_as_they_are_and_a_dead_one_is_told() -> None:
    async with stand(BY_NAME["cisco_codec roomos11"]) as at:
        assert isinstance(at.emulator, CiscoCodec)
        before = dict(at.emulator.feedback)
        assert told(await at.look(), "vc_faults", level="warning") == 0
        at.emulator.feedback[1] = Slot("https://cu.example/hook", missed=3)
        at.clock.advance(200)
        reading = await at.look()
        assert told(reading, "vc_fault_info", fault="HTTPFeedbackFailed", level="warning") == 1
        assert at.emulator.commands == []
        assert before.items() <= at.emulator.feedback.items()


async def test_a_poly_unit_that_has_locked_up_is_told_in_time_and_read_later() -> None:
    async with stand(BY_NAME["poly_videoos"]) as at:
        assert isinstance(at.emulator, PolyVideoOs)
        at.emulator.sessions = {f"PSN{n}": "" for n in range(8)}  # others left them open
        reading = await at.look(timeout=0.5)
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT
        assert len(at.emulator.sessions) == 8
        at.emulator.sessions.clear()
        at.clock.advance(60)
        assert (await at.look()).ok
        assert not at.emulator.sessions


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"session": {"sessionId": "other"}}'])
async def test_a_session_that_was_begun_is_ended_though_the_answer_is_damaged(body: bytes) -> None:
    async with stand(BY_NAME["poly_videoos"]) as at:
        assert isinstance(at.emulator, PolyVideoOs)
        at.spoiling.spoil = lambda n, ask, reply: (
            Reply(reply.status, body, reply.kind, reply.headers) if n == 1 else reply
        )
        await at.look()
        assert at.spoiling.asked[0].method == "POST"
        assert not at.emulator.sessions


async def test_a_poly_account_that_others_have_locked_is_not_kept_locked_by_us() -> None:
    async with stand(BY_NAME["poly_videoos"]) as at:
        assert isinstance(at.emulator, PolyVideoOs)
        at.emulator.locked_until = at.clock.monotonic() + 600
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.AUTH
        asked = len(at.spoiling.asked)
        at.clock.advance(300)
        await at.look()
        assert len(at.spoiling.asked) == asked
        at.clock.advance(700)
        assert (await at.look()).ok


async def test_a_call_that_ends_between_two_questions_leaves_a_reading() -> None:
    async with stand(BY_NAME["poly_videoos"]) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)
        at.spoiling.spoil = lambda n, ask, reply: (
            Reply(404) if ask.path.endswith("mediastats") else reply
        )
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_in_call") == 1
        assert told(reading, "vc_media_jitter_seconds", media="video", direction="rx") is None


async def test_a_bridge_of_a_cluster_tells_of_its_own_participants() -> None:
    async with stand(BY_NAME["cisco_meeting_server"]) as at:
        assert isinstance(at.emulator, CiscoMeetingServer)
        at.emulator.elsewhere = 12
        for room in ROOMS[:3]:
            at.calls.join(room, CONFERENCE)
        at.clock.advance(15)
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_bridge_legs") == 3
        assert told(reading, "vc_conference_legs", conference=CONFERENCE) == 3


async def test_a_bridge_that_limits_its_questions_is_not_asked_beyond() -> None:
    async with stand(BY_NAME["pexip"]) as at:
        for room in ROOMS:
            at.calls.join(room, CONFERENCE)
        at.clock.advance(15)
        failed = None
        for _ in range(200):
            reading = await at.look()
            if reading.failure is not None:
                failed = reading.failure
                break
        assert failed is not None, "the emulator's own limit was never met"
        assert "more rarely" in failed.detail
        asked = len(at.spoiling.asked)
        at.clock.advance(30)
        await at.look()
        assert len(at.spoiling.asked) == asked
        at.clock.advance(60)
        assert (await at.look()).ok


async def test_values_that_a_polycom_codec_lacks_are_not_taken_for_zero() -> None:
    async with test_polycom_text.stand() as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(1)
        fresh = await at.look()
        assert fresh.ok, fresh.failure
        assert told(fresh, "vc_in_call") == 1
        for direction in ("rx", "tx"):
            place = {"media": "video", "direction": direction}
            assert told(fresh, "vc_media_jitter_seconds", **place) is None
        assert told(fresh, "vc_media_loss_ratio", media="all") is None
        at.clock.advance(10)
        later = await at.look()
        assert told(later, "vc_media_jitter_seconds", media="video", direction="rx") is not None
        assert told(later, "vc_media_loss_ratio", media="all") == 0


async def test_a_polycom_codec_that_writes_slowly_is_read_whole() -> None:
    async with test_polycom_text.stand() as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(10)
        at.codec.pause = 0.005
        reading = await at.look()
        assert reading.ok, reading.failure
        assert told(reading, "vc_device_info", product="RealPresence Group 500") == 1
        assert told(reading, "vc_media_height_pixels", media="video", direction="rx") == 720


class _Heard(asyncio.DatagramProtocol):
    """Answers what comes by another door, after a while that shrinks to nothing."""

    def __init__(self, away: asyncio.DatagramTransport, lateness: float) -> None:
        self._away, self._lateness = away, lateness

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        wait, self._lateness = self._lateness, 0.0
        asyncio.get_running_loop().call_later(wait, self._away.sendto, echoed(data), addr)


@asynccontextmanager
async def elsewhere(lateness: float = 0.0) -> AsyncIterator[int]:
    """Serve SIP by UDP; the answers come from another port than was asked."""
    loop, here = asyncio.get_running_loop(), ("127.0.0.1", 0)
    away, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=here)
    door, _ = await loop.create_datagram_endpoint(lambda: _Heard(away, lateness), local_addr=here)
    try:
        yield door.get_extra_info("sockname")[1]
    finally:
        door.close()
        away.close()


async def test_a_sip_peer_that_answers_from_another_port_is_heard() -> None:
    async with elsewhere() as port, sweeping(Feed(peer("a", port))) as watch:
        await watch.until(lambda: len(watch.readings) >= 2)
    assert failures(watch.readings) == []


async def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one() -> None:
    check = peer("a", 0, interval=0.6, timeout=0.3)
    async with elsewhere(lateness=0.7) as port:
        asked = check.model_copy(update={"params": {"port": port}})
        async with sweeping(Feed(asked)) as watch:
            await watch.until(lambda: len(watch.readings) >= 3)
    assert kind(watch.readings[0]) is FailureKind.TIMEOUT
    assert failures(watch.readings[1:]) == []
    assert all(values(r)["probe_sip_rtt_seconds"] < 0.3 for r in watch.readings[1:])


def test_a_login_that_devices_refuse_one_after_the_other_is_not_shown_to_all_of_them() -> None:
    clock = FakeClock()
    manners = Manners(clock)

    def asked(login: str | None) -> int:
        """Look at 140 rooms of one account that is refused; return how many it was shown to."""
        shown = 0
        for room in range(140):
            if manners.rest(f"codec-{room}", login) is None:
                manners.refused(f"codec-{room}", login, "HTTP 401")
                shown += 1
        return shown

    assert asked("sai") == 3
    clock.advance(30)
    assert asked("sai") == 0
    clock.advance(15 * 60)
    assert asked("sai") == 1
    assert asked("mới") == 3  # another password at once
    assert asked(None) == 140  # who shows no login locks no account


def test_what_devices_have_refused_is_known_to_the_next_process(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "refusals"
    Manners(clock, path).refused("codec", "robot:sai", "HTTP 401")
    assert Manners(clock, path).rest("codec", "robot:sai") is not None
    assert Manners(clock, path).rest("codec", "robot:mới") is None  # another password at once
    clock.advance(15 * 60)
    again = Manners(clock, path)
    assert again.rest("codec", "robot:sai") is None
    again.refused("codec", "robot:sai", "HTTP 401")
    clock.advance(59 * 60)
    assert Manners(clock, path).rest("codec", "robot:sai") is not None  # it has grown
    again.welcome("codec", "robot:sai")
    assert Manners(clock, path).rest("codec", "robot:sai") is None


def test_a_process_that_starts_over_and_over_locks_no_account(tmp_path: Path) -> None:
    clock, shown = FakeClock(), 0
    for _ in range(20):
        manners = manners_of(make_kit(clock, folder=tmp_path))
        for room in range(140):
            if manners.rest(f"codec-{room}", "robot:sai") is None:
                manners.refused(f"codec-{room}", "robot:sai", "HTTP 401")
                shown += 1
        clock.advance(5)
    assert shown == 3


def test_the_file_of_refusals_is_ours_alone_and_names_no_login(tmp_path: Path) -> None:
    path = tmp_path / "refusals"
    Manners(FakeClock(), path).refused("codec", "robot:mat-khau", "HTTP 401")
    assert path.stat().st_mode & 0o077 == 0
    assert "robot" not in path.read_text()
    assert "mat-khau" not in path.read_text()


@pytest.mark.parametrize(
    "torn", [b"", b"{", b'{"salt": "x"}', b'{"spares": {"x": "2026-01-01"}}', b"\xff\xfe"]
)
def test_a_torn_file_of_refusals_keeps_nobody_from_looking(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "refusals"
    path.write_bytes(torn)
    manners = Manners(FakeClock(), path)
    assert manners.rest("codec", "robot:sai") is None
    manners.refused("codec", "robot:sai", "HTTP 401")
    assert Manners(FakeClock(), path).rest("codec", "robot:sai") is not None


def test_a_login_that_a_device_takes_is_shown_to_the_others_though_some_refuse_it() -> None:
    manners = Manners(FakeClock())
    for room in range(30):
        assert manners.rest(f"codec-{room}", "a:b") is None
        if room % 3:
            manners.refused(f"codec-{room}", "a:b", "HTTP 401")
        else:
            manners.welcome(f"codec-{room}", "a:b")
