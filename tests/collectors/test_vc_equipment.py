"""What each family of conference equipment tells beside its media, and how it is left behind."""

import asyncio
import re
import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from api import words
from collectors._vc.guest import Login
from collectors._vc.manners import manners_of
from collectors._vc.params import VcParams, pin
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from lab.certificates import Authority
from lab.emulators.answering import Ask, Reply
from lab.emulators.cisco_codec import CiscoCodec
from lab.emulators.cisco_meeting_server import CiscoMeetingServer
from lab.emulators.jitsi import Jitsi
from lab.emulators.pexip import Pexip
from lab.emulators.poly_videoos import PolyVideoOs
from lab.emulators.serving import about, served
from tests.collectors.families import (
    CONFERENCE,
    FAMILIES,
    ROOM,
    ROOMS,
    Family,
    Stand,
    address,
    stand,
    told,
)

SHARED, NONE = "monitor:chung", VcParams()
BY_NAME = {family.name: family for family in FAMILIES}
ENDPOINTS = [family for family in FAMILIES if not family.is_bridge]
BRIDGES = [family for family in FAMILIES if family.is_bridge and family.media]
SERVERS = {"expressway", "yealink_ymcs"}  # around conferences: they hold none
CONFERENCING = [f for f in FAMILIES if f.is_bridge and f.name not in SERVERS]
each_endpoint = pytest.mark.parametrize("family", ENDPOINTS, ids=str)
each_bridge = pytest.mark.parametrize("family", BRIDGES, ids=str)


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


@each_endpoint
async def test_a_codec_tells_what_it_is_and_how_it_stands(family: Family) -> None:
    async with stand(family) as at:
        condition = at.calls.condition(ROOM)
        reading = await at.look()
        assert told(reading, "vc_device_info") == 1
        assert told(reading, "vc_registered", protocol="sip") == 1
        assert told(reading, "vc_registered", protocol="h323") is None
        assert told(reading, "vc_standby") == 0
        assert told(reading, "vc_in_call") == 0
        assert told(reading, "vc_clock_synchronised") == 1
        assert told(reading, "vc_microphone_muted") == 0
        assert told(reading, "vc_faults", level="error") == 0
        assert told(reading, "vc_peripheral_connected", kind="camera") == 1
        condition.awake = condition.registered = condition.camera = condition.microphone = False
        condition.microphone_muted = condition.video_muted = True
        at.clock.advance(300)
        reading = await at.look()
        assert reading.ok, "what sleeps is no failure"
        assert told(reading, "vc_standby") == 1
        assert told(reading, "vc_registered", protocol="sip") == 0
        assert told(reading, "vc_microphone_muted") == 1
        assert told(reading, "vc_video_muted") == 1
        assert told(reading, "vc_peripheral_connected", kind="camera") == 0
        assert told(reading, "vc_peripheral_connected", kind="microphone") == 0
        assert (told(reading, "vc_faults", level="error") or 0) >= 2
        uptime = told(reading, "vc_uptime_seconds")
        assert uptime is not None
        assert uptime > 86_400


@each_endpoint
async def test_a_codec_tells_of_its_call(family: Family) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE, content=True)
        at.clock.advance(10)
        await at.look()
        at.clock.advance(10)
        reading = await at.look()
        assert told(reading, "vc_in_call") == 1
        assert told(reading, "vc_call_info", remote=f"{CONFERENCE}@hoinghi.example") == 1
        duration = told(reading, "vc_call_duration_seconds")
        assert duration is not None or family.name == "poly_videoos"  # its clock is its own
        for media in ("audio", "video", "content"):
            if family.name != "cisco_codec tc7" or media != "content":
                assert told(reading, "vc_media_bits_per_second", media=media, direction="rx")
        assert told(reading, "vc_media_height_pixels", media="video", direction="rx") == 720
        mos = told(reading, "vc_media_estimated_mos", direction="rx")
        assert mos is not None
        assert 4 < mos < 4.5


async def test_a_cisco_codec_that_rejects_calls_or_is_too_hot_says_so() -> None:
    async with stand(BY_NAME["cisco_codec roomos11"]) as at:
        condition = at.calls.condition(ROOM)
        condition.do_not_disturb = condition.hot = True
        condition.display = False
        reading = await at.look()
        assert told(reading, "vc_do_not_disturb") == 1
        assert told(reading, "vc_temperature_alarm") == 1
        assert told(reading, "vc_peripheral_connected", kind="display") == 0
        assert told(reading, "vc_fault_info", fault="TemperatureCheck", level="critical") == 1
        assert told(reading, "vc_fault_info", fault="MissingDisplay") == 1


async def test_software_that_lacks_a_subtree_is_read_without_it() -> None:
    async with stand(BY_NAME["cisco_codec tc7"]) as at:
        known = ("/Status/Call", "/Status/SIP")
        at.spoiling.spoil = lambda n, ask, reply: (
            reply if ask.query.get("location") in known else Reply(400, b"<Error>No match</Error>")
        )
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_registered", protocol="sip") == 1
        assert told(reading, "vc_standby") is None
        at.spoiling.spoil = lambda n, ask, reply: Reply(400, b"<Error>No match</Error>")
        assert not (await at.look()).ok


async def test_names_of_people_stand_in_no_transcript() -> None:
    for name in ("bigbluebutton", "trueconf", "pexip"):
        async with stand(BY_NAME[name]) as at:
            at.calls.join(ROOM, CONFERENCE)
            at.clock.advance(15)
            assert (await at.look()).ok
            said = "\n".join(at.runs[-1].lines)
            assert "Nguyễn" not in said
            assert "***" in said


async def test_what_seldom_changes_is_seldom_asked() -> None:
    async with stand(BY_NAME["cisco_codec roomos11"]) as at:
        await at.look()
        whole = len(at.spoiling.asked)
        at.clock.advance(30)
        await at.look()
        between = len(at.spoiling.asked) - whole
        assert between <= 6
        assert told(await at.look(), "vc_device_info") == 1
        at.clock.advance(120)
        before = len(at.spoiling.asked)
        await at.look()
        assert len(at.spoiling.asked) - before > between


def failing(place: int) -> Callable[[int, Ask, Reply], Reply]:
    return lambda n, ask, reply: Reply(500) if n == place and ask.method == "GET" else reply


@each_endpoint
async def test_no_session_is_left_open_whatever_happens(family: Family) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(10)
        sessions = getattr(at.emulator, "sessions", {})
        for n in range(2, 12):
            at.spoiling.spoil = failing(len(at.spoiling.asked) + n)
            await at.look()
            assert not sessions
        at.spoiling.spoil = lambda n, ask, reply: Reply(0) if ask.path == "/rest/audio" else reply
        assert not (await at.look(timeout=2)).ok or family.name != "poly_videoos"
        assert not sessions
        task = asyncio.create_task(at.look())
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not sessions


async def test_a_poly_unit_whose_session_ends_early_is_no_refusal_of_our_login() -> None:
    async with stand(BY_NAME["poly_videoos"]) as at:
        emulator = at.emulator
        assert isinstance(emulator, PolyVideoOs)

        def forget(n: int, ask: Ask, reply: Reply) -> Reply:
            if n == 3:
                emulator.sessions.clear()
            return reply

        at.spoiling.spoil = forget
        reading = await at.look()
        assert "session ended" in why(reading)
        at.clock.advance(30)
        assert (await at.look()).ok


async def test_a_poly_account_is_never_locked_by_us() -> None:
    async with stand(BY_NAME["poly_videoos"], secret="monitor:sai") as at:
        for _ in range(24 * 60):
            at.clock.advance(60)
            await at.look()
        emulator = at.emulator
        assert isinstance(emulator, PolyVideoOs)
        assert emulator.bad_logins < 5
        assert not emulator.locked_until


@each_bridge
async def test_a_bridge_tells_of_every_room_page_by_page(family: Family) -> None:
    async with stand(family) as at:
        for n, room in enumerate(ROOMS):
            at.calls.join(room, f"cuoc-hop-{n % 2}")
        at.clock.advance(15)
        await at.look()
        at.clock.advance(10)
        reading = await at.look()
        assert len(ROOMS) > 10
        assert told(reading, "vc_bridge_legs") == len(ROOMS)
        assert told(reading, "vc_bridge_conferences") == 2
        first = told(reading, "vc_conference_legs", conference="cuoc-hop-0")
        assert first == (len(ROOMS) + 1) // 2
        for room in ROOMS:
            assert told(reading, "vc_call_info", remote=address(room)) == 1
            place = {"remote": address(room), "media": "video", "direction": "rx"}
            assert told(reading, "vc_media_loss_ratio", **place) == 0


@each_bridge
async def test_rooms_beyond_those_whose_media_is_asked_for_are_told_of_as_well(
    family: Family,
) -> None:
    async with stand(family) as at:
        for room in ROOMS:
            at.calls.join(room, CONFERENCE)
        reading = await at.look(legs=2)
        told_of = [room for room in ROOMS if told(reading, "vc_call_info", remote=address(room))]
        assert told_of == ROOMS
        heard = {"media": "video", "direction": "rx"}
        jitters = [
            told(reading, "vc_media_jitter_seconds", remote=address(r), **heard) for r in ROOMS
        ]
        assert sum(value is not None for value in jitters) == 2


@each_bridge
async def test_a_slow_bridge_tells_who_is_in_though_not_how_each_one_sounds(
    family: Family,
) -> None:
    async with stand(family) as at:
        for room in ROOMS:
            at.calls.join(room, CONFERENCE)
        at.spoiling.spoil = lambda n, ask, reply: Reply(
            reply.status, reply.body, reply.kind, reply.headers, 0.2
        )
        reading = await at.look(timeout=4.0)
        assert reading.ok, why(reading)
        assert all(told(reading, "vc_call_info", remote=address(room)) for room in ROOMS)


@pytest.mark.parametrize(
    ("name", "said", "instead"),
    [
        ("cisco_meeting_server", b"<state>connected", b"<state>ringing"),
        ("pexip", rb'"connect_time": "[^"]*"', b'"connect_time": null'),
    ],
)
async def test_a_room_that_the_bridge_still_rings_is_not_in_yet(
    name: str, said: bytes, instead: bytes
) -> None:
    async with stand(BY_NAME[name]) as at:
        at.calls.join(ROOM, CONFERENCE)
        assert told(await at.look(), "vc_call_info", remote=address(ROOM)) == 1
        at.spoiling.spoil = lambda n, ask, reply: Reply(
            reply.status, re.sub(said, instead, reply.body), reply.kind, reply.headers
        )
        assert told(await at.look(), "vc_call_info", remote=address(ROOM)) is None


@each_bridge
async def test_a_room_that_leaves_while_we_ask_breaks_nothing(family: Family) -> None:
    async with stand(family) as at:
        for room in ROOMS[:4]:
            at.calls.join(room, CONFERENCE)
        at.clock.advance(15)
        emulator = at.emulator
        assert isinstance(emulator, CiscoMeetingServer | Pexip)
        emulator.vanishing.add(ROOMS[1])
        reading = await at.look()
        assert reading.ok
        place = {"remote": address(ROOMS[1]), "media": "video", "direction": "rx"}
        assert told(reading, "vc_media_jitter_seconds", **place) is None
        assert told(reading, "vc_call_info", remote=address(ROOMS[2])) == 1


@pytest.mark.parametrize("family", CONFERENCING, ids=str)
async def test_a_bridge_tells_how_many_are_in_how_many_conferences(family: Family) -> None:
    async with stand(family) as at:
        empty = await at.look()
        assert told(empty, "vc_bridge_conferences") == 0
        assert told(empty, "vc_bridge_legs") == 0
        for n, room in enumerate(ROOMS):
            at.calls.join(room, f"cuoc-hop-{n % 3}")
        at.clock.advance(15)
        reading = await at.look()
        assert told(reading, "vc_bridge_conferences") == 3
        assert told(reading, "vc_bridge_legs") == len(ROOMS)
        assert told(reading, "vc_device_info") == 1
        if family.name not in {"jitsi", "jicofo"}:  # which name no conference
            assert told(reading, "vc_conference_legs", conference="cuoc-hop-0") == len(ROOMS) / 3
        assert "Nguyễn" not in str(reading.samples), "names of people are not kept"


async def test_a_jitsi_bridge_tells_its_loss_its_load_and_that_it_is_ill() -> None:
    async with stand(BY_NAME["jitsi"]) as at:
        assert isinstance(at.emulator, Jitsi)
        at.calls.join(ROOM, CONFERENCE)
        at.change(at.world.degrade(at.line(), at.clock.now(), loss=0.04, delay=0.05))
        at.clock.advance(5)
        reading = await at.look()
        for direction in ("rx", "tx"):
            loss = told(reading, "vc_bridge_loss_ratio", direction=direction)
            assert loss == pytest.approx(0.04)
        assert told(reading, "vc_bridge_round_trip_seconds") == pytest.approx(0.112)
        assert told(reading, "vc_bridge_load_ratio") == 0.01
        at.emulator.healthy, at.emulator.draining = False, True
        reading = await at.look()
        assert reading.ok, "it answers, and says that it is ill"
        assert told(reading, "vc_fault_info", fault="unhealthy", level="critical") == 1
        assert told(reading, "vc_fault_info", fault="drain", level="info") == 1


@each_bridge
async def test_a_name_that_cannot_be_asked_for_is_not(family: Family) -> None:
    async with stand(family) as at:
        leg = at.calls.join(ROOM, CONFERENCE)
        leg.id = "x y\r\nX: z"
        at.clock.advance(15)
        reading = await at.look()
        assert "cannot be asked for" in why(reading)
        assert not any(ask.headers.get("x") for ask in at.spoiling.asked)


async def test_both_ends_of_a_call_tell_the_same_loss() -> None:
    """What the room receives is what the bridge sent and heard of."""
    found = {}
    for name in ("cisco_codec ce9", "pexip"):
        async with stand(BY_NAME[name]) as at:
            at.calls.join(ROOM, CONFERENCE)
            at.change(at.world.degrade(at.line(), at.clock.now(), loss=0.08))
            at.clock.advance(5)
            await at.look()
            at.clock.advance(20)
            reading = await at.look()
            way = "tx" if BY_NAME[name].is_bridge else "rx"
            found[name] = told(reading, "vc_media_loss_ratio", media="video", direction=way)
    assert found["pexip"] == pytest.approx(found["cisco_codec ce9"], abs=0.002)
    assert found["pexip"] == pytest.approx(0.08, abs=0.005)


# TLS


def own_certificate() -> ssl.SSLContext:
    """Return what a codec with a certificate that nobody knows speaks TLS with."""
    now = SystemClock().now()
    return Authority(now).context("127.0.0.1", now, timedelta(days=30))


async def _looked_by_tls(
    at: Stand, context: ssl.SSLContext, fingerprint: str | None = None
) -> Reading:
    async with served(at.spoiling, context) as port:
        return await at.look(scheme="https", port=port, fingerprint=fingerprint)


async def test_a_certificate_of_the_codecs_own_is_trusted_by_its_fingerprint() -> None:
    context, other = own_certificate(), own_certificate()
    async with stand(BY_NAME["cisco_codec roomos11"]) as at:
        distrusted = await _looked_by_tls(at, context)
        said = why(distrusted)
        assert "authority is unknown" in said
        assert at.spoiling.asked == [], "no login was shown to it"
        shown = said.rpartition("fingerprint=")[2]
        assert (await _looked_by_tls(at, context, fingerprint=shown)).ok
        asked = len(at.spoiling.asked)
        at.purse.text = f"monitor:thong-suot-2026\nsha256 {shown.upper()}"
        assert (await _looked_by_tls(at, context)).ok
        assert len(at.spoiling.asked) > asked
        asked = len(at.spoiling.asked)
        impostor = await _looked_by_tls(at, other)
        assert "is not the one that is trusted" in why(impostor)
        assert len(at.spoiling.asked) == asked, "no login was shown to another"


def in_words(reading: Reading) -> str:
    """Return a failure as a page says it, by way of what the judge writes down."""
    assert reading.failure is not None
    kind, detail = reading.failure.kind.value, reading.failure.detail
    return words.detail(f"cisco_codec: {kind}: {detail}", "vi")


async def test_what_is_refused_is_told_in_the_readers_words_with_the_remedy() -> None:
    family = BY_NAME["cisco_codec roomos11"]
    async with stand(family, secret=None) as at:
        assert "chưa đặt mật khẩu codec: thongsuot secret set codec" in in_words(await at.look())
        at.purse.text = "chi-mat-khau"
        assert "mật khẩu phải có dạng tên:mật-khẩu" in in_words(await at.look())
        at.purse.text = "monitor:sai"
        assert in_words(await at.look()).endswith("sai mật khẩu")
        said = in_words(await at.look())
        assert "để không khoá tài khoản, không thử lại trước 09:15 22/11" in said
        at.purse.text = family.secret
        at.spoiling.spoil = lambda n, ask, reply: Reply(429, headers=(("Retry-After", "90"),))
        await at.look()
        assert "để yên đến 09:01 22/11" in in_words(await at.look())
    async with stand(family) as at:
        said = in_words(await _looked_by_tls(at, own_certificate()))
        assert "ghi dấu vân tay" in said
        shown = why(await _looked_by_tls(at, own_certificate())).rpartition("=")[2]
        said = in_words(await _looked_by_tls(at, own_certificate(), fingerprint=shown))
        assert "kẻ đứng giữa" in said


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("cisco_codec roomos11", b"<html/>", "trả lời một trang khác (html)"),
        ("pexip", b"{}", "conference trả lời một nội dung khác"),
        ("jitsi", b"{}", "/colibri/stats trả lời một nội dung khác"),
    ],
)
async def test_another_document_is_told_with_where_to_look(
    name: str, body: bytes, said: str
) -> None:
    async with stand(BY_NAME[name]) as at:
        at.spoiling.spoil = lambda n, ask, reply: Reply(200, body, reply.kind)
        told_of = in_words(await at.look())
    assert said in told_of
    assert "loại thiết bị" in told_of


async def test_a_login_that_others_refused_is_told_with_the_remedy() -> None:
    async with stand(BY_NAME["pexip"]) as at:
        for other in range(3):
            manners_of(at.kit).refused(f"http://10.0.0.{other}", Login.of(SHARED, NONE).basic, "no")
        at.purse.text = SHARED
        assert "nhiều thiết bị liền nhau từ chối tài khoản này" in in_words(await at.look())
        assert at.spoiling.asked == []


def test_a_fingerprint_is_read_as_people_write_it() -> None:
    digits = "0123456789abcdef" * 4
    pairs = ":".join(digits[i : i + 2] for i in range(0, 64, 2))
    for written in (digits, digits.upper(), pairs, f"SHA256:{digits}", f"sha256 {pairs}"):
        assert pin(written) == digits
    for wrong in ("", "abc", digits + "0", "g" * 64):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            pin(wrong)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("matkhau", "no user:password"),
        ("monitor:x\nabc", "second line of the secret"),
    ],
)
async def test_a_secret_that_cannot_be_read_is_our_fault_and_says_why(
    secret: str, said: str
) -> None:
    async with stand(FAMILIES[0], secret=secret) as at:
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.LOCAL
        assert said in reading.failure.detail
        assert at.spoiling.asked == []


async def test_every_emulator_tells_what_it_guessed() -> None:
    for family in FAMILIES:
        async with stand(family) as at:
            said = about(at.emulator.about)
            assert said["family"] == family.collector.name
            assert said["source"]
            assert said["guessed"]


async def test_each_emulator_tells_of_the_others_too_which_speak_no_http() -> None:
    async with (
        stand(FAMILIES[0]) as at,
        ClientSession(f"http://127.0.0.1:{at.port}") as client,
        client.get("/__emulator__/all") as answer,
    ):
        rows = await answer.json()
    told = {row["family"]: row for row in rows}
    wanted = {family.collector.name for family in FAMILIES}
    wanted |= {"polycom_text", "yealink_text", "lifesize", "vq_rtcpxr"}
    wanted |= {"snmp_polycom", "snmp_rmx", "snmp_dma", "snmp_rprm"}
    assert wanted <= told.keys()
    assert all(told[family]["source"] and told[family]["guessed"] for family in wanted)


async def test_a_codec_in_set_up_is_not_in_a_call_yet() -> None:
    async with stand(BY_NAME["cisco_codec roomos11"]) as at:
        assert isinstance(at.emulator, CiscoCodec)
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(1)
        assert told(await at.look(timeout=10), "vc_in_call") == 0
        at.clock.advance(5)
        assert told(await at.look(), "vc_in_call") == 1
